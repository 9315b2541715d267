"""What the rules say about the rows of an inventory: by what stands on the labels, and by the MACs, before any scan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from camscan.app.answers import make_report
from camscan.app.identifying import judged
from camscan.codecs.layout import fields as as_fields
from camscan.errors import UsageError
from camscan.identify.library import Library
from camscan.imports.files.base import imported, link_fields
from camscan.inventory.makes import Makes
from camscan.inventory.reading import read_inventory
from camscan.inventory.records import Inventory
from camscan.inventory.rows import Row
from camscan.inventory.synonyms import Field
from camscan.policy import Policy
from camscan.records import READ_IN, Observation, Origin, Report
from camscan.reports import select
from camscan.reports.words import plural

_TEXTS, _WORKBOOKS = (".csv", ".tsv"), (".xlsx", ".xlsm", ".xls", ".ods")
"""How the names of files end that may be lists, and of those that are; other texts are answers, more likely."""
_CHANNEL = "inventory"


def read_list(path: Path, chosen: Mapping[Field, str], encoding: str | None) -> Inventory | None:
    """The list in a file; None for another file, unless the user says how to read it as a list.

    Raises:
        UsageError: it is to be a list, and cannot be read as one.
        HostError: it cannot be read at all.
    """
    suffix, told = path.suffix.lower(), bool(chosen or encoding)
    if suffix not in (*_TEXTS, *_WORKBOOKS) and not told:
        return None
    is_list = told or suffix in _WORKBOOKS
    try:
        found = read_inventory(path, chosen, encoding, by_label=True)
    except UsageError:
        if is_list:
            raise
        return None
    return found if is_list or any(sheet.columns.labels for sheet in found.sheets) else None


def report_on_list(
    path: Path, inventory: Inventory, rules: Library, policies: Sequence[Policy], *, all_hosts: bool
) -> Report:
    """What the rules say of each row whose device is in use: of what stands in it, and of no other row."""
    makes, at = Makes(rules.labels.find), datetime.fromtimestamp(path.stat().st_mtime, UTC)
    in_use = [row for row in inventory.rows if not row.retired]
    told = [(row, seen) for row in in_use if (seen := [*_said(row, path.name, makes, at)])]
    every = [one for _, seen in told for one in judged(seen, rules, policies)]
    shown = tuple(select(every, all_hosts=all_hosts))
    left_out = {
        "of which no rule knows that it is a surveillance device (see --all)": len(every) - len(shown),
        "of devices that are no longer in use": len(inventory.rows) - len(in_use),
        "without make, model or MAC": len(in_use) - len(told),
    }
    notes = tuple(f"left out: {plural(count, 'row')} {why}" for why, count in left_out.items() if count)
    return make_report(path.name, at, shown, policies, notes=notes, count=len(told), origin=Origin.LIST)


def _said(row: Row, file: str, makes: Makes, at: datetime) -> Iterator[Observation]:
    """What a row says, as if its device had said it."""
    make, model = makes.split(row)
    label = as_fields((("inventory.make", make or ""), ("inventory.model", model or "")))
    told = [(_CHANNEL, label), *(("mac", link_fields(mac)) for mac in row.macs)]
    target = f"{row.where} ({row.addresses[0]})" if row.addresses else row.where
    for channel, fields in told:
        if fields:
            bare = imported(target, channel, at, fields)
            yield replace(bare, raw="\t".join(row.cells).encode("utf-8", "replace"), reason=f"{READ_IN}{file}")
