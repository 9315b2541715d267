"""Output of scanners, turned into the lines of an answer, or into lines as nmap prints them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html import escape

from camscan.imports.notations.base import MAX_JSON, objects, with_octets

_BANNER = re.compile(r"^Banner on port \d{1,5}/\w{3} on \S{2,64}: \[([\w.-]{1,32})\] ?(.*)\Z", re.DOTALL | re.MULTILINE)
_LABELS = {"title": "<title>{}</title>", "http.server": "Server: {}"}
_TARGET = re.compile(
    r"\A(?:\[INF\] )?https?://\S{1,256} \[(?=[^\r\n]{1,4096}\Z)|\Ahttps?://\S{1,256} (?=[^\r\n]{0,4096}\bHTTPServer\[)"
)
_BRACKETS = re.compile(r"([A-Za-z][\w-]{0,40})?\[([^\[\]]{1,512})\]")
_STATUS = re.compile(r"INF|\d{1,9}|\d{3}(?:,\d{3})*(?: [\w ]{2,40})?")
_PLUGINS = {
    "HTTPServer": "Server: {}",
    "Title": "<title>{}</title>",
    "WWW-Authenticate": 'WWW-Authenticate: Basic realm="{}"',
}
_TEMPLATE = re.compile(
    r"\A\[([A-Za-z][A-Za-z0-9-]{2,63})(?::[\w .-]{2,64})?\] \[(?:http|tcp|ssl)\] \[[a-z]{3,8}\] \S{4,512}"
)
_KIND = re.compile(
    r"(?:-(?:detect(?:ion)?|panel|login|default|version|web|service|server|workflow|exposure|disclosure|info|upload"
    r"|file-?upload|file-?read|leak|traversal|bypass|unauth|rce|lfi|sqli|ssrf|xss))+\Z"
)
"""What a template tests, after the name of the product."""
_NUMBERED = re.compile(r"cve-\d{4}-\d{4,6}\Z", re.IGNORECASE)
"""A vulnerability; some are of one maker's products."""
_DISSECTED = {
    "http.server": "Server",
    "http.www_authenticate": "WWW-Authenticate",
    "http.location": "Location",
    "http.set_cookie": "Set-Cookie",
}
_OWN = {"server", "www-authenticate", "set-cookie", "content-length"}
"""Headers that only answers have."""
_ASKERS = {"host", "user-agent", "accept", "authorization", "cookie"}
"""Headers that only requests have."""
_BODIES = ("body", "content", "text", "html", "data", "response_body", "responseBody", "payload", "json")


def masscan(text: str) -> str:
    """A line of masscan, which writes control characters and quotes as octets."""
    found = _BANNER.search(text.strip())
    if not found:
        return text
    return _LABELS.get(found[1], "{}").format(with_octets(found[2]))


def whatweb_or_httpx(text: str) -> str:
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


def nuclei(text: str) -> str:
    """A line of nuclei: the matched template, which is named after a product or a vulnerability."""
    found = _TEMPLATE.match(text.strip())
    product = _KIND.sub("", found[1]) if found else ""
    if found and _NUMBERED.match(found[1]):
        return f"0/tcp open unknown {found[1].upper()}"
    return f"0/tcp open unknown {product.replace('-', ' ')}" if found and product != found[1] else text


def recorded(text: str) -> str:
    """The head of an answer, and its body, in JSON of zgrab, httpx, tshark, browsers (HAR) or the tests of a client."""
    if not text.lstrip().startswith(("{", "[")) or len(text) > MAX_JSON:
        return text
    with suppress(ValueError, RecursionError):
        return next(filter(None, map(_head, objects(json.loads(text, strict=False)))), text)
    return text


def _head(record: dict[str, object]) -> str:
    """Head and body of an answer in one object; "" if there is none."""
    body = _first(record, _BODIES)
    headers = _first(record, ("headers", "header", "response_headers", "responseHeaders"))
    told = [*_pairs(headers), *((header, record.get(name)) for name, header in _DISSECTED.items())]
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told if isinstance(value, str)]
    server, title = record.get("webserver") or record.get("server"), record.get("title")
    if not lines and isinstance(server, str) and isinstance(title, str):
        lines, body = [f"Server: {server}"], f"<title>{escape(title)}</title>"
    names = {line.partition(":")[0].lower() for line in lines}
    status = _first(record, ("status_code", "statusCode", "http_status", "status", "code"))
    is_answer = bool(names and re.fullmatch(r"[1-5]\d\d", str(status)) and isinstance(body, str))
    if not names & _OWN and (not is_answer or names & _ASKERS):
        return ""
    protocol = "RTSP/1.0" if "cseq" in names else "HTTP/1.1"
    return "\r\n".join([f"{protocol} {status or 200} -", *lines, "", body if isinstance(body, str) else ""])


def _first(record: dict[str, object], names: Iterable[str]) -> object:
    """The first of these members that holds anything; a body as text."""
    value = next(filter(None, map(record.get, names)), None)
    if names is not _BODIES or not isinstance(value, dict | list):
        return value
    if isinstance(value, dict) and not value.keys().isdisjoint({"text", "mimeType"}):  # as browsers record it
        return value.get("text")
    return json.dumps(value, ensure_ascii=False)


def _pairs(headers: object) -> Iterator[tuple[str, object]]:
    """Names and values from an object with one or several values each, a list of objects, or lines."""
    if isinstance(headers, str):
        yield from (
            (name, value) for name, said, value in (line.partition(": ") for line in headers.splitlines()) if said
        )
    if isinstance(headers, list):
        yield from ((str(one.get("name")), one.get("value")) for one in headers if isinstance(one, dict))
    for name, value in headers.items() if isinstance(headers, dict) else ():
        yield from ((name, one) for one in (value if isinstance(value, list) else [value]))
