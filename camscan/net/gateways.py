"""What lies between this host and those it asks, and is to be spared: this kernel's neighbours, and routers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from ipaddress import ip_address

from camscan.net.firsthop import FirstHop
from camscan.net.neighbours import Room
from camscan.net.pace import FlowBudget
from camscan.net.profile import NEIGHBOURS
from camscan.net.routes import Routes

_TICK = 0.05
"""Seconds between two looks at whether the kernel has room for another neighbour."""


class Gateways:
    """Bounds the neighbours that the kernel resolves at once, and the `flows` of ours that each router tracks."""

    def __init__(self, routes: Routes, flows: int | None) -> None:
        self._routes = routes
        self._most_flows = flows
        self._flows: dict[str, FlowBudget] = {}
        self._hops: dict[str, FirstHop] = {}
        self._rooms = {version: Room(version) for version in (4, 6)}
        self.neighbours = asyncio.Semaphore(NEIGHBOURS)

    async def approach(self, address: str) -> Callable[[], None]:
        """Take a place among the neighbours that the kernel resolves at once; returns what gives it back.

        Waits until its table has room for one more, and behind a gateway until the kernel knows the way to that.
        """
        if not self._routes.on_link(address):
            if gateway := self._routes.gateway(address):
                await self._hops.setdefault(gateway, FirstHop(gateway)).approach()
            return _nothing
        await self.neighbours.acquire()
        with contextlib.ExitStack() as unless_taken:
            unless_taken.callback(self.neighbours.release)
            wanted = ip_address(address)
            while not self._rooms[wanted.version].take(wanted.packed):  # noqa: ASYNC110 - time itself makes room
                await asyncio.sleep(_TICK)
            unless_taken.pop_all()
        return self.neighbours.release

    def flows(self, address: str) -> FlowBudget | None:
        """What the router on the way to an address may track, where that is bounded."""
        gateway = self._routes.gateway(address) if self._most_flows is not None else ""
        if not gateway or self._most_flows is None:
            return None
        return self._flows.setdefault(gateway, FlowBudget(self._most_flows))


def _nothing() -> None:
    pass
