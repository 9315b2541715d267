"""Whether a row says itself that its device is no longer in use: by its status, a date, or the name of its sheet."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import accumulate

from camscan.inventory.synonyms import FILLERS, NOT, OVER

_MOST_WORDS = 4
"""Words at the beginning of a text that may say it together, as in "no longer in use since May"."""
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "\u0131": "i", "đ": "d"})


@lru_cache(maxsize=1024)
def is_over(text: str) -> bool:
    """Whether a status begins with words such as "decommissioned" or "außer Betrieb"."""
    spellings = _words(_folded(text)), _words(text.casefold())
    return any(beginning in OVER for words in spellings for beginning in accumulate(words[:_MOST_WORDS]))


def is_name_of_over(text: str) -> bool:
    """Whether the name of a sheet says so and nothing else, as "Decommissioned cameras 2024"."""
    return "".join(one for one in _words(_folded(text)) if one not in FILLERS and not one.isdecimal()) in OVER


def is_yes(text: str) -> bool:
    """Whether a cell in a column of what is over says so: by a date, a name or a mark; not by "no, planned" or a 0."""
    first = next(iter(_words(text)), text)
    return first.strip("0") not in {"", *NOT}


def _words(text: str) -> list[str]:
    return "".join(one if one.isalnum() else " " for one in text).split()


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(one for one in parts if unicodedata.category(one) != "Mn" or one in "\u3099\u309a")
    return unicodedata.normalize("NFC", kept).translate(_LETTERS).strip()
