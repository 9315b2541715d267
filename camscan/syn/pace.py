"""How many packets may leave, and when: exact on the whole, smooth in the small. No clock: the time is handed in."""

from __future__ import annotations

import math
import struct

from camscan.syn.memory import shared

_BURST = 0.0018  # seconds' worth of packets that may leave at once, where that is more than one
_LATE = 0.001  # seconds by which one packet may be late without the next being so as well
_WINDOW, _OFF = 0.1, 0.0172
"""Seconds in which the rate is to be exact, and the share by which they may be off for what leaves together."""
_CATCHING_UP, _MADE_UP_IN = 0.11, 0.4
"""How much faster than the rate lost time is made up for: at most by this share, and else as if it were to take so many
seconds. The 100 ms behind a stall then hold no more above their share than those of the stall lack, mostly less."""
PROCESSES = 3  # those that may keep a pace together
_COUNTS, _SHARED = struct.Struct(f"@{PROCESSES}q"), struct.Struct(f"@{PROCESSES}q6d")
"""What they share: what each has taken; and that, and the state."""
_FORGIVEN = 0.25  # seconds beyond which lost time is not made up for at all


class Pacer:
    """`rate` packets a second from `now` on; 0 is without bound.

    Two bounds hold together: on the whole no more than the rate, counted from the beginning (what a stall lost is
    made up for), and in any short time no more than a little above it. In 10 ms that is at most 1.3 times the rate.
    """

    def __init__(self, rate: float, now: float) -> None:
        self._begun = now
        self._sent = 0
        self._room = 1.0
        self._at = now
        self._speed = 1.0
        self._keep_to(rate)

    def _keep_to(self, rate: float) -> None:
        self.rate = rate
        self.piece = _piece(rate * _WINDOW)  # packets that are worth waking up for, which leave together
        self._most = max(1 + min(rate * _LATE, 1.0), rate * _BURST)

    def take(self, wanted: int, now: float, step: int = 1) -> int:
        """The number of packets, up to `wanted`, that may leave now; none where more are worth waiting for.

        Where it is more than a `step`, it is a multiple of it.
        """
        if not (rate := self.rate):
            self._count(wanted)
            return wanted
        if self._begun == math.inf:
            self._begun, self._room, self._at = now - self._sent / rate, 1.0, now
        lag = (now - self._begun) - self._sent / rate
        if lag > _FORGIVEN:
            self._begun += lag - _FORGIVEN
        due = (now - self._begun) * rate - self._sent + 1
        self._room = room = min(self._most, self._room + (now - self._at) * rate * self._speed)
        self._speed = 1 + min(_CATCHING_UP, max(0.0, lag) / _MADE_UP_IN)
        self._at = now
        count = int(min(wanted, due, room))
        if count < min(wanted, self.piece):
            return 0
        if count > step:
            count -= count % step
        self._count(count)
        return count

    def charge(self, count: int) -> None:
        """Count packets that left, or leave by themselves; fewer than none where some did not leave after all."""
        self._count(count)

    def _count(self, count: int) -> None:
        self._sent += count
        self._room -= count

    def wait(self, wanted: int, now: float) -> float:
        """Seconds until it is worth asking again for up to `wanted` packets."""
        return max(0.0, self._due(wanted) - now)

    def _due(self, wanted: int) -> float:
        """The time from which on it is worth asking; 0 is long past."""
        if not self.rate or self._begun == math.inf:
            return 0.0
        worth = min(wanted, self.piece)
        has_room = self._at + (worth - self._room) / (self.rate * self._speed)
        return max(self._begun + (worth + self._sent - 1) / self.rate, has_room)

    def restart(self) -> None:
        """Forgive all the time that is lost until the next packets leave."""
        if self.rate:
            self._begun = math.inf

    def slow_down(self, now: float) -> None:
        """From now on, send half as fast; where there was no bound, as it has been on average."""
        if not self._sent:
            return
        self._keep_to((self.rate or self._sent / max(now - self._begun, _BURST)) / 2)
        self._begun = now - self._sent / self.rate
        self._room, self._at = 0.0, now


