"""SSDP (UPnP Device Architecture 1.1, sections 1.2 and 1.3) over UDP 1900, and the device description it points to."""

from __future__ import annotations

import re
from itertools import islice
from types import MappingProxyType
from xml.etree.ElementTree import Element

from camscan.codecs import headers, layout, xml
from camscan.errors import DecodeError

SEARCH = (
    b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 2\r\nST: upnp:rootdevice\r\n\r\n'
)
"""All that is asked. Every device answers it once, within two seconds; `ssdp:all` would bring a datagram for each of a
device's services."""

MAX_DEVICES = 9  # a root device and the embedded ones that are read; routers, the richest, have two or three

_START = re.compile(r"NOTIFY\s|HTTP/1\.[01]\s+200\b", re.IGNORECASE)
_HEADERS = MappingProxyType({"server": "ssdp.server", "location": "ssdp.location", "usn": "ssdp.usn"})
_MEDIA = re.compile(r'\b(cn|mn)="([^"]{1,128})"')
_MEDIA_FIELDS = MappingProxyType({"cn": "upnp.manufacturer", "mn": "upnp.model_name"})
"""Company and model in a header that media players send beside their server: X-AV-Server-Info: cn="..."; mn="..."."""
_ELEMENTS = MappingProxyType(
    {
        "deviceType": "upnp.device_type",
        "friendlyName": "upnp.friendly_name",
        "manufacturer": "upnp.manufacturer",
        "manufacturerURL": "upnp.manufacturer_url",
        "modelName": "upnp.model_name",
        "modelNumber": "upnp.model_number",
        "modelDescription": "upnp.model_description",
        "serialNumber": "upnp.serial_number",
        "firmwareVersion": "upnp.firmware",  # not of the standard, but of plugs, cameras and routers
        "X_FirmVersion": "upnp.firmware",  # of still cameras
        "UDN": "upnp.udn",
        "presentationURL": "upnp.presentation_url",
    }
)

FIELDS = (*_HEADERS.values(), "ssdp.st", *dict.fromkeys(_ELEMENTS.values()), "upnp.site")
_LINKS = frozenset({"manufacturerURL", "modelURL", "presentationURL"})
_SITE = re.compile(r"\s{0,64}(?:https?://)?(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})(?![\w.-])", re.IGNORECASE)


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an answer to a search, or of a NOTIFY, whose NT counts as ST. Raises DecodeError for others."""
    line, found = headers.parse(data)
    if line and not _START.match(line):
        raise DecodeError("no SSDP answer: it begins with neither NOTIFY nor HTTP/1.1 200")
    pairs = [(_HEADERS[name], value) for name, value in found if name in _HEADERS]
    pairs += [("ssdp.st", value) for name, value in found if name in ("st", "nt")]
    told = (pair for name, value in found if name == "x-av-server-info" for pair in _MEDIA.findall(value))
    pairs += [(_MEDIA_FIELDS[name], value) for name, value in told]
    if not any(name in ("ssdp.st", "ssdp.usn") for name, _ in pairs):
        raise DecodeError("no SSDP answer: neither ST nor NT nor USN in its headers")
    return layout.fields(pairs)


def decode_description(body: bytes) -> dict[str, tuple[str, ...]]:
    """What a device description says of its root device and of the first embedded ones, in that order.

    A description that was cut gives what came before the cut. Raises DecodeError if it is none.
    """
    root = xml.parse(body, partial=True)
    devices = islice(xml.find_all(root, "device"), MAX_DEVICES)
    elements = [(xml.local(child.tag), child) for device in devices for child in device]
    pairs = [(_ELEMENTS[name], child.text or "") for name, child in elements if name in _ELEMENTS]
    pairs += [("upnp.site", _site(child)) for name, child in elements if name in _LINKS]
    if not pairs:
        raise DecodeError(f"no UPnP device description: {xml.local(root.tag)[:64]!r} without a device in it")
    return layout.fields(pairs)


def _site(link: Element) -> str:
    """The host in a link without its "www", if it is a name: that of a company, where not the device's."""
    found = _SITE.match(link.text or "")
    return found[1].lower() if found else ""
