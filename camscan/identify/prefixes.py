"""Derives the prefixes that a value must have to match a pattern, without compiling the pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

from camscan.identify.pieces import BOUNDS, ENDS, ESCAPED, PIECE, REPEATS, TEXT

_Texts: TypeAlias = dict[str, bool]
"""Prefixes of what a part of a pattern matches. True: the prefix is complete, so the next part extends it."""

_PLAIN = re.compile(r"[\x20-\x7e]")
_STARTS = frozenset({"^", r"\A"})
_ANCHOR = re.compile(r"\^|\\A")
_SIMPLE = re.compile(r"(?:\(\?i\))?\^((?:(?:[\w ,/:;=<>\"'&#@~%!-]|\\[^\w\s])(?![*+?{]))+)[^|]*")
_UNTOLD = re.compile(r"[^\x00-\x7f]|\\x\{|\\[pPQC]|\(\?[a-zA-Z-]*m|(?!^)\(\?[a-zA-Z-]+\)")
"""Patterns that are not analysed: matched by characters (ignoring case is then not limited to ASCII) or by lines, or
with flags that change within the pattern."""
_LEAST, _LONGEST = 2, 32
"""Characters of a prefix: a shorter one is of little use, and a longer one of little more."""
_MOST = 24
"""The most prefixes of one pattern."""
_CLASS = 4
"""Characters of a class that is expanded into alternatives."""


@cache
def required_prefixes(pattern: str) -> tuple[bytes, ...]:
    """Prefixes in lower case, one of which every value has that matches the pattern (RE2 syntax).

    Empty if the pattern is not anchored, or its prefixes are too short or too many.
    """
    if _UNTOLD.search(pattern) or not _ANCHOR.search(pattern):
        return ()
    if (simple := _SIMPLE.fullmatch(pattern)) and len(text := ESCAPED.sub(r"\1", simple[1])) >= _LEAST:
        return (text[:_LONGEST].lower().encode(),)
    texts = _Parser(PIECE.findall(pattern)).anchored()
    return tuple(text.encode() for text in texts) if min(map(len, texts)) >= _LEAST else ()


class _Parser:
    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._place = 0

    def anchored(self) -> _Texts:
        """The prefixes of the whole pattern; the empty one if an alternative is not anchored."""
        self._place += self._peek().startswith("(?") and self._peek().endswith(")")
        choices: list[_Texts] = []
        while True:
            tied = self._peek() in _STARTS and self._peek(1)[:1] not in REPEATS
            choice = self._sequence()
            choices.append(choice if tied else {"": False})
            if self._peek() != "|":
                return _merged(choices) if self._place == len(self._pieces) else {"": False}
            self._place += 1

    def _peek(self, ahead: int = 0) -> str:
        place = self._place + ahead
        return self._pieces[place] if place < len(self._pieces) else ""

    def _sequence(self) -> _Texts:
        """The prefixes of one alternative; stops at the `|` or `)` after it."""
        texts: _Texts = {"": True}
        while self._peek() not in ENDS:
            texts = _joined(texts, self._repeated(self._part()))
            if not any(texts.values()):
                self._skip()
        return texts

    def _skip(self) -> None:
        """Skip to the `|` or `)` after the alternative."""
        depth = 0
        while (piece := self._peek()) and (depth or piece not in ENDS):
            depth += (piece[0] == "(" and piece[-1] != ")") - (piece == ")")
            self._place += 1

    def _part(self) -> _Texts:
        piece = self._pieces[self._place]
        self._place += 1
        if piece in BOUNDS or (piece.startswith("(?") and piece.endswith(")")):
            return {"": True}
        if piece.startswith("("):
            choices = [self._sequence()]
            while self._peek() == "|":
                self._place += 1
                choices.append(self._sequence())
            self._place += 1  # the closing bracket
            return _merged(choices)
        if piece.startswith("["):
            return _class(piece[1:-1])
        if piece.startswith("\\"):
            return {piece[1]: True} if _is_mark(piece[1:]) else {"": False}
        is_text = TEXT.fullmatch(piece) or (piece != "." and _PLAIN.fullmatch(piece))
        return {piece.lower(): True} if is_text else {"": False}

    def _repeated(self, part: _Texts) -> _Texts:
        """Apply the repetition operators that follow a part."""
        while (piece := self._peek()) and piece[0] in REPEATS and piece != "{":
            self._place += 1
            if piece[0] == "?":
                part = _merged([part, {"": True}])
            else:
                part = {"": False} if piece[0] == "*" or piece.startswith("{0") else dict.fromkeys(part, False)
        return part


def _is_mark(sign: str) -> bool:
    """Whether an escaped character stands for itself."""
    return len(sign) == 1 and _PLAIN.fullmatch(sign) is not None and not sign.isalnum()


def _class(inside: str) -> _Texts:
    if len(inside) > _CLASS or inside.startswith("^") or "-" in inside[1:-1] or not all(map(_is_member, inside)):
        return {"": False}
    return {sign.lower(): True for sign in inside}


def _is_member(sign: str) -> bool:
    return sign not in "\\[]" and _PLAIN.fullmatch(sign) is not None


def _merged(choices: Iterable[_Texts]) -> _Texts:
    """The prefixes of several alternatives. A prefix is complete only if it is in all alternatives that have it."""
    merged: _Texts = {}
    for choice in choices:
        for text, more in choice.items():
            merged[text] = merged.get(text, True) and more
    return merged


def _joined(texts: _Texts, part: _Texts) -> _Texts:
    """The prefixes of two consecutive parts; those of the first alone if there would be too many."""
    whole = _merged(
        {(text + more)[:_LONGEST]: after and len(text + more) < _LONGEST} if before else {text: False}
        for text, before in texts.items()
        for more, after in part.items()
    )
    return whole if len(whole) <= _MOST else dict.fromkeys(texts, False)
