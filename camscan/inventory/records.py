"""A manual inventory, and what became of every line of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from camscan.inventory.columns import Columns
from camscan.inventory.rows import Row
from camscan.inventory.tables import CUT


@dataclass(slots=True)
class SheetReading:
    """What was read of one sheet: its columns, and every line of it by what became of it."""

    sheet: str
    columns: Columns = field(default_factory=lambda: Columns(()))
    rows: int = 0
    blank: int = 0
    above: int = 0
    """Lines above the header that hold no device: titles and legends."""
    headers: list[int] = field(default_factory=list)
    """Where column names stand; long lists repeat them."""
    unread: int = 0
    """Lines of a sheet in which no column says which device a row means."""
    totals: int = 0
    """Lines that only count what stands above them."""
    headings: int = 0
    """Lines that hold one text alone, in a cell that is merged over several columns: "Second floor"."""
    notes: list[str] = field(default_factory=list)
    by_label: bool = False
    """Whether it is enough that a row says what stands on the label of its device."""

    @property
    def is_list(self) -> bool:
        """Whether its rows are of devices."""
        tells = self.columns.identifies or (self.by_label and self.columns.labels)
        return tells and not self.columns.of_report

    @property
    def is_cut(self) -> bool:
        """Whether the file ends within it."""
        return CUT in self.notes

    @property
    def lines(self) -> int:
        """All lines of the sheet."""
        named = self.above + len(self.headers) + self.totals + self.headings
        return self.rows + self.blank + named + self.unread


@dataclass(frozen=True, slots=True)
class Inventory:
    """A manual inventory. Every line of the file is a row, or counted in `sheets`."""

    rows: tuple[Row, ...]
    sheets: tuple[SheetReading, ...]
    format: str
    encoding: str | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the file was cut off, as far as that shows: a CSV may end between two rows, or in its last cell."""
        return any(sheet.is_cut for sheet in self.sheets)
