"""From packets to lines, in the same way whether they come from the network or from a file."""

from __future__ import annotations

from camscan.l2.frames import Arp, Origin, Packet, Segment
from camscan.l2.gate import Gate, channel_of
from camscan.l2.lines import Lines


class Heard:
    """Says what packets say, each thing once."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._gate = Gate()

    @property
    def counters(self) -> dict[str, int]:
        """What was said, and what was not since it was said already, or since it would have been too much."""
        return {"said": self._gate.said, "repeated": self._gate.repeated, "over": self._gate.over}

    def take(self, found: Packet, origin: Origin) -> None:
        """Say what an ARP packet or a datagram of a discovery protocol says."""
        if isinstance(found, Arp):
            self._take_arp(found, origin)
        elif channel := channel_of(found):
            self.say(channel, found, origin)

    def say(self, channel: str, found: Segment, origin: Origin, asked: str = "") -> None:
        """Say a payload on a channel; `asked` is the request that it answers, where that is known."""
        if self._gate.admits(channel, found.source, found.payload):
            self._lines.say(
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

    def _take_arp(self, found: Arp, origin: Origin) -> None:
        if self._gate.admits("arp", found.address, found.mac):
            self._lines.say(
                "arp",
                address=found.address,
                mac=found.mac.hex(":"),
                interface=origin.interface,
                at=origin.at,
                payload=found.packet,
            )
