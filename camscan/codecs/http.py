"""Fields of HTTP/1 answers, and the one plain request that is sent."""

from __future__ import annotations

import re

from camscan.codecs import favicon, html, isapi, lapi
from camscan.codecs.challenges import challenge_fields
from camscan.codecs.framing import MAX_ANSWER, MAX_HEAD, Answer, is_complete, read, read_head
from camscan.codecs.text import charset_named_in, clip, to_text
from camscan.errors import DecodeError, UsageError
from camscan.records import Fields

__all__ = ("FIELDS", "auth_required", "body", "decode", "decode_headers", "encode_get", "is_complete", "is_cut")

FIELDS = (
    "http.path",
    "http.status",
    "http.server",
    "http.realm",
    "http.auth",
    "http.www_authenticate",
    "http.body",
    "http.location",
    "http.cookie",
    "http.content_type",
    "http.header",
    "http.header_order",
    *html.FIELDS,
    *favicon.FIELDS,
    *isapi.FIELDS,
    *lapi.FIELDS,
)

MAX_BODY = 16 * 1024  # characters of a body that rules may search
MAX_HOST = 255  # characters; an old recorder overruns its stack at 256
MAX_PATH = 1024  # characters of a path that is asked for

_HOST = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")
_PATH = re.compile(r"/[!-~]*")

_CONTROL = bytes(set(range(1, 32)) - set(b"\t\n\f\r\x1b"))
_OPAQUE = frozenset({"br", "zstd", "compress", "x-compress"})

_NAMED = {"http.server": "server", "http.location": "location", "http.content_type": "content-type"}


def encode_get(host: str, path: str = "/") -> bytes:
    """A minimal GET for one path, with "Connection: close".

    `host` is a name or address, one of IPv6 in brackets, with ":port" where that is not the scheme's own. Raises
    UsageError for anything that could not stand in a request line or header.
    """
    if len(host) > MAX_HOST or not _HOST.fullmatch(host):
        raise UsageError(f"host {host[:64]!r} cannot be asked over HTTP: write a name or address, or one with :port")
    if len(path) > MAX_PATH or not _PATH.fullmatch(path):
        raise UsageError(f"path {path[:64]!r} cannot be asked for: it must begin with / and be percent-encoded")
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: camscan\r\nAccept: */*\r\n"
        "Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


def decode(data: bytes, path: str = "/", *, envelope: bool = True) -> dict[str, tuple[str, ...]]:
    """The fields of one answer to a GET for `path`, including its body. Raises DecodeError if it is no HTTP.

    Without `envelope`, XML is left to the caller, who reads it as something else.
    """
    answer = read(data)
    fields = {"http.path": (clip(path, MAX_PATH),), **_head_fields(answer)}
    for name, values in _body_fields(answer, envelope=envelope).items():
        fields[name] = fields.get(name, ()) + values
    return fields


def body(data: bytes) -> bytes:
    """The body of one answer, without chunking and compression. Raises DecodeError if it is no HTTP."""
    return read(data).content


def is_cut(data: bytes) -> bool:
    """Whether the content of an answer unpacks to more than is read of it."""
    head, _, _ = data[:MAX_HEAD].lower().partition(b"\r\n\r\n")
    return b"content-encoding" in head and len(body(data)) >= MAX_ANSWER


def decode_headers(head: str | bytes) -> dict[str, tuple[str, ...]]:
    """The fields of a header block, or of a single header line, with or without its status line.

    For evidence that others recorded. Raises DecodeError where there is no header in it.
    """
    answer = read_head(head.encode("utf-8", "replace") if isinstance(head, str) else head)
    if not (answer.status or answer.headers):
        raise DecodeError("no HTTP headers: not a single line of the form 'Name: value'")
    return _head_fields(answer)


def auth_required(fields: Fields) -> bool:
    """Whether the answer asks for a login: 401, or 403 with a challenge."""
    status = fields.get("http.status", ())
    return "401" in status or ("403" in status and "http.www_authenticate" in fields)


def _head_fields(answer: Answer) -> dict[str, tuple[str, ...]]:
    cookies = [value.partition("=")[0].strip() for value in answer.all("set-cookie")]
    found = {
        "http.status": [answer.status],
        "http.header": [f"{name.lower()}: {value}" for name, value in answer.headers],
        "http.header_order": [",".join(name for name, _ in answer.headers)],
        "http.cookie": list(dict.fromkeys(cookies)),
        "http.refresh": [html.refresh_target(value) for value in answer.all("refresh")],
        **{field: answer.all(name) for field, name in _NAMED.items()},
    }
    fields = {name: tuple(filter(None, values)) for name, values in found.items()}
    fields |= challenge_fields("http", answer.all("www-authenticate"))
    return {name: values for name, values in fields.items() if values}


def _body_fields(answer: Answer, *, envelope: bool) -> dict[str, tuple[str, ...]]:
    content = answer.content
    if favicon.is_image(content):
        return favicon.decode(content)
    if not content or _is_binary(content) or answer.last("content-encoding") in _OPAQUE:
        return {}
    content_type = answer.last("content-type")
    text = to_text(content, charset_named_in(content_type.encode(), content[:1024]))
    kept = clip(text, MAX_BODY)
    fields: dict[str, tuple[str, ...]] = {"http.body": (kept,)} if kept else {}
    if text.lstrip()[:1] == "<" or "html" in content_type:
        fields |= html.decode(text)
    return fields | _envelope(content if content[:1] in b"<{" else text.encode("utf-8", "replace"), xml=envelope)


def _envelope(content: bytes, *, xml: bool) -> dict[str, tuple[str, ...]]:
    """The fields of a maker's own envelope, if the content is one in JSON or, where wanted, XML."""
    start = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    try:
        if start.startswith(b"{"):
            return lapi.decode(content)
        if xml and start.startswith(b"<") and not start.startswith((b"<!", b"<html")):
            return isapi.decode(content)
    except DecodeError:
        pass
    return {}


def _is_binary(content: bytes) -> bool:
    """Whether more than one in twenty of the first bytes are control characters."""
    sample = content[:512]
    return 20 * (len(sample) - len(sample.translate(None, _CONTROL))) > len(sample)
