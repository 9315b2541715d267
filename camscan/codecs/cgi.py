"""The device CGI below /cgi-bin: `key=value` lines after a login, and without one a realm that names the device.

Keys of configurations are paths that begin with `table.`; channels are counted from 0 there, and from 1 on the screen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from camscan.codecs import behind, layout
from camscan.codecs.text import to_text
from camscan.errors import DecodeError

REQUESTS = ("/cgi-bin/magicBox.cgi?action=getSystemInfo",)
"""The paths that may be asked for without login. The answer's challenge is read by `camscan.codecs.http`."""

QUESTIONS = (
    "/cgi-bin/magicBox.cgi?action=getDeviceType",
    "/cgi-bin/magicBox.cgi?action=getDeviceClass",
    "/cgi-bin/magicBox.cgi?action=getSerialNo",
    "/cgi-bin/magicBox.cgi?action=getSoftwareVersion",
    "/cgi-bin/magicBox.cgi?action=getVendor",
    "/cgi-bin/configManager.cgi?action=getConfig&name=Network",
)
"""The only paths that an enrolled device may be asked for, by GET. They read."""

CHANNEL_QUESTIONS = (
    "/cgi-bin/configManager.cgi?action=getConfig&name=RemoteDevice",
    "/cgi-bin/configManager.cgi?action=getConfig&name=ChannelTitle",
    "/cgi-bin/LogicDeviceManager.cgi?action=getCameraState&uniqueChannels[0]=-1",
    "/cgi-bin/magicBox.cgi?action=getProductDefinition&name=MaxRemoteInputChannels",
)
"""The only further paths that an enrolled recorder may be asked for; a device that refuses the first is none."""

FIELDS = (
    "cgi.device_type",
    "cgi.device_class",
    "cgi.serial",
    "cgi.firmware",
    "cgi.vendor",
    "cgi.interface_mac",
    "cgi.ipv4_address",
)

MAX_SIZE = 1024 * 1024  # bytes; 256 channels take up to 600 KiB
MAX_LINES = 20_000  # lines; 256 channels have about 10,000

_KEYS = {
    "class": "cgi.device_class",
    "sn": "cgi.serial",
    "serialNumber": "cgi.serial",
    "version": "cgi.firmware",
    "vendor": "cgi.vendor",
    "table.MaxRemoteInputChannels": "recorder.channels",
}
_MODEL = re.compile(r"(?=.*[A-Za-z])(?=.*[0-9]).+")
_MODEL_KEYS = ("deviceType", "updateSerial")
"""Where the system information names the model; some firmware has a number or a plain word in the first."""
_INTERFACE = re.compile(r"table\.Network\.\w+\.(IPAddress|PhysicalAddress)")
_INFORMATION = re.compile(r"^(?:deviceType|updateSerial)=\S", re.MULTILINE)
_CHIP = re.compile(r"^(?:processor|updateSerial\w*|appAutoStart)=\S", re.MULTILINE)
_LINE = re.compile(r"([A-Za-z][\w.:\[\]-]{0,255})=(.*)")
_CHANNEL = re.compile(
    r"table\.(?P<list>RemoteDevice)(?:\.[\w:]*?_(?P<device>[0-9]{1,4})|\[(?P<place>[0-9]{1,4})\])\.(?P<key>\w+)"
    r"|table\.(?P<titles>ChannelTitle)\[(?P<title>[0-9]{1,4})\]\.(?P<name>Name)"
    r"|(?P<states>states)\[(?P<state>[0-9]{1,4})\]\.(?P<said>\w+)"
)
_DEVICE_KEYS = {
    "ProtocolType": "behind.protocol",
    "Vendor": "behind.manufacturer",
    "DeviceType": "behind.model",
    "Version": "behind.firmware",
    "SerialNo": "behind.serial",
    "Mac": "behind.mac",
    "Address": "behind.address",
}


def decode(body: bytes) -> dict[str, tuple[str, ...]]:
    """What the lines say about the device itself. Raises DecodeError where not a single line is `key=value`."""
    pairs: list[tuple[str, str]] = []
    lines = list(_lines(body))
    if not lines:
        raise DecodeError("no answer of the CGI: not a single line of the form key=value")
    for key, value in lines:
        if interface := _INTERFACE.fullmatch(key):
            physical = interface[1] == "PhysicalAddress"
            name = "cgi.interface_mac" if physical else "cgi.ipv4_address"
            pairs.append((name, layout.hardware_address(value) if physical else layout.address(value)))
        elif name := _KEYS.get(key, ""):
            pairs.append((name, behind.counted(value) if name == "recorder.channels" else value))
    pairs.append(("cgi.device_type", _model(dict(lines))))
    return layout.fields(pairs)


def is_system_information(text: str) -> bool:
    """Whether lines are those that tell of the system as a whole: no other interface has these keys together."""
    return _INFORMATION.search(text) is not None and _CHIP.search(text) is not None


def slots(body: bytes) -> tuple[bytes, ...]:
    """The lines of an answer that speak of each channel, for `decode_slot`; none in any other answer."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for key, value in _lines(body):
        if (channel := _CHANNEL.fullmatch(key)) and (place := _place(channel)):
            found[place].append(f"{key}={value}")
    return tuple("\r\n".join(lines).encode("utf-8", "replace") for lines in islice(found.values(), behind.MAX_SLOTS))


def decode_slot(part: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of one channel. Raises DecodeError where it has no number.

    Of a channel that is switched off nothing but the number is told: what stands there is a left-over.
    """
    number, said = "", {}
    for key, value in _lines(part):
        if channel := _CHANNEL.fullmatch(key):
            index = channel["device"] or channel["place"] or channel["title"]
            said[_key(channel)] = value
            number = index or said.get("channel", "") or number
    number = behind.counted(number)
    if not number:
        raise DecodeError("a channel without a number")
    pairs = [(field, said.get(key, "")) for key, field in _DEVICE_KEYS.items()]
    if said.get("Enable", "").lower() == "false":
        pairs = []
    state = said.get("connectionstate", "").lower()
    if state not in ("", "empty", "disable"):
        pairs.append(("behind.online", "true" if state == "connected" else "false"))
    return behind.slot("cgi", str(int(number) + 1), [*pairs, ("behind.name", said.get("title", ""))])


def _model(told: dict[str, str]) -> str:
    """The model by its own question, else by the first key of the system information that names one."""
    named = (told.get(key, "") for key in _MODEL_KEYS)
    return told.get("type", "") or next(filter(_MODEL.fullmatch, named), "")


def _key(channel: re.Match[str]) -> str:
    """What a line says of its channel: a key of the device, its title, or a key of its state in lower case."""
    return channel["key"] or ("title" if channel["titles"] else channel["said"].lower())


def _place(channel: re.Match[str]) -> tuple[str, str]:
    """The list that a line belongs to, and its place there."""
    return (
        channel["list"] or channel["titles"] or channel["states"],
        channel["device"] or channel["place"] or channel["title"] or channel["state"],
    )


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    """Key and value of each line. Raises DecodeError where they break a bound."""
    if len(body) > MAX_SIZE:
        raise DecodeError(f"{len(body)} bytes of lines are more than {MAX_SIZE}")
    for line in islice(to_text(body).splitlines(), MAX_LINES):
        if match := _LINE.fullmatch(line.strip()):
            yield match[1], match[2].strip()