def _piece(expected: float) -> int:
    """The most packets that may leave together so that no window, which is to hold so many, is ever far off.

    To wake up costs as much as some seventy packets. But a window holds whole pieces alone, and one more or less where
    one is late, by up to a piece's length. It is least off where it is to hold some pieces and a half.
    """
    for count in range(int(expected * _OFF / 1.5), 1, -1):
        fraction = expected / count % 1
        if (1 + max(fraction, 1 - fraction)) * count <= expected * _OFF:
            return count
    return 1


class SharedPacer(Pacer):
    """A pace that a process keeps together with up to `PROCESSES - 1` that it forks, which call `become`.

    Nothing is locked, as who holds a lock may be kept from running. Each counts for itself what it takes, and who sees
    that another took something since it looked gives it back. So the counts are written last, and read first: whoever
    has seen them knows what was written before.
    """

    def __init__(self, rate: float, now: float) -> None:
        super().__init__(rate, now)
        self._memory = shared(_SHARED.size)
        self._taken, self._state = self._memory[: _COUNTS.size].cast("q"), self._memory[_COUNTS.size :].cast("d")
        self._mine = 0
        self._store()

    def become(self, number: int) -> None:
        """Be the process of this number from now on; that of the one that forks is 0."""
        self._mine = number

    @property
    def sent(self) -> int:
        """The packets that all have let out."""
        return sum(_COUNTS.unpack_from(self._memory))

    def take(self, wanted: int, now: float, step: int = 1) -> int:
        """See `Pacer.take`."""
        self._load()
        before = self._sent
        count = super().take(wanted, now, step)
        self._store()
        self._taken[self._mine] += count
        if count and self.sent != before + count:
            self._taken[self._mine] -= count  # and not into the room, whose state may hold nothing of what another took
            return 0
        return count

    def charge(self, count: int) -> None:
        """See `Pacer.charge`."""
        self._load()
        super().charge(count)
        self._store()
        self._taken[self._mine] += count

    def wait(self, wanted: int, now: float) -> float:
        """See `Pacer.wait`."""
        self._load()
        return super().wait(wanted, now)

    @property
    def due(self) -> float:
        """The time from which on it is worth asking for many: what is looked at most, and all that it costs."""
        return self._state[5]

    def restart(self) -> None:
        """See `Pacer.restart`."""
        self._load()
        super().restart()
        self._store()

    def slow_down(self, now: float) -> None:
        """See `Pacer.slow_down`."""
        self._load()
        super().slow_down(now)
        self._store()

    def _load(self) -> None:
        *counts, rate, self._begun, self._room, self._at, self._speed, _ = _SHARED.unpack_from(self._memory)
        self._sent = sum(counts)
        if rate != self.rate:
            self._keep_to(rate)

    def _store(self) -> None:
        """Number by number: struct.pack_into writes zeros before, which another process would see."""
        state = self._state
        state[0], state[1], state[2], state[3], state[4] = self.rate, self._begun, self._room, self._at, self._speed
        state[5] = self._due(self.piece)


class HostPace:
    """Spares each host: how fast the order may be walked through, whatever of it is sent.

    Between two packets to one host lies a pass of `size` positions. Half of what a host is to get in a second is
    left for the resets that the kernel sends it. `unlimited`: where all `ports` of a round, and their resets, are no
    more than a second's allowance, they may come at once, since between two rounds a second passes.
    """

    _SPARED = 0.85  # of the speed, so that it holds between the end of one batch and the beginning of another too
    _BATCHES = 16  # a pass has no fewer batches, where it has as many positions

    def __init__(self, host_rate: float, size: int, ports: int, *, unlimited: bool) -> None:
        free = not host_rate or (unlimited and 2 * ports <= host_rate)
        self._speed = 0.0 if free else size * host_rate / 2 * self._SPARED
        self._most = max(1, size // self._BATCHES)
        self._next = 0.0

    def batch(self, count: int) -> int:
        """How many positions, up to `count`, may be taken together."""
        return min(count, self._most) if self._speed else count

    def wait(self, now: float) -> float:
        """Seconds until the next positions may be taken."""
        return max(0.0, self._next - now)

    def note(self, count: int, now: float) -> None:
        """Note that some positions were taken."""
        if self._speed:
            self._next = now + count / self._speed
