"""ONVIF requests to enrolled devices, and their replies: zeep makes the requests and knows the structure of replies.

The operations are described by a document of ours (`wsdl/onvif.wsdl`). zeep and the document are loaded when the first
camera is asked. No secret is handled here: the sender may put a token into the empty Header of a request. All
operations only read, and there is none for a snapshot or a stream.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from camscan.codecs import layout, onvif, scopes, xml
from camscan.errors import DecodeError, UsageError

if TYPE_CHECKING:
    from lxml.etree import XMLParser
    from zeep import Client

FIELDS = ("onvif.interface_mac", "onvif.ipv4_address", "onvif.profile")

DEVICE_QUESTIONS = ("GetDeviceInformation", "GetNetworkInterfaces", "GetScopes", "GetServices")
"""The only operations of the device service that an enrolled device may be asked for."""
MEDIA_QUESTIONS = ("GetProfiles",)  # the only ones of the media service: names and resolutions

MAX_SIZE = 256 * 1024  # bytes; the profiles of 64 channels take about 200 KiB
_MAX_ITEMS = 256  # profiles, services and network cards of one device that are read

_WSDL = Path(__file__).parent / "wsdl" / "onvif.wsdl"
_PARAMETERS = {"GetServices": {"IncludeCapability": False}}
_FAULT = re.compile(rb"<(?:[\w.-]+:)?Fault[\s>]")
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_DEVICE, _MEDIA = "http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl"

_Parts: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Part:
    """An element in a reply: its name, its children, and whether it may be repeated."""

    name: str
    repeated: bool
    inside: Mapping[str, _Part]


class _Folder:
    """Replaces the transport of zeep: it reads our document and never sends anything."""

    def load(self, _url: str) -> bytes:
        return _WSDL.read_bytes()


@cache
def encode(operation: str) -> bytes:
    """The question, with an empty Header. Raises UsageError for an operation that is not on the lists."""
    from zeep.wsdl.utils import etree_to_string  # noqa: PLC0415 - slow to import, and most scans need none of it

    if operation not in (*DEVICE_QUESTIONS, *MEDIA_QUESTIONS):
        raise UsageError(f"ONVIF operation {operation[:64]!r} cannot be asked for: it is not on the list")
    client = _client()
    message: Any = client.create_message(client.service, operation, **_PARAMETERS.get(operation, {}))
    message.insert(0, message.makeelement(f"{{{_SOAP}}}Header"))
    return bytes(etree_to_string(message))


def decode(body: bytes, operation: str) -> dict[str, tuple[str, ...]]:
    """The fields of the reply to an operation, or of a fault.

    Raises DecodeError if it is no SOAP, not whole, larger than any reply, or holds a DTD or an entity.
    """
    from lxml.etree import LxmlError  # noqa: PLC0415

    if operation not in _READERS:
        raise DecodeError(f"not an operation that is asked for: {operation[:64]!r}")
    if len(body) > MAX_SIZE:
        raise DecodeError(f"SOAP of {len(body)} bytes is larger than {MAX_SIZE}")
    document = xml.prepared(body)
    if _FAULT.search(document):  # devices use prefixes in faults that they do not declare, which lxml refuses
        return onvif.decode(body, operation)
    try:
        fields = _READERS[operation](_reply(document, operation))
    except (LxmlError, ValueError) as error:
        raise DecodeError(f"no reply to {operation}: {type(error).__name__}: {str(error)[:200]}") from None
    return {"onvif.action": (operation,), **fields}


def _reply(document: bytes, operation: str) -> _Parts:
    """The described elements of a reply. Raises ValueError for another content."""
    from lxml.etree import fromstring  # noqa: PLC0415

    content = fromstring(document, _parser()).find("{*}Body/*")  # SOAP 1.1 has another namespace
    if content is None or xml.local(content.tag) != f"{operation}Response":
        raise ValueError(f"it holds {'nothing' if content is None else content.tag}")
    return _parts(content, _described(operation))


def _parts(content: Any, described: Mapping[str, _Part]) -> _Parts:
    """The described children of an element by name: text, or a mapping for those with children.

    zeep's own parser takes five times as long.
    """
    found: _Parts = {}
    for child in content:
        part = described.get(child.tag) or described.get(xml.local(child.tag))
        if part is None:
            continue
        value = _parts(child, part.inside) if part.inside else (child.text or "").strip()
        if not part.repeated:
            found.setdefault(part.name, value)
        elif len(items := found.setdefault(part.name, [])) < _MAX_ITEMS:
            items.append(value)
    return found


@cache
def _described(operation: str) -> Mapping[str, _Part]:
    """The elements of the reply to an operation, as the document describes them."""
    space = _MEDIA if operation in MEDIA_QUESTIONS else _DEVICE
    return _inside(_client().get_element(f"{{{space}}}{operation}Response"))


def _inside(element: Any) -> Mapping[str, _Part]:
    """The children of an element by their possible names: some devices omit the namespaces, or take wrong ones."""
    parts = [inner for _, inner in getattr(element.type, "elements", ())]
    return {
        name: _Part(inner.name, inner.accepts_multiple, _inside(inner))
        for inner in parts
        for name in (inner.qname.text, inner.name)
    }


@cache
def _parser() -> XMLParser:
    """A parser for what has passed `xml.prepared`, and thus has no DTD and no entity."""
    from lxml.etree import XMLParser  # noqa: PLC0415

    return XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False)


@cache
def _client() -> Client:
    from zeep import Client, Settings  # noqa: PLC0415

    settings = Settings(forbid_dtd=True, forbid_external=True)
    return Client(str(_WSDL), transport=_Folder(), settings=settings)


def _information(reply: _Parts) -> dict[str, tuple[str, ...]]:
    return layout.fields((name, reply.get(element, "")) for element, name in onvif.INFORMATION.items())


def _interfaces(reply: _Parts) -> dict[str, tuple[str, ...]]:
    return layout.fields(pair for interface in reply.get("NetworkInterfaces", ()) for pair in _interface(interface))


def _interface(interface: _Parts) -> Iterator[tuple[str, str]]:
    yield "onvif.interface_mac", layout.hardware_address(interface.get("Info", {}).get("HwAddress", ""))
    config = interface.get("IPv4", {}).get("Config", {})
    for given in (*config.get("Manual", ()), config.get("FromDHCP", {}), config.get("LinkLocal", {})):
        yield "onvif.ipv4_address", layout.address(given.get("Address", ""))


def _scopes(reply: _Parts) -> dict[str, tuple[str, ...]]:
    return scopes.decode(scope.get("ScopeItem", "") for scope in reply.get("Scopes", ()))


def _services(reply: _Parts) -> dict[str, tuple[str, ...]]:
    services = ((service.get("Namespace", ""), service.get("XAddr", "")) for service in reply.get("Service", ()))
    return layout.fields(pair for service in services for pair in onvif.service_fields(*service))


def _profiles(reply: _Parts) -> dict[str, tuple[str, ...]]:
    """Each profile as "MainStream 1920x1080 H264", as far as it says."""
    profiles = reply.get("Profiles", ())
    return layout.fields(("onvif.profile", " ".join(filter(None, _profile(profile)))) for profile in profiles)


def _profile(profile: _Parts) -> Iterator[str]:
    yield profile.get("Name", "")
    encoder = profile.get("VideoEncoderConfiguration", {})
    size = encoder.get("Resolution", {})
    if size.get("Width") and size.get("Height"):
        yield f"{size['Width']}x{size['Height']}"
    yield encoder.get("Encoding", "")


_READERS: MappingProxyType[str, Callable[[_Parts], dict[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "GetDeviceInformation": _information,
        "GetNetworkInterfaces": _interfaces,
        "GetScopes": _scopes,
        "GetServices": _services,
        "GetProfiles": _profiles,
    }
)
