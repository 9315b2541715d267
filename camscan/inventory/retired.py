"""Whether a row says itself that its device is no longer in use: by its status, a date, or the name of its sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, combinations

from camscan.inventory.synonyms import (
    FILLERS,
    IN_USE,
    JOINERS,
    MONTHS,
    NOT,
    REMARKS,
    RETIRED_WORDS,
    SYNONYMS,
    YET,
    Field,
)
from camscan.text.folding import folded, words_of

_MOST_WORDS = 4
"""Words at the beginning of a text that may say it together, as in "no longer in use since May"."""
_STATES = frozenset(SYNONYMS[Field.STATUS].split())
_MOST_OF_NAME = 12
"""Words of the name of a sheet that are looked at: it has 31 letters at most."""
_DAY = re.compile(r"(?<![0-9])([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{1,4})(?![0-9])")
_YEAR = re.compile(r"(?<![0-9])(?:18|19|20)[0-9]{2}(?![0-9])")
_MONTHS, _MOST_DAYS = 12, 31
_CENTURY = 2000
"""To which a year of two digits belongs."""
_COUNT = re.compile("[3-7][0-9]{4}")
_DAY_0 = date(1899, 12, 30)
_NUMBERED = re.compile(r"(?<![0-9./-])(?:(0?[1-9]|1[0-2])[./-](?=20)|Q([1-4])\b)", re.IGNORECASE)
_NAMED = re.compile(
    r"(?<![a-z])([a-z]{3,10})(?:\. ?|[ -])?(?:[0-9]{1,2}(?:st|nd|rd|th)?,? |de )?(?=20[0-9]{2}(?![0-9]))"
)
"""The word before a year, without case and accents."""
_FIRST_DAYS = 1900
"""The last year of the days from which spreadsheets count: "1/0/1900", 1899-12-30."""


@lru_cache(maxsize=1024)
def is_retired_status(text: str) -> bool:
    """Whether a status begins with words such as "decommissioned" or "außer Betrieb".

    Not where it goes on with "no", "planned" or a date that is yet to come.
    """
    words = words_of(text)
    spellings = words, re.findall(r"\w+", text.casefold())  # with accents, too: "retiré" is no "retire"
    if not any(beginning in RETIRED_WORDS for told in spellings for beginning in accumulate(told[:_MOST_WORDS])):
        return False
    return words[-1] not in NOT and YET.isdisjoint(words[1:]) and not _is_no_past(text)


def is_state_and_remark(words: Sequence[str]) -> bool:
    """Whether a column is called by its states and by remarks together, as "Bemerkung / Status"."""
    rest = [one for one in words if one not in REMARKS and one not in JOINERS]
    return len(rest) < len(words) and "".join(rest) in _STATES


@lru_cache(maxsize=64)
def is_retired_sheet(text: str) -> bool:
    """Whether the name of a sheet says so and nothing else, as "Decommissioned cameras 2024"."""
    words = words_of(text)[:_MOST_OF_NAME]
    beside = [one in FILLERS or one.isdecimal() for one in words]
    spans = combinations(range(len(words) + 1), 2)
    return any("".join(words[a:b]) in RETIRED_WORDS and all(beside[:a] + beside[b:]) for a, b in spans)


def is_yes(text: str) -> bool:
    """Whether a cell in a column of what is over says so: by a date, a name or a mark.

    Not by "no", "planned", a 0 or a date that is yet to come. What has no date shows in a spreadsheet as the first day.
    """
    words = words_of(text)[:2] or [text]
    denies = {words[0].strip("0"), "".join(words)} & {"", *NOT, *IN_USE, *YET}
    return not denies and not _is_no_past(text)


def _is_no_past(text: str) -> bool:
    """Whether a text tells of a time, and of none that has passed since there are cameras on networks."""
    today = datetime.now(UTC).date()
    if max(_day(text), _counted(text)) > today.timetuple()[:3]:
        return True
    years = list(map(int, _YEAR.findall(text)))
    is_late = years == [today.year] and _month(text) > today.month
    return is_late or (bool(years) and not any(_FIRST_DAYS < year <= today.year for year in years))


def _counted(text: str) -> tuple[int, ...]:
    """The day that a spreadsheet shows as a number where it is not told to write a date: days since 1899-12-30."""
    is_day = _COUNT.fullmatch(text.strip())
    return (_DAY_0 + timedelta(days=int(text))).timetuple()[:3] if is_day else ()


def _month(text: str) -> int:
    """The month, or the last one of the quarter, that a text names beside a year; 0 where it names none."""
    if found := _NUMBERED.search(text):
        return int(found[2]) * 3 if found[2] else int(found[1])
    return max((MONTHS.get(word, 0) for word in _NAMED.findall(folded(text))), default=0)


def _day(text: str) -> tuple[int, ...]:
    """The first day that a text writes in numbers: year, month, day; the earlier one of two, as with "3/4/2027"."""
    if not (found := _DAY.search(text)):
        return ()
    first, second, third = (int(found[place]) for place in (1, 3, 4))
    third += _CENTURY if len(found[4]) <= 2 and first <= _MOST_DAYS else 0
    if first > _MOST_DAYS:
        return first, second, third
    days = [(third, second, first), (third, first, second)][: 1 if found[2] == "." else 2]
    return min((day for day in days if day[1] <= _MONTHS), default=())
