"""`camscan db merge`: the stores of other probes, and bundles of evidence, merged into one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camscan.cli.parameters import options
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.telling import is_quiet, mention, tell
from camscan.cli.terminal.waiting import throttled
from camscan.errors import UsageError, on_os_error
from camscan.reports.columns import lines
from camscan.reports.escape import terminal
from camscan.text.timestamps import utc
from camscan.text.wording import plural

if TYPE_CHECKING:
    from camscan.app.archiving.merging import MergedSite
    from camscan.store.store import Store
    from camscan.summaries import StateChange

SCHEMA = "camscan-merge/1"
_HEADS = ("from", "site", "there called", "scans", "here already", "left there", "observations", "statements")


def _renamed(_context: click.Context, _option: click.Parameter, words: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [word.partition("=") for word in words]
    if wrong := next((word for word, (old, _, new) in zip(words, pairs, strict=True) if not (old and new)), None):
        raise UsageError(f"--rename {wrong} lacks the new name: write it like --rename office=office-leeds")
    return {old: new for old, _, new in pairs}


@click.command()
@click.argument("others", nargs=-1, required=True, metavar="OTHER...")
@options.of_site(help="The site of everything that has none in the other store.")
@click.option(
    "--rename",
    multiple=True,
    metavar="OLD=NEW",
    callback=_renamed,
    help="Rename a site of the other store; repeatable.",
)
@click.option(
    "--same-sites", is_flag=True, help="Treat sites of the same name as one place, even if nothing shows that they are."
)
@click.option(
    "--key",
    metavar="FILE-OR-FINGERPRINT",
    help="The public key that must have signed the bundles, or its fingerprint. Without it, any signer is accepted.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be merged, and write nothing.")
@options.db
@written("table", "json")
@options.quiet
def merge(
    others: tuple[str, ...],
    site: str | None,
    rename: Mapping[str, str],
    same_sites: bool,
    key: str | None,
    dry_run: bool,
    db: str | None,
    out: Output,
) -> None:
    """Merge other stores, or bundles of evidence, into this one. The others are left unchanged.

    Merged are scans with all observations and their ledger, what people said about devices, and what sweeps
    remember. Nothing in this store is overwritten: a scan that it already has is skipped, and of two statements
    about a device the later one counts. Bundles are verified first. Scans that are still running are skipped. Sites
    of the same name are one place if both stores know a scan of it; otherwise, say which they are. --site names
    whatever has no site in the other store.

    \b
    Examples:
      camscan db merge /mnt/usb/probe-*.db --dry-run
      camscan db merge leeds.db --rename office=office-leeds
      camscan db merge bundle.zip --key evidence.key.pub
    """
    from camscan.app.archiving.merging import SiteChoices, map_sites
    from camscan.app.archiving.merging import merge as merge_store

    choices, progress = SiteChoices(site, rename, same_sites), (lambda *_: None) if is_quiet() else _progress()
    with ExitStack() as stack:
        opened = [stack.enter_context(_opened(name, key)) for name in others]
        store = stack.enter_context(_into(db, dry_run=dry_run))
        _check(store, opened)
        places = map_sites(store, opened, choices)
        found = [
            (name, merge_store(store, other, sites, name=Path(name).name, dry_run=dry_run, progress=progress))
            for name, other, sites in zip(others, opened, places, strict=True)
        ]
    _write(found, out, dry_run=dry_run)
    left = any(one.left for _, taken in found for one in taken)
    mention(*_told(found))
    sys.exit(Exit.INCOMPLETE if left else Exit.DONE)


@contextmanager
def _opened(name: str, key: str | None) -> Iterator[Store]:
    """Another store to read from, or a bundle as one. Raises UsageError if there is none, or it cannot be read."""
    from camscan.app.archiving import keyfiles
    from camscan.app.archiving.bundling import as_store, is_bundle
    from camscan.store.source import open_source

    file = Path(name)
    with on_os_error(UsageError, f"{name} cannot be read", "give a store or a bundle"):
        bundle = "://" not in name and is_bundle(file)
    if bundle and key is None:
        tell(f"{name} was not checked against a key that you know, and anybody can sign: give --key.")
    elif key is not None and not bundle:
        tell(f"{name} was not checked against the key, as nobody signs a store: ask for a bundle.")
    with as_store(file, None if key is None else keyfiles.fingerprint(key)) if bundle else open_source(name) as store:
        yield store


@contextmanager
def _into(db: str | None, *, dry_run: bool) -> Iterator[Store]:
    """The store that the others are merged into; one that is not there is made, for a dry run in a place of its own."""
    from tempfile import TemporaryDirectory

    from camscan.store.engine import missing_file
    from camscan.store.store import Store

    with ExitStack() as stack:
        if dry_run and missing_file(db):
            db = str(Path(stack.enter_context(TemporaryDirectory(prefix="camscan-")), "new.db"))
        yield stack.enter_context(Store.open(db))


def _check(store: Store, others: Sequence[Store]) -> None:
    """See that no store is to be merged into itself. Raises UsageError if one is."""
    for other in others:
        if store.where == other.where or (store.file and other.file and store.file.samefile(other.file)):
            raise UsageError(f"{other.where} is the store to merge into: give others")


def _progress() -> Callable[[int, int], None]:
    say = throttled()
    return lambda done, scans: say(f"{done:,} of {scans:,} scans so far")


def _write(found: Sequence[tuple[str, Sequence[MergedSite]]], out: Output, *, dry_run: bool) -> None:
    if out.format == "json":
        stores = [_object(name, taken) for name, taken in found]
        out.write_json({"schema": SCHEMA, "dry_run": dry_run, "stores": stores})
        return
    rows = [tuple(map(terminal, _cells(name, one))) for name, taken in found for one in taken if one.is_news]
    out.write(lines([_HEADS, *rows]) if rows else [])


def _cells(name: str, one: MergedSite) -> tuple[str, ...]:
    from camscan.app.archiving.merging import MergeResult

    counts = (one.scans[MergeResult.TAKEN], one.scans[MergeResult.KNOWN], len(one.left), one.observations, one.states)
    return (name, one.site or "-", one.called or "-", *(f"{count:,}" for count in counts))


def _object(name: str, taken: Sequence[MergedSite]) -> dict[str, Any]:
    from camscan.app.archiving.merging import MergeResult

    sites = [
        {
            "site": one.site,
            "called": one.called,
            "taken": one.scans[MergeResult.TAKEN],
            "known": one.scans[MergeResult.KNOWN],
            "left": [{"scan": scan, "why": why} for scan, why in one.left.items()],
            "observations": one.observations,
            "statements": one.states,
            "disputes": [
                {"earlier": _said(dispute.earlier), "later": _said(dispute.later)} for dispute in one.disputes
            ],
        }
        for one in taken
    ]
    return {"store": name, "sites": sites}


def _said(change: StateChange) -> dict[str, Any]:
    said = {name: getattr(change, name) for name in ("device", "address", "state", "who", "why")}
    return {**said, "at": utc(change.at)}


def _told(found: Sequence[tuple[str, Sequence[MergedSite]]]) -> Iterator[str]:
    """What the reader must know beside the counts."""
    from camscan.app.archiving.merging import MergeResult, shown

    why = {
        MergeResult.RUNNING: "is not complete there: merge again when it has ended",
        MergeResult.DIFFERS: "differs from the scan here with the same ID, which stays as it is",
    }
    for name, taken in found:
        if known := sum(not one.is_news for one in taken):
            yield f"{name}: of {plural(known, 'site')} everything is here already."
        if not taken:
            yield f"{name}: nothing is stored there."
        for one in taken:
            yield from (f"{name}: scan {scan} {why[result]}." for scan, result in one.left.items())
            for dispute in one.disputes:
                first, last = dispute.earlier, dispute.later
                at = f"{name}, {shown(one.site)}: {last.device} at {last.address}"
                said = f"{first.state} ({first.who}, {first.at:%Y-%m-%d %H:%M} UTC)"
                yield f"{at} is {last.state} ({last.who}, {last.at:%Y-%m-%d %H:%M} UTC), no longer {said}."
