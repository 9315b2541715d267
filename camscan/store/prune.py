"""Thins a scan to the evidence that is worth keeping, to make room.

That is done in one transaction: killed at any point, it is as it was or as it shall be. A thinned scan no longer
says what was silent, so it reads as partial, and its notes say why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Table, delete, func, select, update

from camscan.records import Scan, ScanStatus
from camscan.scansettings import THINNED
from camscan.store.batches import batched
from camscan.store.derived import drop
from camscan.store.queries import ledger_counts
from camscan.store.rows import scan_values
from camscan.store.schema import ledger, observations, scans
from camscan.store.text import escape, unescape
from camscan.text.timestamps import utc

_CHUNK = 500  # targets in one statement


@dataclass(frozen=True, slots=True)
class Thinned:
    """What became of a scan: observations that were deleted and kept; `gone` where nothing of it was worth keeping."""

    deleted: int
    kept: int
    gone: bool


def preview(connection: Connection, number: int, keep: Collection[str]) -> Thinned:
    """What thinning a scan to the evidence of these targets, or to that of their silence, would do."""
    counts = _counts(connection, number)
    kept = sum(counts[target] for target in counts.keys() & set(keep))
    gone = not kept and _targets(connection, ledger, number).isdisjoint(keep)
    return Thinned(sum(counts.values()) - kept, kept, gone)


def thin(
    connection: Connection, number: int, scan: Scan, keep: Collection[str], *, at: datetime, where: str
) -> Thinned:
    """Delete what a scan of the store `where` has of all targets but these, and note that in the scan."""
    result = preview(connection, number, keep)
    note = _note(ledger_counts(connection, number, where)[""], result, at)
    drop(connection, number)
    for table in (observations, ledger):
        _delete(connection, table, number, _targets(connection, table, number) - set(keep))
    if result.gone:
        connection.execute(delete(ledger).where(ledger.c.scan == number))
        connection.execute(delete(scans).where(scans.c.number == number))
    else:
        settings = {**scan.settings, THINNED: utc(at, "seconds")}
        values = scan_values(replace(scan, status=ScanStatus.PARTIAL, settings=settings, notes=(*scan.notes, note)))
        changed = {name: values[name] for name in ("status", "settings", "notes")}
        connection.execute(update(scans).where(scans.c.number == number).values(changed))
    return result


def _counts(connection: Connection, number: int) -> dict[str, int]:
    """Target -> how many observations there are of it."""
    query = select(observations.c.target, func.count()).where(observations.c.scan == number)
    rows = connection.execute(query.group_by(observations.c.target)).all()
    return {unescape(target): count for target, count in rows}


def _targets(connection: Connection, table: Table, number: int) -> set[str]:
    return set(map(unescape, connection.scalars(select(table.c.target).where(table.c.scan == number).distinct())))


def _delete(connection: Connection, table: Table, number: int, targets: Collection[str]) -> None:
    for some in batched(map(escape, sorted(targets)), _CHUNK):
        connection.execute(delete(table).where(table.c.scan == number, table.c.target.in_(some)))


def _note(outcomes: Mapping[str, int], result: Thinned, at: datetime) -> str:
    """What was there, for those who look at what is left."""
    covered = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    return (
        f"thinned on {at:%Y-%m-%d}: {result.kept} of {result.kept + result.deleted} observations are kept, of devices "
        f"seen for the first or the last time; its {sum(outcomes.values())} targets were: {covered or 'none'}"
    )
