"""The limits for each host: packets a second, simultaneous connections and bytes in all; and how well it copes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from camscan.net import budget
from camscan.net.outcomes import EndedError
from camscan.net.pacing.pace import FlowBudget
from camscan.net.pacing.profile import Profile
from camscan.net.pacing.window import Window
from camscan.records import Outcome

_LOOK = 0.05  # seconds between checks of what open sockets have sent, while somebody waits for room


def spacing(rate: float, connections: int) -> float:
    """Seconds between two packets to one host; leaves room for one packet of the kernel for each connection."""
    return 1 / max(rate - connections - 1, rate / 2)


class Window:
    """A sliding window over the packets to one host: at most `rate` a second, including what the kernel may yet send.

    A sent packet counts for a second. What an open socket may still send by itself counts for as long as it may.
    A sender holds `turn` from checking the window until its packets are sent. `granted` counts reserved packets (see
    `Reservation`).
    """

    def __init__(self, rate: int) -> None:
        self._rate = self._limit = rate
        self._sent: deque[float] = deque()
        self.granted = 0
        self._sockets: dict[TcpSocket, None] = {}  # the oldest first
        self._free_at = -math.inf
        self.turn = asyncio.Lock()

    def reserve(self, count: int, *, ahead: bool = False) -> Reservation:
        """Wait until `count` more packets fit, and reserve them during the body of an `async with`.

        `ahead`: skip the queue. For open sockets, whose reservations are released only when they are done.
        """
        return Reservation(self, count, ahead)

    def fits(self, count: int) -> bool:
        """Whether so many more packets may be sent now; any number if there is nothing else in the window."""
        self._look()
        held = len(self._sent) + self._held
        most = self._limit if self._sent else self._rate
        return held + min(count, most) <= most or not held

    def is_short(self, sock: TcpSocket, least: int) -> bool:
        """Whether only so much is left of the second or, where an older socket needs the rest, only a third."""
        self._look()
        left = self._limit - len(self._sent)
        return left <= (least if next(iter(self._sockets), sock) is sock else self._limit // 3)

    def note(self, count: int) -> None:
        """Count packets as sent just now."""
        self._sent.extend([_now()] * count)

    def recall(self, times: Iterable[float]) -> None:
        """Count packets sent at these times, in order, before anything else was counted."""
        self._sent.extend(times)

    def add(self, sock: TcpSocket) -> None:
        """Reserve what the socket may still send, and count what it sends."""
        self._sockets[sock] = None

    def settle(self, sock: TcpSocket) -> None:
        """Count what a closed socket has sent in all, and what the kernel may yet send for it."""
        self._sockets.pop(sock, None)
        self._note(sock)
        self.note(sock.afterwards)

    def slow_down(self) -> None:
        """Halve the rate."""
        self._limit = max(1, self._limit // 2)

    @property
    def _held(self) -> int:
        return self.granted + sum(max(sock.charged - sock.noted, 0) for sock in self._sockets)

    async def wait_for_room(self, count: int) -> None:
        """Wait for room, and for the minimum gap after the packet before."""
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
class Reservation:
    """See `Window.reserve`. A class, as a generator would cost more than everything else here, for every request."""

    window: Window
    count: int
    ahead: bool

    async def __aenter__(self) -> None:
        if not self.ahead:
            await self.window.turn.acquire()
        try:
            await self.window.wait_for_room(self.count)
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
    """Counts the attended hosts (`met`) and those at which a packet was lost (`hit`).

    A loss is noticed when a SYN is answered only after its retransmission.
    """

    _LEAST_HOSTS = 3
    _SHARE = 0.25  # of all hosts; a loss of one packet in a hundred shows at more than these

    def __init__(self) -> None:
        self.met = 0
        self.hit = 0

    @property
    def are_everywhere(self) -> bool:
        """Whether so many hosts are affected that a loss must be expected at any other host, too."""
        return self.hit >= max(self._LEAST_HOSTS, self._SHARE * self.met)


class HostLimit:
    """The limits for one host: packets a second, connections, bytes received; and how well it copes."""

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
        """Whether silence of this host may be a lost packet."""
        return self._lost or self._losses.are_everywhere

    @property
    def spoke(self) -> bool:
        """Whether it has given an answer on any port."""
        return bool(self._spoke)

    def note_loss(self) -> None:
        """Note that a packet to it or from it was lost."""
        self._losses.hit += not self._lost
        self._lost = True

    def note_connect(self) -> int:
        """Count a connection attempt; returns how many there were in the last second."""
        now = asyncio.get_running_loop().time()
        self._connects.append(now)
        while self._connects[0] <= now - 1:
            self._connects.popleft()
        return len(self._connects)

    def heard(self, port: int) -> None:
        """Note an answer on this port."""
        self._spoke.add(port)
        self._silences = 0

    def missed(self, port: int, *, connected: bool) -> None:
        """Note a missing answer on an open port; a host that used to answer and stops is asked at half the rate.

        A port that accepts but has never answered says nothing about its host.
        """
        if not self._spoke or (connected and port not in self._spoke):
            return
        self._silences += 1
        if self._silences == self._FADED_AFTER and not self.faded:
            self.faded = True
            self.window.slow_down()


class Allowance:
    """Counts the bytes that came from one host: on its sockets, TLS included, and by datagram in answer to a question.

    Where they are as many as one host may give, what is under way ends within its own bounds, and nothing further is
    asked. Datagrams alone cannot bring that about: anybody may send them in the name of a host.
    """

    def __init__(self) -> None:
        self.most = budget.MAX_HOST_BYTES
        self._by_tcp = 0
        self._by_datagram = 0

    @property
    def is_used_up(self) -> bool:
        """Whether the host has given all that it may."""
        return self._by_tcp + min(self._by_datagram, budget.MAX_HOST_DATAGRAMS) >= self.most

    def took(self, count: int) -> None:
        """Count bytes that were read from a socket."""
        self._by_tcp += count

    def took_datagrams(self, count: int) -> None:
        """Count bytes of datagrams that were kept."""
        self._by_datagram += count

    def ask(self, *, by_datagram: bool = False) -> None:
        """See that the host may be asked what it will answer. Raises EndedError if it has given all that it may."""
        if self.is_used_up:
            raise EndedError(Outcome.NOT_SENT, f"not asked: the host has given {self.most:,} bytes")
        if by_datagram and self._by_datagram >= budget.MAX_HOST_DATAGRAMS:
            why = f"not asked: {budget.MAX_HOST_DATAGRAMS:,} bytes have come by datagram from there"
            raise EndedError(Outcome.NOT_SENT, why)


class Hosts:
    """`limits` by address, kept while the address is attended to. `flows` gives the budget of the router on the way.

    `faded` are hosts that answered and then stopped, and were slowed down for; `used_up` hosts that sent as many bytes
    as one may, and were asked no more. `spoke` counts those that gave an answer on a port.
    """

    def __init__(self, profile: Profile, flows: Callable[[str], FlowBudget | None]) -> None:
        self.faded, self.used_up = set[str](), set[str]()
        self.spoke = 0
        self._profile = profile
        self._flows = flows
        self._losses = Losses()
        self.limits: dict[str, HostLimit] = {}

    def __getitem__(self, address: str) -> HostLimit:
        limit = self.limits.get(address)
        if limit is None:
            profile = self._profile
            limit = HostLimit(profile.host_rate, profile.host_connections, self._flows(address), self._losses)
            self.limits[address] = limit
        return limit

    @contextmanager
    def attend(self, address: str) -> Iterator[None]:
        """Keep the limits of an address during the body; calls may overlap."""
        host = self[address]
        host.attending += 1
        try:
            yield
        finally:
            host.attending -= 1
            if host.faded:
                self.faded.add(address)
            if host.allowance.is_used_up:
                self.used_up.add(address)
            if not host.attending:
                self.spoke += host.spoke
                self.limits.pop(address, None)
