"""What is known of one address while it is first looked at, and what is still to be sent to it."""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from camscan.net.base import Exchange, Posed, Scouted
from camscan.net.connect import Attempt
from camscan.net.udp import Answers, Correspondent
from camscan.records import Outcome

Send: TypeAlias = Callable[..., Awaitable[None] | None]
"""A method of whoever looks, which sends one packet to a look, or gives what is to be awaited until it is sent."""
Want: TypeAlias = tuple[float, Send, *tuple[Any, ...]]
"""A send that waits for its turn: the seconds for which a router would track it (0: no longer than what is there
already), how it is sent, and what is to be told to that beside the look."""


class Look:
    """One address under way. It is kept small: thousands are at once.

    `wants` are sends that wait for their turn. `sent` holds when each packet left, `queued` says whether a turn is
    coming, `free_at` when the host's own pace allows it.
    """

    __slots__ = (
        "address", "asking", "attempts", "connects", "ended", "free_at", "knocks", "leave", "over", "ports", "queued",
        "sent", "wants",
    )  # fmt: skip

    def __init__(self, address: str, ports: Sequence[int], leave: Callable[[], None]) -> None:
        self.address = address
        self.leave = leave
        self.ports: Iterator[int] = iter(ports)
        self.wants: list[Want] = []  # never many, and a deque takes half a kilobyte
        self.queued = False
        self.free_at = 0.0
        self.over = False
        self.attempts: dict[int, Attempt] = {}
        self.connects = array("d")
        self.sent = array("d")
        self.knocks: list[Exchange] = []
        self.asking: list[Asking] = []
        self.ended: list[Asking] = []

    @property
    def is_done(self) -> bool:
        """Whether nothing is under way or to come."""
        return not (self.queued or self.wants or self.attempts or self.asking)

    @property
    def busiest_second(self) -> int:
        """The most connects within a second."""
        times = self.connects
        return max((sum(start <= t < start + 1 for t in times[n:]) for n, start in enumerate(times)), default=0)

    def next_want(self, *, new_flows: bool) -> Want | None:
        """The send whose turn it is; without room for `new_flows`, the first on a flow that a router tracks already.

        Those do not wait for the others: by then the router would have forgotten their flow.
        """
        return next((want for want in self.wants if new_flows or not want[0]), None)

    def knocked(self, port: int, outcome: Outcome, why: str = "") -> None:
        """Keep how a knock ended."""
        self.knocks.append(Exchange(self.address, port, outcome, datetime.now(UTC), reason=why))

    def end(self, asking: Asking) -> None:
        """Give up waiting for answers to a question."""
        self.asking.remove(asking)
        self.ended.append(asking)
        asking.hang_up()

    def scouted(self) -> Scouted:
        """All that has come to an end."""
        answers = tuple((asking.place, asking.posed, asking.shown()) for asking in self.ended)
        return Scouted(self.address, tuple(self.knocks), answers)

    def forget(self) -> None:
        """Let go of what points back here, so that the memory is free at once."""
        for held in (self.attempts, self.wants, self.asking, self.ended):
            held.clear()


class Asking(Answers):
    """A question by datagram. `place` is that of its pose in the list; `heard` is told of whose look something came."""

    __slots__ = ("_at", "_heard", "_look", "_through", "place", "posed", "refusal")

    def __init__(self, look: Look, place: int, posed: Posed, heard: Callable[[Look], None]) -> None:
        super().__init__()
        self.place = place
        self.posed = posed
        self.refusal: tuple[Outcome, str] | None = None
        self._look = look
        self._at = datetime.now(UTC)
        self._heard = heard
        self._through: Correspondent | None = None

    def woken(self) -> None:
        """See `Answers.woken`."""
        self._heard(self._look)

    def listen(self, through: Correspondent) -> None:
        """Hear what comes from the address on the socket through which it is asked."""
        self._through = through
        through.add(self._look.address, self)

    def send(self, data: bytes) -> None:
        """Send one datagram, once it listens; see `UdpSocket.send`."""
        if self._through is not None:
            self._through.send(data, self._look.address, self.posed.inquiry.port)

    def hang_up(self) -> None:
        """Hear nothing more."""
        if self._through is not None:
            self._through.remove(self._look.address, self)

    def shown(self) -> Exchange:
        """How it stands."""
        exchange = self.exchange(self._look.address, self.posed.inquiry.port, self._at)
        if self.refusal is None or self.replies:
            return exchange
        outcome, why = self.refusal
        return Exchange(exchange.address, exchange.port, outcome, exchange.at, reason=why)
