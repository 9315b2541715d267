"""Asks what no store keeps: who answers on this segment by multicast and broadcast, or one device and its login."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from camscan.app.planning.scope import Choices, scope_of
from camscan.errors import HostError
from camscan.records import LedgerEntry, Observation, Origin, Scan, ScanStatus, Vantage
from camscan.scansettings import DISCOVERED, ORIGIN
from camscan.text.wording import plural, were

if TYPE_CHECKING:
    from camscan.credentials.broker import CredentialBroker
    from camscan.net.base import Net
    from camscan.net.kernel.interfaces import Interface


class MemorySink:
    """Implements `camscan.engine.Sink` in memory."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []

    async def put(self, observation: Observation) -> None:
        """See `Sink.put`."""
        self.seen.append(observation)

    async def put_ledger(self, entry: LedgerEntry) -> None:
        """See `Sink.put_ledger`: nobody asks what was covered."""


async def ask_segment(asking: tuple[Interface, ...], sink: MemorySink) -> Scan:
    """Ask by multicast and broadcast from these interfaces, and give what sums it up."""
    from camscan.engine import Engine, Plan
    from camscan.net.live import LiveNet
    from camscan.net.pacing.profile import profile
    from camscan.net.scope import EVERYTHING, NOTHING, Scope
    from camscan.probes.base import Stage
    from camscan.probes.registry import PROBES

    probes = tuple(probe for probe in PROBES if probe.stage is Stage.SEGMENT)
    started = datetime.now(UTC)
    # No address may be sent to: only groups, and whoever answers is heard.
    async with LiveNet(Scope(NOTHING, listens=EVERYTHING), profile("default"), asking) as net:
        engine = Engine(net, Plan(probes, (), ()), sink, window=1)
        await engine.run(())
        await _macs(net, sink)
        sent, dropped = net.sent, net.dropped
    vantage = Vantage(platform.node(), tuple(dict.fromkeys(i.name for i in asking)))
    channels = tuple(dict.fromkeys(c for p in probes for c in p.channels))
    scan = Scan(DISCOVERED, started, (), channels, vantage=vantage, settings={ORIGIN: Origin.DISCOVER})
    notes = (*engine.notes, *_lost(dropped))
    return replace(scan, finished_at=datetime.now(UTC), status=ScanStatus.COMPLETE, sent=sent, notes=notes)


def asking_interfaces(names: tuple[str, ...]) -> tuple[Interface, ...]:
    """The addresses that ask: of all interfaces, or of those named. Raises HostError if none supports multicast."""
    from camscan.net.kernel.interfaces import interfaces

    usable = (i for i in interfaces() if i.multicast and not i.loopback and (not names or i.name in names))
    # Of the IPv6 addresses of an interface the link-local one asks: every device has one to answer it from.
    chosen = tuple(i for i in usable if i.network.version == 4 or i.network.is_link_local)
    if not chosen:
        if not names:
            raise HostError("no interface supports multicast: ask addresses, as in `camscan scan 10.0.0.0/24`")
        which = " or ".join(names)
        raise HostError(f"no interface called {which} supports multicast: `camscan doctor` lists those that do")
    return chosen


def cut_off(names: tuple[str, ...]) -> Iterator[str]:
    """That nobody but other containers, or Windows, can hear, where that is so."""
    from camscan.net.kernel.bridges import bridge, bridged

    on, beside = bridge(), [name for name in bridged() if not names or name in names]
    if on and beside:
        yield f"{', '.join(beside)} is on {on.name}, which multicast does not leave: {on.remedy}"


async def _macs(net: Net, sink: MemorySink) -> None:
    """Add the MAC of each neighbour that answered: the kernel has learnt it, because the neighbour asked for ours."""
    from camscan.probes.arp import NeighbourProbe
    from camscan.probes.base import Ask

    for address in dict.fromkeys(observation.target for observation in sink.seen):
        async for observation in NeighbourProbe().run(Ask(address), net):
            await sink.put(observation)


def _lost(dropped: int) -> Iterator[str]:
    if dropped:
        lost = f"{plural(dropped, 'datagram')} {were(dropped)} lost"
        yield f"{lost} because a buffer was full: ask again on one --interface at a time"


async def ask_one(choices: Choices, login: CredentialBroker) -> list[Observation]:
    """What was heard of one host without asking its segment, and what became of its login."""
    from camscan.app.planning.strategy import strategy_of
    from camscan.engine import Engine
    from camscan.net.live import LiveNet
    from camscan.net.scope import Scope
    from camscan.probes.base import Stage

    scope, strategy = scope_of(choices), strategy_of(choices)
    unicast = replace(strategy.plan, probes=[p for p in strategy.plan.probes if p.stage is not Stage.SEGMENT])
    sink = MemorySink()
    async with LiveNet(Scope(scope.targets), strategy.profile, broker=login) as net:
        await Engine(net, unicast, sink, window=1).run(scope.asked.shuffled(0))
    return [one for one in sink.seen if one.outcome.has_answer or one.channel == "login"]
