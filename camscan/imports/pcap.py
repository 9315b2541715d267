"""Captures of packets (pcap and pcapng, gzipped or not), read by the program below IP, which alone loads scapy."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from camscan.errors import HostError
from camscan.imports.files.base import Summary
from camscan.imports.packets import CHANNELS as PASSIVE
from camscan.imports.packets import observations
from camscan.records import Observation

CHANNELS = (*PASSIVE, "http", "rtsp", "tls", "banner")

_MARKS = (
    b"\xa1\xb2\xc3\xd4",
    b"\xd4\xc3\xb2\xa1",
    b"\xa1\xb2\x3c\x4d",
    b"\x4d\x3c\xb2\xa1",
    b"\x0a\x0d\x0d\x0a",
)
GZIP = b"\x1f\x8b"
_LEFT_OUT = (
    ("a link type other than Ethernet, cooked or bare IP", "unknown"),
    ("above the limit for one source, or for all", "over"),
)


def sniff(head: bytes) -> bool:
    """Whether it begins as pcap or pcapng does, gzipped or not."""
    return _unpacked(head).startswith(_MARKS)


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The answers and announcements in the packets. Of an answer over TCP, only the first segment is read."""
    from camscan.net.programs.l2 import replay  # noqa: PLC0415 - brings asyncio, and few files are captures

    counters: dict[str, int] = {}
    try:
        for heard in replay(stream, counters):
            found = tuple(observations(heard if heard.at.timestamp() else replace(heard, at=at)))
            if not found:
                summary.skip("a request, or a packet that no codec can read")
            yield from found
    except HostError as error:
        summary.cut = str(error)
        return
    summary.whole += counters["packets"] - counters["unknown"]
    for reason, name in _LEFT_OUT:
        if counters[name]:
            summary.skipped[reason] += counters[name]
    if counters["cut"]:
        summary.cut = f"it ends within a packet, or is damaged, after {counters['packets']:,} packets"


def _unpacked(head: bytes) -> bytes:
    """The first bytes of a gzipped file; of any other its head."""
    if not head.startswith(GZIP):
        return head
    try:
        return zlib.decompressobj(31).decompress(head, 64)
    except zlib.error:
        return b""
