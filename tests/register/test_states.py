"""Which state a device is in, and when it has come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.estate import BEGIN, Camera
from support.tracks import said, track

from camscan.register.names import names
from camscan.register.states import Seen, state_of
from camscan.summaries import State, StateChange

ONE = Camera("10.0.0.1", "SN000000001", "02:00:00:00:00:01")
BARE = Camera("10.0.0.9")


def state(camera: Camera, last_seen: float, *changes: StateChange, site: str = "hq", first_seen: int = 0) -> State:
    """The state of a camera that was last seen on a day."""
    seen = Seen(*(BEGIN + timedelta(days=number) for number in (first_seen, last_seen)))
    return state_of(names(track(camera)), site, seen, changes, lambda _: True)[0]


def test_of_whom_nothing_was_said_is_found() -> None:
    other = said(replace(ONE, serial="SN000000002", mac="02:00:00:00:00:02"), State.TICKETED, 1, 1)
    assert state(ONE, 0) is State.FOUND
    assert state(ONE, 0, other) is State.FOUND


def test_what_was_said_last_counts() -> None:
    first, second = said(ONE, State.TICKETED, 1, 1), said(ONE, State.CONFIRMED, 2, 2)
    assert state(ONE, 9, first, second) is State.CONFIRMED
    assert state(ONE, 9, second, first) is State.CONFIRMED


def test_what_was_said_later_counts_also_where_it_was_stored_first() -> None:
    older, newer = said(ONE, State.TICKETED, 1, 2), said(ONE, State.CONFIRMED, 2, 1)
    assert state(ONE, 9, older, newer) is State.CONFIRMED
    assert state(ONE, 9, newer, older) is State.CONFIRMED


def test_what_was_removed_and_is_seen_after_that_has_returned() -> None:
    removed = said(ONE, State.REMOVED, 5, 1)
    assert state(ONE, 4, removed) is State.REMOVED
    assert state(ONE, 5, removed) is State.REMOVED, "removed right after it was seen"
    assert state(ONE, 6, removed) is State.RETURNED
    assert state(ONE, 6, removed, said(ONE, State.CONFIRMED, 7, 2)) is State.CONFIRMED


@pytest.mark.parametrize("camera", [replace(ONE, mac=None), replace(ONE, serial=None)])
def test_a_removed_serial_or_mac_returns_at_any_site(camera: Camera) -> None:
    removed = said(ONE, State.REMOVED, 5, 1)
    elsewhere = replace(camera, address="192.168.7.7")
    assert state(elsewhere, 6, removed, site="branch") is State.RETURNED
    assert state(elsewhere, 4, removed, site="branch") is State.FOUND
    assert state(elsewhere, 5, removed, site="branch") is State.FOUND


def test_of_what_was_said_here_and_a_removal_elsewhere_the_later_counts() -> None:
    removed = said(ONE, State.REMOVED, 5, 2, site="branch")
    assert state(ONE, 6, said(ONE, State.CONFIRMED, 4, 1), removed) is State.RETURNED
    assert state(ONE, 6, said(ONE, State.CONFIRMED, 5.5, 1), removed) is State.CONFIRMED


def test_a_removal_that_was_taken_back_where_it_was_said_counts_nowhere() -> None:
    removed, mistaken = said(ONE, State.REMOVED, 5, 1), said(ONE, State.FOUND, 5.5, 2)
    assert state(ONE, 6, removed, mistaken, site="branch") is State.FOUND
    assert state(ONE, 6, mistaken, removed, site="branch") is State.FOUND
    again = said(ONE, State.REMOVED, 7, 3)
    assert state(ONE, 8, removed, mistaken, again, site="branch") is State.RETURNED
    assert state(ONE, 6, removed, again, site="branch") is State.RETURNED


def test_a_ticket_of_another_site_says_nothing_here() -> None:
    assert state(ONE, 6, said(ONE, State.TICKETED, 5, 1), site="branch") is State.FOUND


def test_a_place_is_a_name_at_its_own_site_alone() -> None:
    removed = said(BARE, State.REPLACED, 5, 1)
    assert state(BARE, 6, removed) is State.RETURNED
    assert state(BARE, 6, removed, site="branch") is State.FOUND
    assert state(replace(BARE, model="New-1"), 6, removed) is State.FOUND


def test_what_was_said_before_a_device_was_there_was_said_of_another_one_unless_that_is_gone() -> None:
    for one in (State.EXEMPT, State.TICKETED):
        assert state(ONE, 6, said(ONE, one, 5, 1), first_seen=5) is one
        assert state(ONE, 6, said(ONE, one, 5, 1), first_seen=6) is State.FOUND
    removed, exempt = said(ONE, State.REMOVED, 3, 1), said(ONE, State.EXEMPT, 5, 2)
    assert state(ONE, 6, removed, first_seen=6) is State.RETURNED
    assert state(ONE, 6, removed, exempt, first_seen=6) is State.FOUND
