"""The questions of the ONVIF device service that need no login (ONVIF Core Specification), and the answers to them.

Only operations that read can be encoded, and never a WS-Security header: a request without a user name is refused at
worst, while one with a wrong login counts towards a lockout. Whoever holds an enrolled login puts it in elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import MappingProxyType
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from camscan.codecs import layout, scopes, xml
from camscan.errors import DecodeError, UsageError
from camscan.records import Fields

PATH = "/onvif/device_service"
CONTENT_TYPE = "application/soap+xml; charset=utf-8"

MAX_SERVICES = 64  # services of one device; the specification has about 20
MAX_NAMESPACES = 16  # of others than the standards that one answer declares; devices have below six
MAX_DECLARED = 16 * 1024  # bytes in which they stand
MAX_FAULT_TEXTS = 8  # codes and reasons of one fault; SOAP nests two codes, with one reason a language

_PARAMETERS = MappingProxyType(
    {
        "GetSystemDateAndTime": "",
        "GetServices": "<IncludeCapability>false</IncludeCapability>",
        "GetCapabilities": "<Category>All</Category>",
        "GetScopes": "",
        "GetHostname": "",
        "GetDeviceInformation": "",
    }
)
ACTIONS: tuple[str, ...] = tuple(_PARAMETERS)
"""The only operations that can be asked for. The first four are open on most devices, the last one on a few."""

_REQUEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{header}<s:Body>'
    '<{action} xmlns="http://www.onvif.org/ver10/device/wsdl">{parameters}</{action}>'
    "</s:Body></s:Envelope>"
)

_SCHEMA = "http://www.onvif.org/ver10/schema"
_CAPABILITIES = MappingProxyType(
    {
        "Analytics": "http://www.onvif.org/ver20/analytics/wsdl",
        "AnalyticsDevice": "http://www.onvif.org/ver10/analyticsdevice/wsdl",
        "Device": "http://www.onvif.org/ver10/device/wsdl",
        "DeviceIO": "http://www.onvif.org/ver10/deviceIO/wsdl",
        "Display": "http://www.onvif.org/ver10/display/wsdl",
        "Events": "http://www.onvif.org/ver10/events/wsdl",
        "Imaging": "http://www.onvif.org/ver20/imaging/wsdl",
        "Media": "http://www.onvif.org/ver10/media/wsdl",
        "PTZ": "http://www.onvif.org/ver20/ptz/wsdl",
        "Receiver": "http://www.onvif.org/ver10/receiver/wsdl",
        "Recording": "http://www.onvif.org/ver10/recording/wsdl",
        "Replay": "http://www.onvif.org/ver10/replay/wsdl",
        "Search": "http://www.onvif.org/ver10/search/wsdl",
    }
)
"""What GetCapabilities calls a service, and the namespace by which GetServices names the same one."""

_MEDIA = ("http://www.onvif.org/ver10/media/wsdl", "http://www.onvif.org/ver20/media/wsdl")

INFORMATION = MappingProxyType(
    {
        "Manufacturer": "onvif.manufacturer",
        "Model": "onvif.model",
        "FirmwareVersion": "onvif.firmware",
        "SerialNumber": "onvif.serial",
        "HardwareId": "onvif.hardware_id",
    }
)
"""What GetDeviceInformation answers, and the fields that it becomes."""

FIELDS = (
    "onvif.action",
    *INFORMATION.values(),
    "onvif.hostname",
    "onvif.datetime",
    "onvif.service",
    "onvif.namespace",
    "onvif.xaddr",
    "onvif.media_path",
    "onvif.fault",
    *scopes.FIELDS,
)

_DENIALS = ("notauthorized", "unauthorized", "failedauthentication", "invalidsecurity", "authorityfailure", "locked")


_DECLARED = re.compile(
    rb"""xmlns:[\w.-]{1,32}=["'](http://(?!(?:www\.onvif\.org|www\.w3\.org|schemas\.xmlsoap\.org|docs\.oasis-open\.org)/)"""
    rb"""[\w./-]{4,128})["']"""
)
"""A namespace of no standard: that of a maker's own topics or services, which gSOAP declares in every answer."""


def encode(action: str, *, header: bool = False) -> bytes:
    """The request for one of `ACTIONS`, on one line and without login. Raises UsageError for any other.

    With an empty `header` there is a place into which others may put one.
    """
    parameters = _PARAMETERS.get(action)
    if parameters is None:
        raise UsageError(f"ONVIF operation {action[:64]!r} cannot be asked for: it must be one of {', '.join(ACTIONS)}")
    place = "<s:Header/>" if header else ""
    return _REQUEST.format(header=place, action=action, parameters=parameters).encode("ascii")


