"""Turns packets into lines of output, in the same way for live packets and for a capture file."""

from __future__ import annotations

from camscan.l2.dedup import Deduplicator, channel_of
from camscan.l2.frames import Arp, Origin, Packet, Segment
from camscan.l2.lines import Lines


class PacketReporter:
    """Writes a line for each ARP packet and each datagram of a discovery protocol, without repetitions."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._dedup = Deduplicator()

    @property
    def counters(self) -> dict[str, int]:
        """How many payloads were reported, and how many were not: repeated, or over a limit."""
        return {"said": self._dedup.reported, "repeated": self._dedup.repeated, "over": self._dedup.over}

    def report(self, found: Packet, origin: Origin) -> None:
        """Report an ARP packet, or a datagram of a discovery protocol; ignore any other packet."""
        if isinstance(found, Arp):
            self._report_arp(found, origin)
        elif channel := channel_of(found):
            self.report_payload(channel, found, origin)

    def report_payload(self, channel: str, found: Segment, origin: Origin, asked: str = "") -> None:
        """Report a payload on a channel; `asked` is the request that it answers, if that is known."""
        if self._dedup.is_new(channel, found.source, found.payload):
            self._lines.emit(
                "packet",
                channel=channel,
                source=found.source,
                port=found.source_port,
                mac=origin.mac.hex(":"),
                interface=origin.interface,
                at=origin.at,
                payload=found.payload,
                whole=found.whole,
                asked=asked,
            )

    def _report_arp(self, found: Arp, origin: Origin) -> None:
        if self._dedup.is_new("arp", found.address, found.mac):
            self._lines.emit(
                "arp",
                address=found.address,
                mac=found.mac.hex(":"),
                interface=origin.interface,
                at=origin.at,
                payload=found.packet,
            )
