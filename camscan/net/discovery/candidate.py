"""The state of one address while life is looked for."""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from camscan.net.base import Discovery, Exchange, Question
from camscan.net.exchange.connect import Attempt
from camscan.net.exchange.udp import Answers, UdpEndpoint, repeats
from camscan.net.outcomes import EndedError
from camscan.records import Outcome

Send: TypeAlias = Callable[..., Awaitable[None] | None]
"""A method of `HostDiscovery` that sends one packet to a candidate; the result, if any, is to be awaited."""
PendingSend: TypeAlias = tuple[float, Send, *tuple[Any, ...]]
"""A send that waits for its turn: the seconds for which a router would track its flow (0: tracked already), the method,
and its further arguments."""


class Candidate:
    """One address in progress. Kept small, as there are thousands at once.

    `pending` are sends that wait for their turn. `sent` holds the time of each sent packet, `queued` says whether it is
    in the send queue, `free_at` from when the host's own pace permits the next packet, and `number` its place in order.
    """

    __slots__ = (
        "address",
        "attempts",
        "connects",
        "ended",
        "free_at",
        "leave",
        "number",
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
        self.number = 0
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
        """Whether nothing is in progress or pending."""
        return not (self.queued or self.pending or self.attempts or self.queries)

    @property
    def busiest_second(self) -> int:
        """The most connects within a second."""
        times = self.connects
        return max((sum(start <= t < start + 1 for t in times[n:]) for n, start in enumerate(times)), default=0)

    def next_pending(self, *, new_flows: bool) -> PendingSend | None:
        """The next send; without room for `new_flows`, the first on a flow that the router tracks already.

        Such sends do not wait for the others: by then the router would have forgotten their flow.
        """
        return next((due for due in self.pending if new_flows or not due[0]), None)

    def note_port(self, port: int, outcome: Outcome, why: str = "") -> None:
        """Keep the outcome at a port."""
        self.tried.append(Exchange(self.address, port, outcome, datetime.now(UTC), reason=why))

    def end(self, query: Query) -> None:
        """Stop waiting for answers to a question; all are done with where the candidate itself is over."""
        if self.over:
            return
        self.queries.remove(query)
        self.ended.append(query)
        query.hang_up()

    def refuse(self, query: Query, ended: EndedError) -> None:
        """Stop waiting for answers to a question that was not let out."""
        query.refusal = ended.outcome, ended.reason
        self.end(query)

    def discovery(self) -> Discovery:
        """The finished attempts and questions."""
        answers = tuple((query.place, query.question, query.shown()) for query in self.ended)
        return Discovery(self.address, tuple(self.tried), answers)

    def forget(self) -> None:
        """Drop whatever refers back to this, so that the memory is freed at once."""
        for held in (self.attempts, self.pending, self.queries, self.ended):
            held.clear()


class Query(Answers):
    """A question by datagram. `place` is its index in the list; `heard` is called when something was received."""

    __slots__ = ("_at", "_before", "_candidate", "_heard", "_through", "place", "question", "refusal")

    def __init__(
        self, candidate: Candidate, place: int, question: Question, heard: Callable[[Candidate], None]
    ) -> None:
        super().__init__()
        self.place = place
        self.question = question
        self.refusal: tuple[Outcome, str] | None = None
        self._candidate = candidate
        self._at = datetime.now(UTC)
        self._heard = heard
        self._through: UdpEndpoint | None = None
        self._before = 0

    def datagrams(self, number: int) -> Sequence[bytes]:
        """What to send in a round, from 0; after the last one, the first again."""
        rounds = self.question.inquiry.rounds
        return rounds[number % len(rounds)]

    def is_last(self, number: int) -> bool:
        """Whether a round is the last one of the inquiry, or of it made again."""
        return (number + 1) % len(self.question.inquiry.rounds) == 0

    def begin(self) -> None:
        """Note that the inquiry is made, or made again."""
        self._before = self._dropped

    def again(self, number: int) -> bool:
        """Whether, after its last round, to make it again: an answer may have been lost for want of room since."""
        rounds = len(self.question.inquiry.rounds)
        return number < rounds * repeats(rounds) and self._dropped > self._before

    @property
    def _dropped(self) -> int:
        return self._through.dropped if self._through is not None else 0

    def woken(self) -> None:
        """See `Answers.woken`."""
        self._heard(self._candidate)

    def listen(self, through: UdpEndpoint) -> None:
        """Receive answers from the address on this socket, unless it was settled while there was no room for one."""
        if self._candidate.over:
            return
        self._through = through
        through.add(self._candidate.address, self)

    def send(self, data: bytes) -> None:
        """Send one datagram, once it listens; see `UdpSocket.send`."""
        if self._through is not None:
            self._through.send(data, self._candidate.address, self.question.inquiry.port)

    def hang_up(self) -> None:
        """Stop receiving."""
        if self._through is not None:
            self._through.remove(self._candidate.address, self)

    def shown(self) -> Exchange:
        """Its state, as an exchange."""
        exchange = self.exchange(self._candidate.address, self.question.inquiry.port, self._at)
        if self.refusal is None or self.replies:
            return exchange
        outcome, why = self.refusal
        return Exchange(exchange.address, exchange.port, outcome, exchange.at, reason=why)
