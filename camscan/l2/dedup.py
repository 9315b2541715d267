"""Drops repeated payloads, and bounds how many are reported for one source, and in all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from camscan.l2.frames import Segment

CHANNELS: Mapping[int, str] = MappingProxyType(
    {
        67: "dhcp",
        68: "dhcp",
        1900: "ssdp",
        1758: "udp",
        3702: "wsd",
        5050: "udp",
        5353: "mdns",
        7711: "udp",
        8600: "udp",
        10000: "udp",
        10001: "udp",
        10669: "udp",
        23456: "mhed",
        34569: "netcommon",
        37020: "sadp",
        37810: "dhip",
    }
)
"""UDP port -> channel. The channel of a datagram follows from its source port, or else from its destination port.

"udp" stands for ports on which several protocols live, or one that is never asked: what they are, their bytes tell.
"""

ANSWERING: Mapping[int, str] = MappingProxyType(dict.fromkeys((1757, 2380, 7701, 10670), "udp"))
"""The same for ports from which only answers come: what goes there is a question, from whatever port."""

MAX_OF_SOURCE = 64
"""Payloads reported for one source on one channel: a device sends a handful of different announcements."""
MAX_SOURCES = 20_000  # pairs of source and channel that are remembered: forged sources must not fill the memory
MAX_REPORTED = 200_000  # payloads reported in all


def channel_of(found: Segment) -> str | None:
    """The channel of a datagram; None if its ports belong to none, or it is empty."""
    if found.is_tcp or not found.payload:
        return None
    source, target = found.source_port, found.target_port
    if source in ANSWERING or target in ANSWERING:
        return ANSWERING.get(source)
    return CHANNELS.get(source) or CHANNELS.get(target)


class Deduplicator:
    """Selects what is reported: each payload of a source once.

    `reported` counts what was selected, `repeated` the repetitions, and `over` what exceeded one of the limits.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], set[int]] = {}
        self.reported = 0
        self.repeated = 0
        self.over = 0

    def is_new(self, channel: str, source: str, payload: bytes) -> bool:
        """Whether a payload is to be reported; counts it."""
        known = self._known.get((channel, source))
        digest = hash(payload)  # with a random key in each process, so that nobody can cause collisions
        if known is not None and digest in known:
            self.repeated += 1
            return False
        full = len(self._known) >= MAX_SOURCES if known is None else len(known) >= MAX_OF_SOURCE
        if full or self.reported >= MAX_REPORTED:
            self.over += 1
            return False
        self._known.setdefault((channel, source), set()).add(digest)
        self.reported += 1
        return True
