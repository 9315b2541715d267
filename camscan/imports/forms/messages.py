"""Messages of HTTP, RTSP and SSDP: whole, a head, a lone header line, a body, a session or device description."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, zip_longest
from types import MappingProxyType

from camscan.codecs import http, rtsp, ssdp
from camscan.codecs.layout import fields as as_fields
from camscan.imports.forms import interfaces, onvif, single_values
from camscan.imports.forms.base import Answer, answer, body_fields, fields_of, named, pairs
from camscan.imports.notations.base import unquoted
from camscan.records import Fields

MAX_ANSWERS = 16  # answers of one paste, as in a log of a redirect and what it led to

_STATUS = {
    "http": re.compile(r"^(?:HTTP/\d[.\d]*|ICY)[ \t]+\d{3}\b", re.MULTILINE),
    "rtsp": re.compile(r"^RTSP/\d[.\d]*[ \t]+\d{3}\b", re.MULTILINE),
}
_GET = re.compile(r"^(?:GET|HEAD|POST)[ \t]+(/[!-~]{0,1023}+)[ \t]+HTTP/", re.MULTILINE)
_METHOD = re.compile(r"^([A-Z_]{4,16})[ \t]+(?:rtsp:[!-~]{1,1023}|\*)[ \t]+RTSP/", re.MULTILINE)
_REQUEST = re.compile(r"\A\s*[A-Z_]{4,16}[ \t]+rtsp:[!-~]{1,1023}[ \t]+RTSP/\d[.\d]*[ \t]*\r?\n")
_HEADER = re.compile(r"[A-Za-z][\w-]{1,63}[ \t]*:(?!:)[ \t]*(?!//|(?:str|string|String)\b[ \t?]*=)\S")
_BODY = re.compile(r"\ufeff?\s*[<{]")
_LIST = re.compile(r"\s*\[\s*\{")
_MAPPING = re.compile(
    r"""\s*(?:\{|<?[A-Za-z][\w.]{2,64}\([{\[(]{0,2})[^<>]{0,4096}?"""
    r"""(?:["'](?:Server|WWW-Authenticate|Content-Type|Set-Cookie)["']\s*:|(?<=[{\s])server:\s*["'])""",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^Authorization(?=[ \t]*:[ \t]*Digest\b)", re.MULTILINE | re.IGNORECASE)
_GLUED = re.compile(r"(?<=[^\r\n])\r?\n(?=v=0[ \t]*\r?\n[os]=)")
"""A session description right after its headers; web pages drop the empty line between them."""
_REPLIED = re.compile(r"^Authorization[ \t]*:[ \t]*(Digest\b[^\r\n]{1,1024})", re.MULTILINE | re.IGNORECASE)
_SDP = re.compile(r"^[ \t]*([vosmiace])=\S", re.MULTILINE)
_BLANK = re.compile(r"\r?\n(?:[ \t]*\r?\n|(?=[<{]))")
_DESCRIPTION = re.compile(r"schemas-upnp-org:device|<(?:modelName|friendlyName|manufacturerURL|modelDescription)>")
_INFORMED = re.compile(r"<Manufacturer>[^<]{1,64}</Manufacturer>\s*<Model>")
"""Device information in XML without a namespace, as in GB/T 28181."""
_FOUND = re.compile(r"^[ \t]*(?:USN|ST|NT|Location|Server|Cache-Control)[ \t]*:[ \t]", re.MULTILINE | re.IGNORECASE)
_MARGIN = re.compile(r"^[ \t]+", re.MULTILINE)
_DESCRIBED = {
    **{name.rpartition(".")[2].replace("_", ""): name for name in ssdp.FIELDS if name.startswith("upnp.")},
    **{name: f"upnp.{field}" for name, field in (("name", "friendly_name"), ("model", "model_name"))},
}
_OWN_NAMES = ("upnp.friendly_name", "upnp.model_name")


def over_http(text: str) -> Iterator[Answer]:
    """HTTP answers; a body or header lines alone are an answer without its status."""
    whole = list(_split(text, "http"))
    for asked, part in whole:
        yield from _answered(fields_of(http.decode, part.encode()), asked)
    if whole or _STATUS["rtsp"].search(text):
        return
    if _MAPPING.match(text):
        yield from answer("http", fields_of(http.decode_headers, _lines(text)))
    elif _BODY.match(text) or _LIST.match(text):
        yield from _alone(text)
    elif is_headed(text):
        yield from _headed(text)
        yield from onvif.described(text)


def sent(data: bytes) -> Iterator[Answer]:
    """An HTTP answer whose bytes are no text as they are: compressed, or in the charset that its head names."""
    if data.startswith(b"HTTP/"):
        try:
            data.decode()
        except UnicodeDecodeError:
            yield from _answered(fields_of(http.decode, data), "")


def over_rtsp(text: str) -> Iterator[Answer]:
    """RTSP answers, or header lines or a session description alone."""
    text = _GLUED.sub("\r\n\r\n", text)
    whole = list(_split(text, "rtsp"))
    for method, part in whole:
        fields = fields_of(rtsp.decode, part.encode(), method)
        yield from answer("rtsp", _without(fields, "" if method else "rtsp.method"), method)
    if whole or _STATUS["http"].search(text):
        return
    text = _lines(text) if _MAPPING.match(text) else _REQUEST.sub("", text, count=1)
    if is_headed(text):
        head, body = _head_and_body(text)
        described = fields_of(rtsp.decode_sdp, body) if body else {}
        yield from answer("rtsp", {**fields_of(rtsp.decode_headers, head), **described})
    elif _is_description(text):
        begins = "" if text.lstrip().startswith("v=0") else "v=0\r\n"
        yield from answer("rtsp", fields_of(rtsp.decode_sdp, f"{begins}{text.strip()}"), "DESCRIBE")


def is_headed(text: str) -> bool:
    """Whether a text begins with a header line."""
    return _HEADER.match(text.lstrip()) is not None


def page(text: str) -> Iterator[Answer]:
    """The body of an HTTP answer without a mark of its kind, such as lines of settings."""
    yield from answer("http", body_fields(text))


def title(text: str) -> Iterator[Answer]:
    """A page title, in its element or alone."""
    if _STATUS["http"].search(text):
        yield from over_http(text)
        return
    yield from answer("http", single_values.title_fields(text))


def upnp(text: str) -> Iterator[Answer]:
    """SSDP answers and announcements, with or without their start line, and device descriptions."""
    if "<" in text and _DESCRIPTION.search(text):
        body = text[text.index("<") :]
        whole = fields_of(ssdp.decode_description, body.encode())
        piece = f"<root><device>{body}".encode()  # a few of its elements
        yield from answer("ssdp", whole or fields_of(ssdp.decode_description, piece), "GET /")
        return
    data = (_lines(text) if text.lstrip().startswith("{") else text.strip()).encode()
    if (found := _FOUND.search(text)) and not fields_of(ssdp.decode, data):
        data = _MARGIN.sub("", text[found.start() :]).encode()  # without the output of a client before it
    fields = fields_of(ssdp.decode, data) or fields_of(ssdp.decode, b"ST: -\r\n" + data)
    fields = {name: values for name, values in fields.items() if values != ("-",)}
    fields = fields or as_fields(named(pairs(text), {"manufacturer": "upnp.manufacturer"}))
    yield from answer("ssdp", {**fields, **described(text)})


def described(text: str) -> Fields:
    """The elements of a device description as clients print them: "modelName: ...", 'modelName': '...'."""
    found = named(pairs(text), _DESCRIBED)
    return as_fields(found) if len(found) > 1 or any(name in _OWN_NAMES for name, _ in found) else {}


def _split(text: str, protocol: str) -> Iterator[tuple[str, str]]:
    """(request, answer) of every answer that begins with a status line; the request is empty where none is shown."""
    starts = [match.start() for match in islice(_STATUS[protocol].finditer(text), MAX_ANSWERS)]
    before = 0
    for start, end in zip_longest(starts, starts[1:]):
        requests = (_GET if protocol == "http" else _METHOD).findall(text, before, start)
        part = _challenged(text[start:end].strip(), _REPLIED.search(text, before, start))
        yield requests[-1] if requests else "", part
        before = start


def _challenged(part: str, replied: re.Match[str] | None) -> str:
    """An answer with the challenge to which the request before it responds: a response repeats the realm."""
    if "www-authenticate" in part.lower():
        return part
    if replied is None:
        return _REPLY.sub("WWW-Authenticate", part)
    first, end, rest = part.partition("\n")
    return f"{first.rstrip()}\r\nWWW-Authenticate: {replied[1]}{end}{rest}"


def _answered(fields: Fields, path: str) -> Iterator[Answer]:
    """An HTTP answer, and the fields of its body if that is SOAP or a device description."""
    known = {**fields, "http.path": (path,)} if path else _without(fields, "http.path")
    body = "\n".join(known.get("http.body", ()))
    if onvif.is_soap(body):
        known = _without(known, "http.body")
        yield from onvif.service(body)
    elif _DESCRIPTION.search(body):
        yield from upnp(body)
    elif _INFORMED.search(body):
        yield from onvif.service(body)
    elif "isapi.root" not in known:
        known = {**known, **interfaces.described(body), **interfaces.challenged(body)}
    yield from answer("cgi", interfaces.system(body))
    yield from answer("http", known, f"GET {path}" if path else "")


def _alone(text: str) -> Iterator[Answer]:
    """A body without its head; if no codec knows it, also the maker, model and version that it names."""
    fields = body_fields(text) if _LIST.match(text) else fields_of(http.decode, text.strip().encode())
    found = list(_answered(fields, ""))
    yield from found
    if all(name.startswith("http.") for one in found for name in one.fields) and "http.title" not in fields:
        yield from onvif.described(text)


def _headed(text: str) -> Iterator[Answer]:
    head, body = _head_and_body(text)
    fields = dict(fields_of(http.decode_headers, head))
    yield from _answered({**fields, **_content(fields, body)}, "")


def _content(head: Fields, body: str) -> Fields:
    """What follows header lines: a page or a document, and if they name the type of a content, any text."""
    if _BODY.match(body):
        return fields_of(http.decode, body.encode())
    return body_fields(body) if "http.content_type" in head and not _is_description(body) else {}


def _head_and_body(text: str) -> tuple[str, str]:
    head, *body = _BLANK.split(text.strip(), maxsplit=1)
    return _REPLY.sub("WWW-Authenticate", head), "".join(body)


def _is_description(text: str) -> bool:
    kinds = [match[1] for match in _SDP.finditer(text)]
    lines = sum(1 for line in text.splitlines() if line.strip())
    return len(kinds) > lines / 2


def _lines(mapping: str) -> str:
    """Headers that a client printed as a mapping, as lines again."""
    return "\r\n".join(f"{name.replace('_', '-')}: {unquoted(value)}" for name, value in pairs(mapping))


def _without(fields: Fields, name: str) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({known: values for known, values in fields.items() if known != name})
