from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from camscan.syn.queue import SLOTS, Piece, Queue


@pytest.fixture
def queue() -> Iterator[Queue]:
    with Queue(rows=10) as made:
        yield made


def taken(queue: Queue) -> Iterator[Piece]:
    while piece := queue.take():
        yield piece


def test_what_was_put_into_it_is_taken_in_order_and_once(queue: Queue) -> None:
    queue.put(3, 100, 25)
    queue.put(4, 0, 10)
    found = [(piece.sender, piece.first, piece.count) for piece in taken(queue)]
    assert found == [(3, 100, 10), (3, 110, 10), (3, 120, 5), (4, 0, 10)]
    assert queue.take() is None


def test_who_waits_is_told_that_there_is_something(queue: Queue) -> None:
    assert not queue.wait(0.001)
    queue.put(0, 0, 1)
    assert queue.wait(0)


def test_pieces_pass_in_any_order(queue: Queue) -> None:
    queued = queue.put(0, 50, 25)
    first, second, third = taken(queue)
    queue.note(third, 5)
    queue.note(first, 4)
    assert queue.passed(queued) == 9
    assert (first.first, first.count) == (54, 6)
    assert list(queue.rest(queued)) == [(54, 6), (60, 10)]
    queue.note(first, 6)
    queue.note(second, 10)
    assert queue.passed(queued) == queued.count == 25
    assert list(queue.rest(queued)) == []


def test_a_slot_serves_again_once_it_is_free(queue: Queue) -> None:
    for turn in range(20):
        lots = []
        while queue.room:
            lots.append(queue.put(turn, 0, min(queue.room, 10 * 97)))
        assert sum(len(queued.slots) for queued in lots) == SLOTS
        for queued in lots:
            for _, piece in zip(queued.slots, taken(queue), strict=False):
                assert piece.sender == turn
                queue.note(piece, piece.count)
            assert queue.passed(queued) == queued.count
            queue.free(queued)
            assert queue.room


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_two_processes_share_what_there_is(queue: Queue) -> None:
    queued = queue.put(0, 0, 10 * SLOTS)
    if not (child := os.fork()):
        for piece in taken(queue):
            queue.note(piece, piece.count)
        os._exit(0)
    ours = 0
    for piece in taken(queue):
        ours += 10
        queue.note(piece, 10)
    assert os.waitpid(child, 0)[1] == 0
    assert queue.passed(queued) == 10 * SLOTS
    assert ours <= 10 * SLOTS
