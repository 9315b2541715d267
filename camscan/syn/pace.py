"""How many packets may leave, and when: exact on the whole, smooth in the small. No clock: the time is handed in."""

from __future__ import annotations

import math

from camscan.syn.memory import shared

_BURST = 0.0018  # seconds' worth of packets that may leave at once, where that is more than one
_LATE = 0.001  # seconds by which one packet may be late without the next being so as well
_WINDOW, _OFF = 0.1, 0.0172
"""Seconds in which the rate is to be exact, and the share by which they may be off for what leaves together."""
_CATCHING_UP, _MADE_UP_IN = 0.11, 0.4
"""How much faster than the rate lost time is made up for: at most by this share, and else as if it were to take so many
seconds. The 100 ms behind a stall then hold no more above their share than those of the stall lack, mostly less."""
_FORGIVEN = 0.25  # seconds beyond which lost time is not made up for at all


class Pacer:
    """`rate` packets a second from `now` on; 0 is without bound.

    Two bounds hold together: on the whole no more than the rate, counted from the beginning (what a stall lost is
    made up for), and in any short time no more than a little above it. In 10 ms that is at most 1.3 times the rate.

    A process keeps it together with up to two that it forks, which call `become`. Nothing is locked, as who holds a
    lock may be kept from running. Each counts for itself what it takes, and who sees that another took something since
    it looked gives it back. So the counts are written last, and read first: whoever has seen them knows what was
    written before.
    """

    def __init__(self, rate: float, now: float) -> None:
        self._taken, self._state = shared(8 * 3).cast("q"), shared(8 * 6).cast("d")
        """What each has taken; and the rate, when it began, the room at some time, that time, its growth, and `due`."""
        self.due = self._state[5:]
        """Of one: the time from which on it is worth asking for many. What is looked at most, and all that it costs."""
        self._mine = 0
        self._state[0], self._state[1], self._state[4] = rate, now, 1.0
        self._keep_to(rate)
        self._write(1.0, now, 0)

    def _keep_to(self, rate: float) -> None:
        self._kept = rate
        self.piece = _piece(rate * _WINDOW)  # packets that are worth waking up for, which leave together
        self._most = max(1 + min(rate * _LATE, 1.0), rate * _BURST)

    def become(self, number: int) -> None:
        """Be the process of this number from now on; that of the one that forks is 0."""
        self._mine = number

    @property
    def rate(self) -> float:
        """Packets a second; 0 is without bound."""
        return self._state[0]

    @property
    def sent(self) -> int:
        """The packets that all have let out."""
        return sum(self._taken)

    def take(self, wanted: int, now: float, step: int = 1) -> int:
        """The number of packets, up to `wanted`, that may leave now; none where more are worth waiting for.

        Where it is more than a `step`, it is a multiple of it. In one piece: who sleeps before has each step come from
        memory.
        """
        taken, state = self._taken, self._state
        if not (rate := state[0]):
            taken[self._mine] += wanted
            return wanted
        if rate != self._kept:
            self._keep_to(rate)
        sent, begun = taken[0] + taken[1] + taken[2], state[1]
        if begun == math.inf:
            begun, state[2], state[3] = now - sent / rate, 1.0, now
        if (lag := (now - begun) - sent / rate) > _FORGIVEN:
            begun, lag = begun + lag - _FORGIVEN, _FORGIVEN
        room = min(self._most, state[2] + (now - state[3]) * rate * state[4])
        count = int(min(wanted, lag * rate + 1, room))
        if count < self.piece and count < wanted:
            count = 0
        elif count > step:
            count -= count % step
        state[1], state[4] = begun, 1 + min(_CATCHING_UP, lag / _MADE_UP_IN) if lag > 0 else 1.0
        self._write(room - count, now, sent + count)
        taken[self._mine] += count
        if count and taken[0] + taken[1] + taken[2] != sent + count:
            taken[self._mine] -= count  # and not into the room, whose state may hold nothing of what another took
            return 0
        return count

    def _write(self, room: float, at: float, sent: int) -> None:
        """Number by number: struct.pack_into writes zeros before, which another process would see."""
        state = self._state
        state[2], state[3] = room, at
        state[5] = self._due(self.piece, sent)

    def charge(self, count: int) -> None:
        """Count packets that left, or leave by themselves; fewer than none where some did not leave after all."""
        self._write(self._state[2] - count, self._state[3], self.sent + count)
        self._taken[self._mine] += count

    def wait(self, wanted: int, now: float) -> float:
        """Seconds until it is worth asking again for up to `wanted` packets."""
        return max(0.0, self._due(min(wanted, self.piece), self.sent) - now)

    def _due(self, worth: int, sent: int) -> float:
        """The time from which on it is worth asking for so many; 0 is long past."""
        rate, begun, room, at, speed, _ = self._state
        if not rate or begun == math.inf:
            return 0.0
        return max(begun + (worth + sent - 1) / rate, at + (worth - room) / (rate * speed))

    def restart(self) -> None:
        """Forgive all the time that is lost until the next packets leave."""
        if self.rate:
            self._state[1], self._state[5] = math.inf, 0.0

    def slow_down(self, now: float) -> None:
        """From now on, send half as fast; where there was no bound, as it has been on average."""
        if not (sent := self.sent):
            return
        rate = (self.rate or sent / max(now - self._state[1], _BURST)) / 2
        self._keep_to(rate)
        self._state[0], self._state[1] = rate, now - sent / rate
        self._write(0.0, now, sent)


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
