"""Derives what a value must begin with or have in it to match a pattern, without compiling the pattern."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeAlias

from camscan.identify.pieces import BOUNDS, PIECE, TEXT, Choice, Part, Repeated, parse

Texts: TypeAlias = frozenset[str]

LEAST = 5  # bytes of a literal: a shorter one is in too many values
_START = "BEG"
"""Stands for the beginning of a value, before a text: texts have no capitals. Two letters behind it are enough."""
_LONG = 8  # bytes from which a text is rare enough; longer ones are not preferred
_CUT = 40  # characters of a text that are looked for
_PRODUCT, _HEADS, _MOST = 8, 24, 64  # the most spellings of a run of characters, beginnings, and texts of a pattern
_CLASS = 4  # characters of a class that is expanded into alternatives
_OPAQUE = re.compile(r"\\[pPQC]")  # patterns that are not analysed
_STARTS = frozenset({"^", r"\A"})
_BY_LINES = re.compile(r"\(\?[a-zA-Z-]*m")  # patterns in which a ^ is also the beginning of a line
_HEX = re.compile(r"\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})")
_MEMBER = re.compile(r"\\x[0-9A-Fa-f]{2}|\\.|[^\\]", re.DOTALL)
_FOLDED = frozenset("ks")
"""ASCII letters that equal others where characters are compared without case: the sign for kelvin and the long s."""


class _Need(NamedTuple):
    """What a part of a pattern needs: all that it matches begins with one of `head`, and has one of `some` in it.

    True in `head`: that is all of it, so the next part extends it. `some` is empty where nothing is known.
    """

    head: Mapping[str, bool]
    some: Texts = frozenset()

    @property
    def whole(self) -> Texts | None:
        """All that it matches; None if that is too much."""
        return frozenset(self.head) if all(self.head.values()) and len(self.head) <= _PRODUCT else None

    @property
    def texts(self) -> Texts:
        """The texts of which one is needed; none if they are too short or too many."""
        return _rarer(self.some, frozenset(self.head))


_NONE = frozenset[str]()
_NOTHING = _Need({"": True})
_ANYTHING = _Need({"": False})
_BEGINNING = _Need({_START: True})


def required_texts(pattern: str, *, wide: bool) -> tuple[Texts, Texts]:
    """Prefixes, one of which every value has that matches a pattern; or else literals, one of which is in it.

    The pattern is RE2 syntax, matched by characters where it is `wide`. The texts are in lower case. Both are empty if
    these are too short or too many.
    """
    if _BY_LINES.search(pattern):
        pattern = PIECE.sub(lambda piece: r"\b" if piece[0] == "^" else piece[0], pattern)
    choice = None if _OPAQUE.search(pattern) else parse(pattern)
    if choice is None:
        return _NONE, _NONE
    need = _choice(choice, wide)
    if _is_prefix(need.head):
        return _without_start(need.head), _NONE
    texts = _without_start(need.texts)
    return (texts, _NONE) if _is_prefix(need.texts) else (_NONE, texts if _least(texts) >= LEAST else _NONE)


def _is_prefix(texts: Collection[str]) -> bool:
    """Whether texts begin a value, and are long enough."""
    return all(text.startswith(_START) for text in texts) and _least(_without_start(texts)) + len(_START) >= LEAST


def _without_start(texts: Iterable[str]) -> Texts:
    return frozenset(text.replace(_START, "")[:_CUT] for text in texts)


def _choice(choice: Choice, wide: bool) -> _Need:
    needs = [_sequence(alternative, wide) for alternative in choice.alternatives]
    return needs[0] if len(needs) == 1 else _either(needs)


def _sequence(parts: Iterable[Part], wide: bool) -> _Need:
    head, run, best = _NOTHING.head, frozenset({""}), _NONE
    for part in chain.from_iterable(map(_letters, parts)) if wide else parts:
        need = _need(part, wide)
        if any(head.values()):
            head = _extended(head, need.head)
        elif _is_prefix(head):  # whatever follows may be in more values
            break
        whole = need.whole
        joined = _joined(run, whole) if whole is not None else None
        if joined is None:
            best = _rarer(_rarer(best, run), need.texts)
            run = whole or frozenset({""})
        else:
            best = _rarer(best, run) if len(joined) > len(run) else best
            run = joined
    return _Need(head, _rarer(best, run))


def _letters(part: Part) -> Iterable[Part]:
    """The characters of a text: by characters, two letters equal others, so each stands alone."""
    return part if isinstance(part, str) and TEXT.fullmatch(part) else (part,)


@lru_cache(maxsize=1024)
def _need(part: Part, wide: bool) -> _Need:
    if isinstance(part, Choice):
        return _choice(part, wide)
    if isinstance(part, Repeated):
        return _repeated(_need(part.part, wide), part.operator)
    if part in BOUNDS:
        return _BEGINNING if part in _STARTS else _NOTHING
    return _class(part[1:-1], wide) if part.startswith("[") and len(part) > 1 else _sign(part, wide)


def _sign(piece: str, wide: bool) -> _Need:
    sign = _plain(piece)
    return _Need({sign: True}) if sign and not (wide and sign in _FOLDED) else _ANYTHING


def _class(inside: str, wide: bool) -> _Need:
    members = _MEMBER.findall(inside)
    if inside.startswith(("^", "[")) or "-" in members[1:-1] or len(members) > _CLASS:
        return _ANYTHING
    needs = [_sign(one if one != "." else r"\.", wide) for one in members]
    return _either(needs) if all(need.head != _ANYTHING.head for need in needs) else _ANYTHING


def _repeated(need: _Need, operator: str) -> _Need:
    if operator[0] == "?":
        return _either([need, _NOTHING])
    is_needed = operator[0] != "*" and not operator.startswith("{0")
    return _Need(dict.fromkeys(need.head, False), need.texts) if is_needed else _ANYTHING


def _plain(piece: str) -> str:
    """The characters that a piece stands for, in lower case; "" if it is another kind of piece."""
    if found := _HEX.fullmatch(piece):
        return chr(code).lower() if (code := int(found[1] or found[2], 16)) < 0x80 else ""
    if piece.startswith("\\"):
        return piece[1] if len(piece) == 2 and piece[1].isascii() and not piece[1].isalnum() else ""
    if len(piece) > 1:
        return piece.lower() if TEXT.fullmatch(piece) else ""
    has_case = not piece.isascii() and piece.lower() != piece.upper()
    return piece.lower() if piece != "." and not has_case else ""


def _either(needs: Sequence[_Need]) -> _Need:
    """The need of several alternatives."""
    each = [need.texts for need in needs]
    head = _merged(need.head for need in needs)
    return _Need(head if len(head) <= _MOST else _ANYTHING.head, _NONE.union(*each) if all(each) else _NONE)


def _merged(heads: Iterable[Mapping[str, bool]]) -> dict[str, bool]:
    """The heads of several alternatives. One is extended only if it is in all that have it."""
    merged: dict[str, bool] = {}
    for head in heads:
        for text, is_whole in head.items():
            merged[text] = merged.get(text, True) and is_whole
    return merged


def _extended(head: Mapping[str, bool], following: Mapping[str, bool]) -> Mapping[str, bool]:
    """The heads of two consecutive parts; those of the first alone if there would be too many."""
    if len(head) * len(following) == 1:
        return {text + more: is_whole for text in head for more, is_whole in following.items()}
    both = _merged(
        {text + more: is_whole for more, is_whole in following.items()} if extends else {text: False}
        for text, extends in head.items()
    )
    return both if len(both) <= _HEADS else dict.fromkeys(head, False)


def _rarer(first: Texts, second: Texts) -> Texts:
    """The rarer one of two sets of texts; none of what is too short or too many."""
    if "" in second:
        return first
    return frozenset(text[:_CUT] for text in second) if _rarity(second) > _rarity(first) else first


def _rarity(texts: Texts) -> tuple[int, int]:
    least = _least(texts)
    return (min(least, _LONG), -len(texts)) if least >= LEAST and len(texts) <= _MOST else (0, 0)


def _least(texts: Texts) -> int:
    """Bytes of the shortest text."""
    return min((len(text.encode()) for text in texts), default=0)


def _joined(run: Texts, texts: Texts) -> Texts | None:
    """All spellings of two consecutive parts; None if there are too many."""
    joined = frozenset(one + other for one in run for other in texts)
    return joined if len(joined) <= _PRODUCT else None
