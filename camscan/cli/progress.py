"""`camscan progress`: how fast the listed devices go, and whether the last is gone in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.numbers import Whole
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.telling import tell, tell_note
from camscan.cli.terminal.writing import wrapped
from camscan.errors import UsageError
from camscan.reports.columns import GAP, lines, widths
from camscan.reports.escape import terminal
from camscan.scansettings import THINNED
from camscan.text.wording import joined, plural, were

if TYPE_CHECKING:
    from camscan.app.judging.criteria import Criteria
    from camscan.reports.workbook import Cell
    from camscan.store.store import Store
    from camscan.summaries import Progress

SCHEMA = "camscan-progress/1"
_COLUMNS = ("site", "known", "removed", "exempt", "returned", "remaining", "rate_per_week", "projected", "late")
_ELUSIVE_DAYS = 7
_MAX_NAMES = 3  # sites that are named in a sentence
_HEADS = ("site", "known", "removed", "exempt", "returned", "remaining", "a week", "done", "")


@dataclass(frozen=True, slots=True)
class _Answer:
    today: date
    deadline: date | None
    window: int
    policies: tuple[str, ...]
    whole: Progress
    sites: Sequence[Progress]


class _Day(click.ParamType[date]):
    """A day, as "2026-12-31"."""

    name = "day"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """See `click.ParamType`."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date: write it like 2026-12-31", param, ctx)


@click.command()
@click.option("--deadline", type=_Day(), metavar="YYYY-MM-DD", help="The day by which the last device must be gone.")
@options.sites
@options.judging
@click.option(
    "--window",
    type=Whole(1, 3650),
    default=90,
    show_default=True,
    metavar="DAYS",
    help="How many days back the rate of removal is measured.",
)
@click.option("--again", is_flag=True, help="Derive the register of devices again, by today's rules and policies.")
@options.db
@written("table", "json", "csv", "xlsx")
def progress(
    deadline: date | None,
    names: tuple[str, ...],
    judging: options.Judging,
    window: int,
    again: bool,
    db: str | None,
    out: Output,
) -> None:
    """Show for each site how many listed devices were found, removed and remain, and when the last will be gone.

    A device counts as removed once `camscan state` says so, which requires clean scans. The date assumes that
    removal goes on at the rate of the last --window days. No packet is sent.

    \b
    Examples:
      camscan progress --deadline 2026-12-31
      camscan progress --site headquarters --policy uk-nil -o progress.csv
    """
    from camscan.app.judging.criteria import Criteria, library
    from camscan.cli.parameters.stored import open_store
    from camscan.register.names import PLACE

    out.ready()
    criteria = judging.criteria() if judging.policies else Criteria(library(judging.folders))
    with open_store(db) as store:
        _update_register(store, criteria, again=again)
        found = _answer(store, names, tuple(one.id for one in criteria.policies), deadline, window)
        elusive = store.register.unseen(PLACE, _ELUSIVE_DAYS, names, found.policies)
        twice = store.register.moved(PLACE, names, found.policies)
    if elusive:
        tell_note(
            f"{plural(elusive, 'device')} that {'remains' if elusive == 1 else 'remain'} showed neither serial "
            f"nor MAC and {were(elusive)} not seen for {_ELUSIVE_DAYS} days: where addresses are "
            "leased, one device counts once for each that it had."
        )
    if twice:
        tell_note(
            f"{plural(twice, 'device')} that {'remains' if twice == 1 else 'remain'} showed a serial or MAC that "
            "was seen later at another site: one that has moved counts at both, until it is called removed at the old "
            "one and, after that, found at the new one."
        )
    if out.format == "table":
        out.write(_table(found, out.width))
    elif out.format == "json":
        out.write_json(_document(found))
    else:
        out.write_table("camscan progress", "Progress", _COLUMNS, map(_row, found.sites))


def _update_register(store: Store, criteria: Criteria, *, again: bool) -> None:
    """Bring the register up to date, and see to it that it can answer."""
    from camscan.app.reporting.registering import basis, judged_by, update_register, with_builtin

    if again:
        thinned = sum(THINNED in scan.settings for scan in store.scans())
        if lost := store.register.lost() + thinned:
            raise UsageError(
                f"--again would lose what the register knows from {plural(lost, 'scan')} no longer stored in full: "
                "leave it out"
            )
        store.register.clear()
    tell(*(returned.text for returned in update_register(store, criteria, tell)))
    stamp, bases = basis(with_builtin(criteria)), store.register.bases()
    unjudged = sorted({one.id for one in criteria.policies for known in bases if one.id not in judged_by(known)})
    if unjudged:
        raise UsageError(f"not every scan was judged by {', '.join(unjudged)}: add --again to judge them again")
    if other := sum(count for known, count in bases.items() if known != stamp):
        remedy = f"add --again to judge {'it' if other == 1 else 'them'} again"
        tell_note(f"{plural(other, 'scan')} {were(other)} judged by other rules or policies; {remedy}.")


