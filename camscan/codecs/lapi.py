"""The JSON envelope of LAPI (below /LAPI): answered, or refused within the envelope, also without a login."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from camscan.codecs import behind, jsontext, layout
from camscan.errors import DecodeError

REQUESTS = ("/LAPI/V1.0/System/DeviceInfo",)  # the only path that may be asked for, by GET and without a login

QUESTIONS = ("/LAPI/V1.0/System/DeviceInfo", "/LAPI/V1.0/Network/Interfaces")
"""The only paths that an enrolled device may be asked for, by GET. They read."""

CHANNEL_QUESTIONS = ("/LAPI/V1.0/Channels/System/ChannelDetailInfos", "/LAPI/V1.0/Channels/System/DeviceInfos")
"""The only further paths that an enrolled recorder may be asked for; a device that refuses the first is none."""

MAX_SIZE = 1024 * 1024  # bytes; 256 channels take about 200 KiB
MAX_CONTAINERS = 8192  # objects and arrays; a channel has about ten

_ENVELOPE = {
    "lapi.response_url": "ResponseURL",
    "lapi.response_code": "ResponseCode",
    "lapi.response_string": "ResponseString",
    "lapi.status_string": "StatusString",
}
_DATA = {
    "lapi.model": ("DeviceModel", "ProductModel"),
    "lapi.serial": ("SerialNumber", "SerialNo"),
    "lapi.firmware": ("FirmwareVersion",),
}
"""Field -> its names in DeviceInfo and in DeviceBasicInfo, which has them beside the URL."""
_CHANNEL = {
    "behind.protocol": "AccessProtocol",
    "behind.manufacturer": "Manufacturer",
    "behind.model": "DeviceModel",
    "behind.firmware": "FirmwareVersion",
    "behind.serial": "SerialNumber",
    "behind.name": "Name",
}
_LISTS = ("DetailInfos", "DeviceInfos")
_ONLINE = "1"  # the status of a channel whose camera answers; others: 0 does not, 2 idle
_MAX_INTERFACES = 16

FIELDS = (*_ENVELOPE, *_DATA, "lapi.interface_mac", "lapi.ipv4_address")


def decode(body: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an envelope. Raises DecodeError where the body is no JSON, or JSON of another interface."""
    response = _response(body)
    data = jsontext.inner(response, "Data")
    pairs = [(field, jsontext.text(response, key)) for field, key in _ENVELOPE.items()]
    told = data or response
    pairs += [(field, jsontext.text(told, key)) for field, keys in _DATA.items() for key in keys]
    if any(name in data for name in _LISTS):
        pairs.append(("recorder.channels", behind.counted(jsontext.text(data, "Nums"))))
    return layout.fields([*pairs, *_interfaces(data)])


def slots(body: bytes) -> tuple[bytes, ...]:
    """The part of a list of channels that speaks of each of them, for `decode_slot`; none in any other answer."""
    data = jsontext.inner(_response(body), "Data")
    channels = (channel for name in _LISTS for channel in _objects(data, name))
    return tuple(json.dumps(channel).encode("ascii") for channel in islice(channels, behind.MAX_SLOTS))


def decode_slot(part: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of one channel. Raises DecodeError where it has no number."""
    channel = next(jsontext.objects(part, max_size=MAX_SIZE, max_containers=MAX_CONTAINERS), {})
    number = behind.counted(jsontext.text(channel, "ID"))
    if not number:
        raise DecodeError("a channel without a number")
    place = jsontext.inner(channel, "AddressInfo")
    status = jsontext.text(channel, "Status")
    pairs = [(field, jsontext.text(channel, key)) for field, key in _CHANNEL.items()]
    pairs += [("behind.address", jsontext.text(place, "Address")), ("behind.mac", jsontext.text(place, "MAC"))]
    pairs.append(("behind.online", "" if not status else "true" if status == _ONLINE else "false"))
    return behind.slot("lapi", number, pairs)


def _response(body: bytes) -> Mapping[str, object]:
    for answer in jsontext.objects(body, max_size=MAX_SIZE, max_containers=MAX_CONTAINERS):
        response = jsontext.inner(answer, "Response")
        if {"ResponseURL", "ResponseCode"} & response.keys():
            return response
    raise DecodeError("not a LAPI envelope: no JSON object whose Response has a ResponseURL or ResponseCode")


def _objects(parent: Mapping[str, object], name: str) -> Iterable[Mapping[str, object]]:
    listed = parent.get(name)
    return (item for item in listed if isinstance(item, dict)) if isinstance(listed, list) else ()


def _interfaces(data: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for interface in islice(_objects(data, "NetworkInterfaceList"), _MAX_INTERFACES):
        yield "lapi.interface_mac", layout.hardware_address(jsontext.text(interface, "MAC"))
        for name in ("InnerNICIPAddress", "IPAddress"):
            yield "lapi.ipv4_address", layout.address(jsontext.text(interface, name))
