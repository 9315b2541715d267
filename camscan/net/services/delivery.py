"""How the delivery of an alert ends, and whether it is worth another try."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

BUSY = frozenset({408, 425, 429})
"""Statuses below 500 that ask for another try (RFC 9110, 15.5; RFC 6585; RFC 8470)."""
_PAUSES = (0.5, 2.0)
"""Seconds before the second and the third try."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a delivery ended. `again`: another try may succeed before anybody changes something."""

    taken: bool
    reason: str = ""
    again: bool = False


async def persevere(send: Callable[[float], Awaitable[Delivery]], deadline: float) -> Delivery:
    """Deliver, and try again while that may succeed, until a moment by the event loop's clock.

    `send` is given the seconds that are left.
    """
    ended, clock = Delivery(taken=False, reason="no time is left", again=True), asyncio.get_running_loop().time
    for pause in (0.0, *_PAUSES):
        if deadline - clock() - pause <= 0:
            break
        await asyncio.sleep(pause)
        ended = await send(deadline - clock())
        if ended.taken or not ended.again:
            break
    return ended
