"""The burn-down: counts that add up, a rate, and a date."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from camscan.register.progress import burn_down, day, progress
from camscan.summaries import Point, State, Tally

TODAY = date(2026, 6, 1)
NOW = (TODAY - date(1970, 1, 1)).days


def tally(state: State, count: int, first: int = -100, since: int | None = None, site: str = "hq") -> Tally:
    return Tally(site, state, NOW + first, None if since is None else NOW + since, count)


def test_counts_rate_and_date() -> None:
    made = progress("hq", [tally(State.FOUND, 20), tally(State.REMOVED, 10, since=-45)], TODAY, date(2026, 12, 31), 90)
    assert (made.known, made.removed, made.remaining, made.exempt, made.returned) == (30, 10, 20, 0, 0)
    assert made.rate == 10 / 90
    assert made.done == TODAY + timedelta(days=180)
    assert made.late is False
    assert made.curve == (Point(day(NOW - 100), 30), Point(day(NOW - 45), 20))


def test_a_date_after_the_deadline_is_late_and_the_day_itself_is_not() -> None:
    found = [tally(State.FOUND, 20), tally(State.REMOVED, 10, since=-45)]
    last = TODAY + timedelta(days=180)
    assert progress("hq", found, TODAY, last).late is False
    assert progress("hq", found, TODAY, last - timedelta(days=1)).late is True
    assert progress("hq", found, TODAY).late is None


def test_where_nothing_goes_there_is_no_date_and_it_is_late() -> None:
    made = progress("hq", [tally(State.FOUND, 1), tally(State.REMOVED, 9, first=-300, since=-200)], TODAY, TODAY, 90)
    assert (made.rate, made.done, made.late) == (0.0, None, True)


def test_a_young_site_is_measured_since_its_first_scan() -> None:
    made = progress("hq", [tally(State.FOUND, 5, first=-10), tally(State.REPLACED, 5, first=-10, since=-1)], TODAY)
    assert made.rate == 0.5
    assert made.done == TODAY + timedelta(days=10)
    grown = [tally(State.FOUND, 5, first=-2), tally(State.REMOVED, 5, first=-10, since=-1)]
    assert progress("hq", grown, TODAY).rate == 0.5
    today = progress("hq", [tally(State.FOUND, 5, first=0), tally(State.REMOVED, 5, first=0, since=0)], TODAY)
    assert today.rate == 5


def test_what_went_on_the_first_and_on_the_last_day_of_the_window_counts_and_nothing_before() -> None:
    gone = [tally(State.REMOVED, count, since=since) for count, since in ((100, -91), (10, -90), (1, 0))]
    assert progress("hq", gone, TODAY, window=90).rate == 11 / 90


def test_a_day_that_no_calendar_has_is_none() -> None:
    slow = [tally(State.FOUND, 10**6), tally(State.REMOVED, 1, since=-1)]
    assert progress("hq", slow, TODAY).done is None
    last = (date.max - TODAY).days
    assert progress("hq", [tally(State.FOUND, last), tally(State.REMOVED, 90, since=-1)], TODAY).done == date.max
    assert progress("hq", [tally(State.FOUND, last + 1), tally(State.REMOVED, 90, since=-1)], TODAY).done is None


def test_a_site_that_is_done_says_since_when() -> None:
    made = progress("hq", [tally(State.REMOVED, 2, since=-7), tally(State.EXEMPT, 1, since=-9)], TODAY, TODAY)
    assert (made.remaining, made.done, made.late) == (0, TODAY - timedelta(days=7), False)
    assert progress("hq", [tally(State.REMOVED, 2, since=-7)], TODAY, TODAY - timedelta(days=8)).late is True


def test_a_site_without_listed_devices_is_not_late() -> None:
    assert progress("hq", [], TODAY, TODAY).late is False


def test_what_has_returned_remains() -> None:
    made = progress("hq", [tally(State.RETURNED, 1, since=-3), tally(State.REMOVED, 3, since=-3)], TODAY)
    assert (made.returned, made.remaining, made.removed) == (1, 1, 3)
    assert made.rate == 3 / 90


def test_the_worst_site_comes_first_and_one_without_devices_is_there() -> None:
    tallies = [tally(State.FOUND, 2, site="b"), tally(State.FOUND, 9, site="c"), tally(State.REMOVED, 9, -9, -1, "a")]
    found = burn_down(tallies, TODAY, TODAY, sites=("b", "empty"))
    assert [one.site for one in found] == ["c", "b", "a", "empty"]
    early = [tally(State.FOUND, 9, site="on time"), tally(State.REMOVED, 90, since=-1, site="on time")]
    late = tally(State.FOUND, 1, site="late")
    assert [one.site for one in burn_down([*early, late], TODAY, date.max)] == ["late", "on time"]


@given(
    st.lists(
        st.builds(
            Tally,
            st.sampled_from(["a", "b"]),
            st.sampled_from(State),
            st.integers(NOW - 900, NOW),
            st.integers(NOW - 900, NOW),
            st.integers(1, 10**6),
        )
    )
)
def test_the_sites_add_up_to_the_whole_and_every_count_to_the_known(tallies: list[Tally]) -> None:
    whole, sites = progress(None, tallies, TODAY, TODAY), burn_down(tallies, TODAY, TODAY)
    for name in ("known", "removed", "exempt", "remaining", "returned"):
        assert getattr(whole, name) == sum(getattr(site, name) for site in sites)
    assert whole.known == whole.removed + whole.exempt + whole.remaining
    assert whole.known == sum(tally.count for tally in tallies)
    if whole.curve:
        assert whole.curve[-1].remaining == whole.remaining
