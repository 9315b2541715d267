"""MHED: TVT's discovery over UDP 23456 multicast, fixed binary layouts, little endian.

Header: "MHED", u16 (9 from tools, 8 from devices), u16 1, u16 command. Command 1 searches (140 bytes, to 234.55.55.55),
command 2 announces (240 bytes, to 234.55.55.56). Command 3 writes network settings and is not made here.

Layout: capture or report, unnamed.
"""

from __future__ import annotations

from struct import unpack_from

from camscan.codecs.layout import fields, ipv4_at, mac_at, number, text_at
from camscan.errors import DecodeError

PORT = 23456
LOCAL_PORT = 23456
GROUPS = ("234.55.55.55", "234.55.55.56")  # the group that is asked, and the one to be in for the answers

SEARCH = b"MHED\x09\x00\x01\x00\x01\x00" + bytes(130)  # the question "who is there?"

REQUESTS = (SEARCH,)  # all that may be sent

FIELDS = (
    "mhed.name",
    "mhed.mac",
    "mhed.ipv4_address",
    "mhed.build",
    "mhed.http_port",
    "mhed.rtsp_port",
    "mhed.serial",
    "mhed.firmware",
    "mhed.model",
    "mhed.vendor",
)

MAX_ANSWER = 4096  # bytes; announcements have 240

_ANNOUNCE = 2
_LENGTH = 240


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an announcement; `mhed.build` is a date as "YYYYMMDD".

    Raises DecodeError if it is no announcement (a search heard on the group is a question), or breaks a bound.
    """
    if not _LENGTH <= len(data) <= MAX_ANSWER:
        raise DecodeError(f"MHED answer of {len(data)} bytes: outside {_LENGTH} to {MAX_ANSWER}")
    command = unpack_from("<H", data, 8)[0]
    if not data.startswith(b"MHED") or command != _ANNOUNCE:
        raise DecodeError("no MHED announcement")
    build, http_port, rtsp_port = unpack_from("<IHH", data, 56)
    return fields(
        [
            ("mhed.name", text_at(data, 12, 20)),
            ("mhed.mac", mac_at(data, 32)),
            ("mhed.ipv4_address", ipv4_at(data, 40)),
            ("mhed.build", number(build)),
            ("mhed.http_port", number(http_port)),
            ("mhed.rtsp_port", number(rtsp_port)),
            ("mhed.serial", text_at(data, 140, 16)),
            ("mhed.firmware", text_at(data, 156, 16)),
            ("mhed.model", text_at(data, 196, 16)),
            ("mhed.vendor", text_at(data, 212, 16)),
        ]
    )
