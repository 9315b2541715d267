"""RTSP 1.0 (RFC 2326) as cameras speak it: OPTIONS and DESCRIBE without login, and the answers with SDP (RFC 4566).

Devices number their answers wrongly or not at all, leave out reasons, lengths and content types, mix line ends and cut
bodies short. Whatever can be read is kept, and only bytes that are no RTSP at all are refused.
"""

from __future__ import annotations

import re

from camscan.codecs import headers
from camscan.codecs.challenges import challenge_fields
from camscan.codecs.text import clip, to_text
from camscan.errors import DecodeError, UsageError
from camscan.records import Fields

FIELDS = (
    "rtsp.method",
    "rtsp.status",
    "rtsp.server",
    "rtsp.realm",
    "rtsp.auth",
    "rtsp.www_authenticate",
    "rtsp.public",
    "rtsp.header",
    "rtsp.padded",
    "rtsp.content_base",
    "rtsp.sdp",
    "rtsp.sdp.origin",
    "rtsp.sdp.session",
    "rtsp.sdp.info",
    "rtsp.sdp.tool",
    "rtsp.sdp.attribute",
)

MAX_URL = 512  # characters; the longest stream path in use has about 100
MAX_SDP = 16 * 1024  # bytes of a session description; three-track cameras send about 1,500
MAX_SDP_LINES = 256  # lines that are read; the longest description seen has about 50
MAX_SDP_VALUE = 1024  # characters of a line; H.265 parameter sets take about 400
MAX_LENGTH = 10  # digits of a Content-Length

_URL = re.compile(r"rtsp://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:[/?][!-?A-~]*)?")
_ZONE = re.compile(r"^(rtsp://\[[^\]%]*)%[^\]]*\]")
_LOGIN = re.compile(r"@|(?:user(?:name)?|login|pass(?:word|wd)?|pwd|auth)=", re.IGNORECASE)

_STATUS = re.compile(r"RTSP/[0-9](?:\.[0-9])?+(?:\s++([0-9]{3})\b)?", re.IGNORECASE)
_NEXT_ANSWER = re.compile(rb"\nRTSP/[0-9]\.[0-9] [0-9]{3}")
_SDP_LINE = re.compile(r"^[ \t]*+([a-z])=([^\r\n]*+)", re.MULTILINE)
_SDP_END = re.compile(rb"\n[amos]=[^\n]*\r?\n\s*$")
_SINGLE = {"rtsp.server": "server", "rtsp.public": "public", "rtsp.content_base": "content-base"}
_SDP_FIELDS = {"o": "rtsp.sdp.origin", "s": "rtsp.sdp.session", "i": "rtsp.sdp.info", "a": "rtsp.sdp.attribute"}


def encode_options(url: str, cseq: int) -> bytes:
    """An OPTIONS request. Raises UsageError for a URL that is none, or that carries a login."""
    return _request("OPTIONS", url, cseq)


def encode_describe(url: str, cseq: int) -> bytes:
    """A DESCRIBE request for SDP. Raises UsageError for a URL that is none, or that carries a login."""
    return _request("DESCRIBE", url, cseq, "Accept: application/sdp\r\n")


def is_complete(data: bytes) -> bool:
    """Whether an answer has ended: its head, and as much of a body as its Content-Length says.

    A description without length ends with a whole line. Bytes that can become no RTSP are complete at once.
    """
    data = data.lstrip()
    if not data[:5].upper().startswith(b"RTSP/"[: len(data)]):
        return True
    end = headers.head_end(data)
    if end is None:
        return False
    _, found = headers.parse(data[:end])
    lengths = [value for value in headers.values(found, "content-length") if value.isdecimal()]
    if lengths:
        return len(data) - end >= int(lengths[0][:MAX_LENGTH])
    return not _is_described(found) or _SDP_END.search(data, max(end - 1, len(data) - MAX_SDP_VALUE)) is not None


