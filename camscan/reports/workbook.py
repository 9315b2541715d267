"""The sheets of a workbook (Office Open XML, ECMA-376), and a workbook of tables alone.

Every cell that holds text is typed as text, so that none is ever a formula or a link; counts are numbers. So a table
opens alike in every language of a spreadsheet, where a CSV file needs its own delimiter in each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from itertools import chain, islice
from tempfile import TemporaryDirectory, gettempdir
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from camscan.errors import HostError
from camscan.records import Verdict
from camscan.reports.charts import PALETTE
from camscan.reports.escape import terminal

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

    from camscan.reports.rowsheet import RowSheet

_MAX_ROWS = 1_048_574
"""Rows of a sheet (ECMA-376, 18.3.1.73), less the header and the row that says that there are more."""
_MORE = "More rows than a sheet can hold: write the report in another format for the rest."
MAX_LIST = 2_000  # characters of several texts in one cell
_ESCAPES = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What a reader of the file would turn into any character (ECMA-376, 22.9.2.19)."""
_A4 = 9
_PAGE_WIDTH = 200
"""Characters of a row that can still be read on one landscape page; a wider sheet takes several side by side."""
_MEASURED = 200  # rows by which the widths of a table's columns are chosen
_WIDEST = 60
_REMEMBERED = 2_048  # values of a sheet whose cells are made once: most columns hold few

Cell: TypeAlias = str | int | None
Columns: TypeAlias = Sequence[tuple[str, int]]  # head and width of each column, in characters


@contextmanager
def new_workbook(file: IO[bytes]) -> Iterator[WorkbookWriter]:
    """A workbook that is in the file once the block has ended. The same content and time give the same bytes.

    Its sheets lie in temporary files until then. Raises HostError if there is no room for them.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - only this format needs it
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - as above

    from camscan.reports.rowsheet import RowSheet  # noqa: PLC0415 - as above

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with TemporaryDirectory(prefix="camscan-") as folder:  # which the library leaves files in where it fails
        try:
            with Workbook(file, {**options, "tmpdir": folder}) as workbook:
                workbook.worksheet_class = RowSheet
                yield WorkbookWriter(workbook)
        except FileCreateError as error:
            what = error.args[0].strerror  # of the OSError that the library has put into its own
            raise HostError(
                f"cannot write temporary files in {gettempdir()}: {what}: free some space there, or set TMPDIR"
            ) from error


def tables(title: str, at: datetime, sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """A workbook of tables: for each sheet its heads, and its rows."""
    file = BytesIO()
    with new_workbook(file) as made:
        made.describe(title, at)
        for name, (heads, rows) in sheets.items():
            lines = iter(rows)
            first = list(islice(lines, _MEASURED))
            made.table(name, _measured(heads, first), chain(first, lines))
    return file.getvalue()


def _measured(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Columns:
    columns = zip(heads, *rows, strict=True)
    return [(head, min(max(len(str(cell or "")) for cell in (head, *cells)) + 2, _WIDEST)) for head, *cells in columns]


class WorkbookWriter:
    """Writes sheets, each row by row from top to bottom as constant memory asks for."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        text: dict[str, Any] = {"num_format": "@", "valign": "top"}
        self._text = workbook.add_format(text)
        self._wrapped = workbook.add_format({**text, "text_wrap": True})
        self._bold = workbook.add_format({**text, "bold": True})
        self._title = workbook.add_format({**text, "bold": True, "font_size": 18})
        self._head = workbook.add_format({**text, "bold": True, "bg_color": "#f1f3f6", "bottom": 1})
        self._right = workbook.add_format({**text, "bold": True, "bg_color": "#f1f3f6", "bottom": 1, "align": "right"})
        self._number = workbook.add_format({"num_format": "#,##0", "valign": "top"})
        self._verdicts: dict[str, Format] = {
            verdict.value: workbook.add_format({**text, "bold": True, "font_color": PALETTE[verdict]})
            for verdict in Verdict
        }

    def describe(self, title: str, at: datetime) -> None:
        """Say what the workbook is and of when."""
        self._workbook.set_properties({"title": title, "created": at.astimezone(UTC)})

    def summary(self, headline: str, lines: Iterable[tuple[str, str]]) -> None:
        """A page of sentences: a headline, then each with its label."""
        page: RowSheet = self._workbook.add_worksheet("Summary")
        page.set_column(0, 0, 26)
        page.set_column(1, 1, 110)
        page.hide_gridlines(2)
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.put(0, [page.text(_safe(headline), self._title)])
        for number, (label, text) in enumerate(lines, 2):
            pair = ((label, self._bold), (text, self._wrapped))
            page.put(number, [page.text(_safe(value), form) if value else "" for value, form in pair])

    def table(
        self, name: str, columns: Columns, rows: Iterable[Sequence[Cell]], right: Collection[str] = (), keys: int = 1
    ) -> None:
        """A sheet of these rows; see `begin`."""
        made = self.begin(name, columns, right, keys)
        for row in islice(rows, _MAX_ROWS + 1):
            made.add(row)
        made.end()

    def begin(self, name: str, columns: Columns, right: Collection[str] = (), keys: int = 1) -> TableWriter:
        """A sheet with a header that stays in view, filters, and no more rows than a sheet can have, as its last says.

        The heads in `right` stand above numbers. The first columns, `keys` of them, are on every page that is printed.
        Several sheets may be written at a time.
        """
        page: RowSheet = self._workbook.add_worksheet(name)
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(-(-sum(width for _, width in columns) // _PAGE_WIDTH), 0)
        page.repeat_rows(0)
        page.repeat_columns(0, keys - 1)
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for column, (_, width) in enumerate(columns):
            page.set_column(column, column, width)
        heads = ((head, self._right if head in right else self._head) for head, _ in columns)
        page.put(0, [page.text(_safe(head), form) for head, form in heads])

        @lru_cache(_REMEMBERED)
        def cell(value: Cell) -> str:
            if isinstance(value, int):
                return page.count(value, self._number)
            return page.text(_safe(value), self._verdicts.get(value, self._text)) if value else ""

        return TableWriter(page, len(columns), cell, self._bold)


class TableWriter:
    """Writes the rows of one sheet; `end` must follow the last."""

    def __init__(self, page: RowSheet, columns: int, cell: Callable[[Cell], str], bold: Format) -> None:
        self._page, self._columns, self._cell, self._bold = page, columns, cell, bold
        self._last, self._is_full = 0, False

    def add(self, row: Sequence[Cell]) -> None:
        """Write a row, if there is room for one more."""
        if self._last == _MAX_ROWS:
            self._is_full = True
            return
        self._last += 1
        self._page.put(self._last, list(map(self._cell, row)))

    def end(self, whole: Sequence[Cell] = ()) -> None:
        """Write what stands below the rows: that there are more, or, apart from them, what they come to.

        A spreadsheet filters and sorts the rows that touch each other as one table.
        """
        if self._is_full:
            self._last += 1
            self._page.put(self._last, [self._page.text(_MORE, self._bold)])
        elif whole:
            self._page.put(self._last + 2, list(map(self._cell, whole)))
        self._page.autofilter(0, 0, self._last, self._columns - 1)


def _safe(text: str) -> str:
    return _ESCAPES.sub(r"\\x5f", terminal(text, MAX_LIST))
