"""`camscan diff`: what changed between two scans."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from camscan.cli.parameters import completing, options
from camscan.cli.terminal.exits import Exit, matches
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.telling import tell_note
from camscan.cli.terminal.waiting import waiting
from camscan.cli.terminal.writing import wrapped
from camscan.errors import UsageError
from camscan.records import Origin, ScanStatus

if TYPE_CHECKING:
    from camscan.records import Scan
    from camscan.store.store import Store
    from camscan.sweeps.changes import Changes
    from camscan.sweeps.snapshot import Snapshot

_OLDER = 5  # scans before the two by which what is new is told from what has returned


@click.command()
@click.argument("old", required=False, shell_complete=completing.scans)
@click.argument("new", required=False, shell_complete=completing.scans)
@options.site
@options.db
@options.judging
@written("table", "json", "csv", "markdown")
@options.quiet
@options.fail_on_changes
def diff(
    old: str | None,
    new: str | None,
    site: str | None,
    db: str | None,
    judging: options.Judging,
    out: Output,
    fail_on: tuple[str, ...],
) -> None:
    """Show what changed between two scans: devices that are new, changed or missing, and what is no longer seen.

    OLD and NEW are scans, by ID or the start of one. With OLD alone, it is compared with the latest scan of its
    site; with neither, the latest scan is compared with the previous one of the same site: a sweep with the
    previous sweep. No packet is sent.

    \b
    Examples:
      camscan diff
      camscan diff 4f2a 9c01 --format markdown
      camscan diff -o changes.csv
      camscan diff --site headquarters --fail-on new --fail-on coverage-loss
    """
    from camscan.app.reporting.scanreport import past, snapshot_of
    from camscan.app.sweeping.sincesweeps import absent_from, with_known
    from camscan.cli.formats.changes import render
    from camscan.cli.parameters.stored import open_store
    from camscan.sweeps.compare import compare
    from camscan.sweeps.returned import with_returned

    criteria = judging.criteria()
    with open_store(db) as store:
        *older, before, after = _meant(store, old, new, site)
        with waiting(f"Comparing scans {before.id} and {after.id}"):
            snapshots = [snapshot_of(store, scan, criteria) for scan in (before, after)]
            changes = compare(snapshots)
            earlier = (past(store, scan, criteria.rules) for scan in reversed(older))
            changes = with_returned(changes, snapshots[-1].sightings, earlier)
            changes = with_known(store, before, after, changes, snapshots[-1].sightings)
            notes = (
                *_notes(before, after),
                *_unasked(before, after, changes, snapshots[0]),
                *absent_from(store, before, after, snapshots[0].sightings),
            )
    tell_note(*(f"{note}." for note in notes))
    made = render(out.format, [(after.site, changes)])
    out.write(wrapped(made, out.width) if out.format == "table" else made)
    if matches(changes, fail_on):
        sys.exit(Exit.FOUND)


def _notes(before: Scan, after: Scan) -> Iterator[str]:
    """What makes changes between two scans mean something else than they seem to."""
    from camscan.store.queries import latest_at

    if before.status is not ScanStatus.COMPLETE:
        yield f"scan {before.id} is {before.status}: some of what is new may have been there"
    if before.site != after.site:
        was, now = (f"of {scan.site}" if scan.site else "of no site" for scan in (before, after))
        yield f"scan {before.id} is {was}, scan {after.id} {now}: the same address may be another device"
    if latest_at(before) > latest_at(after):
        yield f"scan {before.id} is the later one: what is new here has gone since, and what is missing has come"


def _unasked(before: Scan, after: Scan, changes: Changes, seen: Snapshot) -> Iterator[str]:
    """That devices may have been there before, because a scan of other targets did not ask them; `seen` is of that."""
    from camscan.sweeps.changes import ChangeKind
    from camscan.text.wording import plural, were

    same = (before.targets, before.excluded) == (after.targets, after.excluded)
    if same or before.origin is not Origin.SCAN:
        return
    told = [change.device for kind in (ChangeKind.NEW, ChangeKind.RETURNED) for change in changes.of(kind)]
    if count := sum(not any(map(seen.asked_at, device.addresses)) for device in told):
        what = f"{plural(count, 'device')} that {were(count)} not seen before {were(count)} not asked"
        yield f"{what} in scan {before.id}, which had other targets: they may have been there"


def _meant(store: Store, old: str | None, new: str | None, site: str | None) -> list[Scan]:
    """The two scans that are meant, and before them those that show what has returned; the oldest first."""
    from camscan.app.sweeping.pastsweeps import is_sweep
    from camscan.cli.parameters.stored import scan_of

    if old is not None and new is None:
        first = store.scan(old)
        site = site or first.site
        beside = (scan for scan in store.newest() if site is None and _of_one_place(scan, first))
        new = next((scan.id for scan in beside if scan.id != first.id), None)
    after = scan_of(store, new, site, asking=True)
    earlier = _before(after, [scan for scan in store.scans(after.site) if _of_one_place(scan, after)])
    if old is not None:
        before = store.scan(old)
    elif earlier:  # between sweeps, somebody may have scanned one address by hand
        before = next((scan for scan in earlier if is_sweep(after) and is_sweep(scan)), earlier[0])
    else:
        where = f"site {after.site!r}" if after.site else "these targets"
        raise UsageError(f"there is only one scan of {where}: scan again, or choose two from `camscan scans`")
    if before.id == after.id:
        raise UsageError(f"both are scan {after.id}: choose two from `camscan scans`")
    return [*reversed(_before(before, earlier)[:_OLDER]), before, after]


def _before(scan: Scan, scans: Sequence[Scan]) -> Sequence[Scan]:
    """Of some scans, the newest first, those that are older than this one; none where it is not among them."""
    numbers = (number for number, one in enumerate(scans, 1) if one.id == scan.id)  # it may have ended meanwhile
    return scans[next(numbers, len(scans)) :]


def _of_one_place(scan: Scan, other: Scan) -> bool:
    """Whether two scans looked at the same in the same way: the same site, or without one the same targets."""
    return (scan.origin, scan.site) == (other.origin, other.site) and (
        scan.site is not None or scan.targets == other.targets
    )
