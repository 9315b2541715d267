from __future__ import annotations

import random

import pytest

from camscan.net.pacing.hush import Hush
from camscan.records import Outcome

ALIVE, SILENT = frozenset({Outcome.REFUSED, Outcome.SILENT}), frozenset({Outcome.SILENT})


def hushed(alive: list[bool]) -> int:
    """What is said of addresses that live or not, in the order in which they are begun with, and end in another."""
    hush = Hush()
    living = [hush.begin() for lives in alive if lives or not hush.begin()]
    for number in sorted(living, reverse=True):
        assert hush.end(number, ALIVE)
    return hush.addresses


def test_where_life_ends_in_the_middle_the_addresses_after_it_are_counted() -> None:
    assert hushed([True, False, False] * 20 + [False] * 100) == 102
    assert hushed([True] * 60 + [False] * 30) == 30


def test_an_empty_or_a_small_network_is_none_where_life_ends() -> None:
    assert hushed([]) == 0
    assert hushed([False] * 1_000) == 0
    assert hushed([True] * 7 + [False] * 1_000) == 0
    assert hushed([True, False] * 8 + [False] * 30) == 0


@pytest.mark.parametrize("how", [set(), {Outcome.EXCLUDED}, {Outcome.SILENT, Outcome.NOT_SENT}])
def test_the_silence_of_who_was_not_asked_says_nothing(how: set[Outcome]) -> None:
    hush = Hush()
    for _ in range(60):
        hush.end(hush.begin(), ALIVE)
    for _ in range(100):
        assert not hush.end(hush.begin(), how)
    assert hush.addresses == 0
    for _ in range(24):
        assert not hush.end(hush.begin(), SILENT)
    assert hush.addresses == 24


def test_by_chance_it_does_not_come_about() -> None:
    chance = random.Random(20261129)
    for alive in (8, 12, 30, 120):
        for _ in range(500):
            addresses = [True] * alive + [False] * (254 - alive)
            chance.shuffle(addresses)
            assert hushed(addresses) == 0
