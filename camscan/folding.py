"""Texts without case and accents: how the names of columns in any list, and the words of a status, are compared."""

from __future__ import annotations

import re
import unicodedata

_STROKES = str.maketrans({"ł": "l", "ø": "o", "\u0131": "i", "đ": "d"})
"""Letters with a stroke, which Unicode does not take apart."""


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
    return "".join(filter(str.isalnum, folded(text)))


def words_of(text: str) -> list[str]:
    """The words of a text, folded; also of one such as "serialNumber"."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.findall(r"[a-z0-9]+|[^\W_a-z0-9]+", folded(split))
