"""Which store and which scan of it a command means."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, islice
from pathlib import Path

import click
from click.core import ParameterSource

from camscan.cli.parameters.naming import remedy
from camscan.cli.terminal.telling import is_quiet, tell, tell_note
from camscan.errors import CamscanError, StoreError, UsageError
from camscan.networks import HEARSAY
from camscan.records import Origin, Scan
from camscan.reports.escape import terminal
from camscan.scansettings import SPECS
from camscan.store.engine import existing_file, missing_file
from camscan.store.queries import latest_at
from camscan.store.store import Store
from camscan.text.wording import plural

_LOOKED_BACK = 30  # scans in which an address is looked for, from the last back that may have seen a device there


def open_store(target: str | None, *, or_new: bool = False) -> Store:
    """The store that is there: one that a mistyped --db names is not made, unless `or_new`.

    Raises StoreError if there is none, or it cannot be opened. If none was named, it tells of the one that sweeps use.
    """
    if not or_new and (missing := missing_file(target)):
        if target is None and (swept := _swept()) and not missing_file(swept):
            raise StoreError(f"there is no store {missing}: add --db {shlex.quote(swept)}, where sweeps store theirs")
        existing_file(target)
    try:
        return Store.open(target)
    except StoreError:
        if target and _is_bundle(Path(target)):
            takes = (
                f"`camscan evidence verify {target}` checks it, and `camscan db merge {target}` takes it into a store"
            )
            raise StoreError(f"{target} is an archive, not a store: if it is a bundle of evidence, {takes}") from None
        raise


def _is_bundle(file: Path) -> bool:
    from camscan.app.archiving.bundling import is_bundle

    return file.is_file() and is_bundle(file)


def _swept() -> str | None:
    """The store that the configuration of sweeps names, if there is one that can be read, else that of a service."""
    from camscan.app.sweeping.configuration import configuration, database

    named = os.environ.get("CAMSCAN_CONFIG")
    try:
        return database(configuration(Path(named) if named else None).config) or _of_service()
    except (CamscanError, OSError):  # the latter: its folder is closed to this user
        return None


def _of_service() -> str | None:
    """The store of a systemd service, whose configuration names none, if this user sees it."""
    from camscan.sweeps import schedule

    file = schedule.STATE / "camscan.db"
    try:
        return str(file) if file.is_file() else None
    except PermissionError:
        return None


def same_store() -> str:
    """The option that leads a later command to the store that this command's --db names; "" where none was given."""
    from camscan.app.sweeping.configuration import store_option

    context = click.get_current_context()
    given = context.get_parameter_source("db") is ParameterSource.COMMANDLINE
    return store_option(str(context.params["db"])) if given else ""


def open_swept_store(named: str | None, configured: str | None) -> AbstractContextManager[Store | None]:
    """The store of a configuration, or that which was named instead; None where no sweep has made the former yet.

    Who looks does not make it: it would belong to them, and the sweeps' own user could not write to it. Raises
    StoreError if the one that was named is not there, or it cannot be opened.
    """
    if named is None and (missing := missing_file(configured)):
        served = None if configured else _of_service()
        creates = " yet: the first `camscan sweep` creates it"
        tell_note(f"there is no store {missing}{f': add --db {served}, that of a service' if served else creates}.")
        return nullcontext()
    return open_store(named or configured)


def scan_of(
    store: Store, reference: str | None, site: str | None = None, *, asking: bool = False, about: str | None = None
) -> Scan:
    """The scan of that id or prefix, else the latest one (of a site, where one is named) that holds anything.

    Which one was taken is told on stderr. With `asking`, one that asked addresses goes before what was
    listened to or imported: only such a scan knows who is silent. One that knows the address `about`, or was to ask in
    the network or range that it is, goes before all. Imported tables alone go behind what devices have answered. Raises
    StoreError if no scan is stored; UsageError if there is no such scan, or more than one, it is not of that site, or
    the site has none.
    """
    if reference is not None:
        return _of_site(store.scan(reference), site)
    asked = (scan for scan in store.newest(site) if scan.origin is Origin.SCAN) if asking else iter(())
    known = _knowing(store, site, about) if about else iter(())
    found = map(_tables_last, (asked, known, store.holding(site), store.newest(site)))
    newest = next(chain.from_iterable(found), None)
    if newest is None:
        scans_of(store, site)
        return store.scan()
    if not is_quiet():
        tell(f"Using scan {newest.id}: {described(newest)}.")
        _tell_of_asking(store, newest)
        _tell_of_tables(store, newest)
        if site is None and not about:
            _tell_of_sites(store, newest)
    return newest


def _is_table(scan: Scan) -> bool:
    """Whether it holds nothing but imported tables, as of ARP and leases: who is there, not what they answer."""
    return scan.origin is Origin.IMPORT and HEARSAY.issuperset(scan.channels)


def _tables_last(scans: Iterable[Scan]) -> Iterator[Scan]:
    """The scans, those that hold nothing but imported tables last."""
    tables = []
    for scan in scans:
        if _is_table(scan):
            tables.append(scan)
        else:
            yield scan
    yield from tables


def _tell_of_tables(store: Store, taken: Scan) -> None:
    """Say which tables of the same site were imported since: they may know of devices that this scan did not see."""
    latest = next((one for one in store.holding(taken.site) if one.site == taken.site), taken)
    if _is_table(latest) and latest.id != taken.id:
        tell_note(f"tables of {latest.ended_at:%Y-%m-%d %H:%M} UTC may know of more: see --scan {latest.id}.")


def _tell_of_sites(store: Store, taken: Scan) -> None:
    """Say that other sites have scans, too: the latest of one is easily taken for all that there is."""
    if others := len(store.sites() - {taken.site, None}):
        tell_note(f"{plural(others, 'other site')} in this store: `camscan devices --each-site` shows all.")


