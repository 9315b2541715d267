"""NetCommon: Xiongmai's discovery over UDP 34569, JSON behind a header of 20 bytes.

Header, little endian: 0xff, version, u16 0, u32 session, u32 sequence, u16 0, u16 command, u32 body length. Devices
answer to the fixed port 34569, so whoever asks has to listen there. Nothing else of the protocol is spoken.

Layout: go2rtc, and captures or reports, unnamed.
"""

from __future__ import annotations

import re

from camscan.codecs import jsontext
from camscan.codecs.layout import address, fields, hardware_address
from camscan.errors import DecodeError

PORT = 34569
LOCAL_PORT = 34569
GROUPS = ("255.255.255.255",)

SEARCH = b"\xff" + bytes(13) + b"\xfa\x05" + bytes(4)  # the question "who is there?"

REQUESTS = (SEARCH,)  # all that may be sent: command 1530; commands below it log in, read and write settings

MAX_ANSWER = 16 * 1024  # bytes; answers have 0.5 to 0.8 KB

_HEADER = 20
_HEX_ADDRESS = re.compile(r"0x([0-9A-Fa-f]{8})")

_VALUES = (
    ("SN", "netcommon.serial"),
    ("HostName", "netcommon.host_name"),
    ("DeviceType", "netcommon.device_type"),
    ("BuildDate", "netcommon.build_date"),
    ("Version", "netcommon.version"),
    ("ChannelNum", "netcommon.channel_num"),
    ("HttpPort", "netcommon.http_port"),
    ("TCPPort", "netcommon.tcp_port"),
)

FIELDS = ("netcommon.mac", "netcommon.ipv4_address", *(name for _, name in _VALUES))


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an answer.

    Raises DecodeError if it holds no object "NetWork.NetCommon" (the search itself has none), or breaks a bound.
    """
    if len(data) > MAX_ANSWER:
        raise DecodeError(f"NetCommon answer of {len(data)} bytes is larger than {MAX_ANSWER}")
    body = data[_HEADER:] if data.startswith(b"\xff") else data
    for message in jsontext.objects(body):
        common = jsontext.inner(message, "NetWork.NetCommon")
        found = fields(
            [
                ("netcommon.mac", hardware_address(jsontext.text(common, "MAC"))),
                ("netcommon.ipv4_address", _address(jsontext.text(common, "HostIP"))),
                *((name, jsontext.text(common, key)) for key, name in _VALUES),
            ]
        )
        if found:
            return found
    raise DecodeError('no NetCommon answer: no JSON object "NetWork.NetCommon"')


def _address(text: str) -> str:
    """An address as written: a little-endian number in hexadecimal, "0x6D0BA8C0" for 192.168.11.109, or dotted."""
    match = _HEX_ADDRESS.fullmatch(text.strip())
    return address(".".join(map(str, reversed(bytes.fromhex(match[1]))))) if match else address(text)
