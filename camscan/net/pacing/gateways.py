"""Spares what lies between this host and its targets: the kernel's neighbour table, and routers."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Collection, Mapping
from ipaddress import ip_address

from camscan.net.kernel import neighbours
from camscan.net.kernel.neighbours import Neighbours, Room
from camscan.net.kernel.routes import Routes
from camscan.net.pacing.pace import FlowBudget
from camscan.net.pacing.profile import NEIGHBOURS

_TICK = 0.05  # seconds between two looks at what the kernel knows of neighbours
_PACED = 0.1  # seconds until the first packet of whoever goes ahead has been sent
_UNASKED = 0.5  # seconds after which a kernel that has no entry for the gateway needs none
_ASKED = 4.0
"""Seconds that the kernel may ask for a MAC: three times, a second each (net.ipv4.neigh.default.mcast_solicit)."""
_EVERY, _SHARE = 1.0, 0.05
"""Seconds between two looks at whether the gateways that have been used still answer; and the share of the time that
the looks may take, where the kernel's table is so large that one takes long."""
_MOST_AHEAD = 5  # addresses that are begun with one by one; a gateway that has not answered for any of them never will


class Spared:
    """What all scans at one time, and those before them, take up: places of neighbours, and what routers track."""

    def __init__(self) -> None:
        self.whose: dict[str, str] = {}
        """The MACs of routers."""
        self.flows: dict[str, FlowBudget] = {}
        self.looks: dict[frozenset[str], tuple[float, Mapping[str, int]]] = {}
        """From when on the states of some gateways may be looked at again, and what they were."""
        self.rooms = {version: Room(version) for version in (4, 6)}
        self.neighbours = {version: asyncio.Semaphore(NEIGHBOURS) for version in (4, 6)}


class Gateways:
    """Limits how many neighbours of each IP version the kernel resolves at once, and each router's `flows` to track.

    `lost` holds gateways that stopped answering while `watch` ran, with the seconds for which they did not answer.
    """

    def __init__(
        self,
        routes: Routes,
        flows: int | None,
        states: Callable[[Collection[str]], Mapping[str, int]] = neighbours.states_of,
        mac: Callable[[str], str] | None = None,
        *,
        spared: Spared | None = None,
    ) -> None:
        self.lost: dict[str, float] = {}
        self._states = states
        self._routes = routes
        self._most_flows = flows
        self._mac = mac or Neighbours().mac
        self._hops: dict[str, FirstHop] = {}
        shared = spared or Spared()
        self._whose, self._flows, self._rooms, self._looks = shared.whose, shared.flows, shared.rooms, shared.looks
        self.neighbours = shared.neighbours

    async def approach(self, address: str) -> Callable[[], None]:
        """Take a slot among the neighbours that the kernel resolves at once; returns the function that releases it.

        Waits until the kernel's table has room for one more; behind a gateway, until the kernel knows its MAC.
        """
        if not self._routes.on_link(address):
            if gateway := self._routes.gateway(address):
                await self._hops.setdefault(gateway, FirstHop(gateway)).approach()
            return _nothing
        wanted = ip_address(address)
        slots = self.neighbours[wanted.version]
        await slots.acquire()
        with contextlib.ExitStack() as unless_taken:
            unless_taken.callback(slots.release)
            while not self._rooms[wanted.version].take(wanted.packed):  # noqa: ASYNC110 - time itself makes room
                await asyncio.sleep(_TICK)
            unless_taken.pop_all()
        return slots.release

    async def attend(self, address: str) -> Callable[[], None]:
        """See `approach`; where no slot is free, a neighbour that the kernel has resolved needs none.

        A device that lives would wait seconds for addresses that nobody has.
        """
        slots = self.neighbours[6 if ":" in address else 4]
        if slots.locked() and self._routes.on_link(address) and self._is_settled(address):
            return _nothing
        return await self.approach(address)

    def _is_settled(self, address: str) -> bool:
        return bool(self._states([address])[address] & neighbours.SETTLED)

    async def watch(self) -> None:
        """Watch the gateways in use until cancelled.

        If a gateway is down, the kernel reports every host behind it as unreachable, or says nothing for seconds: that
        could not be distinguished from an empty network.
        """
        loop, known = asyncio.get_running_loop(), set[str]()
        before = loop.time()
        while True:
            await asyncio.sleep(_EVERY)
            now = loop.time()
            for gateway, state in self._look().items():
                if state & neighbours.USABLE:
                    known.add(gateway)
                elif state and gateway in known:
                    self.lost[gateway] = self.lost.get(gateway, 0.0) + now - before
            before = now

    def _look(self) -> Mapping[str, int]:
        """The states of the gateways in use; of several scans at one time, one looks at the kernel's table for all."""
        used, time = frozenset(self._hops), asyncio.get_running_loop().time
        again, states = self._looks.get(used, (-math.inf, {}))
        if used and (now := time()) >= again:
            states = self._states(used)
            self._looks[used] = now + max(_EVERY / 2, (time() - now) / _SHARE), states
        return states

    def flows(self, address: str) -> FlowBudget | None:
        """The budget of the router on the way to an address; None if it is not limited.

        Two gateways with one MAC are one router, as by IPv4 and by IPv6.
        """
        if self._most_flows is None or not (router := self._routes.router(address)):
            return None
        if router not in self._whose and (mac := self._mac(router)):
            self._whose[router] = mac
            if router in self._flows:  # from before it was known
                self._flows.setdefault(mac, self._flows[router])
        return self._flows.setdefault(self._whose.get(router, router), FlowBudget(self._most_flows))


class FirstHop:
    """One gateway: until the kernel knows its MAC, hosts behind it are started one at a time.

    The kernel asks for the MAC three times, and then reports every waiting host as unreachable. Everything started in
    these seconds would be called unreachable because of one lost frame; so that is one host only.
    """

    def __init__(self, gateway: str, states: Callable[[str], int] = neighbours.states) -> None:
        self._gateway = gateway
        self._states = states
        self._turn = asyncio.Lock()
        self._ahead = 0
        self._is_open = False

    async def approach(self) -> None:
        """Wait until the MAC is known, or until this host may go ahead."""
        if self._is_open:
            return
        async with self._turn:
            if not self._is_open:
                self._is_open = await self._answers() if self._ahead else self._is_known()
                self._ahead += 1
                self._is_open |= self._ahead >= _MOST_AHEAD

    def _is_known(self) -> bool:
        return bool(self._states(self._gateway) & neighbours.USABLE)

    async def _answers(self) -> bool:
        """Whether the gateway answers the ARP requests that the host before has triggered."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.sleep(_PACED)
        while not (states := self._states(self._gateway)) & neighbours.USABLE:
            passed = loop.time() - began
            if not states and passed > _UNASKED:
                return True
            if passed > _ASKED or states & neighbours.FAILED:
                return False
            await asyncio.sleep(_TICK)
        return True


def _nothing() -> None:
    pass
