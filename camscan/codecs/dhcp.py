"""DHCP for IPv4 as received passively (RFC 2131, options of RFC 2132 and 4702): MAC, address and names of a client.

Nothing is sent: clients broadcast when they start and when they renew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from camscan.codecs.layout import fields, ipv4_at, mac_at
from camscan.codecs.text import to_text
from camscan.errors import DecodeError

FIELDS = ("mac.address", "dhcp.hostname", "dhcp.vendor_class")

MAX_MESSAGE = 4096  # bytes; clients accept 576 unless they say otherwise, and no Ethernet frame holds more than 1,500
MAX_OPTIONS = 64  # about 20 are usual

_HEADER = 240
_COOKIE = b"\x63\x82\x53\x63"
_CLIENT, _SERVER = 1, 2
_ETHERNET = b"\x01\x06"
_PAD, _HOSTNAME, _REQUESTED, _KIND, _VENDOR_CLASS, _FQDN, _END = 0, 12, 50, 53, 60, 81, 255
_FQDN_HEAD = 3  # flags, and two codes that nobody uses any more
_AS_IN_DNS = 0x04  # the flag of a name in labels, not in text
_MAX_LABEL = 63  # bytes; what is larger is a pointer
_CLIENT_REQUEST, _SERVER_ACK, _CLIENT_INFORM = (_CLIENT, 3), (_SERVER, 5), (_CLIENT, 8)


@dataclass(frozen=True, slots=True)
class _Message:
    """Who speaks and the kind of the message, the fixed part, and the options by code."""

    kind: tuple[int, int]
    head: bytes
    options: Mapping[int, bytes]


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The client's MAC, and the names in its own messages; a server's names for the client are ignored.

    Raises DecodeError if it is no DHCP message, or has more options than any.
    """
    message = _read(data)
    own = message.options if message.kind[0] == _CLIENT else {}
    return fields(
        [
            ("mac.address", mac_at(message.head, 28) if message.head[1:3] == _ETHERNET else ""),
            ("dhcp.hostname", to_text(own.get(_HOSTNAME, b"")) or _full_name(own.get(_FQDN, b""))),
            ("dhcp.vendor_class", to_text(own.get(_VENDOR_CLASS, b""))),
        ]
    )


def address(data: bytes) -> str:
    """The address of the client, or the one that it requests; "" if there is none. Raises as `decode`."""
    message = _read(data)
    if message.kind == _SERVER_ACK:
        return ipv4_at(message.head, 16)
    if message.kind not in (_CLIENT_REQUEST, _CLIENT_INFORM):
        return ""
    return ipv4_at(message.head, 12) or ipv4_at(message.options.get(_REQUESTED, b""), 0)


def _full_name(option: bytes) -> str:
    """The name in a client's FQDN option (RFC 4702); "" for one that compresses it, which is not allowed there."""
    name = option[_FQDN_HEAD:]
    if not name or not option[0] & _AS_IN_DNS:
        return to_text(name).rstrip(".")
    labels, at = list[bytes](), 0
    while at < len(name) and name[at]:
        if name[at] > _MAX_LABEL:
            return ""
        labels.append(name[at + 1 : at + 1 + name[at]])
        at += 1 + name[at]
    return to_text(b".".join(labels))


def _read(data: bytes) -> _Message:
    if len(data) > MAX_MESSAGE:
        raise DecodeError(f"DHCP message of {len(data)} bytes is larger than {MAX_MESSAGE}")
    if len(data) < _HEADER or data[0] not in (_CLIENT, _SERVER) or data[236:_HEADER] != _COOKIE:
        raise DecodeError("no DHCP message: its fixed part is not that of RFC 2131")
    options = _options(data)
    return _Message((data[0], int.from_bytes(options.get(_KIND, b"")[:1])), data[:_HEADER], options)


def _options(data: bytes) -> dict[int, bytes]:
    """The options up to the end or the cut; one that is repeated is one in parts (RFC 3396)."""
    found: dict[int, bytes] = {}
    at = _HEADER
    while at + 1 < len(data) and data[at] != _END:
        if data[at] == _PAD:
            at += 1
            continue
        end = at + 2 + data[at + 1]
        found[data[at]] = found.get(data[at], b"") + data[at + 2 : end]
        at = end
        if len(found) > MAX_OPTIONS:
            raise DecodeError(f"DHCP message with more than {MAX_OPTIONS} options")
    return found
