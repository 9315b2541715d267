"""Which of several processes runs which tests, and in which order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

import pytest


class Hands:
    """What each process has still to run, as places of the row; one that has nothing takes from another."""

    def __init__(self, items: Sequence[pytest.Item], processes: int) -> None:
        self.hands = [deque(hand) for hand in dealt(items, processes)]

    def next_for(self, number: int) -> int | None:
        """What a process runs next; it takes the last half of what the one with most has left where it has none."""
        own, most = self.hands[number], max(self.hands, key=len)
        if not own:
            own.extendleft(most.pop() for _ in range((len(most) + 1) // 2))
        return own.popleft() if own else None

    def put_back(self, number: int, items: Iterable[int]) -> None:
        """Have tests run that a process was given and has not run."""
        self.hands[number].extendleft(items)

    def left(self) -> int:
        """How many tests no process was given."""
        return sum(map(len, self.hands))


def dealt(items: Sequence[pytest.Item], processes: int) -> list[list[int]]:
    """A hand of tests for each process, as places in the row, of equal sizes; each begins with slow ones.

    One of them has all the tests that put this host to torture: side by side, they would be in each other's way.
    """
    slow = [place for place, item in enumerate(items) if item.get_closest_marker("slow")]
    torture = [place for place in slow if "torture" in items[place].path.parts]
    others = [place for place in slow if "torture" not in items[place].path.parts]
    further = processes - 1
    hands = [torture, *(others[number::further] for number in range(further))] if further else [torture + others]
    known, ends = set(slow), [len(items) * number // processes for number in range(processes + 1)]
    rest = (place for place in range(len(items)) if place not in known)
    for hand, begin, end in zip(hands, ends, ends[1:], strict=False):
        hand.extend(islice(rest, max(0, end - begin - len(hand))))
    hands[-1].extend(rest)
    return hands
