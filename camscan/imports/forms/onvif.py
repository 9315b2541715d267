"""WS-Discovery and ONVIF as XML, with or without an envelope, and in the output of clients."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from camscan.codecs import onvif, scopes, wsdiscovery
from camscan.codecs.layout import fields as as_fields
from camscan.errors import DecodeError
from camscan.imports.forms import macs
from camscan.imports.forms.base import Answer, answer, fields_of, key, named, pairs
from camscan.imports.forms.labels import INFORMATION
from camscan.records import Fields

_SOAP = re.compile(r"<(?:[\w.-]{1,32}:)?Envelope[\s>]|onvif://|http://www\.onvif\.org/ver\d")
_RESPONSE = re.compile(r"<(?:[\w.-]{1,32}:)?(Get[A-Z]\w{2,40}Response|Fault)[\s>/]")
_DECLARATION = re.compile(r"<\?xml\b[^<>]{0,128}>")
_VERSIONED = re.compile(r"(<[A-Za-z][\w:.-]{0,63}(?:\s[^<>]{0,256}?)?)\sversion\s{0,4}=\s{0,4}[\"'][^\"'<>]{0,32}[\"']")
_ENVELOPE = re.compile(r"<(?:[\w.-]{1,32}:)?Envelope[\s>]")
_TYPES = re.compile(r"\b\w{1,8}:NetworkVideo(?:Transmitter|Display|Storage)\b")
_QUOTED_SCOPE = re.compile(r"""["'][ \t]{0,4}(onvif://[^"'<\r\n]{1,256})["'<]""", re.IGNORECASE)
_SEVERAL = re.compile(r"\s+(?=onvif://)", re.IGNORECASE)  # in one quoted text
_ADDRESSED = re.compile(
    r"^[ \t*-]{0,16}(?:address|host|endpoint)[\"']?: ?[\"']?([\w.-]{4,64}:\d{1,5})[\"']?,?[ \t]*\r?$",
    re.MULTILINE | re.IGNORECASE,
)
"""The address of the service, if a tool shows only that."""
_XADDR = re.compile(r"""https?://[^\s"'<>,()]{1,256}/onvif/[^\s"'<>,()]{1,64}""", re.IGNORECASE)
_ENDPOINT = re.compile(
    r"\b(?:urn:)?uuid:[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-(?:[0-9A-F]{12}|[0-9A-F]{2}(?:[:-][0-9A-F]{2}){5})\b",
    re.IGNORECASE,
)
_SCOPE = re.compile(r"onvif://(?:(?!onvif://)[^\r\n]){1,4096}", re.IGNORECASE)
"""A scope, with what stands between it and the next: listings part them by commas, bars or brackets as well."""
_TOLD = re.compile(r"\((?:[\w/]{1,32}='[^'\r\n]{0,256}'(?:,\s{0,4})?){2,32}\)")
_TOLD_SCOPE = re.compile(r"([\w/]{1,32})='([^'\r\n]{1,256})'")
_PART = re.compile(
    r"<(?:[\w.-]{1,32}:)?(?:Scopes?|ScopeItem|XAddrs|(?:Probe|Resolve)\w{0,16}|Hello|Envelope|Body)[\s>/]"
)
_CUT = re.compile(r"\A([^<>]{0,4096}onvif://[^<>]{1,4096})</((?:[\w.-]{1,32}:)?Scopes)>", re.IGNORECASE)
"""Scopes whose start tag was cut off."""
_ITEM = re.compile(r"<(?:[\w.-]{1,32}:)?ScopeItem>[ \t]{0,8}onvif://")
_ELEMENT = re.compile(r"<[^<>]{0,512}>")
_UTIL = re.compile(r"^(?:\d{1,3}\.){3}\d{1,3} [^\s()]{1,64}\(([^\s()][^\r\n]{1,120})\)[ \t]*\r?$", re.MULTILINE)
_SCOPE_END = re.compile(r"[<\"'`\]}|]")

