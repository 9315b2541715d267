"""How tests are shared out among processes."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from support.dealing import dealt


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
    assert sorted(map(id, dealt(ROW, processes))) == sorted(map(id, ITEMS))


@pytest.mark.parametrize("processes", [2, 3, 6])
def test_each_part_begins_with_slow_ones_and_the_first_with_all_torture(processes: int) -> None:
    row = cast("list[Item]", dealt(ROW, processes))
    assert {item.path.parts[1] for item in row[:7]} == {"torture"}
    for number in range(1, processes):
        assert row[len(row) * number // processes].path.parts[1] == "b"


def test_one_process_begins_with_all_slow_ones() -> None:
    row = cast("list[Item]", dealt(ROW, 1))
    assert [item.slow for item in row] == [True] * 16 + [False] * 50
