"""What the rules say about the rows of an inventory: by what stands on the labels, and by the MACs, before any scan."""

from __future__ import annotations

import csv
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from camscan.app.judging.criteria import Criteria
from camscan.app.judging.unstored import judged
from camscan.app.reporting.filereport import make_report
from camscan.codecs.layout import fields as as_fields
from camscan.codecs.text import to_text
from camscan.errors import UsageError
from camscan.evaluation.corpus import is_corpus
from camscan.identify.attributes import MAX_ATTRIBUTE
from camscan.imports.files import maclist
from camscan.imports.files.base import SNIFFED, imported, link_fields
from camscan.imports.registry import READERS, is_own_report
from camscan.inventory.agreement import count_repeated
from camscan.inventory.makes import Makes
from camscan.inventory.reading import read_inventory
from camscan.inventory.records import Inventory
from camscan.inventory.rows import Row
from camscan.inventory.synonyms import Field
from camscan.records import READ_IN, Judged, Observation, Origin, Report, ScanStatus
from camscan.reports import select
from camscan.text.listings import is_listing
from camscan.text.wording import are, plural

_TEXTS, _OBJECTS, _WORKBOOKS = (".csv", ".tsv"), (".json", ".jsonl"), (".xlsx", ".xlsm", ".xls", ".ods")
"""How the names of files end that may be lists, of those that are if they hold several devices or are a report of
camscan's, and of those that always are; other texts are answers, more likely."""
_TABLES = ("mac-table", maclist.READER.name)
"""What other texts that are lists may be taken for, too: tables of addresses, of which some say makes and models."""
_LOOKED_AT = 256 * 1024  # bytes of a file in which it is looked for several devices
_ROWS, _DELIMITERS = 20, ",;\t"  # by which a table is known
_CHANNEL, _MODEL = "inventory", "inventory.model"


def read_list(path: Path, chosen: Mapping[Field, str], encoding: str | None) -> Inventory | None:
    """The list in a file; None for another file, unless the user says how to read it as a list.

    A text whose name does not say that it is a table is none unless its columns are named as those of a list.

    Raises UsageError if it is to be a list, or is a table, and cannot be read as one; HostError if not at all.
    """
    suffix = path.suffix.lower()
    text = _looked_at(path) if suffix in _OBJECTS else ""
    is_list = bool(chosen or encoding or suffix in _WORKBOOKS or _is_list(text))
    is_plain = not (is_list or text or suffix in _TEXTS)
    if is_plain and (suffix in _OBJECTS or not _is_table(_looked_at(path, _TABLES))):
        return None
    is_table = suffix in _TEXTS and _is_table(_looked_at(path))
    try:
        found = read_inventory(path, chosen, encoding, by_label=True)
    except UsageError:
        if is_list or is_table:
            raise
        return None
    if is_plain:
        named = (sheet.columns for sheet in found.sheets if sheet.headers)
        return found if any(columns.labels and len(columns.of) > 1 for columns in named) else None
    if is_list or (_holds_several(found, text) if text else any(sheet.columns.labels for sheet in found.sheets)):
        return found
    if is_table:
        remedy = "choose one with --map make-model=COLUMN; a list of addresses is for `camscan reconcile`"
        raise UsageError(f"no column of {path} says make or model: {remedy}")
    return None


def _looked_at(path: Path, but: Container[str] = ()) -> str:
    """The beginning of a text; "" of what another tool wrote, `but` for some kinds, and of labelled answers."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    text = to_text(head)
    others = (one for one in (*READERS, maclist.READER) if one.name not in but)
    return "" if any(one.sniff(head[:SNIFFED]) for one in others) or is_corpus(text) else text


def _is_table(text: str) -> bool:
    """Whether the first lines are of as many cells each, and of several: no answer of one device looks so."""
    lines = [line for line in text.splitlines()[:_ROWS] if line.strip()]
    for delimiter in _DELIMITERS:
        with suppress(csv.Error):
            widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter)]
            if len(widths) > 1 and widths[0] > 1 and len({*widths}) == 1:
                return True
    return False


def _is_list(text: str) -> bool:
    """Whether the beginning of a JSON file shows that it is a report of camscan's, or lists several devices."""
    return is_own_report(text[:SNIFFED].encode()) or is_listing(text)


def _holds_several(listed: Inventory, text: str) -> bool:
    """Whether a JSON text has rows of several devices with their labels; of a list that was cut off, one is enough."""
    labelled = [row for row in listed.rows if row.make or row.model or row.make_model]
    devices = {(row.addresses, row.macs, row.serial, row.hostname) for row in labelled if row.usable}
    goes_on = listed.is_cut and (len(listed.rows) > 1 or text.lstrip("\ufeff \t\r\n").startswith("["))
    return len(devices) > 1 or bool(devices and goes_on)


def report_on_list(path: Path, inventory: Inventory, criteria: Criteria, *, all_hosts: bool) -> Report:
    """What the rules say of each row whose device is in use: of what stands in it, and of no other row."""
    labels, at = criteria.rules.labels, datetime.fromtimestamp(path.stat().st_mtime, UTC)
    makes, sought = Makes(labels.find, labels.names), {maker for policy in criteria.policies for maker in policy.makers}
    in_use = [row for row in inventory.rows if not row.retired]
    told = [(row, seen) for row in in_use if (seen := [*_said(row, path.name, makes, sought, at)])]
    every = [_with_model(one, seen) for _, seen in told for one in judged(seen, criteria)]
    shown = tuple(select(every, all_hosts=all_hosts))
    left_out = {
        "of which no rule knows that it is a surveillance device (see --all)": len(every) - len(shown),
        "of devices that are no longer in use": len(inventory.rows) - len(in_use),
        "without make, model or MAC": len(in_use) - len(told),
    }
    notes = tuple(f"left out: {plural(count, 'row')} {why}" for why, count in left_out.items() if count)
    if repeated := count_repeated([row for row, _ in told]):
        whose = f"{are(repeated)} of a device that an earlier row names too"
        notes += (f"{plural(repeated, 'row')} {whose}: rows are counted, not devices",)
    if inventory.is_cut:
        notes += (f"{path.name} seems to be cut off: {plural(len(inventory.rows), 'row')} of it could be read",)
    report = make_report(path.name, at, shown, criteria, notes=notes, count=len(told), origin=Origin.LIST)
    status = ScanStatus.PARTIAL if inventory.is_cut else ScanStatus.COMPLETE
    return replace(report, scan=replace(report.scan, status=status))


def _with_model(found: Judged, said: Iterable[Observation]) -> Judged:
    """The device of a row with the model that is said there, where no rule says which it is."""
    model = next((model for one in said for model in one.fields.get(_MODEL, ())), None)
    device = found.device
    return found if device.model else replace(found, device=replace(device, model=model and model[:MAX_ATTRIBUTE]))


def _said(row: Row, file: str, makes: Makes, sought: Container[str], at: datetime) -> Iterator[Observation]:
    """What a row says, as if its device had said it, and which labels the make may mean that is none."""
    make, model = makes.split(row, sought)
    meant = [("inventory.meant", label.name) for label in makes.meant(make or "", sought)]
    label = as_fields((("inventory.make", make or ""), (_MODEL, model or ""), *meant))
    told = [(_CHANNEL, label), *(("mac", link_fields(mac)) for mac in row.macs)]
    target = f"{row.where} ({row.addresses[0]})" if row.addresses else row.where
    for channel, fields in told:
        if fields:
            bare = imported(target, channel, at, fields)
            yield replace(bare, raw="\t".join(row.cells).encode("utf-8", "replace"), reason=f"{READ_IN}{file}")
