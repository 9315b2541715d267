"""`camscan scans`: which scans the store holds."""

from __future__ import annotations

from typing import Any

import click

from camscan.cli.parameters import options
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.telling import mention
from camscan.records import Scan
from camscan.reports.escape import terminal

SCHEMA = "camscan-scans/1"
_HEADS = ("scan", "started", "ended", "origin", "status", "site", "targets")


@click.command()
@options.db
@options.site
@written("table", "json")
@options.quiet
def scans(db: str | None, site: str | None, out: Output) -> None:
    """List the stored scans, newest first.

    The newest is the one that ended last. An import starts and ends with the oldest and the latest of what its files
    recorded.

    \b
    Examples:
      camscan scans
      camscan scans --site headquarters --format json
    """
    from camscan.cli.parameters.stored import open_store, scans_of
    from camscan.reports.columns import lines

    with open_store(db) as store:
        found = scans_of(store, site)
    if out.format == "json":
        out.write_json({"schema": SCHEMA, "scans": [*map(_object, found)]})
        return
    if not found:
        mention("No scan is stored.")
    cells = [
        (
            scan.id,
            f"{scan.started_at:%Y-%m-%d %H:%M} UTC",
            f"{scan.finished_at:%Y-%m-%d %H:%M} UTC" if scan.finished_at else "-",
            scan.origin,
            scan.status,
            scan.site or "-",
            " ".join(scan.targets),
        )
        for scan in found
    ]
    table = lines([_HEADS, *(tuple(map(terminal, row)) for row in cells)] if cells else [])
    out.write_lines(table)


def _object(scan: Scan) -> dict[str, Any]:
    from camscan.text.timestamps import utc

    return {
        "id": scan.id,
        "origin": scan.origin,
        "site": scan.site,
        "started_at": utc(scan.started_at),
        "finished_at": utc(scan.finished_at) if scan.finished_at else None,
        "status": scan.status,
        "targets": scan.targets,
    }
