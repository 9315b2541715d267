"""Derives the prefixes that a value must have to match a pattern, without compiling the pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

from camscan.identify.pieces import BOUNDS, ESCAPED, TEXT, Choice, Part, Repeated, parse

_Texts: TypeAlias = dict[str, bool]
"""Prefixes of what a part of a pattern matches. True: the prefix is complete, so the next part extends it."""

_PLAIN = re.compile(r"[\x20-\x7e]")
_STARTS = frozenset({"^", r"\A"})
_ANCHOR = re.compile(r"\^|\\A")
_SIMPLE = re.compile(r"(?:\(\?i\))?\^((?:(?:[\w ,/:;=<>\"'&#@~%!-]|\\[^\w\s])(?![*+?{]))+)[^|]*")
_UNTOLD = re.compile(r"[^\x00-\x7f]|\\x\{|\\[pPQC]|\(\?[a-zA-Z-]*m|(?!^)\(\?[a-zA-Z-]+\)")
"""Patterns that are not analysed: matched by characters (ignoring case is then not limited to ASCII) or by lines, or
with flags that change within the pattern."""
_LEAST, _LONGEST = 2, 32  # characters of a prefix: a shorter one is of little use, and a longer one of little more
_MOST = 24  # the most prefixes of one pattern
_CLASS = 4  # characters of a class that is expanded into alternatives


@cache
def required_prefixes(pattern: str) -> tuple[bytes, ...]:
    """Prefixes in lower case, one of which every value has that matches the pattern (RE2 syntax).

    Empty if the pattern is not anchored, or its prefixes are too short or too many.
    """
    if _UNTOLD.search(pattern) or not _ANCHOR.search(pattern):
        return ()
    if (simple := _SIMPLE.fullmatch(pattern)) and len(text := ESCAPED.sub(r"\1", simple[1])) >= _LEAST:
        return (text[:_LONGEST].lower().encode(),)
    choice = parse(pattern)
    if choice is None or not all(alternative and alternative[0] in _STARTS for alternative in choice.alternatives):
        return ()
    texts = _texts(choice)
    return tuple(text.encode() for text in texts) if min(map(len, texts)) >= _LEAST else ()


def _sequence(parts: Iterable[Part]) -> _Texts:
    texts: _Texts = {"": True}
    for part in parts:
        texts = _joined(texts, _texts(part))
        if not any(texts.values()):
            break
    return texts


def _texts(part: Part) -> _Texts:
    if isinstance(part, Choice):
        return _merged(map(_sequence, part.alternatives))
    if isinstance(part, Repeated):
        return _repeated(_texts(part.part), part.operator)
    if part in BOUNDS:
        return {"": True}
    if part.startswith("["):
        return _class(part[1:-1])
    if part.startswith("\\"):
        return {part[1]: True} if _is_mark(part[1:]) else {"": False}
    is_text = TEXT.fullmatch(part) or (part != "." and _PLAIN.fullmatch(part))
    return {part.lower(): True} if is_text else {"": False}


def _repeated(texts: _Texts, operator: str) -> _Texts:
    if operator[0] == "?":
        return _merged([texts, {"": True}])
    return {"": False} if operator[0] == "*" or operator.startswith("{0") else dict.fromkeys(texts, False)


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
