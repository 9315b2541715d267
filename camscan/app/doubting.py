"""What of a report rests on datagrams alone, whose sender anybody may forge."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from camscan.records import Judged, LedgerEntry, Outcome

DOUBT = "only datagrams came from there, and anybody may have sent them: no TCP port answered or refused"
_TOUCHES = ("tcp", "arp")
"""Channels that nobody who cannot hear the answers can speak on, or nobody beyond the link."""


def by_datagram_alone(entry: LedgerEntry) -> bool:
    """Whether a target was asked by TCP, and only datagrams came back."""
    if entry.channels.get("tcp") is not Outcome.SILENT or not entry.outcome.has_answer:
        return False
    return not any(entry.channels.get(name, Outcome.SILENT).is_alive for name in _TOUCHES)


def with_doubts(devices: Iterable[Judged], alone: Collection[str]) -> Iterator[Judged]:
    """The devices; those of which every address is among these say so."""
    for judged in devices:
        device = judged.device
        if device.addresses and all(address in alone for address in device.addresses):
            yield replace(judged, device=replace(device, conflicts=(*device.conflicts, DOUBT)))
        else:
            yield judged
