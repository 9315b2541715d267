"""Texts without case or accents: how names of columns in any list, words of a status, and brands are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_STROKES = str.maketrans({"ł": "l", "ø": "o", "\u0131": "i", "đ": "d"})
"""Letters with a stroke, which Unicode does not take apart."""
_MAX_NAME = 128  # characters of a text whose result is kept, as that of a column's name is of use for many rows


def folded(text: str) -> str:
    """Without case and accents; kana keep their voicing marks, as they are other letters with them."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(map(_plain, text)).translate(_STROKES)


def _plain(letter: str) -> str:
    """A Latin letter without its accent."""
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter


def compact(text: str) -> str:
    """The letters and digits of a text alone, folded."""
    return _compact(text) if len(text) <= _MAX_NAME else _compact.__wrapped__(text)


@lru_cache(maxsize=4096)
def _compact(text: str) -> str:
    return "".join(filter(str.isalnum, folded(text)))


@lru_cache(maxsize=4096)
def normalised(name: str) -> str:
    """A name without case, spaces and punctuation, for comparing brands; "" if nothing is left. Accents count."""
    return "".join(filter(str.isalnum, name.casefold()))


def words_of(text: str) -> list[str]:
    """The words of a text, folded; also of one such as "serialNumber"."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.findall(r"[a-z0-9]+|[^\W_a-z0-9]+", folded(split))
