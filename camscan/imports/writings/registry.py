"""The ways in which people and programs write an answer down, in the order in which they are undone."""

from __future__ import annotations

from camscan.imports.writings import (
    agents,
    around,
    ends,
    engines,
    excerpts,
    literals,
    margins,
    marked,
    notes,
    paired,
    reports,
    scanners,
    sentences,
    shown,
    strings,
    wrapped,
)
from camscan.imports.writings.base import Undo

WRITINGS: tuple[Undo, ...] = (
    strings.requoted,
    literals.asserted,
    literals.longest,
    excerpts.taken,
    marked.unmarked,
    ends.replaced,
    strings.opened,
    around.fenced,
    margins.ticked,
    margins.cited,
    margins.listed,
    margins.stamped,
    around.fenced,
    around.markup,
    around.coded,
    ends.coded,
    ends.joined,
    around.prompted,
    strings.logged,
    wrapped.packed,
    strings.nested,
    paired.pairs,
    margins.indented,
    engines.condition,
    engines.template,
    engines.session,
    engines.record,
    engines.products,
    strings.answers,
    strings.held,
    ends.escaped,
    around.talked,
    str.strip,
    strings.rust,
    strings.printed,
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
    engines.agent,
    shown.packets,
    shown.dissected,
    shown.browsed,
    shown.columns,
    shown.downloaded,
    shown.traced,
    strings.itemized,
    ends.parted,
    ends.spaced,
    strings.recorded,
    strings.source,
    ends.flat,
    sentences.said,
    margins.commented,
    margins.level,
    ends.gaps,
    notes.noted,
)
"""The order counts: what stands around the whole and before each line comes first, what single tools print later, notes
last. A block of code is looked for twice, since it may stand within a citation, and the reverse."""


def sent(text: str) -> str:
    """The lines that were sent; a text that is written in no such way as it is."""
    for undo in WRITINGS:
        text = undo(text)
    return text.strip()
