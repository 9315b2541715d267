"""Watches whether the interfaces of a scan stay connected, and whether they still lead to the targets.

Otherwise targets asked during an interruption would be called silent, without a hint that no packet was sent.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from itertools import count

from camscan.net.kernel.bridges import is_for_containers
from camscan.net.kernel.ways import interfaces_to
from camscan.system.background import in_background
from camscan.system.carrier import has_carrier, is_running

_EVERY = 0.2  # seconds between two looks
_LOOKS = 5  # looks at what is connected for each look at the routes


@contextlib.asynccontextmanager
async def watched(names: Collection[str], samples: Mapping[str, str]) -> AsyncIterator[Mapping[str, float]]:
    """Watch interfaces during the body, and by which of them these addresses are reached: `samples` says by which one.

    Yields what was the matter, as "eth0 was not connected", and for how many seconds so far.
    """
    cut: Counter[str] = Counter()
    async with in_background(_watch(dict(_looks(names)), samples, cut)):
        yield cut


def _looks(names: Collection[str]) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """How to look at each interface: where the driver denies from the beginning that it is connected, by the kernel.

    Some drivers do not know. Bridges of this host that nobody is on lead nowhere, and are not waited for.
    """
    for name in names:
        if is_connected(name):
            yield name, has_carrier
        elif not is_for_containers(name):
            yield name, is_running


async def _watch(looks: Mapping[str, Callable[[str], bool]], samples: Mapping[str, str], cut: Counter[str]) -> None:
    loop = asyncio.get_running_loop()
    before, moved = loop.time(), frozenset[str]()
    for number in count(1):
        await asyncio.sleep(_EVERY)
        now = loop.time()
        off = frozenset(f"{name} was not connected" for name, look in looks.items() if not is_connected(name, look))
        if number % _LOOKS == 0:
            moved = frozenset(_moved(samples))
        cut.update(dict.fromkeys(off or moved, now - before))
        before = now


def _moved(samples: Mapping[str, str]) -> Iterator[str]:
    """Which interfaces do not lead any more where they did, each with one of those addresses."""
    now = interfaces_to(samples)
    elsewhere = {name: address for address, name in samples.items() if now.get(address, name) != name}
    return (f"{name} did not lead to {address} any more" for name, address in elsewhere.items())


def is_connected(name: str, look: Callable[[str], bool] = has_carrier) -> bool:
    """An interface that is gone, such as a tunnel, is not connected."""
    try:
        return look(name)
    except OSError:
        return False
