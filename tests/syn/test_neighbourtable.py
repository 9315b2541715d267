from __future__ import annotations

import errno

from camscan.syn.neighbourtable import NeighbourTable


def test_no_more_are_asked_for_at_once_than_leaves_room_for_others() -> None:
    table = NeighbourTable(1 << 20, 0, 0.0)
    for host in range(400):
        assert table.has_room(host, 1.0)
        table.take(host, 1.0)
    assert not table.has_room(400, 4.0), "the kernel asks on when the attempt is given up"
    assert table.has_room(7, 4.0), "for a second port it is not asked again"
    assert table.has_room(400, 4.31)
    assert len(table) == 0


def test_who_answers_is_held_and_who_is_silent_is_not() -> None:
    table = NeighbourTable(2, 0, 0.0)
    table.take(1, 0.0)
    table.take(2, 0.0)
    assert not table.has_room(3, 0.1)
    table.note(1, 0, 0.1)
    table.note(2, errno.EHOSTUNREACH, 0.2)
    assert table.has_room(3, 0.2)
    table.take(3, 0.2)
    table.note(3, errno.ECONNREFUSED, 0.3)
    assert not table.has_room(4, 50.0)
    assert table.has_room(4, 50.2)


def test_who_answers_again_is_held_from_then_on() -> None:
    table = NeighbourTable(1, 0, 0.0)
    for now in (0.0, 40.0):
        table.take(1, now)
        table.note(1, 0, now)
    assert not table.has_room(2, 89.0)
    assert table.has_room(2, 90.0)


def test_silence_ends_no_asking() -> None:
    table = NeighbourTable(1, 0, 0.0)
    table.take(1, 0.0)
    table.note(1, errno.ETIMEDOUT, 1.5)
    assert not table.has_room(2, 3.2)
    assert table.has_room(2, 3.4)


def test_what_the_table_held_before_counts_and_goes() -> None:
    table = NeighbourTable(12, 20, 0.0)
    assert len(table) == 12
    assert not table.has_room(1, 49.0)
    assert table.has_room(1, 50.0)
