"""Whether a row says itself that its device is no longer in use: by its status, a date, or the name of its sheet."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate

from camscan.inventory.folding import words_of
from camscan.inventory.synonyms import FILLERS, NOT, OVER

_MOST_WORDS = 4
"""Words at the beginning of a text that may say it together, as in "no longer in use since May"."""


@lru_cache(maxsize=1024)
def is_over(text: str) -> bool:
    """Whether a status begins with words such as "decommissioned" or "außer Betrieb"."""
    return any(beginning in OVER for beginning in accumulate(words_of(text)[:_MOST_WORDS]))


def is_name_of_over(text: str) -> bool:
    """Whether the name of a sheet says so and nothing else, as "Decommissioned cameras 2024"."""
    return "".join(one for one in words_of(text) if one not in FILLERS and not one.isdecimal()) in OVER


def is_yes(text: str) -> bool:
    """Whether a cell in a column of what is over says so: by a date, a name or a mark; not by "no, planned" or a 0."""
    first = next(iter(words_of(text)), text)
    return first.strip("0") not in {"", *NOT}
