"""The ways in which people and programs write an answer down, in the order in which they are undone."""

from __future__ import annotations

from camscan.imports.writings import (
    agents,
    clients,
    enclosures,
    engines,
    line_ends,
    literals,
    lowered,
    notes,
    prefixes,
    queries,
    records,
    reports,
    scanners,
    sentences,
    torn,
    wrapped,
)
from camscan.imports.writings.base import Undo

WHOLE: tuple[Undo, ...] = (
    wrapped.quoted,
    wrapped.pointed,
    lowered.spelled,
    torn.ended,
    records.requoted,
    literals.longest,
    enclosures.captioned,
    enclosures.fenced,
    enclosures.markup,
)
"""What stands around a whole text: source code, a caption, a fence, markup."""

LINES: tuple[Undo, ...] = (prefixes.unmarked, line_ends.replaced, prefixes.stamped, prefixes.indented)
"""What stands before each line, and what was put in the place of its marks."""

RECORDS: tuple[Undo, ...] = (
    records.members,
    records.printed,
    torn.members,
    engines.products,
    records.held,
    records.rust,
    line_ends.coded,
    line_ends.joined,
    line_ends.split,
)
"""An answer within JSON, within a mapping that a program printed, or with all its lines in one."""

TOOLS: tuple[Undo, ...] = (
    queries.asked,
    engines.template,
    reports.row,
    scanners.banner,
    scanners.line,
    scanners.findings,
    scanners.version,
    scanners.directive,
    scanners.marked,
    scanners.weaknesses,
    scanners.feed,
    scanners.records,
    agents.asked,
    clients.talked,
    clients.negotiated,
    clients.packets,
    clients.dissected,
    clients.browsed,
    clients.downloaded,
    clients.traced,
)
"""What single tools print of an answer."""

CONTEXT: tuple[Undo, ...] = (
    literals.lines,
    notes.pairs,
    records.logged,
    line_ends.flat,
    sentences.said,
    prefixes.commented,
    prefixes.level,
    line_ends.parted,
    torn.elements,
    notes.noted,
)
"""Code, logs, sentences, comments and notes around the lines of an answer."""

WRITINGS: tuple[Undo, ...] = (*WHOLE, *LINES, *RECORDS, *TOOLS, *CONTEXT)


def sent(text: str) -> str:
    """The lines that were sent; a text that is written in no such way as it is."""
    for undo in WRITINGS:
        text = undo(text).strip("\r\n")
    return text.strip()
