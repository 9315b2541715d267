"""Derives the texts of which a value must have one to match a pattern, without compiling the pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import NamedTuple, TypeAlias

from camscan.identify.pieces import BOUNDS, TEXT, Choice, Part, Repeated, parse

Texts: TypeAlias = frozenset[str]

LEAST = 5  # bytes of a text: a shorter one is in too many values
_LONG = 8  # bytes from which a text is rare enough; longer ones are not preferred
_CUT = 40  # characters of a text that are looked for
_PRODUCT, _MOST = 8, 64  # the most spellings of a run of characters; the most texts of one pattern
_CLASS = 4  # characters of a class that is expanded into alternatives
_OPAQUE = re.compile(r"\\[pPQC]")  # patterns that are not analysed
_HEX = re.compile(r"\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})")
_MEMBER = re.compile(r"\\x[0-9A-Fa-f]{2}|\\.|[^\\]", re.DOTALL)
_FOLDED = frozenset("ks")
"""ASCII letters that equal others where characters are compared without case: the sign for kelvin and the long s."""


class _Need(NamedTuple):
    """What a part of a pattern needs: all that it matches is one of `whole`, or else one of `some` is in it."""

    whole: Texts | None
    some: Texts = frozenset()

    @property
    def texts(self) -> Texts:
        """The texts of which one is needed; none if they are too short or too many."""
        return _rarer(self.some, self.whole or frozenset())


_NOTHING = _Need(frozenset({""}))
_ANYTHING = _Need(None)


@cache
def required_literals(pattern: str, *, wide: bool) -> Texts:
    """Texts in lower case, one of which is in every value that matches the pattern (RE2 syntax).

    Empty if there are none, or they are too short or too many. `wide`: the pattern is matched by characters.
    """
    choice = None if _OPAQUE.search(pattern) else parse(pattern)
    return _choice(choice, wide).texts if choice else frozenset()


def _choice(choice: Choice, wide: bool) -> _Need:
    needs = [_sequence(alternative, wide) for alternative in choice.alternatives]
    return needs[0] if len(needs) == 1 else _either(needs)


def _sequence(parts: Iterable[Part], wide: bool) -> _Need:
    run, best, is_whole = frozenset({""}), frozenset[str](), True
    for part in chain.from_iterable(map(_letters, parts)) if wide else parts:
        need = _need(part, wide)
        joined = _joined(run, need.whole) if need.whole is not None else None
        if joined is None:
            is_whole = False
            best = _rarer(_rarer(best, run), need.some)
            run = need.whole or frozenset({""})
        else:
            best = _rarer(best, run) if len(joined) > len(run) else best
            run = joined
    return _Need(run if is_whole else None, _rarer(best, run))


def _letters(part: Part) -> Iterable[Part]:
    """The characters of a text: by characters, two letters equal others, so each stands alone."""
    return part if isinstance(part, str) and TEXT.fullmatch(part) else (part,)


def _need(part: Part, wide: bool) -> _Need:
    if isinstance(part, Choice):
        return _choice(part, wide)
    if isinstance(part, Repeated):
        return _repeated(_need(part.part, wide), part.operator)
    if part in BOUNDS:
        return _NOTHING
    return _class(part[1:-1], wide) if part.startswith("[") and len(part) > 1 else _sign(part, wide)


def _sign(piece: str, wide: bool) -> _Need:
    sign = _plain(piece)
    return _Need(frozenset({sign})) if sign and not (wide and sign in _FOLDED) else _ANYTHING


def _class(inside: str, wide: bool) -> _Need:
    members = _MEMBER.findall(inside)
    if inside.startswith(("^", "[")) or "-" in members[1:-1] or len(members) > _CLASS:
        return _ANYTHING
    needs = [_sign(one if one != "." else r"\.", wide) for one in members]
    return _either(needs) if all(need.whole for need in needs) else _ANYTHING


def _repeated(need: _Need, operator: str) -> _Need:
    if operator[0] == "?":
        return _either([need, _NOTHING]) if need.whole is not None else _ANYTHING
    return _ANYTHING if operator[0] == "*" or operator.startswith("{0") else _Need(None, need.texts)


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


def _either(needs: Iterable[_Need]) -> _Need:
    """The need of several alternatives."""
    needs = tuple(needs)
    whole = frozenset(text for need in needs for text in need.whole or ())
    if all(need.whole is not None for need in needs) and len(whole) <= _PRODUCT:
        return _Need(whole)
    each = [need.texts for need in needs]
    return _Need(None, frozenset[str]().union(*each) if all(each) else frozenset())


def _rarer(first: Texts, second: Texts) -> Texts:
    """The rarer one of two sets of texts; none of what is too short or too many."""
    return frozenset(text[:_CUT] for text in second) if _rarity(second) > _rarity(first) else first


def _rarity(texts: Texts) -> tuple[int, int]:
    least = min((len(text.encode()) for text in texts), default=0)
    return (min(least, _LONG), -len(texts)) if least >= LEAST and len(texts) <= _MOST else (0, 0)


def _joined(run: Texts, texts: Texts) -> Texts | None:
    """All spellings of two consecutive parts; None if there are too many."""
    joined = frozenset(one + other for one in run for other in texts)
    return joined if len(joined) <= _PRODUCT else None
