"""`camscan report`: render a stored scan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from camscan.cli import inventories, options
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
    type=inventories.file,
    help="Also compare the scan with this inventory; shown in html, pdf, xlsx and markdown.",
)
@inventories.columns
@inventories.encoding
@options.written(*options.FORMAT_NAMES)
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
    policies: tuple[str, ...],
    folders: tuple[Path, ...],
    all_hosts: bool,
    sensitive: bool,
    core: tuple[str, ...],
    inventory: Path | None,
    placed: tuple[str, ...],
    encoding: str | None,
    format_: str,
    output: Path | None,
    bom: bool,
    whole: bool,
    quiet: bool,
) -> None:
    """Write a report on a stored scan. No packet is sent.

    \b
    Examples:
      camscan report
      camscan report --scan 4f2a --format json
      camscan report --bom -o for-excel.csv
      camscan report --site harbour --inventory cameras.xlsx -o harbour.html
    """
    from camscan.app.annotating import Tags
    from camscan.app.criteria import criteria_of
    from camscan.app.judging import report_of
    from camscan.app.reconciling import found_in, reconciled
    from camscan.app.registering import with_progress
    from camscan.cli.formats.reconciledtext import digest
    from camscan.cli.stored import open_store, scan_of
    from camscan.cli.waiting import waiting
    from camscan.cli.writing import ready, write_report

    inventories.check_reading(inventory, placed, encoding)
    if inventory and format_ not in _WITH_INVENTORY:
        raise UsageError(f"{format_} cannot show --inventory: use {', '.join(_WITH_INVENTORY)}, or `camscan reconcile`")
    if bom and format_ != "csv":
        raise UsageError("--bom is for csv only: add --format csv")
    if whole and format_ not in _ON_PAPER:
        raise UsageError(f"--all-evidence is for {' and '.join(_ON_PAPER)} only: leave it out with {format_}")
    ready(format_, output)
    with open_store(db) as store:
        scan = scan_of(store, scan_id, site, quiet=quiet)
        criteria = criteria_of(policies, folders)
        with waiting(f"Reading scan {scan.id}", quiet=quiet):
            found = report_of(store, scan, criteria, all_hosts=all_hosts, tags=Tags(sensitive, core))
        found = with_progress(store, found, chosen=bool(policies))
        if inventory:
            listed = inventories.read(inventory, placed, encoding, quiet=quiet)
            listed = inventories.at_sites(listed, store, placed, quiet=quiet)
            with waiting(f"Comparing {inventory.name} with scan {scan.id}", quiet=quiet):
                devices = found_in(store, [scan], criteria, all_hosts=all_hosts)
                made = reconciled(store, (scan,), (inventory, listed), devices, criteria.rules, narrow=True)
            found = replace(found, reconciled=digest(made))
    with waiting(f"Writing {output}", quiet=quiet or output is None):
        write_report(found, format_, output, marked=bom, whole=whole)
