"""The report as Markdown (CommonMark, tables as in GFM) for a ticket: what needs a person in full, the rest in short.

Text of a peer stands in code spans alone, where Markdown knows no markup, no link and no mention; the two characters
that end a span or a cell are shown as escapes, as what is read before what differs from one Markdown to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from camscan.records import READ_IN, Report, Verdict
from camscan.reports.base import Page
from camscan.reports.document import FOLDED
from camscan.reports.escape import terminal
from camscan.reports.findings import urgent
from camscan.reports.limits import limits
from camscan.reports.rows import Row
from camscan.reports.view import Section, Sheet, view
from camscan.summaries import Segment
from camscan.text.wording import heading

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#+!|~&$^=]|(?<=www)\.)")
_ENDS = str.maketrans({"`": "\\x60", "|": "\\x7c"})
_CALLS = (("@", "\\x40"), ("://", ":\\x2f/"))
"""What trackers look for in the text that they show, after all escapes are gone: mentions and bare addresses."""
_MAX_LINE = 2_000


def render(report: Report, _page: Page) -> Iterator[str]:
    """Sentences, then the devices by verdict, then coverage and policies."""
    sheet = view(report)
    yield f"# {_prose(sheet.headline)}\n\n"
    if sheet.headline != sheet.findings:
        yield f"{_prose(sheet.findings)}\n\n"
    yield from (f"- {_prose(sentence)}\n" for sentence in urgent(report))
    if sheet.burndown:
        yield f"- {_prose(sheet.burndown)}\n"
    yield from (f"- {_prose(sentence)}\n" for sentence in limits(report))
    for section in sheet.sections:
        yield from _section(section)
    if sheet.outcomes:
        yield "\n## Coverage by channel\n\n"
        yield from table(("channel", *sheet.outcomes), ((code(c), *map(str, n)) for c, n in sheet.ledger))
    if sheet.networks:
        yield "\n## Coverage by network\n\n"
        heads = ("network", "targets", *FOLDED, "positive control", "listed")
        yield from table(heads, map(_network, sheet.networks))
    yield from _inventory(sheet)
    yield from _policies(sheet)


def _section(section: Section) -> Iterator[str]:
    yield f"\n## {heading(section.verdict.value)}: {section.count:,}\n\n{section.meaning}\n\n"
    heads = ("address", "model", "maker", "brand", "level", "firmware", "MAC")
    yield from table(heads, map(_cells, section.rows))
    if section.verdict in {Verdict.LISTED, Verdict.SUSPECTED}:
        yield "\n"
        for row in section.rows:
            yield from _reasons(row)


def _cells(row: Row) -> tuple[str, ...]:
    device = row.device
    level = "" if device.level is None else str(device.level)
    texts = (device.place, device.model, device.maker, device.brand)
    return (*map(code, texts), level, code(device.firmware), code(device.mac))


def _reasons(row: Row) -> Iterator[str]:
    """Why the device stands where it does, as a list below its address."""
    yield f"- {code(row.device.place)}\n"
    if len(row.device.addresses) > 1:
        yield f"  - also at {', '.join(map(code, row.device.addresses[1:]))}\n"
    if row.switch_port:
        yield f"  - {code(row.switch_port)}\n"
    if row.channels:
        yield f"  - {row.channels}\n"
    yield from (f"  - conflict: {code(conflict)}\n" for conflict in row.device.conflicts)
    if row.state:
        yield f"  - state: {row.state}{f', {code(row.statement)}' if row.statement else ''}\n"
    yield from (f"  - on {place}\n" for place in row.places)
    if row.advice:
        yield f"  - {code(row.advice)}\n"
    for by in row.judged.listed_by:
        yield f"  - {code(by.policy)}: {code(by.entity)}, since {code(by.since)}\n"
    for proof in row.proofs:
        seen = f"{code(proof.field)} {code(proof.value)}"
        files = f"; {READ_IN}{', '.join(map(code, proof.files))}" if proof.files else ""
        yield f"  - {proof.level}: {seen} ({code(proof.where)}; by {', '.join(map(code, proof.rules))}{files})\n"


def _network(segment: Segment) -> tuple[str, ...]:
    counts = (segment.outcomes.get(outcome, 0) for outcome in FOLDED)
    control = code(segment.control) or "none: nothing can be said"
    return (code(segment.network), str(segment.targets), *map(str, counts), control, str(segment.listed))


def _inventory(sheet: Sheet) -> Iterator[str]:
    """What came of an inventory that was held against the scan."""
    if not (made := sheet.report.reconciled):
        return
    yield "\n## Inventory\n\n"
    yield from (f"- {_prose(sentence)}\n" for sentence in (*made.findings, *made.estimates))
    for group, heads, rows in sheet.groups:
        yield f"\n### {_prose(heading(group.name))}: {group.count:,}\n\n{_prose(group.meaning)}\n"
        if rows:
            yield "\n"
            names = [_prose(head.translate(_ENDS)) for head in heads]
            yield from table(names, (tuple(map(code, row)) for row in rows))
        if rows and (more := group.count - len(rows)):
            yield f"\n{more:,} more are not shown here; camscan reconcile shows all of them.\n"


def _policies(sheet: Sheet) -> Iterator[str]:
    if sheet.citations:
        yield "\n## Policies\n\n"
    for cited in sheet.citations:
        told = ", ".join(code(text) for text in (cited.title, cited.text, cited.since, cited.url) if text)
        yield f"- {code(cited.policy)}{f': {told}' if told else ''}\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table, of cells in which nothing is markup."""
    yield f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n"
    yield from (f"| {' | '.join(row)} |\n" for row in rows)


def code(text: str | None) -> str:
    """A code span; nothing for no text."""
    shown = terminal(text or "").translate(_ENDS)
    return f"`{shown}`" if shown.strip() else ""


def _prose(text: str) -> str:
    """A sentence of ours with names in it: no character of it is markup, and nobody is called by it."""
    shown = terminal(text, _MAX_LINE)
    for call, escape in _CALLS:
        shown = shown.replace(call, escape)
    return _MARKUP.sub(r"\\\1", shown)