def decode(data: bytes, method: str = "OPTIONS") -> dict[str, tuple[str, ...]]:
    """Everything that one answer to `method` says, its session description included. Raises DecodeError if no RTSP."""
    data = data.lstrip()
    end = headers.head_end(data)
    line, found = headers.parse(data[:end])
    status = _STATUS.match(line)
    if status is None:
        raise DecodeError("no RTSP: the answer does not begin with RTSP/1.0 and a status")
    fields = {"rtsp.method": (clip(method, headers.MAX_NAME),)}
    if status[1]:
        fields["rtsp.status"] = (status[1],)
    return fields | _header_fields(data[:end], found) | _body_fields(data[end:] if end else b"", found)


def decode_headers(head: str | bytes) -> dict[str, tuple[str, ...]]:
    """The fields of a header block, or of a single header line, with or without its status line.

    For evidence that others recorded. Raises DecodeError where there is no header in it.
    """
    data = head if isinstance(head, bytes) else head.encode("utf-8", "replace")
    line, found = headers.parse(data)
    status = _STATUS.match(line)
    if not found and status is None:
        raise DecodeError("no RTSP headers: not a single line of the form 'Name: value'")
    fields = {"rtsp.status": (status[1],)} if status and status[1] else {}
    return fields | _header_fields(data[: headers.head_end(data)], found)


def decode_sdp(text: str | bytes) -> dict[str, tuple[str, ...]]:
    """The fields of a session description alone. Raises DecodeError where there is none in it."""
    whole = clip(text[:MAX_SDP] if isinstance(text, str) else to_text(text[:MAX_SDP]), MAX_SDP)
    lines = [(match[1], match[2].strip()) for match in _SDP_LINE.finditer(whole)][:MAX_SDP_LINES]
    if not any(kind in "vosm" for kind, _ in lines):
        raise DecodeError("no session description: not one of the lines v=, o=, s= or m=")
    found: dict[str, list[str]] = {"rtsp.sdp": [whole]}
    for kind, value in lines:
        is_tool = kind == "a" and value.startswith("tool:")
        name = "rtsp.sdp.tool" if is_tool else _SDP_FIELDS.get(kind, "")
        if name and (kept := clip(value.removeprefix("tool:") if is_tool else value, MAX_SDP_VALUE)):
            found.setdefault(name, []).append(kept)
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items()}


def auth_required(fields: Fields) -> bool:
    """Whether the answer asks for a login."""
    return "401" in fields.get("rtsp.status", ())


def _request(method: str, url: str, cseq: int, extra: str = "") -> bytes:
    url = _ZONE.sub(r"\1]", url)  # a zone names an interface of this host and means nothing to the device
    if _LOGIN.search(url):  # the URL is not shown, since what it carries may be a password
        raise UsageError("an RTSP URL carries a login: camscan sends none, leave it out")
    if len(url) > MAX_URL or not _URL.fullmatch(url):
        raise UsageError(f"{url[:64]!r} cannot be asked over RTSP: write rtsp://address:port/path, without spaces")
    return f"{method} {url} RTSP/1.0\r\nCSeq: {cseq:d}\r\nUser-Agent: camscan\r\n{extra}\r\n".encode("ascii")


def _is_described(found: headers.Headers) -> bool:
    return any("sdp" in value.lower() for value in headers.values(found, "content-type"))


def _header_fields(head: bytes, found: headers.Headers) -> dict[str, tuple[str, ...]]:
    named = {field: headers.values(found, name) for field, name in _SINGLE.items()}
    fields = {name: values for name, values in named.items() if values}
    if found:
        fields["rtsp.header"] = headers.lines(found)
    if padded := headers.padded(head):
        fields["rtsp.padded"] = padded
    return fields | challenge_fields("rtsp", headers.values(found, "www-authenticate"))


def _body_fields(body: bytes, found: headers.Headers) -> dict[str, tuple[str, ...]]:
    """The session description in a body. Its stated length is not needed: it ends where another answer begins."""
    if not _is_described(found) and body.lstrip()[:2] != b"v=":
        return {}
    following = _NEXT_ANSWER.search(body, 0, MAX_SDP)
    try:
        return decode_sdp(body[: following.start() if following else MAX_SDP])
    except DecodeError:
        return {}
