"""Turns packets that were captured, live or in a file, into observations, with the same codecs as a scan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from camscan.codecs import dhcp, dhip, http, mhed, netcommon, opaque, rtsp, sadp
from camscan.codecs.registry import decode
from camscan.errors import DecodeError
from camscan.imports.forms import datagrams
from camscan.records import Observation, Outcome

if TYPE_CHECKING:
    from camscan.net.programs.l2 import Packet

ASKED = "heard"
"""Stands for the request in observations of unsolicited packets."""
_UNKNOWN = {"http": "GET ?", "rtsp": "?"}
"""Stands for the request if the capture does not contain it."""

_RECORD, _HANDSHAKE = 5, 4
"""Bytes before the content of a TLS record and of a handshake message (RFC 5246, 6.2.1 and 7.4)."""
_CERTIFICATE = 11


_PORTS: Mapping[str, int | None] = MappingProxyType(
    {
        "arp": None,
        "dhcp": 68,
        "dhip": dhip.PORT,
        "mdns": 5353,
        "mhed": mhed.PORT,
        "netcommon": netcommon.PORT,
        "sadp": sadp.PORT,
        "ssdp": 1900,
        "wsd": 3702,
    }
)
"""Channel of a discovery protocol -> its port."""

_UNREAD = "udp"
"""The channel of datagrams whose port does not tell their protocol."""

CHANNELS = (*_PORTS, _UNREAD)
"""Channels of passive listening."""


def observations(packet: Packet) -> Iterator[Observation]:
    """One observation for each device in a packet; none for requests and undecodable packets."""
    try:
        if packet.channel in _PORTS:
            yield from _datagram(packet)
        elif packet.channel in _STREAMS:
            yield from _STREAMS[packet.channel](packet)
        elif packet.channel == _UNREAD:
            yield from _by_its_bytes(packet)
    except DecodeError:
        return


def notes(counters: Mapping[str, int]) -> Iterator[str]:
    """Notes on packets that are missing from the observations."""
    if lost := counters.get("dropped", 0):
        yield f"{lost:,} packets were lost because a buffer was full"
    if counters.get("downs"):
        yield "the interface has been down for a time, and what came then was not heard"
    if over := counters.get("over", 0):
        yield f"{over:,} packets were left out: too many different ones of one source, or too many sources"


def _datagram(packet: Packet) -> Iterator[Observation]:
    found = [fields for fields in decode(packet.channel, packet.data) if fields]
    # A DHCP client may not have an address yet.
    target = dhcp.address(packet.data) if packet.channel == "dhcp" else packet.source
    if target:
        bare = replace(_observation(packet, ASKED), target=target, port=_PORTS[packet.channel])
        yield from (replace(bare, fields=fields) for fields in found)


def _by_its_bytes(packet: Packet) -> Iterator[Observation]:
    """A datagram of whatever protocol; one that no codec reads is left to the rules, as it is."""
    for one in list(datagrams.discovered(packet.data)) or datagrams.unread(packet.data):
        yield replace(_observation(packet, ASKED), channel=one.channel, fields=one.fields)


def _answer(packet: Packet) -> Iterator[Observation]:
    """An answer of HTTP or RTSP."""
    codec = http if packet.channel == "http" else rtsp
    asked = packet.asked or _UNKNOWN[packet.channel]
    (fields,) = decode(packet.channel, packet.data, asked)
    whole = replace(packet, whole=codec.is_complete(packet.data))
    observation = replace(_observation(whole, asked), fields=fields)
    yield replace(observation, outcome=Outcome.AUTH_REQUIRED) if codec.auth_required(fields) else observation


def _tls(packet: Packet) -> Iterator[Observation]:
    certificate = first_certificate(packet.data)
    (fields,) = decode("tls", certificate)
    yield replace(_observation(replace(packet, data=certificate, whole=True), ""), fields=fields)


def _banner(packet: Packet) -> Iterator[Observation]:
    """Bytes of a maker's own protocol, which are left to the rules as they are."""
    yield replace(_observation(packet, packet.asked), fields=opaque.decode(packet.data))


def _observation(packet: Packet, asked: str) -> Observation:
    outcome = Outcome.ANSWERED if packet.whole else Outcome.TRUNCATED
    return Observation(packet.source, packet.channel, outcome, packet.at, packet.port, asked, raw=packet.data)


def first_certificate(data: bytes) -> bytes:
    """The first certificate (DER) in a server's side of a handshake up to TLS 1.2; empty if it is incomplete.

    In TLS 1.3 certificates are encrypted.
    """
    messages = b"".join(_records(data))
    at = 0
    while at + _HANDSHAKE <= len(messages):
        end = at + _HANDSHAKE + int.from_bytes(messages[at + 1 : at + _HANDSHAKE])
        if messages[at] == _CERTIFICATE:
            begin = at + _HANDSHAKE + 6  # behind the length of the list and that of the first
            length = int.from_bytes(messages[begin - 3 : begin])
            certificate = messages[begin : min(begin + length, end)]
            return certificate if len(certificate) == length else b""
        at = end
    return b""


def _records(data: bytes) -> Iterator[bytes]:
    """The contents of the handshake records at the beginning; the last may be cut."""
    at = 0
    while at + _RECORD <= len(data) and data[at] == 0x16:
        end = at + _RECORD + int.from_bytes(data[at + 3 : at + _RECORD])
        yield data[at + _RECORD : end]
        at = end


_STREAMS: Mapping[str, Callable[[Packet], Iterator[Observation]]] = MappingProxyType(
    {"http": _answer, "rtsp": _answer, "tls": _tls, "banner": _banner}
)
