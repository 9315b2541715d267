"""A workbook with a sheet a section, as far as there is something for it; of several sites, one with all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from io import BytesIO
from tempfile import TemporaryFile

from camscan.records import Outcome, Report
from camscan.reports import sites
from camscan.reports.base import Page
from camscan.reports.document import FOLDED, MAX_TEXT, fold
from camscan.reports.findings import urgent
from camscan.reports.limits import limits
from camscan.reports.method import method
from camscan.reports.order import place
from camscan.reports.rows import Row
from camscan.reports.view import Sheet, view
from camscan.reports.workbook import Cell, Columns, WorkbookWriter, new_workbook
from camscan.summaries import Reconciled, Segment
from camscan.text.wording import heading

_COUNTED = frozenset({"Port", "Others at the port", "Attached cameras", "Listed devices", "Targets", "Remaining"})
"""Heads of columns that hold numbers, beside those of outcomes."""

_DEVICES: Columns = (
    *(("Verdict", 13), ("Level", 9), ("Address", 17), ("Maker", 16), ("Brand", 14), ("Model", 26), ("Firmware", 24)),
    *(("Serial", 34), ("MAC", 19), ("Kind", 14), ("Hostname", 26), ("Other addresses", 28), ("Ports", 20)),
    *(("Switch port", 18), ("Switch", 24), ("Others at the port", 17), ("Table of (UTC)", 18)),
    *(("Attached cameras", 17), ("Behind", 34), ("Channel", 24), ("Online", 9), ("Channels", 44)),
    *(("Policies", 26), ("Entities", 50), ("Conflicts", 44), ("What to look for", 80)),
    *(("State", 14), ("Said", 60), ("Offends", 60)),
)
_PIECE = 65_536  # bytes
_ONLINE = {True: "yes", False: "no", None: None}
_EVIDENCE: Columns = (
    *(("Address", 17), ("Verdict", 13), ("Level", 9), ("Channel", 11), ("Port", 8), ("Field", 28), ("Value", 60)),
    *(("Rules", 50), ("SHA-256 of the answers", 68), ("Imported files", 30)),
)
_ADDRESSES: Columns = (("Address", 40), ("Outcome", 16), ("Counted as", 16), ("Verdict", 13))

_NETWORKS: Columns = (("Network", 30), ("Positive control", 28), ("Listed devices", 15), ("Targets", 10))


def render(report: Report, _page: Page) -> Iterator[bytes]:
    """The workbook, in one piece: its directory is at its end."""
    sheet, file = view(report), BytesIO()
    # The only clock that a workbook holds is the scan's: the same report gives the same bytes.
    with new_workbook(file) as made:
        made.describe("camscan report", report.scan.started_at)
        made.summary(sheet.headline, _summary(sheet))
        for name, columns, rows in _tables(sheet):
            made.table(name, columns, rows, _COUNTED | _OUTCOMES, 3 if name == "Devices" else 1)
    yield file.getvalue()


def render_each(reports: Iterable[Report], _page: Page) -> Iterator[bytes]:
    """A workbook of several sites: a row for each of them, then their devices, and the evidence of these.

    Each report is let go before the next but one is taken, and the file lies on the disk: there may be thousands.
    """
    with TemporaryFile() as file:
        with new_workbook(file) as made:
            _sites(made, reports)
        file.seek(0)
        yield from iter(partial(file.read, _PIECE), b"")


def _sites(made: WorkbookWriter, reports: Iterable[Report]) -> None:
    overview = made.begin("Sites", sites.COLUMNS, sites.COUNTED)
    devices = made.begin("Devices", (sites.SITE, *_DEVICES), _COUNTED, 4)
    evidence = made.begin("Evidence", (sites.SITE, *_EVIDENCE), _COUNTED, 2)
    rows = sites.Overview()
    for report in reports:
        overview.add(rows.row(report))
        name = sites.name(report)
        for row in view(report).rows:
            devices.add((name, *_device(row)))
            for line in _evidence(row):
                evidence.add((name, *line))
    overview.end(rows.whole)
    devices.end()
    evidence.end()
    made.describe("camscan devices --each-site", rows.latest)


def _tables(sheet: Sheet) -> Iterator[tuple[str, Columns, Iterable[Sequence[Cell]]]]:
    report = sheet.report
    yield "Devices", _DEVICES, map(_device, sheet.rows)
    yield "Evidence", _EVIDENCE, (line for row in sheet.rows for line in _evidence(row))
    if sheet.outcomes:
        yield "Coverage", [("Channel", 20), *_heads(sheet.outcomes)], ([name, *n] for name, n in sheet.ledger)
    if report.networks:
        yield "Networks", [*_NETWORKS, *_heads(FOLDED)], map(_network, report.networks)
    if report.outcomes:
        yield "Addresses", _ADDRESSES, _addresses(sheet)
    if found := report.reconciled:
        heads = [(head.capitalize(), 60 if head == "reason" else 24) for head in found.heads]
        yield "Inventory", [("Class", 16), *heads], _inventory(found)
    if report.progress:
        days = ((point.day.isoformat(), point.remaining) for point in report.progress.curve)
        yield "Burn-down", [("Day", 14), ("Remaining", 12)], days


def _heads(outcomes: Iterable[Outcome]) -> Columns:
    return [(heading(outcome.value), 14) for outcome in outcomes]


_OUTCOMES = frozenset(heading(outcome.value) for outcome in Outcome)


def _summary(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "Findings", sheet.findings
    yield from _labelled("Urgent", urgent(sheet.report))
    yield from _labelled("Coverage", limits(sheet.report))
    yield from _labelled("Burn-down", filter(None, [sheet.burndown]))
    if made := sheet.report.reconciled:
        yield from _labelled("Inventory", (*made.findings, *made.estimates))
        left = ((group.name, group.count - len(group.rows)) for group in made.groups if group.rows)
        yield from (
            ("", f"{more:,} more {name} are not shown here: camscan reconcile shows all of them.")
            for name, more in left
            if more
        )
    for cited in sheet.citations:
        told = (cited.title, cited.text, f"since {cited.since}" if cited.since else "", cited.url)
        yield f"Policy {cited.policy}", "; ".join(filter(None, told))
    yield from method(sheet.report)


def _labelled(label: str, sentences: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The sentences, of which the first has the label."""
    yield from (("" if number else label, sentence) for number, sentence in enumerate(sentences))


def _device(row: Row) -> Sequence[Cell]:
    device, place = row.device, row.judged.switch_port
    return (
        *(row.judged.verdict.value, str(device.level) if device.level else "", device.place, device.maker),
        *(device.brand, device.model, device.firmware, device.serial, device.mac, device.kind, device.hostname),
        ", ".join(address for address in (device.addresses or (device.address,)) if address != device.place),
        ", ".join(map(str, device.ports)),
        *((place.port, place.switch, place.others, f"{place.at:%Y-%m-%d %H:%M}") if place else (None,) * 4),
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
        row.statement,
        "; ".join(f"on {place}" for place in row.places),
    )


def _evidence(row: Row) -> Iterator[Sequence[Cell]]:
    for proof in row.proofs:
        yield (
            *(row.device.place, row.judged.verdict.value, str(proof.level), proof.channel, proof.port, proof.field),
            *(proof.value[:MAX_TEXT], ", ".join(proof.rules), ", ".join(proof.answers)),
            ", ".join(proof.files),
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
    for target, outcome in sorted(sheet.report.outcomes.items(), key=lambda one: place(one[0])):
        yield target, outcome.value, fold(outcome).value, verdicts.get(target)
