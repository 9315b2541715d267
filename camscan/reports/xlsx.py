"""A workbook (Office Open XML, ECMA-376) with a sheet a section, as far as there is something for it.

Every cell that holds text is typed as text, so that none is ever a formula or a link; counts are numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from camscan.records import Outcome, Report, Verdict
from camscan.reports.base import Page
from camscan.reports.charts import PALETTE
from camscan.reports.document import FOLDED, MAX_TEXT, fold
from camscan.reports.escape import terminal
from camscan.reports.rows import Row
from camscan.reports.view import Sheet, view
from camscan.summaries import Reconciled, Segment

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

_MAX_ROWS = 1_048_575
"""Rows of a sheet (ECMA-376, 18.3.1.73), less the header."""
_MAX_LIST = 2_000
"""Characters of several texts in one cell."""
_ESCAPES = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What a reader of the file would turn into any character (ECMA-376, 22.9.2.19)."""
_A4 = 9
_PAGE_WIDTH = 200
"""Characters of a row that can still be read on one landscape page; a wider sheet takes several side by side."""
_COUNTED = frozenset({"Port", "Attached cameras", "Listed devices", "Targets", "Remaining"})
"""Heads of columns that hold numbers, beside those of outcomes."""

Cell: TypeAlias = str | int | None
Columns: TypeAlias = Sequence[tuple[str, int]]
"""Head and width of each column, in characters."""

_DEVICES: Columns = (
    *(("Verdict", 13), ("Level", 9), ("Address", 17), ("Maker", 16), ("Brand", 14), ("Model", 26), ("Firmware", 24)),
    *(("Serial", 34), ("MAC", 19), ("Kind", 14), ("Hostname", 26), ("Other addresses", 28), ("Ports", 20)),
    *(("Attached cameras", 17), ("Behind", 34), ("Channel", 24), ("Online", 9), ("Channels", 44)),
    *(("Policies", 26), ("Entities", 50), ("Conflicts", 44), ("What to look for", 80)),
    *(("State", 14), ("Offends", 60)),
)
_ONLINE = {True: "yes", False: "no", None: None}
_EVIDENCE: Columns = (
    *(("Address", 17), ("Verdict", 13), ("Level", 9), ("Channel", 11), ("Port", 8), ("Field", 28), ("Value", 60)),
    *(("Rules", 50), ("SHA-256 of the answers", 68)),
)
_ADDRESSES: Columns = (("Address", 40), ("Outcome", 16), ("What it means", 16), ("Verdict", 13))

_NETWORKS: Columns = (("Network", 30), ("Positive control", 28), ("Listed devices", 15), ("Targets", 10))


