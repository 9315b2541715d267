"""The options of all commands that read a manual inventory, and what is said of the reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.options import Existing
from camscan.cli.telling import tell
from camscan.cli.waiting import waiting
from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.inventory.records import Inventory, SheetReading
    from camscan.store import Store

file = Existing(path_type=Path, dir_okay=False, exists=True)
columns = click.option(
    "--map",
    "placed",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds a field: ip=COL, mac=, serial=, make=, model=, ...; COL is a name, letter or number. "
    "Repeatable.",
)
encoding = click.option("--encoding", metavar="NAME", help="The encoding of a text file, if it is guessed wrong.")


def check_reading(inventory: Path | None, placed: tuple[str, ...], encoding: str | None) -> None:
    """See that nothing is said of how to read an inventory where there is none."""
    if inventory is None and (placed or encoding):
        raise UsageError(f"{'--map' if placed else '--encoding'} says how to read --inventory: give that too")


def read(path: Path, placed: tuple[str, ...], encoding: str | None, *, quiet: bool) -> Inventory:
    """Read an inventory, and say on stderr how it was read."""
    from camscan.inventory.columns import parse_choices
    from camscan.inventory.reading import read_inventory

    with waiting(f"Reading {path.name}", quiet=quiet):
        listed = read_inventory(path, parse_choices(placed), encoding)
    _tell(listed, guessed=encoding is None, quiet=quiet)
    return listed


def read_if_list(path: Path, placed: tuple[str, ...], encoding: str | None, *, quiet: bool) -> Inventory | None:
    """Read a file that may be an inventory or something else (see `read_list`), and say on stderr how it was read."""
    from camscan.app.listreport import read_list
    from camscan.inventory.columns import parse_choices

    with waiting(f"Reading {path.name}", quiet=quiet):
        listed = read_list(path, parse_choices(placed), encoding)
    if listed is not None:
        _tell(listed, guessed=encoding is None, quiet=quiet)
    return listed


def at_sites(listed: Inventory, store: Store, placed: tuple[str, ...], *, quiet: bool) -> Inventory:
    """A list with its places as sites, where they are called like those of the store and --map does not say more."""
    from camscan.inventory.columns import parse_choices
    from camscan.inventory.sites import by_place
    from camscan.inventory.synonyms import Field

    if Field.LOCATION in (chosen := parse_choices(placed)) and Field.SITE not in chosen:
        return listed
    found, told = by_place(listed, store.sites())
    if told and not quiet:
        tell(told)
    return found


def _tell(listed: Inventory, *, guessed: bool, quiet: bool) -> None:
    if not quiet:
        tell(*_told(listed, guessed=guessed))


def _told(listed: Inventory, *, guessed: bool) -> Iterator[str]:
    told = listed.encoding or ""
    marked = told.startswith(("utf-8-sig", "utf-16")) and "," not in told  # after a comma it tells of other lines
    if guessed and told and not marked:
        certain = listed.encoding == "utf-8"
        yield f"Read as {listed.encoding}{'' if certain else ' (a guess: use --encoding if it is wrong)'}."
    for sheet in listed.sheets:
        yield from _told_of(sheet)


def _told_of(sheet: SheetReading) -> Iterator[str]:
    """The columns of a sheet, and its lines by what became of them."""
    from camscan.inventory.columns import described
    from camscan.text.wording import plural

    where = f"Sheet {sheet.sheet!r}: " if sheet.sheet else ""
    if sheet.rows or sheet.is_list:
        unused = ", ".join(f'"{name}"' for name in sheet.columns.unused)
        yield f"{where}Columns: {described(sheet.columns)}{f'; not used: {unused}' if unused else ''}."
    kinds = {"of devices": sheet.rows, "of column names": len(sheet.headers), "above these": sheet.above}
    kinds |= {"of totals": sheet.totals, "of headings": sheet.headings}
    why = "" if sheet.columns.of_report else ", as no column says which device is meant"
    kinds |= {"blank": sheet.blank, f"not read{why}": sheet.unread}
    if sheet.lines:
        told = ", ".join(f"{count:,} {what}" for what, count in kinds.items() if count)
        yield f"{where}{plural(sheet.lines, 'line')}: {told}."
    elif not sheet.notes:
        yield f"{where}empty."
    yield from (f"{where}{note}." for note in sheet.notes)
