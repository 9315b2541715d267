from __future__ import annotations

import numpy as np
import pytest

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


@pytest.mark.parametrize(
    "barred", [[(0, 0)], [(3, 5)], [(7, 8)], [(8, 15)], [(5, 39)], [(0, 39)], [(1, 2), (4, 16), (17, 17)]]
)
def test_barred_hosts_have_nothing_left_to_ask(barred: list[tuple[int, int]]) -> None:
    hosts = {host for first, last in barred for host in range(first, last + 1)}
    settled = Settled(40, 2, np.array([0, 4, 79], "<u4").tobytes(), barred)
    left = {(host, port) for some, port in settled.open_questions() for host in some.tolist()}
    every = {(host, port) for host in range(40) for port in (0, 1)}
    assert left == {one for one in every if one[0] not in hosts} - {(0, 0), (2, 0), (39, 1)}
    assert settled.count == 80 - len(left)


def test_nothing_is_added_of_nothing() -> None:
    settled = Settled(8, 1)
    assert settled.add(numbers(), numbers()).tolist() == []
    assert settled.count == 0
