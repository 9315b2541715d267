"""The burn-down: how fast listed devices go, and when the last will be gone at that rate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import accumulate
from math import ceil

from camscan.summaries import Point, Progress, State, Tally

WINDOW = 90  # days over which the rate is taken
_EPOCH = date(1970, 1, 1)
_END = date(9999, 12, 31)


def burn_down(
    tallies: Iterable[Tally], today: date, deadline: date | None, window: int = WINDOW, sites: Collection[str] = ()
) -> list[Progress]:
    """The progress of each site, the worst first; `sites` are there even where no tally is about them."""
    by_site: defaultdict[str, list[Tally]] = defaultdict(list)
    for tally in tallies:
        by_site[tally.site].append(tally)
    found = [progress(site, by_site[site], today, deadline, window) for site in {*by_site, *sites}]
    return sorted(found, key=lambda one: (not one.late, -one.remaining, one.site or ""))


def progress(
    site: str | None, tallies: Sequence[Tally], today: date, deadline: date | None = None, window: int = WINDOW
) -> Progress:
    """The progress of what some tallies count, as one."""
    counts: Counter[State] = Counter()
    for tally in tallies:
        counts[tally.state] += tally.count
    removed = sum(count for state, count in counts.items() if state.is_gone)
    remaining = counts.total() - removed - counts[State.EXEMPT]
    rate = _rate(tallies, today, window)
    curve = _curve(tallies)
    done = _done(remaining, rate, curve, today)
    late = None if deadline is None else bool(counts) and (done is None or done > deadline)
    returned, exempt = counts[State.RETURNED], counts[State.EXEMPT]
    return Progress(site, counts.total(), removed, exempt, returned, remaining, rate, done, late, curve)


def day(number: int) -> date:
    """The day that is so many days after 1970-01-01."""
    return _EPOCH + timedelta(days=number)


def _rate(tallies: Sequence[Tally], today: date, window: int) -> float:
    """Devices a day, over the window or, where the first one was seen later, since then."""
    now = (today - _EPOCH).days
    begin = max(now - window, min((tally.first_day for tally in tallies), default=now))
    gone = sum(tally.count for tally in tallies if tally.state.is_gone and begin <= (tally.state_day or 0) <= now)
    return gone / max(now - begin, 1)


def _done(remaining: int, rate: float, curve: Sequence[Point], today: date) -> date | None:
    if not remaining:
        return curve[-1].day if curve else None
    if not rate:
        return None
    days = ceil(remaining / rate)
    return today + timedelta(days=days) if days <= (_END - today).days else None


def _curve(tallies: Iterable[Tally]) -> tuple[Point, ...]:
    steps: Counter[int] = Counter()
    for tally in tallies:
        steps[tally.first_day] += tally.count
        if (tally.state.is_gone or tally.state is State.EXEMPT) and tally.state_day is not None:
            steps[tally.state_day] -= tally.count
    days = sorted(steps)
    left = accumulate(steps[number] for number in days)
    return tuple(Point(day(number), remaining) for number, remaining in zip(days, left, strict=True))
