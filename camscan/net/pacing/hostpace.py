"""What one host is spared: packets a second, connections at once; and how it bears up."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from camscan.net.exchange.tcp import TcpSocket
from camscan.net.pacing.allowance import Allowance
from camscan.net.pacing.pace import SHORTEST_WAIT, FlowBudget

_LOOK = 0.05
"""Seconds between looks at what open sockets have sent, while somebody waits for room."""


def spacing(rate: float, connections: int) -> float:
    """Seconds between two packets to one host, where each connection may have the kernel send one more by itself."""
    return 1 / max(rate - connections - 1, rate / 2)


class Window:
    """The packets to one host: in any second no more than `rate`, those included that the kernel may yet send.

    What is known to have gone out is held for a second, and what an open socket may still send without being asked is
    held for as long as it may. Whoever sends holds `turn` from the look at the window until it has what it needs.
    `granted` counts what has a place (see `Place`).
    """

    def __init__(self, rate: int) -> None:
        self._rate = self._limit = rate
        self._sent: deque[float] = deque()
        self.granted = 0
        self._sockets: set[TcpSocket] = set()
        self._free_at = -math.inf
        self.turn = asyncio.Lock()

    def place(self, count: int, *, ahead: bool = False) -> Place:
        """Wait until `count` more packets fit, and keep room for them until the body of an `async with` is over.

        `ahead`: do not wait for those who came before. It is for open sockets: what they hold is free once they end.
        """
        return Place(self, count, ahead)

    def fits(self, count: int) -> bool:
        """Whether so many more packets may go out now; where nothing else does, any number."""
        self._look()
        held = len(self._sent) + self._held
        most = self._limit if self._sent else self._rate
        return held + min(count, most) <= most or not held

    def note(self, count: int) -> None:
        """Count packets that have gone out by now."""
        self._sent.extend([_now()] * count)

    def recall(self, times: Iterable[float]) -> None:
        """Count packets that went out at those times, in order, before anything else was known."""
        self._sent.extend(times)

    def add(self, sock: TcpSocket) -> None:
        """Hold what the socket may still send, and count what it sends."""
        self._sockets.add(sock)

    def settle(self, sock: TcpSocket) -> None:
        """Count all that a closed socket has sent, and what the kernel may yet send for it."""
        self._sockets.discard(sock)
        self._note(sock)
        self.note(sock.afterwards)

    def slow_down(self) -> None:
        """From now on, half as much."""
        self._limit = max(1, self._limit // 2)

    @property
    def _held(self) -> int:
        return self.granted + sum(max(sock.charged - sock.noted, 0) for sock in self._sockets)

    async def room(self, count: int) -> None:
        """Wait for room, and for some time after the one before, so that packets are not all sent at once."""
        if (wait := self._free_at - _now()) > 0:
            await asyncio.sleep(wait)
        while not self.fits(count):  # noqa: ASYNC110 - time itself makes room
            await asyncio.sleep(self._wait())
        self._free_at = _now() + 1 / self._limit

    def _wait(self) -> float:
        oldest = self._sent[0] + 1 - _now() if self._sent else _LOOK
        return min(max(oldest, SHORTEST_WAIT), _LOOK if self._held else 1.0)

    def _look(self) -> None:
        for sock in self._sockets:
            sock.count()
            self._note(sock)
        now = _now()
        while self._sent and self._sent[0] < now - 1:
            self._sent.popleft()

    def _note(self, sock: TcpSocket) -> None:
        self.note(sock.packets - sock.noted)
        sock.noted = sock.packets


@dataclass(frozen=True, slots=True)
class Place:
    """See `Window.place`. Each question takes one, and a generator would cost more than all else that it does."""

    window: Window
    count: int
    ahead: bool

    async def __aenter__(self) -> None:
        if not self.ahead:
            await self.window.turn.acquire()
        try:
            await self.window.room(self.count)
        except BaseException:
            self._end_turn()
            raise
        self.window.granted += self.count

    async def __aexit__(self, *_: object) -> None:
        self.window.granted -= self.count
        self._end_turn()

    def _end_turn(self) -> None:
        if not self.ahead:
            self.window.turn.release()


class Losses:
    """Hosts that a scan attends to, `met`, and those of them that have shown a loss, `hit`.

    A loss shows where a SYN is answered only when it was sent again.
    """

    _LEAST_HOSTS = 3
    _SHARE = 0.25
    """Of all hosts. A loss of one packet in a hundred shows at more than these."""

    def __init__(self) -> None:
        self.met = 0
        self.hit = 0

    @property
    def are_everywhere(self) -> bool:
        """Whether so many hosts have shown a loss that any other may have had one that did not show."""
        return self.hit >= max(self._LEAST_HOSTS, self._SHARE * self.met)


class HostLimit:
    """What one host is spared: packets a second, connections at once; what it may give; and how it bears up."""

    _FADED_AFTER = 3

    def __init__(
        self, rate: int, connections: int, flows: FlowBudget | None = None, losses: Losses | None = None
    ) -> None:
        self.window = Window(rate)
        self.slots = asyncio.Semaphore(connections)
        self.flows = flows
        self.allowance = Allowance()
        self.attending = 0
        self.faded = False
        self._losses = losses or Losses()
        self._losses.met += 1
        self._lost = False
        self._spoke: set[int] = set()
        self._silences = 0
        self._connects: deque[float] = deque()

    @property
    def loses(self) -> bool:
        """Whether its silence may well be a packet lost on the way."""
        return self._lost or self._losses.are_everywhere

    def note_loss(self) -> None:
        """Note that a packet to it, or its answer, was lost."""
        self._losses.hit += not self._lost
        self._lost = True

    def note_connect(self) -> int:
        """Note a connection attempt; returns how many there were within the last second."""
        now = asyncio.get_running_loop().time()
        self._connects.append(now)
        while self._connects[0] <= now - 1:
            self._connects.popleft()
        return len(self._connects)

    def heard(self, port: int) -> None:
        """Note that an exchange on the port was answered."""
        self._spoke.add(port)
        self._silences = 0

    def missed(self, port: int, *, connected: bool) -> None:
        """Note that an exchange on an open port was not; a host that has spoken and then stops is asked half as fast.

        A port that accepts but has never spoken says nothing about its host.
        """
        if not self._spoke or (connected and port not in self._spoke):
            return
        self._silences += 1
        if self._silences == self._FADED_AFTER and not self.faded:
            self.faded = True
            self.window.slow_down()


def _now() -> float:
    return asyncio.get_running_loop().time()
