"""The options of all commands that read a manual inventory, and what is said of the reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.parameters.options import Existing, gathered
from camscan.cli.terminal.telling import mention
from camscan.cli.terminal.waiting import waiting
from camscan.errors import UsageError

if TYPE_CHECKING:
    from camscan.inventory.records import Inventory, SheetReading
    from camscan.inventory.synonyms import Field
    from camscan.store.store import Store

FILE = Existing(path_type=Path, dir_okay=False, exists=True)
_columns = click.option(
    "--map",
    "placed",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds a field: ip=COL, mac=, serial=, make=, model=, ...; COL is a name, letter or number. "
    "Repeatable.",
)
_encoding = click.option("--encoding", metavar="NAME", help="The encoding of a text file, if it is guessed wrong.")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a list is to be read, as the user says: which columns hold what, and in which encoding."""

    placed: tuple[str, ...]
    encoding: str | None

    @property
    def given(self) -> str:
        """The option that says something of it; "" where none does."""
        return "--map" if self.placed else "--encoding" if self.encoding else ""

    def check(self, inventory: Path | None) -> None:
        """See that nothing is said of how to read an inventory where there is none."""
        if inventory is None and self.given:
            raise UsageError(f"{self.given} says how to read --inventory: give that too")

    def read(self, path: Path) -> Inventory:
        """Read an inventory, and say on stderr how it was read."""
        from camscan.inventory.reading import read_inventory

        with waiting(f"Reading {path.name}"):
            listed = read_inventory(path, self._chosen, self.encoding)
        mention(*_told(listed, guessed=self.encoding is None))
        return listed

    def read_if_list(self, path: Path) -> Inventory | None:
        """Read a file that may be an inventory or something else (see `read_list`), and say how it was read."""
        from camscan.app.reporting.listreport import read_list

        with waiting(f"Reading {path.name}"):
            listed = read_list(path, self._chosen, self.encoding)
        if listed is not None:
            mention(*_told(listed, guessed=self.encoding is None))
        return listed

    def at_sites(self, listed: Inventory, store: Store) -> Inventory:
        """A list with its places as sites, where they are called like those of the store and nobody says otherwise."""
        from camscan.inventory.sites import by_place
        from camscan.inventory.synonyms import Field

        if Field.LOCATION in self._chosen and Field.SITE not in self._chosen:
            return listed
        found, told = by_place(listed, store.sites())
        if told:
            mention(told)
        return found

    @property
    def _chosen(self) -> Mapping[Field, str]:
        from camscan.inventory.columns import parse_choices

        return parse_choices(self.placed)


reading = gathered("reading", Reading, ("placed", "encoding"), _columns, _encoding)


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
