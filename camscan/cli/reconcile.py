"""`camscan reconcile`: a manual inventory against what was found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.parameters import inventories, options
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.waiting import waiting
from camscan.reports.escape import terminal

if TYPE_CHECKING:
    from camscan.app.reporting.reconciling import Reconciliation

FORMAT_NAMES = ("table", "json", "jsonl", "csv", "xlsx", "markdown")
_ELSEWHERE = dict.fromkeys(("html", "pdf"), "`camscan report --inventory FILE`")
_FAIL_ON = ("undeclared", "not-found", "conflict", "moved")


@click.command()
@click.argument("inventory", type=inventories.FILE)
@options.of_scan("scan_ids", multiple=True, help="The scan to compare with; repeatable. Default: the latest.")
@options.site
@click.option(
    "--each-site", is_flag=True, help="Compare with the latest scan of each site, for an inventory of all sites."
)
@inventories.reading
@options.db
@options.judging
@click.option(
    "--all", "all_hosts", is_flag=True, help="Expect every host that answered to be in the list, not only devices."
)
@written(*FORMAT_NAMES, elsewhere=_ELSEWHERE)
@options.quiet
@click.option(
    "--fail-on",
    multiple=True,
    type=options.choice(_FAIL_ON),
    help="Exit with 3 if any row or device is of this class; repeatable.",
)
def reconcile(
    inventory: Path,
    scan_ids: tuple[str, ...],
    site: str | None,
    each_site: bool,
    reading: inventories.Reading,
    db: str | None,
    judging: options.Judging,
    all_hosts: bool,
    out: Output,
    fail_on: tuple[str, ...],
) -> None:
    """Compare a manual inventory with stored scans: what is missing from the list, and what from the network.

    INVENTORY is CSV (any delimiter and encoding), XLSX, ODS, XLS, or JSON, also nested. If no column is called a site,
    but the location column or the sheets name sites of the store, those are used. Counted apart are rows of sites that
    you did not ask about, and of devices that their status, a date of removal or their sheet calls no longer in use; if
    such a device answers, it is a conflict. Printers, routers and the like are expected only with --all, or if a policy
    may list them. Of a row without a device, it tells when an earlier scan saw it. Nothing is sent, no name looked up.

    \b
    Examples:
      camscan reconcile cameras.xlsx
      camscan reconcile cameras.csv --site harbour --map ip=C --fail-on undeclared
      camscan reconcile estate.csv --each-site -o estate-audit.xlsx
      camscan reconcile netbox.json --scan 4f2a -o audit.json
      camscan report --inventory cameras.xlsx -o audit.html
    """
    from camscan.app.reporting.reconciling import found_in, reconciled
    from camscan.cli.formats.reconciled import FORMATS
    from camscan.cli.formats.reconciledtext import findings
    from camscan.cli.parameters.stored import check_each_site, chosen_scans, newest_of_each_site, open_store
    from camscan.text.wording import plural

    if each_site:
        check_each_site(site or scan_ids)
    out.ready()
    listed, criteria = reading.read(inventory), judging.criteria()
    with open_store(db) as store:
        listed = reading.at_sites(listed, store)
        scans = newest_of_each_site(store) if each_site else chosen_scans(store, scan_ids, site)
        with waiting(f"Reading the devices of {plural(len(scans), 'scan')}"):
            found = found_in(store, scans, criteria, all_hosts=all_hosts)
        with waiting(f"Comparing {plural(len(listed.rows), 'row')} with {plural(len(found), 'device')}"):
            made = reconciled(store, scans, (inventory, listed), found, criteria.rules, narrow=bool(site or scan_ids))
    with out.waiting():
        out.write(FORMATS[out.format](made, out.page))
    if out.file:
        out.tell(findings(made, terminal))
    sys.exit(_exit_code(made, fail_on))


def _exit_code(made: Reconciliation, fail_on: tuple[str, ...]) -> Exit:
    """The exit code; that nothing was found is a success only where the whole list was read."""
    if made.inventory.is_cut:
        return Exit.INCOMPLETE
    return Exit.FOUND if any(result.cls in fail_on for result in made.results) else Exit.DONE
