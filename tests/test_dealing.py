"""How tests are shared out among processes."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import cast

import pytest
from support.dealing import Hands, dealt


class Item:
    """A test as far as it is looked at here."""

    def __init__(self, folder: str, *, slow: bool) -> None:
        self.path, self.slow = Path("tests", folder, "test_it.py"), slow

    def get_closest_marker(self, name: str) -> bool:
        return self.slow and name == "slow"


ITEMS = [
    Item(folder, slow=slow)
    for folder, slow, count in [("a", False, 50), ("torture", True, 7), ("b", True, 9)]
    for _ in range(count)
]
ROW = cast("list[pytest.Item]", ITEMS)


@pytest.mark.parametrize("processes", [1, 2, 3, 6, 66, 100])
def test_none_is_lost(processes: int) -> None:
    assert sorted(chain.from_iterable(dealt(ROW, processes))) == list(range(len(ROW)))


@pytest.mark.parametrize("processes", [2, 3, 6])
def test_each_begins_with_slow_ones_and_the_first_with_all_torture(processes: int) -> None:
    first, *others = ([ITEMS[place].path.parts[1] for place in hand] for hand in dealt(ROW, processes))
    assert first[:7] == ["torture"] * 7
    assert "torture" not in first[7:]
    assert {hand[0] for hand in others} == {"b"}


@pytest.mark.parametrize("processes", [2, 3, 6])
def test_hands_are_of_one_size(processes: int) -> None:
    sizes = {len(hand) for hand in dealt(ROW, processes)}
    assert max(sizes) - min(sizes) <= 1


def test_one_process_begins_with_all_slow_ones() -> None:
    (hand,) = dealt(ROW, 1)
    assert [ITEMS[place].slow for place in hand] == [True] * 16 + [False] * 50


def test_who_is_done_takes_the_last_half_of_what_another_has_and_each_test_is_run_once() -> None:
    hands = Hands(ROW, 2)
    mine, others = (list(hand) for hand in hands.hands)
    assert [hands.next_for(0) for _ in mine] == mine
    half = others[len(others) // 2 :]
    assert [hands.next_for(0) for _ in half] == half
    rest = others[: len(others) // 2]
    assert [hands.next_for(1) for _ in rest] == rest
    assert (hands.next_for(0), hands.next_for(1), hands.left()) == (None, None, 0)


def test_what_was_given_and_not_run_is_left() -> None:
    hands = Hands(ROW, 2)
    given = [place for place in (hands.next_for(0), hands.next_for(0)) if place is not None]
    hands.put_back(0, given[1:])
    assert (hands.left(), hands.next_for(0)) == (len(ROW) - 1, given[1])
