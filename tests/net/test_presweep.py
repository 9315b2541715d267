"""Another program's outcomes in the place of our own knocks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from support.peers import LOOPBACK, UNHURRIED

from camscan.errors import HostError
from camscan.net.portsweep import Found
from camscan.net.presweep import PresweptNet
from camscan.net.scope import Scope
from camscan.records import Outcome


@dataclass
class Source:
    """Says what it is told to, then fails where it is to. `runs` counts how often it was asked."""

    found: Sequence[Found] = ()
    error: str = ""
    ports: frozenset[int] = frozenset({80, 554})
    runs: list[int] = field(default_factory=list)

    async def run(self) -> AsyncIterator[Found]:
        self.runs.append(1)
        for one in self.found:
            yield one
        if self.error:
            raise HostError(self.error)


SAID = (
    Found("127.88.9.1", 80, Outcome.ANSWERED),
    Found("127.88.9.1", 554, Outcome.REFUSED),
    Found("127.88.9.2", 80, Outcome.UNREACHABLE, "host-unreach"),
)


async def test_what_was_found_stands_for_the_knocks() -> None:
    source = Source(SAID)
    async with PresweptNet(Scope(LOOPBACK), UNHURRIED, source=source) as net:
        looks = {
            look.address: {knock.port: (knock.outcome, knock.reason) for knock in look.knocks}
            async for look in net.scout(["127.88.9.1", "127.88.9.2", "127.88.9.3"], (80, 554), (), at_once=10)
        }
        assert looks == {
            "127.88.9.1": {80: (Outcome.ANSWERED, ""), 554: (Outcome.REFUSED, "")},
            "127.88.9.2": {80: (Outcome.UNREACHABLE, "host-unreach"), 554: (Outcome.SILENT, "")},
            "127.88.9.3": {80: (Outcome.SILENT, ""), 554: (Outcome.SILENT, "")},
        }
        assert (await net.knock("127.88.9.1", 554)).outcome is Outcome.REFUSED
        assert (net.sent.packets, net.failures, len(source.runs)) == (0, 0, 1)


async def test_other_ports_are_knocked_on() -> None:
    async with PresweptNet(Scope(LOOPBACK), UNHURRIED, source=Source(SAID)) as net:
        assert (await net.knock("127.88.9.1", 40_999)).outcome is Outcome.REFUSED
        (look,) = [look async for look in net.scout(["127.88.9.1"], (80, 40_998), (), at_once=10)]
        assert {knock.port: knock.outcome for knock in look.knocks} == {80: Outcome.ANSWERED, 40_998: Outcome.REFUSED}


async def test_where_the_source_fails_nothing_is_taken_for_silence() -> None:
    source = Source(SAID[:1], "nmap ended with code 1")
    async with PresweptNet(Scope(LOOPBACK), UNHURRIED, source=source) as net:
        known, unknown = await net.knock("127.88.9.1", 80), await net.knock("127.88.9.3", 80)
        assert known.outcome is Outcome.ANSWERED
        assert (unknown.outcome, unknown.reason) == (Outcome.NOT_SENT, "nmap ended with code 1")
        assert (net.failed, net.failures) == ("nmap ended with code 1", 1)
