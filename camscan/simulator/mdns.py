"""Multicast DNS: the answer of a device to a question for one of its services (RFC 6763, section 4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from camscan.simulator.schema import Announced
from camscan.simulator.template import Filler

PORT = 5353

_A, _PTR, _TXT, _SRV, _IN, _FLUSH = 1, 12, 16, 33, 1, 0x8001
_TTL = 120
_LONGEST_LABEL, _LONGEST_TEXT = 63, 255
_AUTHORITATIVE = 0x8400
_QUERY_MASK = 0x80  # of the third byte: set in responses


def answers(announced: Sequence[Announced], data: bytes, filler: Filler) -> Iterator[bytes]:
    """What a device with these services answers: one datagram for each that is asked for."""
    if len(data) < 12 or data[2] & _QUERY_MASK:
        return
    for service in announced:
        if _name(*service.service.split("."), "local").lower() in data.lower():
            yield _response(service, filler)


def _response(announced: Announced, filler: Filler) -> bytes:
    """PTR, and beside it SRV, TXT and A."""
    service = (*announced.service.split("."), "local")
    instance = _name(filler.fill(announced.instance), *service)
    host = _name(filler.fill(announced.host), "local")
    texts = [filler.fill(text).encode()[:_LONGEST_TEXT] for text in announced.txt] or [b""]
    port = int(filler.fill(f"{{port:{announced.port}}}"))
    records = (
        _record(_name(*service), _PTR, _IN, instance),
        _record(instance, _SRV, _FLUSH, struct.pack("!3H", 0, 0, port) + host),
        _record(instance, _TXT, _FLUSH, b"".join(bytes([len(text)]) + text for text in texts)),
        _record(host, _A, _FLUSH, IPv4Address(filler.fill("{address}")).packed),
    )
    return struct.pack("!6H", 0, _AUTHORITATIVE, 0, 1, 0, len(records) - 1) + b"".join(records)


def _record(name: bytes, kind: int, cls: int, data: bytes) -> bytes:
    return name + struct.pack("!HHIH", kind, cls, _TTL, len(data)) + data


def _name(*labels: str) -> bytes:
    """A name in labels, each of which is cut to the length that a label can have (RFC 1035, section 2.3.4)."""
    cut = (label.encode()[:_LONGEST_LABEL] for label in labels)
    return b"".join(bytes([len(label)]) + label for label in cut) + b"\0"
