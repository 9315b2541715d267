"""How many packets may leave, and when: exact on the whole, smooth in the small. No clock: the time is handed in."""

from __future__ import annotations

_BURST = 0.0018
"""Seconds' worth of packets that may leave at once, where that is more than one."""
_LATE = 0.001
"""Seconds by which one packet may be late without the next being so as well."""
_QUANTUM = 0.0008
"""Seconds' worth of packets that is worth waking up for; how late the clock wakes us then fits into the burst."""
_CATCHING_UP, _MADE_UP_IN = 0.11, 0.4
"""How much faster than the rate lost time is made up for: at most by this share, and else as if it were to take so many
seconds. The 100 ms behind a stall then hold no more above their share than those of the stall lack, mostly less."""
_FORGIVEN = 0.25
"""Seconds beyond which lost time is not made up for at all."""


class Pacer:
    """`rate` packets a second from `now` on; 0 is without bound.

    Two bounds hold together: on the whole no more than the rate, counted from the beginning (what a stall lost is
    made up for), and in any short time no more than a little above it. In 10 ms that is at most 1.3 times the rate.
    """

    def __init__(self, rate: float, now: float) -> None:
        self._begun = now
        self._sent = 0.0
        self._room = 1.0
        self._at = now
        self._speed = 1.0
        self.rate = rate

    def take(self, wanted: int, now: float) -> int:
        """The number of packets, up to `wanted`, that may leave now; none where more are worth waiting for."""
        if not self.rate:
            self._sent += wanted
            return wanted
        lag = (now - self._begun) - self._sent / self.rate
        if lag > _FORGIVEN:
            self._begun += lag - _FORGIVEN
        due = (now - self._begun) * self.rate - self._sent + 1
        self._room = min(self._most, self._room + (now - self._at) * self.rate * self._speed)
        self._speed = 1 + min(_CATCHING_UP, max(0.0, lag) / _MADE_UP_IN)
        self._at = now
        count = min(wanted, int(due), int(self._room))
        if count < self._worth(wanted):
            return 0
        self.charge(count)
        return count

    def charge(self, count: int) -> None:
        """Count packets that left, or leave by themselves."""
        self._sent += count
        self._room -= count

    def wait(self, wanted: int, now: float) -> float:
        """Seconds until it is worth asking again for up to `wanted` packets."""
        if not self.rate:
            return 0.0
        worth = self._worth(wanted)
        due = (now - self._begun) * self.rate - self._sent + 1
        return max((worth - due) / self.rate, (worth - self._room) / (self.rate * self._speed), 0.0)

    def _worth(self, wanted: int) -> int:
        return max(1, min(wanted, int(self.rate * _QUANTUM)))

    def restart(self, now: float) -> None:
        """Forgive all the time that was lost until now."""
        if self.rate:
            self._begun = now - self._sent / self.rate

    @property
    def _most(self) -> float:
        return max(1 + min(self.rate * _LATE, 1.0), self.rate * _BURST)

    def slow_down(self, now: float) -> None:
        """From now on, send half as fast; where there was no bound, as it has been on average."""
        self.rate = (self.rate or self._sent / max(now - self._begun, _BURST)) / 2
        self._begun = now - self._sent / self.rate


class HostPace:
    """Spares each host: how fast the order may be walked through, whatever of it is sent.

    Between two packets to one host lies a pass of `size` positions. Half of what a host is to get in a second is
    left for the resets that the kernel sends it. `unlimited`: where all `ports` of a round, and their resets, are no
    more than a second's allowance, they may come at once, since between two rounds a second passes.
    """

    _SPARED = 0.85
    """Of the speed, so that it holds between the end of one batch and the beginning of another too."""
    _BATCHES = 16
    """A pass has no fewer batches, where it has as many positions."""

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
