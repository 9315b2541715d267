"""The XML envelope of ISAPI and its forerunners (below /ISAPI, /SDK and /PSIA), with and without a login.

Firmware for other brands keeps the envelope and changes only the namespace, so it shows the platform behind a brand.
With an enrolled login, it also has the network settings and the cameras behind a recorder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from xml.etree.ElementTree import Element, tostring

from camscan.codecs import behind, layout, xml
from camscan.errors import DecodeError

REQUESTS = ("/SDK/activateStatus", "/ISAPI/System/deviceInfo")
"""The only paths that may be asked for, by GET and without a login: they read, and count as no login attempt."""

QUESTIONS = ("/ISAPI/System/deviceInfo", "/ISAPI/System/Network/interfaces")
"""The only paths that an enrolled device may be asked for, by GET. They read."""

CHANNEL_QUESTIONS = (
    "/ISAPI/ContentMgmt/InputProxy/channels",
    "/ISAPI/ContentMgmt/InputProxy/channels/status",
    "/ISAPI/System/capabilities",
)
"""The only further paths that an enrolled recorder may be asked for; a device that refuses the first is none."""

_NAMESPACE = re.compile(
    r"https?://(?:www\.)?(?:hikvision\.com|isapi\.(?:org|com)|std-cgi\.(?:com|org)|psialliance\.org)(?:/|$)"
    r"|urn:(?:psialliance-org|selfextension:psiaext)",
    re.IGNORECASE,
)

_CHANNELS = ("InputProxyChannel", "InputProxyChannelStatus")
_OWN_ROOTS = frozenset({"userCheck", "ActivateStatus", "SessionLoginCap", *_CHANNELS, *(f"{c}List" for c in _CHANNELS)})
"""Roots that no other interface uses; they are known even where the namespace is missing."""

OTHERS = frozenset({"passwdLeftValue"})
"""What another maker has in an answer to such a path, which it names as this interface does."""

_ELEMENTS = {
    "Activated": "isapi.activated",
    "statusCode": "isapi.status_code",
    "statusValue": "isapi.status_code",  # what userCheck calls it
    "statusString": "isapi.status_string",
    "subStatusCode": "isapi.sub_status_code",
    "requestURL": "isapi.request_url",
    "deviceName": "isapi.device_name",
    "deviceType": "isapi.device_type",
    "deviceDescription": "isapi.device_description",
    "model": "isapi.model",
    "serialNumber": "isapi.serial",
    "manufacturer": "isapi.manufacturer",
    "OEMCode": "isapi.oem_code",
}

FIELDS = (
    "isapi.root",
    "isapi.namespace",
    *dict.fromkeys(_ELEMENTS.values()),
    "isapi.firmware",
    "isapi.mac",
    "isapi.interface_mac",
    "isapi.ipv4_address",
)

_CHANNEL_ELEMENTS = {
    "proxyProtocol": "behind.protocol",
    "ipAddress": "behind.address",
    "ipv6Address": "behind.address",
    "hostName": "behind.address",
    "model": "behind.model",
    "serialNumber": "behind.serial",
    "firmwareVersion": "behind.firmware",
    "name": "behind.name",
    "online": "behind.online",
}
"""Elements of a channel, at whatever depth: what describes its source stands one level below."""
_MAX_INTERFACES = 16
_MAX_CHILDREN = 1024  # elements below the root that are read of an answer; a device's information has about forty


def decode(body: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an envelope, or of what came of it. Raises DecodeError where the XML is none of this interface."""
    root = _parsed(body)
    name = xml.local(root.tag)
    pairs = [("isapi.root", name), ("isapi.namespace", xml.namespace(root.tag))]
    if name not in {f"{channel}List" for channel in _CHANNELS}:
        pairs += _described(_texts(root))
    if name == "NetworkInterfaceList":
        pairs += _interfaces(root)
    elif name == "DeviceCap":
        pairs.append(("recorder.channels", behind.counted(xml.find_text(root, "inputProxyNums"))))
    return layout.fields(pairs)


def describe(texts: Mapping[str, str], namespace: str = "", root: str = "DeviceInfo") -> dict[str, tuple[str, ...]]:
    """The fields of an envelope of which only its elements are at hand, by their names; none of another maker's."""
    if not namespace and not OTHERS.isdisjoint(texts):
        return {}
    return layout.fields([("isapi.root", root), ("isapi.namespace", namespace), *_described(texts)])


def is_namespace(name: str) -> bool:
    """Whether a namespace is one of this interface."""
    return _NAMESPACE.match(name) is not None


def slots(body: bytes) -> tuple[bytes, ...]:
    """The part of a list of channels that speaks of each of them, for `decode_slot`; none in any other answer."""
    channels = (element for element in _parsed(body) if xml.local(element.tag) in _CHANNELS)
    return tuple(map(tostring, islice(channels, behind.MAX_SLOTS)))


def decode_slot(part: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of one channel. Raises DecodeError where it has no number."""
    root = _parsed(part)
    texts = {xml.local(element.tag): (element.text or "").strip() for element in reversed(list(root.iter()))}
    number = behind.counted(texts.get("id", ""))
    if not number:
        raise DecodeError("a channel without a number")
    return behind.slot("isapi", number, [(field, texts.get(name, "")) for name, field in _CHANNEL_ELEMENTS.items()])


def _parsed(body: bytes) -> Element:
    root = xml.parse(body, partial=True)
    name, namespace = xml.local(root.tag), xml.namespace(root.tag)
    own = name in _OWN_ROOTS and not any(xml.local(child.tag) in OTHERS for child in root[:_MAX_CHILDREN])
    if not (is_namespace(namespace) or (not namespace and own)):
        raise DecodeError(f"not an ISAPI envelope: root {name[:64]!r} in namespace {namespace[:64]!r}")
    return root


def _texts(root: Element) -> dict[str, str]:
    """Local name -> text of the children of the root, the first that is not empty; an event has its serial deeper."""
    texts: dict[str, str] = {}
    outer = root[:_MAX_CHILDREN]
    inner = (child for element in outer if xml.local(element.tag) == "Extensions" for child in element[:_MAX_CHILDREN])
    for child in (*outer, *inner):
        name = xml.local(child.tag)
        text = (child.text or "").strip()
        if text:
            texts.setdefault(name, text)
    return texts


def _described(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((field, texts.get(element, "")) for element, field in _ELEMENTS.items())
    yield "isapi.firmware", _firmware(texts)
    yield "isapi.mac", layout.hardware_address(texts.get("macAddress", ""))


def _firmware(texts: Mapping[str, str]) -> str:
    """Version and build: "V5.7.18 build 240826"."""
    version = texts.get("firmwareVersion", "")
    return f"{version} {texts.get('firmwareReleasedDate', '')}".strip() if version else ""


def _interfaces(root: Element) -> Iterator[tuple[str, str]]:
    for interface in xml.children(root, "NetworkInterface")[:_MAX_INTERFACES]:
        yield "isapi.interface_mac", layout.hardware_address(xml.find_text(interface, "MACAddress"))
        for address in xml.children(interface, "IPAddress"):
            yield "isapi.ipv4_address", layout.address(xml.find_text(address, "ipAddress"))