def decode(body: bytes, action: str = "") -> dict[str, tuple[str, ...]]:
    """What a SOAP answer says, a fault included; `action` is what was asked. Raises DecodeError if it is no SOAP.

    An answer that was cut gives what came before the cut.
    """
    root = xml.parse(body, partial=True)
    if xml.local(root.tag) != "Envelope":
        raise DecodeError(f"no SOAP: the root element is {xml.local(root.tag)[:64]!r}")
    pairs = [("onvif.action", action)]
    declared = dict.fromkeys(_DECLARED.findall(body[:MAX_DECLARED]))
    pairs += (("onvif.namespace", name.decode("ascii", "replace")) for name in list(declared)[:MAX_NAMESPACES])
    items: list[str] = []
    for content in (element for part in xml.children(root, "Body") for element in part):
        name = xml.local(content.tag)
        if reader := _READERS.get(name):
            pairs += reader(content)
        elif name == "GetScopesResponse":
            items += [
                xml.find_text(scope, "ScopeItem") for scope in xml.children(content, "Scopes")[: scopes.MAX_SCOPES]
            ]
    return layout.fields(pairs) | scopes.decode(items)


def is_denied(fields: Fields) -> bool:
    """Whether the answer is a fault that asks for a login, or that says that logins are locked."""
    texts = ("".join(value.lower().split()) for value in fields.get("onvif.fault", ()))
    return any(denial in text for text in texts for denial in _DENIALS)


def service_fields(namespace: str, address: str) -> Iterator[tuple[str, str]]:
    """What the mention of one service says. Of the media service, its path is told too: it is on the same port."""
    yield "onvif.service", namespace
    yield "onvif.xaddr", address
    if namespace.rstrip("/") in _MEDIA:
        yield "onvif.media_path", _path(address)


def _path(url: str) -> str:
    """The path of a URL; "" where it has none, or one that cannot stand in a request line."""
    try:
        path = urlsplit(url.strip()).path
    except ValueError:
        return ""
    return path if path.startswith("/") and path.isascii() and path.isprintable() and " " not in path else ""


def _information(response: Element) -> Iterator[tuple[str, str]]:
    for child in response:
        if name := INFORMATION.get(xml.local(child.tag)):
            yield name, child.text or ""


def _hostname(response: Element) -> Iterator[tuple[str, str]]:
    yield "onvif.hostname", xml.find_text(response, "Name")


def _datetime(response: Element) -> Iterator[tuple[str, str]]:
    """The device's clock in ISO 8601, with "Z" where it says that it is UTC."""
    for name, zone in (("UTCDateTime", "Z"), ("LocalDateTime", "")):
        moment = next(xml.find_all(response, name), None)
        if moment is None:
            continue
        parts = [xml.find_text(moment, part) for part in ("Year", "Month", "Day", "Hour", "Minute", "Second")]
        if all(part.isdecimal() and len(part) <= 4 for part in parts):
            year, *rest = map(int, parts)
            yield "onvif.datetime", "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(year, *rest) + zone
            return


def _services(response: Element) -> Iterator[tuple[str, str]]:
    for service in xml.children(response, "Service")[:MAX_SERVICES]:
        yield from service_fields(xml.find_text(service, "Namespace"), xml.find_text(service, "XAddr"))


def _capabilities(response: Element) -> Iterator[tuple[str, str]]:
    """Every element with an address of its own; a maker's extensions go by their own namespace."""
    offered = [element for element in response.iter() if xml.children(element, "XAddr")]
    for element in offered[:MAX_SERVICES]:
        namespace = xml.namespace(element.tag)
        known = _CAPABILITIES.get(xml.local(element.tag), "")
        yield from service_fields(known if namespace in ("", _SCHEMA) else namespace, xml.find_text(element, "XAddr"))


def _fault(fault: Element) -> Iterator[tuple[str, str]]:
    """Codes, then reasons, by the names that SOAP 1.2 (Value, Text) and SOAP 1.1 (faultcode, faultstring) give them."""
    for names in (("Value", "faultcode"), ("Text", "faultstring")):
        texts = [element.text or "" for element in fault.iter() if xml.local(element.tag) in names]
        yield from (("onvif.fault", text) for text in texts[:MAX_FAULT_TEXTS])


_READERS: MappingProxyType[str, Callable[[Element], Iterator[tuple[str, str]]]] = MappingProxyType(
    {
        "GetDeviceInformationResponse": _information,
        "GetHostnameResponse": _hostname,
        "GetSystemDateAndTimeResponse": _datetime,
        "GetServicesResponse": _services,
        "GetCapabilitiesResponse": _capabilities,
        "Fault": _fault,
    }
)
