"""MO_I: Foscam's discovery over UDP 10000, a fixed binary layout.

Header, 23 bytes, little endian: "MO_I", u16 operation, u8 whether the rest is XORed, 8 bytes of key for that, u32
length of the rest twice. Operation 0 asks, 1 answers; 2 sets up a camera and is not made here. The rest is big endian.
Answers may go to 255.255.255.255:10000. Another maker's discovery (magic 4a 5d 8f 1c) lives on the same port.

Layout: UniversalScanner, and captures or reports, unnamed.
"""

from __future__ import annotations

from itertools import cycle
from struct import unpack_from

from camscan.codecs.layout import fields, hardware_address, ipv4_at, number, text_at
from camscan.errors import DecodeError

PORT = 10000
LOCAL_PORT = 10000
GROUPS = ("255.255.255.255",)

SEARCH = b"MO_I" + bytes(11) + b"\x04\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x01"  # the question "who is there?"

REQUESTS = (SEARCH,)  # all that may be sent

FIELDS = ("moi.name", "moi.mac", "moi.ipv4_address", "moi.port")

MAX_ANSWER = 1024  # bytes; answers have 87 or 88

_HEADER = 23
_LENGTH = 87
_ANSWER = 1


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an answer: MAC (12 hex digits) at 23, name at 36, IPv4 address at 57, web port at 85.

    Raises DecodeError if it is no answer of this protocol (a search heard on the port is a question), or breaks a
    bound.
    """
    if not data.startswith(b"MO_I"):
        raise DecodeError("no MO_I answer")
    if not _LENGTH <= len(data) <= MAX_ANSWER:
        raise DecodeError(f"MO_I answer of {len(data)} bytes: outside {_LENGTH} to {MAX_ANSWER}")
    if unpack_from("<H", data, 4)[0] != _ANSWER:
        raise DecodeError("MO_I datagram that does not answer a search")
    plain = _plain(data)
    return fields(
        [
            ("moi.name", text_at(plain, 36, 21)),
            ("moi.mac", hardware_address(text_at(plain, 23, 13))),
            ("moi.ipv4_address", ipv4_at(plain, 57)),
            ("moi.port", number(unpack_from(">H", plain, 85)[0])),
        ]
    )


def _plain(data: bytes) -> bytes:
    if not data[6]:
        return data
    key = cycle(data[7:15])
    return data[:_HEADER] + bytes(byte ^ mask for byte, mask in zip(data[_HEADER:], key, strict=False))