def _answer(
    store: Store, names: Sequence[str], policies: tuple[str, ...], deadline: date | None, window: int
) -> _Answer:
    from camscan.cli.parameters.stored import unknown_site
    from camscan.register.progress import burn_down
    from camscan.register.progress import progress as progress_of

    known = store.register.sites()
    if not known:
        store.scan()  # which says that there is none yet
    if unknown := [name for name in names if name not in known]:
        raise unknown_site(unknown[0], known)
    tallies, today = list(store.register.tallies(names, policies)), datetime.now(UTC).date()
    sites = burn_down(tallies, today, deadline, window, names or known)
    return _Answer(today, deadline, window, policies, progress_of(None, tallies, today, deadline, window), sites)


def _object(one: Progress) -> dict[str, Any]:
    return {
        "site": one.site or None,
        **{name: getattr(one, name) for name in ("known", "removed", "exempt", "returned", "remaining")},
        "rate_per_week": round(7 * one.rate, 3),
        "projected": one.done.isoformat() if one.done else None,
        "late": one.late,
    }


def _document(found: _Answer) -> dict[str, Any]:
    def whole(one: Progress) -> dict[str, Any]:
        return {**_object(one), "curve": [{"day": p.day.isoformat(), "remaining": p.remaining} for p in one.curve]}

    return {
        "schema": SCHEMA,
        "at": found.today.isoformat(),
        "deadline": found.deadline.isoformat() if found.deadline else None,
        "window_days": found.window,
        "policies": list(found.policies),
        "all": whole(found.whole),
        "sites": [whole(one) for one in found.sites],
    }


def _row(one: Progress) -> list[Cell]:
    late = "" if one.late is None else "yes" if one.late else "no"
    known = {**_object(one), "late": late}
    values = ("" if known[name] is None else known[name] for name in _COLUMNS)
    return [value if isinstance(value, int) else str(value) for value in values]


def _table(found: _Answer, room: int) -> Iterator[str]:
    from camscan.reports.words import burndown

    yield from wrapped([burndown(found.whole, found.deadline), *_by_themselves(found)], room)
    rows = [_HEADS, *map(_cells, found.sites)]
    if len(found.sites) > 1:
        rows.append(_cells(found.whole))
    chosen = widths(rows)
    if sum(chosen) + len(GAP) * (len(chosen) - 1) > room:
        yield from wrapped(map(_told, rows[1:]), room)
        return
    if found.sites:
        yield from lines(rows, range(1, len(_HEADS) - 1))


def _by_themselves(found: _Answer) -> Iterator[str]:
    """Which sites are not done by the day on which all of them as one would be, or by the deadline if that is met."""
    whole = found.whole
    if whole.done is None or not whole.remaining:
        return
    in_time = whole.late is False
    left = [one for one in found.sites if one.remaining]
    if slow := [one for one in left if (one.late if in_time else one.done is None or one.done > whole.done)]:
        names = joined([terminal(one.site or "(no site)", 40) for one in slow], _MAX_NAMES)
        then = "be late" if in_time else "take longer"
        yield f"That counts all sites as one: each at its own rate, it will {then} at {names}."


def _told(row: Sequence[str]) -> str:
    """A row in words, for a terminal on which the columns have no room."""
    name, known, removed, exempt, returned, remaining, rate, done, late = row
    counts = f"{known} known, {removed} removed, {exempt} exempt, {returned} returned, {remaining} remaining"
    return f"{name}: {counts}; {rate} a week, done {done}{f', {late}' if late else ''}"


def _cells(one: Progress) -> tuple[str, ...]:
    name = "all" if one.site is None else terminal(one.site, 40) or "(no site)"
    counts = (one.known, one.removed, one.exempt, one.returned, one.remaining)
    done = one.done.isoformat() if one.done else "unknown" if one.remaining else "-"
    late = "" if one.late is None else "LATE" if one.late else "in time"
    late = late if one.known else "none seen"  # perhaps because nobody could look
    return (name, *(f"{count:,}" for count in counts), f"{7 * one.rate:.1f}", done, late)
