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
