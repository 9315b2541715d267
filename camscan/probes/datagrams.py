"""Probes by UDP, in two forms: to single addresses, and to a whole segment."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import overload

from camscan.errors import DecodeError
from camscan.net.base import Datagram, Exchange, Net, Question
from camscan.probes.base import Ask, Cost, Probe, Stage
from camscan.probes.observing import unread
from camscan.records import Observation, Outcome

_log = logging.getLogger(__name__)


class Rounds(Sequence[Sequence[bytes]]):
    """Rounds of one datagram each, created when they are sent: thousands of questions are in progress at once."""

    __slots__ = ("_count", "_make")

    def __init__(self, count: int, make: Callable[[int], bytes]) -> None:
        self._count = count
        self._make = make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, number: int) -> Sequence[bytes]: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Sequence[bytes]]: ...

    def __getitem__(self, number: int | slice) -> Sequence[bytes] | Sequence[Sequence[bytes]]:
        chosen = range(self._count)[number]
        return (self._make(chosen),) if isinstance(chosen, int) else tuple((self._make(n),) for n in chosen)


@dataclass(frozen=True, slots=True)
class Datagrams:
    """A discovery protocol over UDP. Each `new_question` has new ids if the protocol has ids."""

    channel: str
    asked: str
    new_question: Callable[[], Question]

    def to_address(self, stage: Stage = Stage.ADDRESS) -> Probe:
        """The probe by unicast, which crosses routers. `stage`: every address, or only those that are alive."""
        return AddressProbe(self, stage)

    def to_segment(self) -> Probe:
        """The probe by multicast and broadcast, which reaches devices with any address."""
        return SegmentProbe(self)

    def cost(self) -> Cost:
        """What one unicast inquiry sends: all rounds if there is no answer, or the first round."""
        rounds = self.new_question().inquiry.rounds
        sizes = [[len(data) for data in datagrams] for datagrams in rounds]
        return Cost(sum(map(len, sizes)), sum(map(sum, sizes)), len(sizes[0]))

    def observations(self, question: Question, datagram: Datagram) -> list[Observation]:
        """An observation for each device in a datagram; a bug of ours in reading it costs no other datagram."""
        bare = Observation(
            datagram.source, self.channel, Outcome.ANSWERED, datagram.at, question.inquiry.port, self.asked
        )
        bare = replace(bare, raw=_redacted(datagram.data, question.secret))
        try:
            return [replace(bare, fields=fields) for fields in question.decode(bare.raw)]
        except DecodeError as error:
            return [replace(bare, outcome=Outcome.GARBLED, reason=str(error))]
        except Exception as error:
            _log.exception("%s cannot read an answer of %s: %r", self.channel, datagram.source, bare.raw)
            # Without the bytes, on which every later look at the scan would fail as well.
            return [replace(bare, outcome=Outcome.CRASHED, raw=b"", reason=repr(error))]


class AddressProbe:
    """Asks one address."""

    def __init__(self, protocol: Datagrams, stage: Stage) -> None:
        self._protocol = protocol
        self.stage = stage
        self.channels: tuple[str, ...] = (protocol.channel,)
        self.cost = protocol.cost()

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        question = self.new_question()
        for observation in self.read(question, await net.ask(ask.address, question.inquiry)):
            yield observation

    def new_question(self) -> Question:
        """See `Unicast.new_question`."""
        return self._protocol.new_question()

    def read(self, question: Question, exchange: Exchange) -> Iterator[Observation]:
        """See `Unicast.read`."""
        told = False
        for data in dict.fromkeys(exchange.replies):
            datagram = Datagram(exchange.address, exchange.port, data, exchange.at)
            for observation in self._protocol.observations(question, datagram):
                told = True
                yield observation
        bare = unread(exchange, self._protocol.channel, self._protocol.asked)
        if not exchange.replies:
            yield bare
        elif not told:
            why, came = "an answer without a device in it", _redacted(exchange.raw, question.secret)
            yield replace(bare, outcome=Outcome.GARBLED, reason=why, raw=came)


class SegmentProbe:
    """Asks a whole segment. Repeated datagrams from the same source are ignored."""

    stage = Stage.SEGMENT

    def __init__(self, protocol: Datagrams) -> None:
        self._protocol = protocol
        self.channels: tuple[str, ...] = (protocol.channel,)
        self.cost = Cost(0, 0, 0)
        self.versions = frozenset(6 if ":" in group else 4 for group in protocol.new_question().inquiry.groups)

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:  # noqa: ARG002 - required by the protocol
        """See `Probe.run`."""
        question = self._protocol.new_question()
        heard: set[tuple[str, int]] = set()
        async with aclosing(net.call(question.inquiry)) as called:
            async for item in called:
                if isinstance(item, Exchange):
                    yield unread(item, self._protocol.channel, self._protocol.asked)
                elif (item.source, hash(item.data)) not in heard:
                    heard.add((item.source, hash(item.data)))
                    for observation in self._protocol.observations(question, item):
                        yield observation


def _redacted(data: bytes, secret: bytes) -> bytes:
    return data.replace(secret, b"*" * len(secret)) if secret else data
