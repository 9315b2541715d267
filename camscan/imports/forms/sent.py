"""An answer as the device sent it, out of whatever form somebody has pasted it in."""

from __future__ import annotations

from camscan.imports.forms import logs, notations, notes, reports, scanners, shown, wrapped


def sent(text: str) -> str:
    """The lines that were sent; a text that is in no such form as it is."""
    text = notations.plain(text)  # with the indent of its first line
    for undo in (wrapped.plain, reports.plain, scanners.plain, shown.plain, logs.plain, notes.plain):
        text = undo(text).strip()
    return text
