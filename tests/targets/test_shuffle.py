from __future__ import annotations

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.targets.shuffle import permutation


@given(st.integers(0, 700), st.integers())
def test_every_number_comes_once(count: int, seed: int) -> None:
    assert sorted(permutation(count, seed)) == list(range(count))


def test_the_order_never_changes() -> None:
    assert list(permutation(10, 7)) == [2, 0, 1, 5, 4, 6, 3, 7, 8, 9]


@pytest.mark.parametrize("seed", range(4))
def test_neighbours_in_the_order_are_not_neighbours_on_the_network(seed: int) -> None:
    order = list(permutation(65_536, seed))
    same_subnet = sum(one >> 8 == two >> 8 for one, two in pairwise(order))
    assert 150 < same_subnet < 370  # 256 by chance
    busiest = max(sum(number >> 8 == subnet for number in order[:4_096]) for subnet in range(256))
    assert busiest < 45  # 16 by chance


def test_no_count_is_too_large() -> None:
    count = 2**128 + 2**32
    numbers = list(islice(permutation(count, 1), 1_000))
    assert (len(set(numbers)), max(numbers) < count) == (1_000, True)
    assert sum(number > count // 2 for number in numbers) in range(400, 600)
