"""The result of delivering an alert, and retries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

BUSY = frozenset({408, 425, 429})  # statuses below 500 that ask for another try (RFC 9110, 15.5; RFC 6585; RFC 8470)
_PAUSES = (0.5, 2.0)  # seconds before the second and the third try


@dataclass(frozen=True, slots=True)
class Delivery:
    """The result of a delivery. `again`: a retry may succeed without a change of the configuration."""

    taken: bool
    reason: str = ""
    again: bool = False


async def with_retries(send: Callable[[float], Awaitable[Delivery]], deadline: float) -> Delivery:
    """Call `send` with the remaining seconds, and retry while that may succeed.

    `deadline` is a time of the event loop's clock.
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
