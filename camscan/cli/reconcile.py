"""`camscan reconcile`: a manual inventory against what was found."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli import options
from camscan.cli.exits import Exit
from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.inventory.reading import Inventory, SheetReading
    from camscan.store import Store

FORMAT_NAMES = ("table", "json", "jsonl", "csv", "xlsx", "markdown")
_FAIL_ON = ("undeclared", "not-found", "conflict", "moved")
_LONG = 2_000

inventory_file = click.Path(path_type=Path, dir_okay=False, exists=True)
map_ = click.option(
    "--map",
    "placed",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Where a field is: ip=COL, mac=, serial=, make=, model=, ...; by name, letter or number. Repeatable.",
)
encoding = click.option("--encoding", metavar="NAME", help="The encoding of a text file, where the guess is wrong.")


@click.command()
@click.argument("inventory", type=inventory_file)
@options.of_scan("scan_ids", multiple=True, help="Which scan; repeatable. Default: the latest.")
@options.site
@click.option("--each-site", is_flag=True, help="Hold it against the latest scan of each site, for a list of them all.")
@map_
@encoding
@options.db
@options.judging
@options.all_hosts
@options.written(*FORMAT_NAMES)
@options.quiet
@click.option(
    "--fail-on", multiple=True, type=click.Choice(_FAIL_ON), help="Exit with 3 if there is such a one; repeatable."
)
def reconcile(
    inventory: Path,
    scan_ids: tuple[str, ...],
    site: str | None,
    each_site: bool,
    placed: tuple[str, ...],
    encoding: str | None,
    db: str | None,
    policies: tuple[str, ...],
    folders: tuple[Path, ...],
    all_hosts: bool,
    format_: str,
    output: Path | None,
    quiet: bool,
    fail_on: tuple[str, ...],
) -> None:
    """Hold a manual inventory against stored scans: what is missing from the list, and what from the network.

    INVENTORY is CSV (any delimiter and encoding), XLSX, ODS, XLS, JSON or a NetBox export. Where no column is called
    a site, and that of places names sites of the store, that is taken. Rows of sites that were not asked about are
    counted apart. No packet is sent.

    \b
    Examples:
      camscan reconcile cameras.xlsx
      camscan reconcile cameras.csv --site harbour --map ip=C --fail-on undeclared
      camscan reconcile estate.csv --each-site -o estate-audit.xlsx
      camscan reconcile netbox.json --scan 4f2a -o audit.json
    """
    from camscan.app.judging import chosen_policies, library
    from camscan.app.reconciling import found_in, reconciled
    from camscan.cli.formats.reconciled import FORMATS
    from camscan.cli.stored import chosen_scans, kept, newest_of_each_site
    from camscan.cli.writing import page, ready, write

    if each_site and (site or scan_ids):
        raise UsageError("--each-site takes the latest scan of every site: leave out --site and --scan, or it")
    ready(format_, output)
    listed = read(inventory, placed, encoding, quiet=quiet)
    rules, lists = library(folders), chosen_policies(policies, folders)
    with kept(db) as store:
        listed = at_sites(listed, store, placed, quiet=quiet)
        scans = newest_of_each_site(store) if each_site else chosen_scans(store, scan_ids, site, quiet=quiet)
        found = found_in(store, scans, rules, lists, all_hosts=all_hosts)
        made = reconciled(store, scans, (inventory, listed), found, rules, narrow=bool(site or scan_ids))
    write(FORMATS[format_](made, page(to_file=output is not None)), output)
    sys.exit(Exit.FOUND if any(result.cls in fail_on for result in made.results) else Exit.DONE)


def check_reading(inventory: Path | None, placed: tuple[str, ...], encoding: str | None) -> None:
    """See that nothing is said of how to read an inventory where there is none."""
    if inventory is None and (placed or encoding):
        raise UsageError(f"{'--map' if placed else '--encoding'} says how --inventory is read: name that too")


def read(path: Path, placed: tuple[str, ...], encoding: str | None, *, quiet: bool) -> Inventory:
    """Read an inventory, and say on stderr how it was read."""
    from camscan.inventory.columns import parse_choices
    from camscan.inventory.reading import read_inventory
    from camscan.reports.escape import terminal

    listed = read_inventory(path, parse_choices(placed), encoding)
    if not quiet:
        for text in _told(listed, guessed=encoding is None):
            click.echo(terminal(text, _LONG), err=True)
    return listed


def at_sites(listed: Inventory, store: Store, placed: tuple[str, ...], *, quiet: bool) -> Inventory:
    """A list with its places as sites, where they are called like those of the store and --map does not say more."""
    from camscan.inventory.columns import parse_choices
    from camscan.inventory.sites import by_place
    from camscan.inventory.synonyms import Field
    from camscan.reports.escape import terminal

    if {Field.SITE, Field.LOCATION} & parse_choices(placed).keys():
        return listed
    found, told = by_place(listed, store.sites())
    if told and not quiet:
        click.echo(terminal(told, _LONG), err=True)
    return found


def _told(listed: Inventory, *, guessed: bool) -> Iterator[str]:
    told = listed.encoding or ""
    marked = told.startswith(("utf-8-sig", "utf-16")) and "," not in told  # after a comma it tells of other lines
    if guessed and told and not marked:
        certain = listed.encoding == "utf-8"
        yield f"Read as {listed.encoding}{'' if certain else ' (a guess: --encoding names another)'}."
    for sheet in listed.sheets:
        yield from _told_of(sheet)


def _told_of(sheet: SheetReading) -> Iterator[str]:
    """The columns of a sheet, and its lines by what became of them."""
    from camscan.inventory.reading import described

    where = f"Sheet {sheet.sheet!r}: " if sheet.sheet else ""
    if sheet.rows or sheet.columns.identifies:
        unused = ", ".join(f'"{name}"' for name in sheet.columns.unused)
        yield f"{where}Columns: {described(sheet.columns)}{f'; not used: {unused}' if unused else ''}."
    kinds = {"of devices": sheet.rows, "of column names": len(sheet.headers), "above these": sheet.above}
    kinds |= {"of totals": sheet.totals, "of headings": sheet.headings}
    kinds |= {"blank": sheet.blank, "not read, as no column says which device is meant": sheet.unread}
    if sheet.lines:
        told = ", ".join(f"{count:,} {what}" for what, count in kinds.items() if count)
        yield f"{where}{sheet.lines:,} {'line' if sheet.lines == 1 else 'lines'}: {told}."
    elif not sheet.notes:
        yield f"{where}empty."
    yield from (f"{where}{note}." for note in sheet.notes)