_NO_MODEL = re.compile(r"_firmware$|^Embedded", re.IGNORECASE)
"""Firmware in lists of vulnerabilities, and sorts of devices ("EmbeddedNetVIS")."""

_SCOPES = {
    name: name
    for name in ("name", "hardware", "manufacturer", "mfr", "location", "type", "profile", "mac", "serial", "firmware")
}


def is_soap(text: str) -> bool:
    """Whether a body is SOAP, or speaks of ONVIF."""
    return _SOAP.search(text[:16_384]) is not None


def discovery(text: str) -> Iterator[Answer]:
    """ProbeMatches and Hellos, lists of scopes, and lines or tuples that say the same in other words."""
    if not _RESPONSE.search(text):
        found = fields_of_all(text)
        for fields in found:
            yield from answer("wsd", fields)
        if found:
            return
    served = list(service(text))
    yield from served
    endpoint = _ENDPOINT.search(text)
    if not served and (endpoint or _XADDR.search(text)):
        yield from answer("wsd", _listed(as_fields([("wsd.endpoint", endpoint[0])] if endpoint else []), text))


def fields_of_all(text: str) -> list[Fields]:
    """The devices of a WS-Discovery message or of a listing."""
    text = _CUT.sub(r"<\2>\1</\2>", text.replace("\\/", "/"))  # as PHP writes slashes in JSON
    quoted = [scope for told in _QUOTED_SCOPE.findall(text) for scope in _SEVERAL.split(told)]
    if quoted:
        return [_listed({**_beside(text), **scopes.decode(quoted)}, text)]
    if "<" not in text and _SCOPE.search(text):
        return [_of_lines(text)]
    if _SCOPE.search(text) and (not _PART.search(text) or _ITEM.search(text)):  # in a page, or a part of a response
        return [_of_lines(_ELEMENT.sub("\n", text))]
    decoded = _decoded(text)
    if decoded:
        return decoded
    whole = _TOLD.search(text)  # as zmonvif-probe prints scopes, whatever their categories are
    named_scopes = _TOLD_SCOPE.findall(whole[0]) if whole else named(pairs(text), _SCOPES)
    told = [f"{scopes.PREFIX}{name}/{value}" for name, value in named_scopes or _found(text)]
    return [_listed(scopes.decode(told), text)] if told else []


def _beside(text: str) -> Fields:
    """Name and hardware where a client writes them beside the scopes, of which a listing may be cut off."""
    told = named(pairs(text), {name: name for name in ("name", "hardware")})
    return scopes.decode(f"{scopes.PREFIX}{name}/{value}" for name, value in told[:2])


def _of_lines(text: str) -> Fields:
    """The scopes in the lines of a listing, with the addresses that stand beside them."""
    items = (item for line in _SCOPE.findall(text) for item in scopes.split(_SCOPE_END.split(line, maxsplit=1)[0]))
    return _listed(scopes.decode(_bare(item) for item in items if "://" in item), text)


def _found(text: str) -> list[tuple[str, str]]:
    """The scopes in a line of onvif-util: address, host name, then name and hardware, or one for both."""
    lines = _UTIL.findall(text)
    if len(lines) != 1:
        return []
    name, _, hardware = lines[0].partition(" ")
    return [("name", name), ("hardware", hardware or name)]


def _bare(item: str) -> str:
    """A scope without trailing punctuation; a bracket that is opened within it is kept ("DS-I200(D)")."""
    item = item.rstrip(",; ").removesuffix(".")
    while item.endswith(")") and item.count(")") > item.count("("):
        item = item[:-1].rstrip(",; ")
    return item