def _tell_of_asking(store: Store, newest: Scan) -> None:
    """Say which scan of the same site asked last, where the latest one was imported or listened to: it tells less."""
    if newest.origin is Origin.SCAN:
        return
    asked = (one for one in store.newest(newest.site) if one.site == newest.site and one.origin is Origin.SCAN)
    if found := next(asked, None):
        where = "there" if found.site else "without a site"
        told = f"the latest that asked addresses {where} is of {found.started_at:%Y-%m-%d %H:%M} UTC"
        tell_note(f"{told}: add --scan {found.id} to use it.")


def _knowing(store: Store, site: str | None, about: str) -> Iterator[Scan]:
    """The scans that know an address, or were to ask in a network or a range, newest first."""
    from camscan.targets import is_address, known_addresses

    if is_address(about):
        yield from store.holding(site, about)
        return
    where = known_addresses([about], whole_networks=True)
    for scan in store.newest(site):
        specs = scan.settings.get(SPECS, "").splitlines() or scan.targets  # which are cut short where they are many
        if known_addresses(specs, whole_networks=True).within(where):
            yield scan


def tell_new_site(store: Store, site: str | None) -> None:
    """Say of a new site whose name is nearly that of another: a misspelt one is a place of its own for good."""
    from difflib import get_close_matches

    sites = store.sites()
    if is_quiet() or site is None or site in sites:
        return
    known = {one.casefold(): one for one in sorted(filter(None, sites))}
    for near in get_close_matches(site.casefold(), known, n=1, cutoff=0.8):
        names = f"{site!r} is a new site in this store, which also has {known[near]!r}"
        tell_note(f"{names}: if it is misspelt, `camscan db remove` takes the scan out again.")


def last_seen_at(store: Store, scan: Scan, address: str) -> str:
    """What an earlier scan of the same site saw at an address, and which one: a sentence, or "" if none did."""
    from camscan.app.reporting.registering import track_of

    every = store.register.named(address, (), scan.register_site)
    named = (one for one in every if address in track_of(one).places)
    known = (one for one in named if one.last_seen < latest_at(scan))
    entry = max(known, key=lambda one: one.last_seen, default=None)
    before = (one for one in store.newest(scan.site) if one.site == scan.site and latest_at(one) < latest_at(scan))
    until = (one for one in before if entry is None or one.started_at <= entry.last_seen)
    one = next((one for one in islice(until, _LOOKED_BACK) if _has_answered(store, one, address)), None)
    if one is None:
        return ""
    seen = f"{terminal(entry.device)} ({entry.verdict}) was last seen" if entry else "something answered"
    at = min(latest_at(one), entry.last_seen) if entry else latest_at(one)
    return f"{seen} there on {at:%Y-%m-%d %H:%M} UTC: add --scan {one.id} to see it"


def _has_answered(store: Store, scan: Scan, address: str) -> bool:
    return any(one.target == address and one.outcome.has_answer for one in store.ledger(scan.id, address))


def scans_of(store: Store, site: str | None) -> tuple[Scan, ...]:
    """All scans, or those of a site, newest first. Raises UsageError if the site that is named has none."""
    found = store.scans(site)
    if site is not None and not found:
        raise unknown_site(site, store.sites())
    return found


def unknown_site(site: str, known: Iterable[str | None]) -> UsageError:
    """What to raise where no scan of a site is stored."""
    return UsageError(f"no scan of site {site!r} is stored: {remedy(site, filter(None, known), 'see `camscan scans`')}")


def chosen_scans(store: Store, references: Sequence[str], site: str | None) -> tuple[Scan, ...]:
    """The scans of these ids or prefixes, newest first; where none is named, the latest one (of the site).

    Raises StoreError if no scan is stored; UsageError if there is no such scan, or more than one, one is not of the
    site, or the site has none.
    """
    if not references:
        return (scan_of(store, None, site, asking=True),)
    scans = {scan.id: scan for scan in (_of_site(store.scan(reference), site) for reference in references)}
    return tuple(sorted(scans.values(), key=latest_at, reverse=True))


def check_each_site(named: object) -> None:
    """See that neither a site nor a scan is `named` beside --each-site."""
    if named:
        raise UsageError("--each-site already takes the latest scan of each site: do not give --site or --scan with it")


def newest_of_each_site(store: Store) -> tuple[Scan, ...]:
    """The latest scan of each site, and of none, newest first; as in `scan_of`, one that asked goes before others.

    Raises StoreError if no scan is stored.
    """
    return store.newest_of_each_site() or (store.scan(),)


def _of_site(scan: Scan, site: str | None) -> Scan:
    """The scan that was named, which is to be one of the site, where that was named too."""
    if site is not None and scan.site != site:
        of = f"of site {scan.site!r}" if scan.site is not None else "of no site"
        raise UsageError(f"scan {scan.id} is {of}, not of {site!r}: leave out either the scan or --site")
    return scan


def described(scan: Scan) -> str:
    """What a scan is, for people: "the latest, 2026-11-24 18:30, of site depot, an import of site.xml"."""
    what = {Origin.LISTEN: ", listened to", Origin.IMPORT: ", an import"}.get(scan.origin, "")
    about = " ".join(scan.targets[:2]) + (" and others" if len(scan.targets) > 2 else "")
    site = f" of site {scan.site}" if scan.site else ""
    at = scan.ended_at if scan.origin is Origin.IMPORT else scan.started_at  # what it recorded may go back for years
    return terminal(f"the latest{site}, {at:%Y-%m-%d %H:%M} UTC{what}{f', {about}' if about else ''}")
