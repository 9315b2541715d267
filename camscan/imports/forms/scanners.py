"""What mass scanners and fingerprinting tools print of an answer in one line, or as JSON, as the lines that it had."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from camscan.imports.forms.wrapped import MAX_WRAPPED

_BANNER = re.compile(r"\ABanner on port \d{1,5}/\w{3} on \S{2,64}: \[([\w.-]{1,32})\] ?(.*)\Z", re.DOTALL)
_OCTET = re.compile(r"\\x([0-9A-Fa-f]{2})")
_LABELS = {"title": "<title>{}</title>", "http.server": "Server: {}"}
_TARGET = re.compile(
    r"\Ahttps?://\S{1,256} \[(?=[^\r\n]{1,4096}\Z)|\Ahttps?://\S{1,256} (?=[^\r\n]{0,4096}\bHTTPServer\[)"
)
_BRACKETS = re.compile(r"([A-Za-z][\w-]{0,40})?\[([^\[\]]{1,512})\]")
_STATUS = re.compile(r"\d{3}(?:,\d{3})*(?: [\w ]{2,40})?")
_PLUGINS = {
    "HTTPServer": "Server: {}",
    "Title": "<title>{}</title>",
    "WWW-Authenticate": 'WWW-Authenticate: Basic realm="{}"',
}


def plain(text: str) -> str:
    """The lines of an answer; any other text as it is."""
    for undo in (_of_banner, _of_line, _of_records):
        text = undo(text)
    return text


def _of_banner(text: str) -> str:
    """A line of masscan, which writes control characters and quotes as octets."""
    found = _BANNER.match(text.strip())
    if not found:
        return text
    said = _OCTET.sub(lambda match: chr(int(match[1], 16)), found[2])
    return _LABELS.get(found[1], "{}").format(said)


def _of_line(text: str) -> str:
    """A line of whatweb, whose brackets have names; or of httpx, that ends with the title and the server."""
    target = _TARGET.match(text.strip())
    if not target:
        return text
    told = _BRACKETS.findall(text)
    lines = [_PLUGINS[name].format(value) for name, value in told if name in _PLUGINS]
    unnamed = [value for name, value in told if not name and not _STATUS.fullmatch(value)]
    if not lines and unnamed:
        title = [f"<title>{unnamed[0]}</title>"] if len(unnamed) > 1 else []
        lines = [f"Server: {unnamed[-1]}", *title]
    head = [line for line in lines if not line.startswith("<")]
    return "\r\n".join([*head, "", *(line for line in lines if line.startswith("<"))]) if lines else text


def _of_records(text: str) -> str:
    """JSON of zgrab and the like, that has the headers of an answer as an object, and perhaps its body."""
    if '"headers"' not in text or not text.lstrip().startswith("{") or len(text) > MAX_WRAPPED:
        return text
    with suppress(ValueError, RecursionError):
        for record in _objects(json.loads(text)):
            if isinstance(headers := record.get("headers"), dict) and (lines := list(_lines(headers))):
                body = record.get("body")
                status = record.get("status_code", 200)
                return "\r\n".join([f"HTTP/1.1 {status} -", *lines, "", body if isinstance(body, str) else ""])
    return text


def _objects(value: object) -> Iterator[dict[str, object]]:
    """Every object in a value of JSON, from the outside in."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def _lines(headers: dict[str, object]) -> Iterator[str]:
    for name, value in headers.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield f"{name.replace('_', '-')}: {one}"
