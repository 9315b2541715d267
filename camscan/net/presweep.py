"""A net whose first ports another program has asked: what it found stands for the knocks."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from camscan.errors import HostError
from camscan.net.base import Broker, Exchange, Posed, Scouted
from camscan.net.interfaces import Interface
from camscan.net.link import Range
from camscan.net.live import LiveNet
from camscan.net.portsweep import Found
from camscan.net.profile import Profile
from camscan.net.scope import Scope
from camscan.records import Outcome


class PortSource(Protocol):
    """Another program that asks TCP ports."""

    @property
    def ports(self) -> frozenset[int]:
        """The ports that it asks at every address."""

    def run(self) -> AsyncIterator[Found]:
        """Ask, and yield what came of it; a port of which nothing is said was silent.

        Raises HostError where the program cannot do it, or not any longer.
        """


class PresweptNet(LiveNet):
    """Implements `camscan.net.base.Net` on the results of a port source, which runs once, before the first look.

    Ports that the source does not ask are knocked on as usual. Where the source fails, its ports count as not sent,
    and `failed` says why.
    """

    def __init__(
        self,
        scope: Scope,
        profile: Profile,
        interfaces: Sequence[Interface] = (),
        on_link: Sequence[Range] = (),
        broker: Broker | None = None,
        *,
        source: PortSource,
    ) -> None:
        super().__init__(scope, profile, interfaces, on_link, broker)
        self._source = source
        self._found: defaultdict[str, dict[int, Exchange]] = defaultdict(dict)
        self._sweeping: asyncio.Task[None] | None = None
        self.failed = ""

    async def __aexit__(self, *_: object) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeping
        await super().__aexit__()

    @property
    def failures(self) -> int:
        """Sends that this host did not let out; one more where the source failed, however many ports that cost."""
        return super().failures + bool(self.failed)

    async def scout(
        self, addresses: Iterable[str], ports: Sequence[int], poses: Sequence[Callable[[], Posed]], *, at_once: int
    ) -> AsyncGenerator[Scouted, None]:
        """See `Net.scout`."""
        await self._swept()
        others = [port for port in ports if port not in self._source.ports]
        known = [port for port in ports if port in self._source.ports]
        async with aclosing(super().scout(addresses, others, poses, at_once=at_once)) as looks:
            async for look in looks:
                knocks = tuple(self._knocked(look.address, port) for port in known)
                yield replace(look, knocks=(*knocks, *look.knocks))

    async def knock(self, address: str, port: int) -> Exchange:
        """See `Net.knock`."""
        if port not in self._source.ports:
            return await super().knock(address, port)
        await self._swept()
        return self._knocked(address, port)

    async def _swept(self) -> None:
        if self._sweeping is None:
            self._sweeping = asyncio.create_task(self._sweep())
        await asyncio.shield(self._sweeping)

    async def _sweep(self) -> None:
        try:
            async for found in self._source.run():
                self._found[found.address][found.port] = _exchange(found)
        except HostError as error:
            self.failed = str(error)

    def _knocked(self, address: str, port: int) -> Exchange:
        known = self._found.get(address, {}).get(port)
        if known is not None:
            return known
        outcome = Outcome.NOT_SENT if self.failed else Outcome.SILENT
        return Exchange(address, port, outcome, datetime.now(UTC), reason=self.failed)


def _exchange(found: Found) -> Exchange:
    return Exchange(found.address, found.port, found.outcome, datetime.now(UTC), reason=found.reason)
