"""Recognises which field the name of a column tells, tolerating spelling, language and additions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from camscan.inventory.retired import is_state_and_remark
from camscan.inventory.synonyms import (
    EITHER,
    FILLERS,
    FOREIGN,
    JOINERS,
    NO_NAMES,
    NONE_WITH,
    NOT_MISSPELT,
    OF_OTHERS,
    STRONG_WORDS,
    SYNONYMS,
    WEAK,
    Field,
)
from camscan.text.folding import compact, words_of

_EXACT, FILLED, WORD, WEAKLY = 100, 95, 90, 60
"""How surely a name tells a field: as it stands, without fillers, by one of its words, only if no other name does."""
OTHERS = 50
"""How surely a name tells a field of another device."""
SIMILAR = 85
"""The least likeness (percent, Levenshtein ratio) of a misspelt name; below it "Vendor" begins to look like "port"."""
_MIN_SIMILAR = 5
"""Letters of a name that may be misspelt: shorter ones are too much alike."""
_MAX_NAME = 100
_SN = re.compile(r"\bs n\b")
"""What is left of "S/N" as words."""
_IP_CAMERA = re.compile(r"\bip (?:cam|camera|cameras|kamera|device)\b")
_PATH = re.compile(r"[a-z][a-z0-9_-]+(?:\.[a-z][a-z0-9_-]+)+")


@lru_cache(maxsize=4096)
def recognise(name: str) -> tuple[Field, int] | None:
    """The field that a name alone tells, and how surely, from 0 to 100; of a path of keys the end tells it."""
    name = name[:_MAX_NAME]
    if is_either(name):
        return None
    if _PATH.fullmatch(name) and (found := recognise(name.rpartition(".")[2])):
        return found
    parts = words_of(name)
    if exact := _known(compact(name)) or ((Field.STATUS, WORD) if is_state_and_remark(parts) else None):
        return exact
    if FOREIGN.intersection(parts):
        return None
    cap = OTHERS if OF_OTHERS.intersection(parts) else _EXACT
    telling = _telling(parts)
    found = _filled(telling) or _both(telling) or _worded(telling) or _alike(telling) or _misspelt(parts)
    if found and NONE_WITH.get(found[0], frozenset()).intersection(parts):
        return None
    return (found[0], min(found[1], cap)) if found else None


def _telling(parts: Sequence[str]) -> list[str]:
    """The words of a name that may tell a field: neither fillers, nor the "IP" of "IP camera" beside another word."""
    joined = _SN.sub("sn", " ".join(parts))
    rest = [part for part in joined.split() if part not in FILLERS and part not in OF_OTHERS]
    without = [part for part in rest if part != "ip"] if _IP_CAMERA.search(joined) else []
    return without if without and "".join(without) not in EITHER else rest


def is_exact(name: str) -> bool:
    """Whether a name is one of the usual ones, as it stands."""
    return is_either(name) or _known(compact(name)) is not None


@cache
def _table() -> dict[str, tuple[Field, int]]:
    weak = {compact(name): (which, WEAKLY) for which, names in WEAK.items() for name in names.split()}
    return weak | {compact(name): (which, _EXACT) for which, names in SYNONYMS.items() for name in names.split()}


@cache
def _misspellable() -> list[str]:
    """Names that may be misspelt: none of a status or a removal, since "removal due" means other than "removed".

    Nor those of an asset, of which "asset note" is one letter away; and "installed" is a date, not "installed at".
    """
    exact = {Field.STATUS, Field.RETIRED, Field.ASSET}
    return [name for name, (which, _) in _table().items() if which not in exact and name != "installedat"]


def _known(text: str) -> tuple[Field, int] | None:
    return _table().get(text)


def _filled(telling: Sequence[str]) -> tuple[Field, int] | None:
    found = _known("".join(telling))
    return (found[0], min(found[1], FILLED)) if found else None


def _both(telling: Sequence[str]) -> tuple[Field, int] | None:
    fields = {found[0] for part in telling if part not in JOINERS and (found := _known(part))}
    return (Field.MAKE_MODEL, WORD) if {Field.MAKE, Field.MODEL} <= fields else None


def _alike(telling: Sequence[str]) -> tuple[Field, int] | None:
    """Words that all tell the same field, as "Gebäude / Raum" does."""
    known = [_known(part) for part in telling if part not in JOINERS]
    fields = {found[0] if found else None for found in known}
    which = fields.pop() if len(fields) == 1 and len(known) > 1 else None
    return (which, WORD) if which else None


def _worded(telling: Sequence[str]) -> tuple[Field, int] | None:
    """By the first word that tells a field; "Manufacturer serial" is a serial, and no make."""
    fields = [STRONG_WORDS[part] for part in telling if part in STRONG_WORDS]
    which = Field.SERIAL if Field.MAKE in fields[:1] and Field.SERIAL in fields else next(iter(fields), None)
    return (which, WORD) if which else None


def _misspelt(parts: Sequence[str]) -> tuple[Field, int] | None:
    text = "".join(parts)
    if len(text) < _MIN_SIMILAR or text in NO_NAMES or not NOT_MISSPELT.isdisjoint(parts):
        return None
    found = process.extractOne(text, _misspellable(), scorer=fuzz.ratio, score_cutoff=SIMILAR)
    if found is None:
        return None
    which, rank = _table()[found[0]]
    return which, min(int(found[1]), rank)


@lru_cache(maxsize=4096)
def is_either(name: str) -> bool:
    """Whether a name is that of a column of addresses or of streets; what stands in it decides."""
    return compact(name) in EITHER or "".join(part for part in words_of(name) if part not in FILLERS) in EITHER
