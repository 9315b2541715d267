"""Makes the text of peers harmless for where it is shown. Only JSON keeps it raw, in JSON's own escapes."""

from __future__ import annotations

import unicodedata

MAX_SHOWN = 200  # characters of one text on a terminal, in a table cell or in a log line
MAX_MARKS = 4
"""Combining marks on one character; no script in use needs more, and a flood of them paints over other lines."""

_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols of no ink at all, which Unicode counts as printable."""
_CUT = "…"


def terminal(text: str, limit: int = MAX_SHOWN) -> str:
    r"""`text` on one line that no terminal obeys, at most `limit` characters long.

    Controls (C0, C1, DEL), line separators, bidi and zero-width characters, blanks and lone surrogates are shown as
    escapes such as \x1b or \u202e; combining marks beyond `MAX_MARKS` on one character are dropped.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    length = marks = 0
    for character in text[: limit + 1]:
        piece = character if character.isprintable() and character not in _BLANKS else _escaped(character)
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks > MAX_MARKS:
            continue
        if marks and not shown:  # it would sit on whatever stands before the text
            piece = _escaped(character)
        shown.append(piece)
        length += len(piece)
        if length > limit:
            return _cut(shown, length, limit)
    return _cut(shown, length, limit) if len(text) > limit + 1 else "".join(shown)


def cell(text: str, limit: int = MAX_SHOWN) -> str:
    """`text` for a cell of a spreadsheet: harmless on a terminal, and never a formula.

    A leading "'" is put before what a spreadsheet may compute: = + - @ in any width, also after blanks, and any text
    that begins with a tab or a line break (OWASP, "CSV Injection").
    """
    shown = terminal(text, limit)
    return f"'{shown}" if _computes(text[:limit]) else shown


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _cut(shown: list[str], length: int, limit: int) -> str:
    """The pieces that fit before the sign of a cut; an escape is never cut in two."""
    while length > limit - len(_CUT):
        length -= len(shown.pop())
    return "".join(shown) + _CUT


def _computes(text: str) -> bool:
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    first = next(filter(_inked, text), "")
    return unicodedata.normalize("NFKC", first) in {*"=+-@\u2212"}


def _inked(character: str) -> bool:
    return character.isprintable() and not character.isspace() and character not in _BLANKS
