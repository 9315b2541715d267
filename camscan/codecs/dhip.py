"""DHIP: Dahua's discovery over UDP, JSON behind a header of 32 bytes.

Header, little endian: u32 32, "DHIP", u32 session, u32 request, u32 body length, 0, u32 body length again, 0.
Answers reach the asker by unicast; a search may go to the group, to broadcast and to single hosts across routers.
Lengths in answers are not to be trusted, so the JSON is looked for; evidence of JSON alone is read as well.

Layout: UniversalScanner, DahuaConsole, and captures or reports, unnamed.
"""

from __future__ import annotations

from collections.abc import Mapping

from camscan.codecs import jsontext
from camscan.codecs.layout import address, fields, hardware_address
from camscan.errors import DecodeError

PORT = 37810
GROUPS = ("239.255.255.251", "255.255.255.255")

SEARCH = (
    b"\x20\0\0\0DHIP\0\0\0\0\0\0\0\0\x49\0\0\0\0\0\0\0\x49\0\0\0\0\0\0\0"
    b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
)
"""The question "who is there?"."""

REQUESTS = (SEARCH,)  # all that may be sent; every other method of this service changes the device or starts a reset

MAX_ANSWER = 16 * 1024  # bytes; answers have 0.7 to 1.2 KB

_HEADER = 32

_DEVICE = (
    ("DeviceClass", "dhip.device_class"),
    ("DeviceType", "dhip.device_type"),
    ("SerialNo", "dhip.serial_no"),
    ("MachineName", "dhip.machine_name"),
    ("Vendor", "dhip.vendor"),
    ("Manufacturer", "dhip.manufacturer"),
    ("Version", "dhip.version"),
    ("HttpPort", "dhip.http_port"),
    ("Port", "dhip.port"),
    ("Init", "dhip.init"),
    ("VideoInputChannels", "dhip.video_input_channels"),
    ("RemoteVideoInputChannels", "dhip.remote_video_input_channels"),
)
_ADDRESSES = (
    ("IPv4Address", "IPAddress", "dhip.ipv4_address"),
    ("IPv4Address", "SubnetMask", "dhip.ipv4_subnet_mask"),
    ("IPv4Address", "DefaultGateway", "dhip.ipv4_gateway"),
    ("IPv6Address", "IPAddress", "dhip.ipv6_address"),
    ("IPv6Address", "LinkLocalAddress", "dhip.ipv6_address"),
)

FIELDS = (
    "dhip.method",
    "dhip.mac",
    *(name for _, name in _DEVICE),
    "dhip.ipv4_address",
    "dhip.ipv4_subnet_mask",
    "dhip.ipv4_gateway",
    "dhip.ipv6_address",
)


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of the first device that the answer describes.

    Raises DecodeError if it describes none (a search heard on the group is a question), or breaks a bound.
    """
    if len(data) > MAX_ANSWER:
        raise DecodeError(f"DHIP answer of {len(data)} bytes is larger than {MAX_ANSWER}")
    body = data[_HEADER:] if data[4:8] == b"DHIP" else data
    for message in jsontext.objects(body):
        device = jsontext.inner(message, "params", "deviceInfo")
        found = _fields(message, device) if device else {}
        if not found.keys() <= {"dhip.method", "dhip.mac"}:
            return found
    raise DecodeError("no DHIP answer: no JSON object that describes a device")


def _fields(message: Mapping[str, object], device: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return fields(
        [
            ("dhip.method", jsontext.text(message, "method")),
            ("dhip.mac", hardware_address(jsontext.text(message, "mac"))),
            *((name, jsontext.text(device, key)) for key, name in _DEVICE),
            *((name, address(jsontext.text(jsontext.inner(device, outer), key))) for outer, key, name in _ADDRESSES),
        ]
    )
