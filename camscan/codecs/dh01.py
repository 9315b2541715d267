"""DH01: VStarcam's discovery over UDP 8600, a fixed binary layout behind four bytes.

44 48 01 01 asks, 44 48 01 08 answers. Firmware families put the firmware version at 204 or at 220.

Layout: UniversalScanner, and capture or report, unnamed.
"""

from __future__ import annotations

from struct import unpack_from

from camscan.codecs.layout import address, fields, mac_at, number, text_at
from camscan.errors import DecodeError

PORT = 8600
GROUPS = ("255.255.255.255",)

SEARCH = b"DH\x01\x01"  # the question "who is there?"

REQUESTS = (SEARCH,)  # all that may be sent

FIELDS = ("dh01.name", "dh01.mac", "dh01.serial", "dh01.firmware", "dh01.ipv4_address", "dh01.port")

MAX_ANSWER = 2048  # bytes; answers have about 520

_LENGTH = 256


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an answer. Raises DecodeError if it is none (a search that was heard), or breaks a bound."""
    if not data.startswith(b"DH\x01\x08"):
        raise DecodeError("no DH01 answer")
    if not _LENGTH <= len(data) <= MAX_ANSWER:
        raise DecodeError(f"DH01 answer of {len(data)} bytes: outside {_LENGTH} to {MAX_ANSWER}")
    return fields(
        [
            ("dh01.name", text_at(data, 124, 32)),
            ("dh01.mac", mac_at(data, 84)),
            ("dh01.serial", text_at(data, 92, 32)),
            ("dh01.firmware", text_at(data[204:252].lstrip(b"\0"), 0, 48)),
            ("dh01.ipv4_address", address(text_at(data, 4, 16))),
            ("dh01.port", number(unpack_from("<H", data, 90)[0])),
        ]
    )
