"""ARP for IPv4 over Ethernet (RFC 826): the MAC of the sender."""

from __future__ import annotations

from struct import pack

from camscan.codecs import oui
from camscan.errors import DecodeError

FIELDS = oui.FIELDS

SIZE = 28
_HEADS = tuple(pack("!HHBBH", 1, 0x0800, 6, 4, operation) for operation in (1, 2))


def decode(packet: bytes) -> dict[str, tuple[str, ...]]:
    """The sender's MAC, and the organization of its block.

    Raises DecodeError if it is no ARP packet, or its sender names no MAC of a station; HostError or RuleError as
    `oui.decode` does.
    """
    if len(packet) < SIZE or packet[:8] not in _HEADS:
        raise DecodeError("no ARP packet for IPv4 over Ethernet")
    return oui.decode(packet[8:14])
