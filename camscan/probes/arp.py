"""MACs: by ARP, which every IPv4 neighbour has to answer, and otherwise from the kernel's neighbour table."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

from camscan.codecs import arp, oui
from camscan.errors import DecodeError
from camscan.net.base import Datagram, Exchange, Net
from camscan.probes.base import Ask, Cost, Stage
from camscan.records import Observation, Outcome

_CHANNEL = "arp"
_MAX_ADDRESSES = 16  # addresses accepted for one MAC; a MAC that answers for more is that of a router (proxy ARP)


class ArpProbe:
    """Asks all targets on this host's links. Several MACs at one address are several observations."""

    channels = (_CHANNEL,)
    stage = Stage.SEGMENT
    cost = Cost(0, 0, 0)
    versions = frozenset((4,))

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:  # noqa: ARG002 - required by the protocol
        """See `Probe.run`."""
        addresses: Counter[bytes] = Counter()
        async with aclosing(net.arp()) as swept:
            async for item in swept:
                if isinstance(item, Exchange):
                    yield Observation("", _CHANNEL, item.outcome, item.at, reason=item.reason)
                    continue
                mac = item.data[8:14]
                addresses[mac] += 1
                if addresses[mac] <= _MAX_ADDRESSES:
                    yield _observation(item)
                elif addresses[mac] == _MAX_ADDRESSES + 1:
                    why = f"{mac.hex(':')} answers for more than {_MAX_ADDRESSES} addresses: no sign of life any more"
                    yield Observation("", _CHANNEL, Outcome.SILENT, item.at, reason=why)


class NeighbourProbe:
    """Takes the MAC of a neighbour that is alive from the kernel's table. Sends nothing."""

    channels = (_CHANNEL,)
    stage = Stage.HOST
    cost = Cost(0, 0, 0)

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        if any(observation.channel == _CHANNEL for observation in ask.observations):
            return
        if mac := net.neighbour(ask.address):
            at, fields = datetime.now(UTC), oui.decode(mac)
            yield Observation(ask.address, _CHANNEL, Outcome.ANSWERED, at, asked="neighbour table", fields=fields)


def _observation(datagram: Datagram) -> Observation:
    bare = Observation(datagram.source, _CHANNEL, Outcome.ANSWERED, datagram.at, asked="who-has", raw=datagram.data)
    try:
        return replace(bare, fields=arp.decode(datagram.data))
    except DecodeError as error:
        return replace(bare, outcome=Outcome.GARBLED, reason=str(error))
