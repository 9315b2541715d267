"""DVRIP: Dahua's older binary protocol. Two of its requests need no user name: discovery, and the realm.

Frames have a header of 32 bytes whose first two say what they are: a3 01 discovery, b3 00 its answer, a0 01 realm
request, b0 00 and b0 01 answers. Logins (a0 00, a0 05) and commands (f6 00) are not made here.

Layout: UniversalScanner, DahuaConsole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import unpack_from

from camscan.codecs.layout import fields, hardware_address, ipv4_at, text_at
from camscan.codecs.text import to_text
from camscan.errors import DecodeError

DISCOVERY_PORT = 5050
REALM_PORT = 37777
GROUPS = ("255.255.255.255",)

DISCOVERY = b"\xa3\x01\x00\x01" + bytes(12) + b"\x02\x00\x00\x00" + bytes(12)  # the question "who is there?" (UDP 5050)
REALM = b"\xa0\x01\x00\x00" + bytes(20) + b"\x05\x02\x01\x01\x00\x00\xa1\xaa"
"""The question for the realm (TCP 37777): no user name, no password."""

REQUESTS = (DISCOVERY, REALM)  # all that may be sent

FIELDS = (
    "dvrip.realm",
    "dvrip.type",
    "dvrip.model",
    "dvrip.name",
    "dvrip.serial",
    "dvrip.version",
    "dvrip.mac",
    "dvrip.ipv4_address",
)

MAX_ANSWER = 4096  # bytes; a discovery answer has three parts of which two state their length in 8 and 16 bits
MAX_LINES = 32  # of text in an answer; four were seen

_HEADER = 32
_NETWORK = 72  # the first part reaches at least to the name server's address
_REALM_LINE = re.compile(r"Realm:([^\r\n]++)\r?\n")
_LINES = {"Name": "dvrip.name", "Device": "dvrip.model", "SerialNo": "dvrip.serial"}


def decode_discovery(data: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an answer to the discovery.

    Part 1, after the header: version as four u16, type (16 characters), IPv4 address, mask, gateway and more in binary;
    its length is the u32 at 4. Part 2: MAC as 17 characters, then the model; its length is the byte at 2. Part 3: lines
    "Name:value"; its length is the u16 at 20. Raises DecodeError if it is no such answer, or breaks a bound.
    """
    _check(data, b"\xb3\x00", _NETWORK)
    second = _HEADER + int(unpack_from("<I", data, 4)[0])
    third = second + data[2]
    end = third + int(unpack_from("<H", data, 20)[0])
    version = unpack_from("<4H", data, 32)
    return fields(
        [
            ("dvrip.type", text_at(data, 40, 16)),
            ("dvrip.version", ".".join(map(str, version)) if any(version) else ""),
            ("dvrip.ipv4_address", ipv4_at(data, 56)),
            ("dvrip.mac", hardware_address(text_at(data, second, min(17, data[2])))),
            ("dvrip.model", text_at(data, second + 17, data[2] - 17) if data[2] > 17 else ""),
            *_lines(to_text(data[third:end])),
        ]
    )


def decode_realm(data: bytes) -> dict[str, tuple[str, ...]]:
    """The realm of an answer to the realm request: "Login to " and the serial number, a hash of it or a brand.

    Raises DecodeError if it is no such answer, names no realm, or breaks a bound.
    """
    _check(data, b"\xb0", _HEADER)
    realm = _REALM_LINE.search(to_text(data[_HEADER:]))
    found = fields([("dvrip.realm", realm[1])]) if realm else {}
    if not found:
        raise DecodeError("DVRIP answer without a realm")
    return found


def _check(data: bytes, magic: bytes, least: int) -> None:
    if not data.startswith(magic):
        raise DecodeError(f"no DVRIP answer: it does not start with {magic.hex()}")
    if not least <= len(data) <= MAX_ANSWER:
        raise DecodeError(f"DVRIP answer of {len(data)} bytes: outside {least} to {MAX_ANSWER}")


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines()[:MAX_LINES]:
        name, _, value = line.partition(":")
        if name in _LINES:
            yield _LINES[name], value