def service(text: str) -> Iterator[Answer]:
    """Answers of the device service, and device information as clients print it."""
    response = _RESPONSE.search(text)
    action = response[1].removesuffix("Response") if response and response[1] != "Fault" else ""
    fields = fields_of(onvif.decode, _enveloped(text).encode(), action) if "<" in text else {}
    if not fields.keys() - {"onvif.action"}:
        found = _informed(_pairs(text))
        fields = as_fields(found) if _says_enough(found) else {}
    yield from answer("onvif", fields, action)
    if fields and "<" not in text:
        yield from macs.addresses(text)


def described(text: str) -> Iterator[Answer]:
    """Maker and model in any text; not "vendor", which may be that of the network card."""
    yield from answer("onvif", as_fields(_informed([pair for pair in _pairs(text) if key(pair[0]) != "vendor"])))


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """All pairs of a text but those of an XML declaration and the version of an element, which is that of its form."""
    return pairs(_VERSIONED.sub(r"\1", _DECLARATION.sub("", text)))


def _informed(told: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields that pairs name. "version" is the firmware if there is a model and other device information.

    Beside the type of a command (GB/T 28181), "SN" is the number of that command.
    """
    is_command = any(key(name) == "cmdtype" for name, _ in told)
    own = [(name, value) for name, value in told if not (is_command and key(name) == "sn")]
    found = [(name, _cut(value) if name == "onvif.serial" else value) for name, value in named(own, INFORMATION)]
    if not any(name == "onvif.model" for name, _ in found):
        found += [(name, value) for name, value in named(told, _standing_in(told)) if not _NO_MODEL.search(value)]
    names = {name for name, _ in found}
    is_device = names & {"onvif.serial", "onvif.manufacturer"} or any(key(name) == "deviceid" for name, _ in told)
    if "onvif.model" in names and is_device and "onvif.firmware" not in names:
        found += named(told, {"version": "onvif.firmware"})[:1]
    return found


def _cut(serial: str) -> str:
    """A serial without what follows it on its line: "CN1; Built:Tue Sep 09, 2014"."""
    return serial.partition(";")[0]


def _standing_in(told: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Names that mean the model if there is no "model".

    With a port, "product" is that of a service. Some recorders have a number as the type of the device, and their model
    in "updateSerial".
    """
    types = [value for name, value in told if key(name) == "devicetype"]
    names = {"updateserial" if types and all(map(str.isdigit, types)) else "devicetype": "onvif.model"}
    return names if any(key(name) == "port" for name, _ in told) else {**names, "product": "onvif.model"}


def _decoded(text: str) -> list[Fields]:
    """The devices that the codec reads; an address alone is not enough, because any answer may contain one."""
    found: list[Fields] = []
    try:
        found += wsdiscovery.decode(text.encode())
    except DecodeError:
        return []
    return [fields for fields in found if {"wsd.types", "onvif.scope", "wsd.xaddr"} & fields.keys()]


def _listed(fields: Fields, text: str) -> Fields:
    """The fields of scopes, and types and addresses in the same text."""
    beside = [("wsd.types", found) for found in _TYPES.findall(text)[:1]]
    beside += [("wsd.xaddr", address) for address in (_XADDR.findall(text) or _ADDRESSED.findall(text))[:8]]
    return {**fields, **as_fields(beside)}


def _enveloped(text: str) -> str:
    """The response, put into an envelope if it has none, with all prefixes declared."""
    if _ENVELOPE.search(text):
        return text
    start = _RESPONSE.search(text)
    inner = text[start.start() :] if start else text
    declared = set(re.findall(r"xmlns:([\w.-]{1,32})", inner))
    prefixes = dict.fromkeys(re.findall(r"</?([\w.-]{1,32}):", inner))
    names = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in list(prefixes)[:32] if prefix not in declared)
    return f"<Envelope{names}><Body>{inner}"


def _says_enough(found: list[tuple[str, str]]) -> bool:
    """Whether the fields describe a device: a manufacturer, or a model and something else."""
    names = {name for name, _ in found}
    return "onvif.manufacturer" in names or ("onvif.model" in names and len(names) > 1)
