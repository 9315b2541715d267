"""The order of the tests where several processes share them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import pytest


def dealt(items: Sequence[pytest.Item], processes: int) -> list[pytest.Item]:
    """The items in such an order that each process begins with slow ones.

    Each is given an equal part of the row, and takes from the end of another's part when it is done with its own. One
    of them has all the tests that put this host to torture: side by side, they would be in each other's way.
    """
    slow = [item for item in items if item.get_closest_marker("slow")]
    torture = [item for item in slow if "torture" in item.path.parts]
    others = [item for item in slow if "torture" not in item.path.parts]
    rest = (item for item in items if not item.get_closest_marker("slow"))
    further = processes - 1
    hands = [torture, *(others[number::further] for number in range(further))] if further else [torture + others]
    row: list[pytest.Item] = []
    for number, hand in enumerate(hands, start=1):
        row += hand
        row += islice(rest, max(0, len(items) * number // processes - len(row)))
    return [*row, *rest]
