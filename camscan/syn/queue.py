"""Rows that wait for whichever process is the first to take them, in pieces.

Its memory and its pipe are those of this process and of all that it forks from then on. A pipe hands each record to one
reader, whole, where all are of one size (pipe(7): what is written at once, up to PIPE_BUF, stays together).
"""

from __future__ import annotations

import os
import select
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from camscan.syn.memory import shared

SLOTS = 512  # pieces that may wait, or be on their way, at most: as many records as may be written at once
_RECORD = struct.Struct("@HHHH")


@dataclass(slots=True, eq=False)
class Piece:
    """Adjacent rows of the sender with this number. `slot` tells it from all others that are under way."""

    slot: int
    sender: int
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class QueuedRows:
    """Adjacent rows that were put into it together, and the slots of their pieces."""

    slots: range
    first: int
    count: int


class Queue:
    """Enter it to have its pipe closed at the end."""

    def __init__(self, rows: int) -> None:
        self.rows = rows  # how many a piece has, but the last of those that are put in together
        self._far, self._near = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._readable = select.poll()
        self._readable.register(self._far, select.POLLIN)
        self._passed = shared(8 * SLOTS).cast("q")
        self._all_passed = np.frombuffer(self._passed, np.int64)
        self._put = self._freed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._far)
        os.close(self._near)

    @property
    def room(self) -> int:
        """How many rows may be put into it; none where few more may, or where its slots are about to begin anew."""
        return self.rows * min(SLOTS - (self._put - self._freed), SLOTS - self._put % SLOTS)

    def put(self, sender: int, first: int, count: int) -> QueuedRows:
        """Have these rows taken by and by, no more than there is `room` for."""
        firsts = range(first, first + count, self.rows)
        begin = self._put % SLOTS
        slots = range(begin, begin + len(firsts))
        records = np.empty((len(firsts), 4), np.uint16)
        records[:, 0], records[:, 1], records[:, 2], records[:, 3] = slots, sender, firsts, self.rows
        records[-1, 3] = first + count - firsts[-1]
        self._all_passed[slots.start : slots.stop] = 0
        self._put += len(firsts)
        os.write(self._near, records.tobytes())
        return QueuedRows(slots, first, count)

    def take(self) -> Piece | None:
        """The oldest piece that nobody has taken."""
        try:
            return Piece(*_RECORD.unpack(os.read(self._far, _RECORD.size)))
        except BlockingIOError:
            return None

    def wait(self, seconds: float) -> bool:
        """Whether there is something to take, now or within this time."""
        return bool(self._readable.poll(seconds * 1000))

    def note(self, piece: Piece, count: int) -> None:
        """Note that the first rows of a piece have left, or are left out. Only who took it may."""
        piece.first += count
        piece.count -= count
        self._passed[piece.slot] += count

    def passed(self, queued: QueuedRows) -> int:
        """How many of its rows have."""
        return int(self._all_passed[queued.slots.start : queued.slots.stop].sum())

    def rest(self, queued: QueuedRows) -> Iterator[tuple[int, int]]:
        """The rows that have not: the first, and how many."""
        end = queued.first + queued.count
        for slot, first in zip(queued.slots, range(queued.first, end, self.rows), strict=True):
            passed = self._passed[slot]
            if count := min(self.rows, end - first) - passed:
                yield first + passed, count

    def free(self, queued: QueuedRows) -> None:
        """Let others have its slots: those of the oldest one that has any."""
        self._freed += len(queued.slots)
