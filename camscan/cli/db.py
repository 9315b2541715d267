"""`camscan db`: maintenance of the store."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.merge import merge
from camscan.cli.parameters import completing, options
from camscan.cli.parameters.groups import CommandGroup
from camscan.cli.parameters.numbers import Whole
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import destination
from camscan.cli.terminal.telling import mention, tell, tell_note
from camscan.cli.terminal.writing import confirmed, write
from camscan.errors import DamageError, StoreError, UsageError
from camscan.text.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from camscan.app.sweeping.retention import Pruned
    from camscan.policy import Policy
    from camscan.store.store import Store
    from camscan.sweeps.config import Config, Retention

_NO_SWEEP = "Nothing to thin: there has been no sweep yet."
_UNCONFIGURED = (
    "there is no configuration, so all sites in the store are thinned. What a policy that comes with camscan lists is "
    "kept as evidence, and what the latest sweeps listed by another."
)


@click.group(cls=CommandGroup)
def db() -> None:
    """Maintain the store: thin, back up, merge, check, export, take out mistakes."""


db.add_command(merge)


@db.command()
@options.config
@options.configured_db
@click.option("--sweeps", type=Whole(2, 10_000), metavar="N", help="Keep the newest N sweeps of each site whole.")
@click.option("--days", type=Whole(0, 36_500), metavar="N", help="Keep sweeps younger than N days whole.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be deleted, and delete nothing.")
def prune(file: Path | None, db: str | None, sweeps: int | None, days: int | None, dry_run: bool) -> None:
    """Thin old sweeps, keeping the evidence of each listed or suspected device's first and last sighting.

    [retention] in the configuration says how much is kept whole. Scans made by hand, sweeps that were not compared
    yet, the last complete ones, and those with waiting alerts are never thinned. The space is given back to the
    disk. With --db and --sweeps or --days, no configuration is needed: without one, all sites in the store are thinned.
    A sweep is thinned if neither keeps it: one that is not given is that of [retention], else 10 sweeps and 7 days.
    What keeps one site from being thinned is told, keeps no other, and makes the exit code 1.

    \b
    Examples:
      camscan db prune --dry-run
      camscan db prune --config /etc/camscan/camscan.toml --sweeps 30 --days 90
      camscan db prune --db copy.db --sweeps 10
    """
    from camscan.app.judging.criteria import library
    from camscan.app.sweeping.configuration import configuration, database, usual_place
    from camscan.app.sweeping.retention import forget, summed, unconfigured
    from camscan.app.sweeping.retention import prune as pruned
    from camscan.cli.parameters.stored import open_swept_store
    from camscan.store.sqlitefile import shrink

    is_told = db is not None and not (sweeps is days is None)
    config = None if is_told and not file and not usual_place() else configuration(file).config
    terms = _terms(config, sweeps, days)
    with open_swept_store(db, database(config) if config else None) as store:
        if store is None:
            click.echo(_NO_SWEEP)
            return
        sites = list(_sites(config, store))
        if not sites:
            click.echo(_NO_SWEEP)
            return
        if config is None:
            tell_note(_UNCONFIGURED)
        elif others := unconfigured(store, config, terms):
            tell_note(f"not thinned are sites that the configuration does not name: {others}.")
        if (sweeps is None) != (days is None):
            newest, young = (
                f"the newest {terms.sweeps} of each site (--sweeps)",
                f"those of {plural(terms.days, 'day')} (--days)",
            )
            tell_note(f"kept whole are also {newest if sweeps is None else young}.")
        rules, broken = library(), dict[str, str]()
        each = ((site, pruned(store, rules, site, listing, terms, dry_run=dry_run)) for site, listing in sites)
        lines = ((site, summed(site, _unbroken(site, found, broken), dry_run=dry_run)) for site, found in each)
        for line in _told(line for site, line in lines if line or site not in broken):
            click.echo(line)
        where = store.file
        if not dry_run:
            forget(store, terms)
    if where and not dry_run:
        click.echo(f"{where}: {shrink(where) / 1e6:,.1f} MB given back, {where.stat().st_size / 1e6:,.1f} MB left")
    tell(*broken.values())
    if broken:
        sys.exit(Exit.FAILED)


def _unbroken(site: str, pruned: Iterable[Pruned], broken: dict[str, str]) -> Iterator[Pruned]:
    """What is thinned of a site; why not all is goes into `broken`, and keeps no other site from being thinned."""
    try:
        yield from pruned
    except (DamageError, UsageError) as error:
        broken[site] = f"{site}: {error}"


def _told(lines: Iterable[str]) -> Iterator[str]:
    """The lines about sites of which something goes, and how many others there are."""
    idle = 0
    for line in lines:
        idle += not line
        if line:
            yield line
    if idle:
        yield f"{plural(idle, 'site')} {'has' if idle == 1 else 'have'} no sweep to thin."


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options.db
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@options.quiet
def backup(file: Path, db: str | None, force: bool) -> None:
    """Copy the store to FILE as of one moment, even while a sweep writes to it.

    The copy is a store like any other: `camscan devices --db FILE` reads it.

    \b
    Examples:
      camscan db backup /var/backups/camscan.db
      camscan db backup --db /var/lib/camscan/camscan.db --force /mnt/backup/camscan.db
    """
    from camscan.store.engine import existing_file
    from camscan.store.sqlitefile import backup as copy

    source = existing_file(db)
    if source is None:
        raise UsageError("this store is on a database server: back it up with the server's own tool, such as pg_dump")
    if file.exists() and not file.is_file():  # a device such as /dev/null would be gone
        raise UsageError(f"{file} is not a file: choose one, such as backup.db")
    if file.exists() and not force:
        raise UsageError(f"{file} already exists: choose another file, or add --force")
    if file.exists() and file.samefile(source):
        raise UsageError(f"{file} is the store itself: choose another file")
    copy(source, file)
    mention(f"Wrote {file}, {file.stat().st_size / 1e6:,.1f} MB.")


@db.command()
@options.db
def check(db: str | None) -> None:
    """Check the store: its pages, its references, its schema and what its rows hold. Nothing is changed.

    While the pages of a file are read, nobody can write to it: a scan waits for half a minute, and then fails. Of
    a store of gigabytes, check a copy, which `camscan db backup` makes while scans go on.

    \b
    Examples:
      camscan db check
      camscan db check --db /var/backups/camscan.db
    """
    from camscan.store.check import faults

    where, found = faults(db)
    tell(*(f"{where}: {fault}" for fault in found))
    if found:
        sys.exit(Exit.FAILED)
    click.echo(f"{where} is sound.")


@db.command()
@click.argument("scans", nargs=-1, metavar="[SCAN]...", shell_complete=completing.scans)
@options.of_scan("named", multiple=True, help="Same as SCAN.")
@options.site
@options.db
@destination
def export(
    scans: tuple[str, ...], named: tuple[str, ...], site: str | None, db: str | None, output: Path | None
) -> None:
    """Write scans with their observations and ledger as JSON lines, the oldest scan first.

    SCAN is an ID or the start of one. Without it, all scans are written (of --site, if given), followed by what
    `camscan state` recorded about their devices. What can be derived from these is not written. Damaged rows are
    named and left out, and the exit code is then 1.

    \b
    Examples:
      camscan db export -o everything.jsonl
      camscan db export 4f2a --db /var/lib/camscan/camscan.db | gzip > scan.jsonl.gz
    """
    from camscan.app.archiving.exporting import lines, state_lines
    from camscan.cli.parameters.stored import chosen_scans, open_store, scans_of
    from camscan.store.damage import OnDamage

    scans += named
    with open_store(db) as store:
        store.set_on_damage(OnDamage.SKIP)
        told = () if scans else tuple(state_lines(store, site))
        every = store.scans if told else partial(scans_of, store)
        chosen = chosen_scans(store, scans, site) if scans else every(site)
        write(chain(lines(store, reversed(chosen)), told), output)
        if store.left_out:
            raise StoreError(f"{store.where}: {store.left_out} damaged rows, named above, are not in the export")


@db.command()
@click.argument("scans", nargs=-1, required=True, metavar="SCAN...", shell_complete=completing.scans)
@options.db
@click.option("-y", "--yes", is_flag=True, help="Delete without asking.")
def remove(scans: tuple[str, ...], db: str | None, yes: bool) -> None:
    """Delete scans that were stored by mistake: of the wrong network, or under the wrong site.

    All that was seen in them is gone, from `camscan progress` too; only a backup has it then. Sweeps and scans that
    support a removal (`camscan state`) are never deleted. A scan that was merged comes back with the next `camscan
    db merge`, if it is not removed there, too.

    \b
    Examples:
      camscan db remove 4f2a
      camscan db remove 4f2a 9c01 --yes
    """
    from camscan.app.archiving.removing import check, remove
    from camscan.app.judging.criteria import Criteria, library
    from camscan.app.reporting.registering import update_register
    from camscan.cli.parameters.stored import chosen_scans, open_store

    with open_store(db) as store:
        chosen = chosen_scans(store, scans, None)
        check(store, chosen)
        for scan in chosen if not yes else ():
            of = f" of {scan.site}" if scan.site else ""
            about = f"{scan.id}{of}, {scan.started_at:%Y-%m-%d %H:%M} UTC, {' '.join(scan.targets[:2])}"
            tell(about)
        if not yes and not confirmed(f"Delete {plural(len(chosen), 'scan')} with all that was seen?"):
            tell("Nothing was deleted.")
            sys.exit(Exit.FAILED)
        for told in remove(store, chosen, datetime.now(UTC)):
            tell(told)
        update_register(store, Criteria(library()), tell)


def _sites(config: Config | None, store: Store) -> Iterator[tuple[str, Callable[[], Sequence[Policy]]]]:
    """The sites that are to be thinned, and what loads their policies; without a configuration all that were swept."""
    from camscan.app.judging.criteria import chosen_policies
    from camscan.app.sweeping.pastsweeps import is_sweep
    from camscan.app.sweeping.sites import policies

    if config is None:
        swept = sorted({scan.site for scan in store.scans() if scan.site and is_sweep(scan)})
        yield from ((site, partial(chosen_policies, ())) for site in swept)
        return
    yield from ((site.name, partial(policies, config, site)) for site in config.site)


def _terms(config: Config | None, sweeps: int | None, days: int | None) -> Retention:
    """What is kept whole, by the options and the configuration."""
    from camscan.sweeps import config as tables

    retention = config.retention if config else None
    if retention is None and sweeps is None and days is None:
        raise UsageError("the configuration has no [retention]: add it as `camscan init` shows, or give --sweeps 10")
    chosen = {name: count for name, count in (("sweeps", sweeps), ("days", days)) if count is not None}
    return (retention or tables.Retention()).model_copy(update=chosen)
