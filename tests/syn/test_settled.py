from __future__ import annotations

import numpy as np

from camscan.syn.settled import Settled


def numbers(*values: int) -> np.typing.NDArray[np.uint32]:
    return np.array(values, np.uint32)


def test_each_question_is_settled_once() -> None:
    settled = Settled(20, 2)
    assert settled.add(numbers(3, 3, 9, 3), numbers(0, 1, 0, 0)).tolist() == [0, 2, 1]
    assert settled.add(numbers(9, 10, 3), numbers(0, 0, 1)).tolist() == [1]
    assert settled.count == 4
    assert settled.has(numbers(3, 9, 10, 9), numbers(0, 0, 0, 1)).tolist() == [True, True, True, False]


def test_the_rest_is_what_is_not_settled() -> None:
    settled = Settled(70_001, 2)
    settled.add(numbers(*range(70_000)), numbers(*[1] * 70_000))
    left: dict[int, list[int]] = {}
    for hosts, port in settled.open_questions():
        left.setdefault(port, []).extend(hosts.tolist())
    assert left == {0: list(range(70_001)), 1: [70_000]}


def test_nothing_is_added_of_nothing() -> None:
    settled = Settled(8, 1)
    assert settled.add(numbers(), numbers()).tolist() == []
    assert settled.count == 0
