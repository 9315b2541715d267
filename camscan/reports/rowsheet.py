"""Sheets whose rows are written as XML at once (ECMA-376, 18.3.1.4).

Of every cell xlsxwriter makes an object and asks it several things, which is most of what a large workbook takes; and
text that begins and ends like markup of its own it writes as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet


class RowSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter is not typed
    """A sheet of a workbook of constant memory that is given whole rows, from top to bottom, and nothing else."""

    dim_colmax: int | None

    def put(self, number: int, cells: Sequence[str]) -> None:
        """Write a row; `cells` are as `text` and `count` make them, or empty."""
        row = number + 1
        made = [f'<c r="{_letters(column)}{row}"{cell}' for column, cell in enumerate(cells) if cell]
        self.fh.write(f'<row r="{row}">{"".join(made)}</row>')
        self.dim_rowmin, self.dim_rowmax = 0, number
        self.dim_colmin, self.dim_colmax = 0, max(self.dim_colmax or 0, len(cells) - 1)

    @staticmethod
    def text(value: str, form: Format) -> str:
        """A cell of text, which must hold no character that XML lacks."""
        space = ' xml:space="preserve"' if value != value.strip() else ""
        return f'{_style(form)} t="inlineStr"><is><t{space}>{escape(value, quote=False)}</t></is></c>'

    @staticmethod
    def count(value: int, form: Format) -> str:
        """A cell of a number."""
        return f"{_style(form)}><v>{value:.16G}</v></c>"


def _style(form: Format) -> str:
    return f' s="{form._get_xf_index()}"'  # noqa: SLF001 - xlsxwriter has no other name for it


@lru_cache
def _letters(column: int) -> str:
    return str(xl_col_to_name(column))
