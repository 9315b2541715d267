"""Takes a pattern (RE2 syntax) apart, without compiling it."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

_TEXT = r"[\w ,/:;=<>\"'&#@~%!-]"
PIECE = re.compile(
    r"\\[pP]\{\^?\w+\}|\\x\{\w+\}|\\x[0-9A-Fa-f]{2}|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\(\?P?<\w+>"
    rf"|\(\?[a-zA-Z-]*[:)]|[*+?]\??|\{{[0-9]+(?:,[0-9]*)?\}}\??|{_TEXT}{{2,}}(?![*+?{{])|.",
    re.DOTALL | re.ASCII,
)
"""Characters that stand for themselves come as one piece, as far as none of them is repeated."""
TEXT = re.compile(rf"{_TEXT}+", re.ASCII)  # such a piece, or one such character
BOUNDS = frozenset({"^", "$", r"\b", r"\B", r"\A", r"\z"})  # pieces that match no character, but a place
ESCAPED = re.compile(r"\\(.)")
_REPEATS = frozenset("*+?{")  # what a piece that repeats the one before it begins with; a "{" alone stands for itself
_ENDS = frozenset({"|", ")"})  # pieces after which an alternative is over


class Repeated(NamedTuple):
    """A part and the operator behind it, such as `*`, `??` or `{2,3}`."""

    part: Part
    operator: str


class Choice(NamedTuple):
    """The alternatives of a group or of a whole pattern, each of them the parts that follow one another."""

    alternatives: tuple[tuple[Part, ...], ...]


Part: TypeAlias = str | Repeated | Choice  # a string is a piece that is no bracket, no operator and no flags


def parse(pattern: str) -> Choice | None:
    """The parts of a pattern; None if its brackets do not match."""
    parser = _Parser(PIECE.findall(pattern))
    try:
        choice = parser.choice()
    except IndexError:  # a bracket is not closed
        return None
    return None if parser.rest else choice


class _Parser:
    def __init__(self, pieces: list[str]) -> None:
        self.rest = pieces[::-1]  # the pieces that are not taken yet, the next one last

    def choice(self) -> Choice:
        """All alternatives up to a closing bracket or the end."""
        alternatives = [self._sequence()]
        while self.rest and self.rest[-1] == "|":
            self.rest.pop()
            alternatives.append(self._sequence())
        return Choice(tuple(alternatives))

    def _sequence(self) -> tuple[Part, ...]:
        parts: list[Part] = []
        while self.rest and self.rest[-1] not in _ENDS:
            piece = self.rest.pop()
            if piece[0] in _REPEATS and piece != "{" and parts:
                parts[-1] = Repeated(parts[-1], piece)
            elif not piece.startswith("("):
                parts.append(piece)
            elif not piece.endswith(")"):  # else it sets flags
                parts.append(self.choice())
                self.rest.pop()
        return tuple(parts)
