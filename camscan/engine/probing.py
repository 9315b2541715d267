"""Runs probes and keeps their observations."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Protocol

from camscan.engine.host import Host
from camscan.engine.plan import TCP
from camscan.net.base import Exchange, Net
from camscan.probes.base import Ask, Probe
from camscan.records import LedgerEntry, Observation, Outcome

_log = logging.getLogger(__name__)


class Sink(Protocol):
    """Receives results as they come."""

    async def put(self, observation: Observation) -> None:
        """Keep one observation."""

    async def put_ledger(self, entry: LedgerEntry) -> None:
        """Keep the ledger entry of a target; its observations have been put before."""


class Probing:
    """Runs probes; keeps their observations at the host, and those worth storing in the sink.

    `crashed` counts the attempts that failed because of a bug.
    """

    def __init__(self, net: Net, sink: Sink) -> None:
        self._net = net
        self._sink = sink
        self.crashed = 0

    async def run(self, probe: Probe, ask: Ask) -> AsyncGenerator[Observation, None]:
        """Run a probe; a bug in it becomes an outcome, and the scan goes on."""
        try:
            async with aclosing(probe.run(ask, self._net)) as found:
                async for observation in found:
                    yield observation
        except Exception as error:  # the catch-all of all probes
            _log.exception("probe for %s crashed at %s", "/".join(probe.channels), ask.address or "the segment")
            yield Observation(
                ask.address, probe.channels[0], Outcome.CRASHED, datetime.now(UTC), ask.port, reason=repr(error)
            )

    async def gather(self, host: Host, probe: Probe, ask: Ask) -> None:
        """Run a probe at a host, and keep its observations."""
        async with aclosing(self.run(probe, ask)) as found:
            async for observation in found:
                await self.keep(host, observation)

    async def keep(self, host: Host, observation: Observation) -> None:
        """Keep an observation; silence is kept in the ledger only."""
        self.crashed += observation.outcome is Outcome.CRASHED
        host.take(observation)
        if observation.outcome.has_answer or observation.outcome in (Outcome.RESET, Outcome.CRASHED):
            await self._sink.put(observation)

    async def note_port(self, host: Host, tried: Exchange) -> None:
        """Keep the outcome at a port."""
        host.note_port(tried.port, tried.outcome, tried.reason)
        if tried.outcome.has_answer:
            await self.keep(host, _opened(host.address, tried.port, tried.at))


def _opened(address: str, port: int, at: datetime) -> Observation:
    return Observation(address, TCP, Outcome.ANSWERED, at, port, fields={"tcp.port": (str(port),)})
