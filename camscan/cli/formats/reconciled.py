"""The formats of a reconciliation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from io import BytesIO
from itertools import chain
from math import isinf
from typing import TypeAlias

from camscan.app.reporting.reconciling import Reconciliation
from camscan.cli.formats.reconciledtext import digest, render_markdown, render_table
from camscan.inventory.columns import Columns
from camscan.inventory.completeness import Estimate
from camscan.inventory.reconcile import Result
from camscan.inventory.records import Inventory
from camscan.inventory.statistics import CONFIDENCE, Rate
from camscan.inventory.summary import Summary
from camscan.reports import Page
from camscan.reports.csv import lines
from camscan.reports.document import Object, device_object, status
from camscan.reports.escape import cell
from camscan.reports.json import document, dumps
from camscan.text.timestamps import utc

SCHEMA = "camscan-reconcile/1"

_LONGEST = 500  # characters of a cell of a CSV file
_ROW_NAMES = (
    *("addresses", "macs", "serial", "endpoint", "hostname", "make", "model", "make_model", "site", "location", "name"),
    *("asset", "retired"),
)
_ROW_COLUMNS = tuple(name for name in _ROW_NAMES if name != "site")
"""Those of a row in a table, which names the site before them."""
_SHEET_NAMES = ("lines", "rows", "blank", "above", "headers", "unread", "totals", "headings", "notes")
_DEVICE_COLUMNS = (
    *("address", "mac", "serial", "maker", "brand", "model", "level", "verdict"),
    *("switch_port", "switch_name"),
)
CSV_COLUMNS = (
    *("class", "address", "site", "sheet", "row_number", "score", "reason"),
    *(f"row_{name}" for name in _ROW_COLUMNS),
    *(f"device_{name}" for name in _DEVICE_COLUMNS),
)


def _render_json(made: Reconciliation, _page: Page) -> Iterator[str]:
    """One document, with each result on a line of its own."""
    head = {
        "schema": SCHEMA,
        "inventory": {"file": str(made.file), **_inventory_object(made.inventory)},
        "scans": [
            {"id": scan.id, "site": scan.site, "started_at": utc(scan.started_at), "status": status(scan).value}
            for scan in made.scans
        ],
        "summary": _summary_object(made.summary, made.beside),
        "completeness": {
            "confidence": CONFIDENCE,
            "estimates": [_estimate_object(one) for one in made.completeness.estimates],
            "overlap": made.completeness.overlap,
            "assumptions": made.completeness.assumptions,
        },
    }
    return document(head, "results", map(_result_object, made.results))


def _render_jsonl(made: Reconciliation, _page: Page) -> Iterator[str]:
    """One result a line."""
    for result in made.results:
        yield dumps(_result_object(result)) + "\n"


def _render_csv(made: Reconciliation, _page: Page) -> Iterator[str]:
    """A line of column names, then one line a result."""
    rows = ((cell(str(one), _LONGEST) for one in _cells(result)) for result in made.results)
    return lines(chain((CSV_COLUMNS,), rows))


def _render_xlsx(made: Reconciliation, _page: Page) -> Iterator[bytes]:
    """A workbook: what came of it in sentences, and a sheet of the same columns as the CSV file."""
    from camscan.reports.workbook import new_workbook

    said, file = digest(made), BytesIO()
    headline, *others = said.findings
    with new_workbook(file) as workbook:
        workbook.describe("camscan reconciliation", max(scan.started_at for scan in made.scans))
        workbook.summary(headline, (("", text) for text in (*others, *said.estimates)))
        widths = [(name, 60 if name == "reason" else max(len(name) + 2, 18)) for name in CSV_COLUMNS]
        workbook.table("Results", widths, ([*_cells(result)] for result in made.results), keys=2)
    yield file.getvalue()


def _cells(result: Result) -> Iterator[str | int]:
    flat = _result_object(result)
    for part, names in (("row", _ROW_COLUMNS), ("device", _DEVICE_COLUMNS)):
        values = flat[part] or {}
        values = values | {f"switch_{name}": text for name, text in (values.get("switch") or {}).items()}
        flat |= {f"{part}_{name}": values.get(name) for name in names}
    return (_flat(flat[name]) for name in CSV_COLUMNS)


def _result_object(result: Result) -> Object:
    """One of the document's `results`."""
    row = result.row
    return {
        "class": result.cls.value,
        "address": result.address,
        "site": result.site,
        "sheet": (row.sheet or None) if row else None,
        "row_number": row.number if row else None,
        "row": {name: getattr(row, name) for name in _ROW_NAMES} | {"cells": row.named_cells} if row else None,
        "device": device_object(result.judged) if result.judged else None,
        "score": result.score,
        "reason": result.reason,
    }


def _inventory_object(inventory: Inventory) -> Object:
    return {
        "format": inventory.format,
        "encoding": inventory.encoding,
        "sheets": [
            {
                "name": sheet.sheet or None,
                "columns": _columns_object(sheet.columns),
                "unused": sheet.columns.unused,
                **{name: getattr(sheet, name) for name in _SHEET_NAMES},
            }
            for sheet in inventory.sheets
        ],
    }


def _columns_object(columns: Columns) -> Mapping[str, list[str]]:
    return {which.value: [columns.names[at] for at in places] for which, places in columns.of.items()}


def _summary_object(summary: Summary, beside: int) -> Object:
    return {
        "rows": summary.rows,
        "devices": summary.devices,
        "other_devices": beside,
        "classes": {cls.value: count for cls, count in summary.counts.items()},
        "confidence": CONFIDENCE,
        "recall": _rate_object(summary.recall),
        "precision": _rate_object(summary.precision),
        "accuracy": _rate_object(summary.accuracy),
    }


def _rate_object(rate: Rate | None) -> Object | None:
    return None if rate is None else asdict(rate)


def _estimate_object(made: Estimate) -> Object:
    size = made.size
    return {
        "site": made.site,
        "method": made.method,
        "sources": made.sources,
        "seen": made.seen,
        "listed": made.listed,
        "overlap": made.overlap,
        "estimate": size.value if size else None,
        "low": size.low if size else None,
        "high": None if size is None or isinf(size.high) else size.high,
        "refused": made.refused or None,
    }


def _flat(value: object) -> str | int:
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    return "; ".join(value) if isinstance(value, tuple) else str(value)


Render: TypeAlias = Callable[[Reconciliation, Page], Iterator[str] | Iterator[bytes]]

FORMATS: Mapping[str, Render] = {
    "table": render_table,
    "json": _render_json,
    "jsonl": _render_jsonl,
    "csv": _render_csv,
    "xlsx": _render_xlsx,
    "markdown": render_markdown,
}
"""Every format; the first one is what people get who do not choose. `FORMAT_NAMES` of the command lists the same."""
