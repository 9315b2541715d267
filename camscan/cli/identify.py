"""`camscan identify`: rules over stored scans or pasted answers; no packet is sent."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from camscan.cli.parameters import inventories, options
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import FORMAT_NAMES, Output, written
from camscan.cli.terminal.waiting import waiting
from camscan.errors import UsageError
from camscan.records import Report, ScanStatus

if TYPE_CHECKING:
    from camscan.app.judging.criteria import Criteria


@click.command()
@click.argument("source", required=False, metavar="[FILE|-]", callback=options.typed)
@options.scan_id
@options.db
@options.judging
@options.all_hosts
@inventories.reading
@written(*FORMAT_NAMES)
@options.quiet
def identify(
    source: str | None,
    scan_id: str | None,
    db: str | None,
    judging: options.Judging,
    all_hosts: bool,
    reading: inventories.Reading,
    out: Output,
) -> None:
    """Judge a stored scan again by today's rules, or name the devices behind a pasted answer or on a list.

    FILE (or - for stdin) holds one answer as it was copied: an HTTP head, an RTSP answer, an XML or JSON reply,
    ONVIF scopes, a certificate subject, a MAC address. It may also be a file that `camscan import` reads, a list of
    MAC addresses such as a switch's table, or a JSON file of labelled answers. Of an inventory (CSV, XLSX, ODS, XLS
    or text with columns of makes or models, or several devices in a .json or .jsonl file), each row is judged by what
    stands on the label: before any scan, that tells what to look for. No packet is sent.

    \b
    Examples:
      camscan identify --scan 4f2a
      echo 'Server: App-webs/' | camscan identify -
      camscan identify mac-address-table.txt
      camscan identify cameras.xlsx -o labels.xlsx
    """
    if source is not None and scan_id is not None:
        raise UsageError("give either a file or --scan ID, not both")
    if reading.given and source is None:
        raise UsageError(f"{reading.given} says how to read a list: give that, or - for stdin")
    criteria = judging.criteria()
    if source is None:
        out.write_report(_of_stored(scan_id, db, criteria, all_hosts=all_hosts))
        return
    from camscan.app.reporting.filereport import report_on
    from camscan.app.reporting.listreport import report_on_list
    from camscan.imports.sources import on_disk

    with on_disk(source) as path:
        listed = reading.read_if_list(path)
        if listed is None:
            found = report_on(path, "stdin" if source == "-" else source, criteria, all_hosts=all_hosts)
        else:
            found = report_on_list(path, listed, criteria, all_hosts=all_hosts)
    out.write_report(found)
    if out.file:
        from camscan.reports.findings import summary

        out.tell((*summary(found), *(f"Note: {note}." for note in found.scan.notes)))
    sys.exit(Exit.DONE if found.scan.status is ScanStatus.COMPLETE else Exit.INCOMPLETE)


def _of_stored(scan_id: str | None, db: str | None, criteria: Criteria, *, all_hosts: bool) -> Report:
    from camscan.app.reporting.scanreport import report_of
    from camscan.cli.parameters.stored import open_store, scan_of

    with open_store(db) as store:
        scan = scan_of(store, scan_id)
        with waiting(f"Reading scan {scan.id}"):
            return report_of(store, scan, criteria, all_hosts=all_hosts)
