"""Takes a pattern (RE2 syntax) apart into the pieces that it is written with."""

from __future__ import annotations

import re

_TEXT = r"[\w ,/:;=<>\"'&#@~%!-]"
PIECE = re.compile(
    r"\\[pP]\{\^?\w+\}|\\x\{\w+\}|\\x[0-9A-Fa-f]{2}|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\(\?P?<\w+>"
    rf"|\(\?[a-zA-Z-]*[:)]|[*+?]\??|\{{[0-9]+(?:,[0-9]*)?\}}\??|{_TEXT}{{2,}}(?![*+?{{])|.",
    re.DOTALL | re.ASCII,
)
"""Characters that stand for themselves come as one piece, as far as none of them is repeated."""
TEXT = re.compile(rf"{_TEXT}+", re.ASCII)
"""Such a piece, or one such character."""
BOUNDS = frozenset({"^", "$", r"\b", r"\B", r"\A", r"\z"})
"""Pieces that match no character, but a place."""
REPEATS = frozenset("*+?{")
"""What a piece that repeats the one before it begins with; a "{" alone stands for itself."""
ENDS = frozenset({"", "|", ")"})
"""Pieces after which an alternative is over."""
ESCAPED = re.compile(r"\\(.)")