def render(report: Report, _page: Page) -> Iterator[bytes]:
    """The workbook, in one piece: its directory is at its end."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only this format needs it

    sheet, file = view(report), BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as workbook:
        # The only clock that a workbook holds is the scan's: the same report gives the same bytes.
        workbook.set_properties({"title": "camscan report", "created": report.scan.started_at.astimezone(UTC)})
        book = _Book(workbook)
        book.summary(sheet)
        book.table("Devices", _DEVICES, map(_device, sheet.rows))
        book.table("Evidence", _EVIDENCE, (line for row in sheet.rows for line in _evidence(row)))
        book.table("Coverage", [("Channel", 20), *_heads(sheet.outcomes)], ([name, *n] for name, n in sheet.ledger))
        book.table("Networks", [*_NETWORKS, *_heads(FOLDED)], map(_network, report.networks))
        book.table("Addresses", _ADDRESSES, _addresses(sheet))
        if made := report.reconciled:
            heads = [(head.capitalize(), 60 if head == "reason" else 24) for head in made.heads]
            book.table("Inventory", [("Class", 16), *heads], _inventory(made))
        if report.progress:
            days = ((point.day.isoformat(), point.remaining) for point in report.progress.curve)
            book.table("Burn-down", [("Day", 14), ("Remaining", 12)], days)
    yield file.getvalue()


class _Book:
    """Writes sheets, row by row from top to bottom as constant memory asks for."""

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

    def summary(self, sheet: Sheet) -> None:
        """The sentences and the method."""
        page = self._workbook.add_worksheet("Summary")
        page.set_column(0, 0, 26)
        page.set_column(1, 1, 110)
        page.hide_gridlines(2)
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        page.write_string(0, 0, _safe(sheet.headline), self._title)
        for number, (label, text) in enumerate(_summary(sheet), 2):
            for column, value, form in ((0, label, self._bold), (1, text, self._wrapped)):
                if value:
                    page.write_string(number, column, _safe(value), form)

    def table(self, name: str, columns: Columns, rows: Iterable[Sequence[Cell]]) -> None:
        """A sheet with a header that stays in view, filters, and no more rows than a sheet can have."""
        page = self._workbook.add_worksheet(name)
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(-(-sum(width for _, width in columns) // _PAGE_WIDTH), 0)
        page.repeat_rows(0)
        page.repeat_columns(0, 2 if name == "Devices" else 0)
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        for column, (head, width) in enumerate(columns):
            page.set_column(column, column, width)
            form = self._right if head in _COUNTED or head in _OUTCOMES else self._head
            page.write_string(0, column, _safe(head), form)
        last = 0
        for last, row in enumerate(islice(rows, _MAX_ROWS), 1):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    page.write_number(last, column, value, self._number)
                elif value:
                    page.write_string(last, column, _safe(value), self._verdicts.get(value, self._text))
        page.autofilter(0, 0, last, len(columns) - 1)


def _heads(outcomes: Iterable[Outcome]) -> Columns:
    return [(_head(outcome), 14) for outcome in outcomes]


def _head(outcome: Outcome) -> str:
    return outcome.value.replace("-", " ").capitalize()


_OUTCOMES = frozenset(map(_head, Outcome))


def _summary(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "Findings", sheet.findings
    yield from _labelled("Urgent", sheet.urgent)
    yield from _labelled("Coverage", sheet.limits)
    yield from _labelled("Burn-down", filter(None, [sheet.burndown]))
    if made := sheet.report.reconciled:
        yield from _labelled("Inventory", (*made.findings, *made.estimates))
        left = ((group.name, group.count - len(group.rows)) for group in made.groups if group.rows)
        yield from (
            ("", f"{more:,} more {name} are left out: camscan reconcile has them.") for name, more in left if more
        )
    for cited in sheet.citations:
        told = (cited.title, cited.text, f"since {cited.since}" if cited.since else "", cited.url)
        yield f"Policy {cited.policy}", "; ".join(filter(None, told))
    yield from sheet.method


def _labelled(label: str, sentences: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The sentences, of which the first has the label."""
    yield from (("" if number else label, sentence) for number, sentence in enumerate(sentences))


def _device(row: Row) -> Sequence[Cell]:
    device = row.device
    return (
        *(row.judged.verdict.value, str(device.level) if device.level else "", device.place, device.maker),
        *(device.brand, device.model, device.firmware, device.serial, device.mac, device.kind, device.hostname),
        ", ".join(address for address in (device.addresses or (device.address,)) if address != device.place),
        ", ".join(map(str, device.ports)),
        device.hidden_channels,
        device.behind.recorder if device.behind else None,
        device.behind.name if device.behind else None,
        _ONLINE[device.behind.online] if device.behind else None,
        row.channels,
        ", ".join(row.policies),
        "; ".join(dict.fromkeys(by.entity for by in row.judged.listed_by)),
        "; ".join(device.conflicts),
        row.advice,
        row.state,
        "; ".join(f"on {place}" for place in row.places),
    )


def _evidence(row: Row) -> Iterator[Sequence[Cell]]:
    for proof in row.proofs:
        yield (
            *(row.device.place, row.judged.verdict.value, str(proof.level), proof.channel, proof.port, proof.field),
            *(proof.value[:MAX_TEXT], ", ".join(proof.rules), ", ".join(proof.answers)),
        )


def _network(segment: Segment) -> Sequence[Cell]:
    control = segment.control or "none: nothing can be said"
    counts = (segment.outcomes.get(outcome, 0) for outcome in FOLDED)
    return (segment.network, control, segment.listed, segment.targets, *counts)


def _inventory(made: Reconciled) -> Iterator[Sequence[Cell]]:
    """The results of a reconciliation, of each class the first ones."""
    for group in made.groups:
        yield from ((group.name, *("" if cell == "-" else cell for cell in row)) for row in group.rows)


def _addresses(sheet: Sheet) -> Iterator[Sequence[Cell]]:
    verdicts = {address: row.judged.verdict.value for row in reversed(sheet.rows) for address in row.device.addresses}
    for target, outcome in sheet.report.outcomes.items():
        yield target, outcome.value, fold(outcome).value, verdicts.get(target)


def _safe(text: str) -> str:
    return _ESCAPES.sub(r"\\x5f", terminal(text, _MAX_LIST))
