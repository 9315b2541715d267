"""Host discovery by a port sweep; addresses that do not answer it are asked by datagram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

from camscan.errors import HostError
from camscan.net.base import Discovery, Exchange, NewQuestion
from camscan.net.pacing.pace import Pace
from camscan.net.pacing.profile import Profile
from camscan.net.programs.portsource import Found, PortSource
from camscan.records import Outcome
from camscan.system.background import in_background

LEFT, LEAST_LEFT = 0.05, 500
"""Of the pace, for the hosts that a sweep finds, which are asked meanwhile: a share, and packets a second as far as
that is no more than half; else they would be given up before they have said what they are."""
HOST_SHARE = 0.2  # the same of what one host is sent in a second
_WIDEST = 12_000
"""Addresses asked by datagram alone at once: they hold no connection, and each is waited for in little memory."""
_TICK = 0.05

Discover = Callable[[Iterable[str]], AsyncGenerator[Discovery, None]]


def parted(profile: Profile) -> tuple[Profile, Profile]:
    """A profile in two: for the sweep, and for everything that is asked beside it."""
    for_one_host = max(1, int(profile.host_rate * HOST_SHARE))
    left = min(profile.rate / 2, max(profile.rate * LEFT, LEAST_LEFT))
    swept = replace(profile, rate=max(1, int(profile.rate - left)), host_rate=for_one_host)
    return swept, replace(profile, host_rate=max(1, profile.host_rate - for_one_host))


def by_datagram(at_once: int, ports: int, questions: Iterable[NewQuestion]) -> int:
    """How many addresses to ask at once by datagram alone, so that they keep the pace as busy as `at_once` in full."""
    packets = sum(len(datagrams) for new_question in questions for datagrams in new_question().inquiry.rounds)
    return max(at_once, min(at_once * (2 * ports + packets) // max(packets, 1), _WIDEST))


class SweptDiscovery:
    """Implements `Net.discover` by a port sweep over the same addresses, in whatever order it finds them.

    `by_datagram` asks no ports; `in_full` takes over if the sweep could not ask everything, so that no address
    counts as silent that was never asked.
    """

    def __init__(self, sweep: PortSource, pace: Pace, *, by_datagram: Discover, in_full: Discover) -> None:
        self._sweep = sweep
        self._pace = pace
        self._by_datagram = by_datagram
        self._in_full = in_full
        self._met: set[str] = set()
        self._unreachable: dict[str, str] = {}

    async def run(self, addresses: Iterable[str], notes: list[str]) -> AsyncGenerator[Discovery, None]:
        """Yield addresses that answer the sweep at once, and all others after it; add problems to `notes`."""
        found: asyncio.Queue[Discovery | None] = asyncio.Queue()
        reading = asyncio.create_task(self._read(found))
        discover = self._by_datagram
        try:
            while (discovery := await found.get()) is not None:
                yield discovery
            await reading
        except HostError as error:
            notes.append(f"the port sweep broke off, and ports were asked by connecting instead: {error}")
            discover = self._in_full
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        if self._sweep.notes:
            notes.extend(f"in the port sweep, before all was asked by connecting: {note}" for note in self._sweep.notes)
            discover = self._in_full
        async with aclosing(discover(address for address in addresses if address not in self._met)) as others:
            async for discovery in others:
                yield discovery if discover is self._in_full else self._with_ports(discovery)

    async def _read(self, found: asyncio.Queue[Discovery | None]) -> None:
        """Read the output of the sweep independently of the consumer: otherwise the sweep would block on its pipe."""
        try:
            async with in_background(self._charge()), aclosing(self._sweep.run()) as batches:
                async for batch in batches:
                    for discovery in self._alive(batch):
                        found.put_nowait(discovery)
        finally:
            found.put_nowait(None)

    def _alive(self, batch: Iterable[Found]) -> list[Discovery]:
        """The addresses that show their first sign of life in this batch."""
        now = datetime.now(UTC)
        new: dict[str, list[Exchange]] = {}
        for found in batch:
            if found.address not in self._met:
                each = Exchange(found.address, found.port, found.outcome, now, reason=found.reason)
                new.setdefault(found.address, []).append(each)
        alive = {a: tried for a, tried in new.items() if any(each.outcome.is_alive for each in tried)}
        self._met.update(alive)
        for address in new.keys() - alive.keys():
            why = next((each.reason for each in new[address] if each.outcome is Outcome.UNREACHABLE), None)
            if why is not None:
                self._unreachable[address] = why
        return [Discovery(address, tuple(tried), ()) for address, tried in alive.items()]

    def _with_ports(self, discovery: Discovery) -> Discovery:
        """What was learned of an address, completed with the outcome of its ports in the sweep."""
        why = self._unreachable.get(discovery.address)
        outcome = Outcome.SILENT if why is None else Outcome.UNREACHABLE
        now = datetime.now(UTC)
        ports = self._sweep.ports
        tried = tuple(Exchange(discovery.address, port, outcome, now, reason=why or "") for port in ports)
        return replace(discovery, tried=tried)

    async def _charge(self) -> None:
        """Charge the scan's pace for what the sweep sends: in advance, and for how late this loop came to it before."""
        clock = asyncio.get_running_loop().time
        paid = clock()
        while True:
            until = clock() + _TICK
            self._pace.charge(self._sweep.rate * (until - paid))
            paid = until
            await asyncio.sleep(_TICK)
