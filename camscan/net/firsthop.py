"""The way to a gateway: until the kernel knows its MAC, few are begun with behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from camscan.net import neighbours

_TICK = 0.05
_PACED = 0.1
"""Seconds until the first packet of whoever goes ahead has been sent."""
_UNASKED = 0.5
"""Seconds after which a kernel that has no entry for the gateway needs none."""
_ASKED = 4.0
"""Seconds that the kernel may ask for a MAC: three times, a second each (net.ipv4.neigh.default.mcast_solicit)."""
_MOST_AHEAD = 5
"""Addresses that are begun with one by one; a gateway that has not answered for any of them never will."""


class FirstHop:
    """One gateway. Who is to be asked through it passes here first.

    The kernel asks three times for its MAC, and then says of everybody who waits that no way leads there. All that
    were begun with in these seconds would be called unreachable for one lost frame; so it is one alone.
    """

    def __init__(self, gateway: str, states: Callable[[str], int] = neighbours.states) -> None:
        self._gateway = gateway
        self._states = states
        self._turn = asyncio.Lock()
        self._ahead = 0
        self._is_open = False

    async def approach(self) -> None:
        """Wait until the MAC is known, or for the turn to go ahead."""
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
        """Whether the gateway answers to the questions that the last one ahead has made the kernel ask."""
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
