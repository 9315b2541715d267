"""What an enrolled device tells by ONVIF: zeep makes the questions and reads the replies, bytes in and bytes out.

One document of ours describes the operations (`wsdl/onvif.wsdl`). It is loaded once, when the first camera is asked,
and serves them all; zeep itself is imported no sooner. No secret passes here: whoever sends a question may put a token
into its empty Header. The operations only read: there is none for a snapshot or a stream.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from camscan.codecs import layout, onvif, scopes, xml
from camscan.errors import DecodeError, UsageError

if TYPE_CHECKING:
    from lxml.etree import XMLParser
    from zeep import Client

FIELDS = (
    "onvif.interface_mac",
    "onvif.ipv4_address",
    "onvif.profile",
)

DEVICE_QUESTIONS = ("GetDeviceInformation", "GetNetworkInterfaces", "GetScopes", "GetServices")
"""The only operations of the device service that an enrolled device may be asked for."""
MEDIA_QUESTIONS = ("GetProfiles",)
"""The only ones of the media service: names and resolutions."""

MAX_SIZE = 256 * 1024  # bytes; the profiles of 64 channels take about 200 KiB
_MAX_ITEMS = 256  # profiles, services and network cards of one device that are read

_WSDL = Path(__file__).parent / "wsdl" / "onvif.wsdl"
_PARAMETERS = {"GetServices": {"IncludeCapability": False}}
_FAULT = re.compile(rb"<(?:[\w.-]+:)?Fault[\s>]")
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_DEVICE, _MEDIA = "http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl"

_Names: TypeAlias = "dict[str, _Names]"


class _Folder:
    """Stands where zeep has its transport: it reads the document, and nothing ever leaves through it."""

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
    """What the reply to an operation says, a fault included.

    Raises:
        DecodeError: it is no SOAP, not whole, larger than any reply, or holds a DTD or an entity.
    """
    from lxml.etree import LxmlError  # noqa: PLC0415
    from zeep.exceptions import Error  # noqa: PLC0415

    if operation not in _READERS:
        raise DecodeError(f"not an operation that is asked for: {operation[:64]!r}")
    if len(body) > MAX_SIZE:
        raise DecodeError(f"SOAP of {len(body)} bytes is larger than {MAX_SIZE}")
    document = xml.prepared(body)
    if _FAULT.search(document):  # devices use prefixes in faults that they do not declare, which zeep refuses
        return onvif.decode(body, operation)
    try:
        fields = _READERS[operation](_reply(document, operation))
    except (Error, LxmlError, ValueError, TypeError, AttributeError, LookupError) as error:
        raise DecodeError(f"no reply to {operation}: {type(error).__name__}: {str(error)[:200]}") from None
    return {"onvif.action": (operation,), **fields}


def _reply(document: bytes, operation: str) -> Any:
    """What zeep makes of the content of an envelope. Raises ValueError for another content, else what zeep raises."""
    from lxml.etree import fromstring  # noqa: PLC0415

    client, (described, named) = _client(), _described(operation)
    envelope = fromstring(document, _parser())
    content = envelope.find(f"{{{_SOAP}}}Body/*")
    if content is None or xml.local(content.tag) != f"{operation}Response":
        raise ValueError(f"it holds {'nothing' if content is None else content.tag}")
    _cut(content, named)
    return described.parse(content, client.wsdl.types)


def _cut(content: Any, named: _Names) -> None:
    """Take out of an element whatever is not described: zeep spends some 5 us on each that is left."""
    for child in list(content):
        inner = named.get(child.tag)
        if inner is None:
            content.remove(child)
        elif inner:
            _cut(child, inner)


@cache
def _described(operation: str) -> tuple[Any, _Names]:
    """The reply to an operation as the document describes it, and the names in it."""
    space = _MEDIA if operation in MEDIA_QUESTIONS else _DEVICE
    element = _client().get_element(f"{{{space}}}{operation}Response")
    _lighten(element.type)
    return element, _names(element)


class _Value:
    """An element that has been read: what it holds by its names, None or () where it lacks it."""

    def __init__(self, **found: Any) -> None:
        self.__dict__.update(found)


def _lighten(described: Any) -> None:
    """Have zeep read a type and those in it into plain values: its own take a third of the time of all reading."""
    inside = getattr(described, "elements", ())
    if inside:
        lacking = {name: () if inner.accepts_multiple else None for name, inner in inside}
        described._value_class = type("Value", (_Value,), lacking)  # noqa: SLF001 - there is no other way to say so
    for _, inner in inside:
        _lighten(inner.type)


def _names(element: Any) -> _Names:
    """What an element holds, and so on inwards; some devices leave the namespaces out."""
    inside = [inner for _, inner in getattr(element.type, "elements", ())]
    return {name: _names(inner) for inner in inside for name in (inner.qname.text, inner.name)}


@cache
def _parser() -> XMLParser:
    """Reads what has passed `xml.prepared`, so that there is no DTD and no entity in it."""
    from lxml.etree import XMLParser  # noqa: PLC0415

    return XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False)


@cache
def _client() -> Client:
    from zeep import Client, Settings  # noqa: PLC0415

    settings = Settings(strict=True, forbid_dtd=True, forbid_external=True, xsd_ignore_sequence_order=True)
    return Client(str(_WSDL), transport=_Folder(), settings=settings)


def _information(reply: Any) -> dict[str, tuple[str, ...]]:
    pairs = [(name, _text(getattr(reply, element))) for element, name in onvif.INFORMATION.items()]
    return layout.fields(pairs)


def _interfaces(reply: Any) -> dict[str, tuple[str, ...]]:
    return layout.fields(pair for interface in _items(reply.NetworkInterfaces) for pair in _interface(interface))


def _interface(interface: Any) -> Iterator[tuple[str, str]]:
    if interface.Info is not None:
        yield "onvif.interface_mac", layout.hardware_address(_text(interface.Info.HwAddress))
    config = interface.IPv4.Config if interface.IPv4 is not None else None
    if config is not None:
        for given in (*_items(config.Manual), config.FromDHCP, config.LinkLocal):
            if given is not None:
                yield "onvif.ipv4_address", layout.address(_text(given.Address))


def _scopes(reply: Any) -> dict[str, tuple[str, ...]]:
    return scopes.decode(_text(scope.ScopeItem) for scope in _items(reply.Scopes))


def _services(reply: Any) -> dict[str, tuple[str, ...]]:
    services = ((_text(service.Namespace), _text(service.XAddr)) for service in _items(reply.Service))
    return layout.fields(pair for service in services for pair in onvif.service_fields(*service))


def _profiles(reply: Any) -> dict[str, tuple[str, ...]]:
    """Each profile as "MainStream 1920x1080 H264", as far as it says."""
    profiles = _items(reply.Profiles)
    return layout.fields(("onvif.profile", " ".join(filter(None, _profile(profile)))) for profile in profiles)


def _profile(profile: Any) -> Iterator[str]:
    yield _text(profile.Name)
    encoder = profile.VideoEncoderConfiguration
    if encoder is not None:
        size = encoder.Resolution
        if size is not None and size.Width and size.Height:
            yield f"{_text(size.Width)}x{_text(size.Height)}"
        yield _text(encoder.Encoding)


def _items(repeated: Sequence[Any]) -> Iterable[Any]:
    """What zeep makes of a repeated element, without the empty ones."""
    return (item for item in repeated[:_MAX_ITEMS] if item is not None)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


_READERS: MappingProxyType[str, Callable[[Any], dict[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "GetDeviceInformation": _information,
        "GetNetworkInterfaces": _interfaces,
        "GetScopes": _scopes,
        "GetServices": _services,
        "GetProfiles": _profiles,
    }
)
