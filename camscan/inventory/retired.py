"""Whether a row says itself that its device is no longer in use: by its status, a date, or the name of its sheet."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate, combinations

from camscan.folding import words_of
from camscan.inventory.synonyms import FILLERS, NOT, RETIRED_WORDS

_MOST_WORDS = 4
"""Words at the beginning of a text that may say it together, as in "no longer in use since May"."""
_MOST_OF_NAME = 12
"""Words of the name of a sheet that are looked at: it has 31 letters at most."""


@lru_cache(maxsize=1024)
def is_retired_status(text: str) -> bool:
    """Whether a status begins with words such as "decommissioned" or "außer Betrieb"."""
    spellings = words_of(text), re.findall(r"\w+", text.casefold())  # with accents, too: "retiré" is no "retire"
    return any(beginning in RETIRED_WORDS for words in spellings for beginning in accumulate(words[:_MOST_WORDS]))


def is_retired_sheet(text: str) -> bool:
    """Whether the name of a sheet says so and nothing else, as "Decommissioned cameras 2024"."""
    words = words_of(text)[:_MOST_OF_NAME]
    beside = [one in FILLERS or one.isdecimal() for one in words]
    spans = combinations(range(len(words) + 1), 2)
    return any("".join(words[a:b]) in RETIRED_WORDS and all(beside[:a] + beside[b:]) for a, b in spans)


def is_yes(text: str) -> bool:
    """Whether a cell in a column of what is over says so: by a date, a name or a mark; not by "no, planned" or a 0."""
    first = next(iter(words_of(text)), text)
    return first.strip("0") not in {"", *NOT}
