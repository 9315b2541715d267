"""What is known of one address while it is asked for signs of life, and what is still to be sent to it."""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from camscan.net.base import Exchange, Posed, Scouted
from camscan.net.exchange.connect import Attempt
from camscan.net.exchange.udp import Answers, Correspondent
from camscan.records import Outcome

Send: TypeAlias = Callable[..., Awaitable[None] | None]
"""A method of the scout, which sends one packet to a candidate, or gives what is to be awaited until it is sent."""
PendingSend: TypeAlias = tuple[float, Send, *tuple[Any, ...]]
"""A send that waits for its turn: the seconds for which a router would track it (0: no longer than what is there
already), how it is sent, and what else that is given."""


class Candidate:
    """One address under way. It is kept small: thousands are at once.

    `pending` are sends that wait for their turn. `sent` holds when each packet left, `queued` says whether a turn is
    coming, `free_at` when the host's own pace allows it.
    """

    __slots__ = (
        "address",
        "attempts",
        "connects",
        "ended",
        "free_at",
        "leave",
        "over",
        "pending",
        "ports",
        "queries",
        "queued",
        "sent",
        "tried",
    )  # fmt: skip

    def __init__(self, address: str, ports: Sequence[int], leave: Callable[[], None]) -> None:
        self.address = address
        self.leave = leave
        self.ports: Iterator[int] = iter(ports)
        self.pending: list[PendingSend] = []  # never many, and a deque takes half a kilobyte
        self.queued = False
        self.free_at = 0.0
        self.over = False
        self.attempts: dict[int, Attempt] = {}
        self.connects = array("d")
        self.sent = array("d")
        self.tried: list[Exchange] = []
        self.queries: list[Query] = []
        self.ended: list[Query] = []

    @property
    def is_done(self) -> bool:
        """Whether nothing is under way or to come."""
        return not (self.queued or self.pending or self.attempts or self.queries)

    @property
    def busiest_second(self) -> int:
        """The most connects within a second."""
        times = self.connects
        return max((sum(start <= t < start + 1 for t in times[n:]) for n, start in enumerate(times)), default=0)

    def next_pending(self, *, new_flows: bool) -> PendingSend | None:
        """The send whose turn it is; without room for `new_flows`, the first on a flow that a router tracks already.

        Those do not wait for the others: by then the router would have forgotten their flow.
        """
        return next((due for due in self.pending if new_flows or not due[0]), None)

    def note_port(self, port: int, outcome: Outcome, why: str = "") -> None:
        """Keep how trying a port ended."""
        self.tried.append(Exchange(self.address, port, outcome, datetime.now(UTC), reason=why))

    def end(self, query: Query) -> None:
        """Give up waiting for answers to a question."""
        self.queries.remove(query)
        self.ended.append(query)
        query.hang_up()

    def scouted(self) -> Scouted:
        """All that has come to an end."""
        answers = tuple((query.place, query.posed, query.shown()) for query in self.ended)
        return Scouted(self.address, tuple(self.tried), answers)

    def forget(self) -> None:
        """Let go of what points back here, so that the memory is free at once."""
        for held in (self.attempts, self.pending, self.queries, self.ended):
            held.clear()


class Query(Answers):
    """A question by datagram. `place` is that of its pose in the list; `heard` is called when something has come."""

    __slots__ = ("_at", "_candidate", "_heard", "_through", "place", "posed", "refusal")

    def __init__(self, candidate: Candidate, place: int, posed: Posed, heard: Callable[[Candidate], None]) -> None:
        super().__init__()
        self.place = place
        self.posed = posed
        self.refusal: tuple[Outcome, str] | None = None
        self._candidate = candidate
        self._at = datetime.now(UTC)
        self._heard = heard
        self._through: Correspondent | None = None

    def woken(self) -> None:
        """See `Answers.woken`."""
        self._heard(self._candidate)

    def listen(self, through: Correspondent) -> None:
        """Hear what comes from the address on the socket through which it is asked."""
        self._through = through
        through.add(self._candidate.address, self)

    def send(self, data: bytes) -> None:
        """Send one datagram, once it listens; see `UdpSocket.send`."""
        if self._through is not None:
            self._through.send(data, self._candidate.address, self.posed.inquiry.port)

    def hang_up(self) -> None:
        """Hear nothing more."""
        if self._through is not None:
            self._through.remove(self._candidate.address, self)

    def shown(self) -> Exchange:
        """How it stands."""
        exchange = self.exchange(self._candidate.address, self.posed.inquiry.port, self._at)
        if self.refusal is None or self.replies:
            return exchange
        outcome, why = self.refusal
        return Exchange(exchange.address, exchange.port, outcome, exchange.at, reason=why)
