"""Batches hold every item once, in order."""

from __future__ import annotations

import pytest

from camscan.store.batches import batched


@pytest.mark.parametrize(
    ("count", "batches"), [(0, []), (2, [[0, 1]]), (3, [[0, 1, 2]]), (7, [[0, 1, 2], [3, 4, 5], [6]])]
)
def test_batches_are_full_but_for_the_last(count: int, batches: list[list[int]]) -> None:
    assert list(batched(iter(range(count)), 3)) == batches


def test_no_more_is_taken_than_the_batch_needs() -> None:
    items = iter(range(9))
    assert next(batched(items, 4)) == [0, 1, 2, 3]
    assert next(items) == 4
