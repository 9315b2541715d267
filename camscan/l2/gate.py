"""What is said of all that is heard: each thing once, and no more than a bounded amount of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from camscan.l2.frames import Segment

CHANNELS: Mapping[int, str] = MappingProxyType(
    {
        67: "dhcp",
        68: "dhcp",
        1900: "ssdp",
        3702: "wsd",
        5353: "mdns",
        23456: "mhed",
        34569: "netcommon",
        37020: "sadp",
        37810: "dhip",
    }
)
"""UDP port -> channel. A datagram belongs to the channel of the port that it comes from, else of the one it goes to."""

MAX_OF_SOURCE = 64
"""Things said of one source on one channel: a device announces itself with a handful."""
MAX_SOURCES = 20_000
"""Pairs of source and channel: forged ones must not fill the memory."""
MAX_SAID = 200_000
"""Things said in all."""


def channel_of(found: Segment) -> str | None:
    """The channel of a datagram; None where it has none, or nothing in it."""
    if found.is_tcp or not found.payload:
        return None
    return CHANNELS.get(found.source_port) or CHANNELS.get(found.target_port)


class Gate:
    """Lets each different payload of a source through once. `repeated` and `over` count what it kept back."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], set[int]] = {}
        self.said = 0
        self.repeated = 0
        self.over = 0

    def admits(self, channel: str, source: str, payload: bytes) -> bool:
        """Whether this is to be said."""
        known = self._known.get((channel, source))
        mark = hash(payload)  # keyed anew in every process: nobody can aim at it
        if known is not None and mark in known:
            self.repeated += 1
            return False
        full = len(self._known) >= MAX_SOURCES if known is None else len(known) >= MAX_OF_SOURCE
        if full or self.said >= MAX_SAID:
            self.over += 1
            return False
        self._known.setdefault((channel, source), set()).add(mark)
        self.said += 1
        return True
