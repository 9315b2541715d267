"""When something was last seen, as tables of routers and controllers write it: a date in some order, or an age."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from camscan.imports.files.base import moment
from camscan.imports.files.jsonlines import time

_SECONDS = re.compile(r"(1[0-9]{9})(?:[0-9]{3}|\.[0-9]{1,9})?")
"""Since 1970, perhaps with milliseconds; a smaller number may count from now."""
_MAX = 40
"""Characters of a time; the longest names the day of the week and the month."""
_FIRST_YEAR = 2000
"""What is dated before it was never seen: programs write their first day then."""
_SLACK = timedelta(days=1)
"""Tables tell the time of some zone, and not of which."""
_CLOCK = (
    r"(?:,?[ T](?:at )?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?\S{0,8}? ?(?P<half>[ap]m)?)?"
)
_NUMBERS = re.compile(rf"(?P<a>[0-9]{{1,4}})([./-])(?P<b>[0-9]{{1,2}})\2(?P<c>[0-9]{{2,4}}){_CLOCK}", re.IGNORECASE)
_NAME = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_NAMED = tuple(
    re.compile(rf"(?:[a-z]{{3,9}},? )?{day}(?:,?[ -](?P<year>[0-9]{{4}}))?{_CLOCK}", re.IGNORECASE)
    for day in (rf"{_NAME} (?P<day>[0-9]{{1,2}})", rf"(?P<day>[0-9]{{1,2}})\.?[ -]{_NAME}")
)
_YEAR_LAST = re.compile(r"([A-Za-z]{3} [0-9]{1,2}) ([0-9:]{4,8})(?: [A-Z]{3,4})? ([0-9]{4})\Z")
"""As C writes a time: "Sat Nov 28 10:03:00 2026"."""
_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_AGO = re.compile(r"(?:[0-9]{1,4}[wdhms])+|[0-9]{1,4} (?:second|minute|hour|day|week)s? ago", re.IGNORECASE)
_PART = re.compile(r"([0-9]+) ?([wdhms])", re.IGNORECASE)


def seen_time(told: str, now: datetime) -> datetime | None:
    """The time that a cell tells, as UTC where it names no zone; None where it tells none.

    `now` is when the table was written: what seems a few hours later is so by the clock of another zone. Of a day and a
    month of which nothing shows which is which, the earlier date counts: nothing is called seen later than it was.
    """
    told = _plain(told)
    if seconds := _SECONDS.fullmatch(told):
        return moment(seconds[1], now)
    if _AGO.fullmatch(told):
        return now - timedelta(**{_UNITS[unit.lower()]: int(count) for count, unit in _PART.findall(told)})
    found = [*_possible(told, now)]
    return min((min(one, now) for one in found if one <= now + _SLACK), default=min(found, default=None))


def end_time(told: str, now: datetime) -> datetime | None:
    """The time that a cell with a year tells of an end; of a day and a month that may be changed about, the later."""
    told = _plain(told)
    if seconds := _SECONDS.fullmatch(told):
        return moment(seconds[1], now)
    return max(_possible(told, now), default=None) if _YEAR.search(told) else None


def is_past(end: datetime, now: datetime) -> bool:
    """Whether a time has passed, by the clock of whichever zone."""
    return end < now - _SLACK


def _plain(told: str) -> str:
    return _YEAR_LAST.sub(r"\1 \3 \2", " ".join(told[:_MAX].split())).removesuffix(" UTC")


def _possible(told: str, now: datetime) -> Iterator[datetime]:
    """All times that a text may mean."""
    yield from (one for one in (time(told, datetime.min), *_dates(told, now)) if one.year >= _FIRST_YEAR)


def _dates(told: str, now: datetime) -> Iterator[datetime]:
    """All dates that a text may mean."""
    if found := _NUMBERS.fullmatch(told):
        a, b, c = found["a"], found["b"], found["c"]
        orders = [(a, b, c)] if len(a) > 2 else [(c, b, a)] if found[2] == "." else [(c, b, a), (c, a, b)]
        for year, month, day in orders:
            yield from _date(int(f"20{year}" if len(year) == 2 else year), int(month), int(day), found)
    for named in filter(None, (pattern.fullmatch(told) for pattern in _NAMED)):
        month, day = _MONTHS.index(named["month"].lower()) + 1, int(named["day"])
        years = (int(named["year"]),) if named["year"] else (now.year, now.year - 1)
        dates = (one for year in years for one in _date(year, month, day, named))
        yield from [one for one in dates if named["year"] or one <= now + _SLACK][:1]


def _date(year: int, month: int, day: int, found: re.Match[str]) -> Iterator[datetime]:
    """That date with the time of day beside it, if there is such a one."""
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"].lower() == "pm")
    try:
        yield datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0), tzinfo=UTC)
    except ValueError:
        return
