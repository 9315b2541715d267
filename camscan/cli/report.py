"""`camscan report`: render a stored scan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from camscan.cli.parameters import inventories, options
from camscan.cli.terminal.output import FORMAT_NAMES, Output, written
from camscan.cli.terminal.waiting import waiting
from camscan.errors import UsageError
from camscan.reports import FORMATS

_WITH_INVENTORY = tuple(name for name, form in FORMATS.items() if form.sums_up)
_ON_PAPER = ("html", "pdf")


@click.command()
@options.scan_id
@options.site
@options.db
@options.judging
@options.all_hosts
@options.tags
@click.option(
    "--inventory",
    type=inventories.FILE,
    help="Also compare the scan with this inventory; shown in html, pdf, xlsx and markdown.",
)
@inventories.reading
@written(*FORMAT_NAMES)
@click.option("--bom", is_flag=True, help="Start csv with a byte order mark, so that Excel reads it as UTF-8.")
@click.option(
    "--all-evidence",
    "whole",
    is_flag=True,
    help="Print all evidence, not only the decisive part (pdf, and html when printed).",
)
@options.quiet
def report(
    scan_id: str | None,
    site: str | None,
    db: str | None,
    judging: options.Judging,
    all_hosts: bool,
    sensitive: bool,
    core: tuple[str, ...],
    inventory: Path | None,
    reading: inventories.Reading,
    out: Output,
    bom: bool,
    whole: bool,
) -> None:
    """Write a report on a stored scan. No packet is sent.

    \b
    Examples:
      camscan report
      camscan report --scan 4f2a --format json
      camscan report --bom -o for-excel.csv
      camscan report --site harbour --inventory cameras.xlsx -o harbour.html
    """
    from camscan.app.reporting.annotating import Tags
    from camscan.app.reporting.reconciling import found_in, reconciled
    from camscan.app.reporting.registering import with_progress
    from camscan.app.reporting.scanreport import report_of
    from camscan.cli.formats.reconciledtext import digest
    from camscan.cli.parameters.stored import open_store, scan_of

    reading.check(inventory)
    if inventory and out.format not in _WITH_INVENTORY:
        others = f"use {', '.join(_WITH_INVENTORY)}, or `camscan reconcile`"
        raise UsageError(f"{out.format} cannot show --inventory: {others}")
    if bom and out.format != "csv":
        raise UsageError("--bom is for csv only: add --format csv")
    if whole and out.format not in _ON_PAPER:
        raise UsageError(f"--all-evidence is for {' and '.join(_ON_PAPER)} only: leave it out with {out.format}")
    out.ready()
    with open_store(db) as store:
        scan = scan_of(store, scan_id, site)
        criteria = judging.criteria()
        with waiting(f"Reading scan {scan.id}"):
            found = report_of(store, scan, criteria, all_hosts=all_hosts, tags=Tags(sensitive, core))
        found = with_progress(store, found, chosen=bool(judging.policies))
        if inventory:
            listed = reading.at_sites(reading.read(inventory), store)
            with waiting(f"Comparing {inventory.name} with scan {scan.id}"):
                devices = found_in(store, [scan], criteria, all_hosts=all_hosts)
                made = reconciled(store, (scan,), (inventory, listed), devices, criteria.rules, narrow=True)
            found = replace(found, reconciled=digest(made))
    with out.waiting():
        out.write_report(found, marked=bom, whole=whole)
