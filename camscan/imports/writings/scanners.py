"""What mass scanners and fingerprinting tools print of an answer in one line, or as JSON, as the lines that it had."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from html import escape

from camscan.imports.writings.base import MAX_JSON, objects

_BANNER = re.compile(r"^Banner on port \d{1,5}/\w{3} on \S{2,64}: \[([\w.-]{1,32})\] ?(.*)\Z", re.DOTALL | re.MULTILINE)
_OCTET = re.compile(r"\\{1,2}x([0-9A-Fa-f]{2})")
_LABELS = {"title": "<title>{}</title>", "http.server": "Server: {}"}
_TARGET = re.compile(
    r"\A(?:\[INF\] )?https?://\S{1,256} \[(?=[^\r\n]{1,4096}\Z)|\Ahttps?://\S{1,256} (?=[^\r\n]{0,4096}\bHTTPServer\[)"
)
_BRACKETS = re.compile(r"([A-Za-z][\w-]{0,40})?\[([^\[\]]{1,512})\]")
_STATUS = re.compile(r"INF|\d{1,9}|\d{3}(?:,\d{3})*(?: [\w ]{2,40})?")
_FOUND = re.compile(
    r"^\+ (?:(Server): (?!No banner)(\S[^\r\n]{0,255})|.{0,64}?\brealm '([^'\r\n]{1,256})')", re.MULTILINE
)
_VERSION = re.compile(
    r"\A\[[+*]\] \S{3,64}:\d{1,5} +(?:(\S[^()\r\n]{0,255}(?:\([^()\r\n]{0,64}\)[^()\r\n]{0,64})?) )?"
    r"\( (?:Powered by [^)\r\n]{0,128}, )?(\d{3})-([^\r\n]{1,512}) \)\s*\Z"
)
_TYPED = re.compile(
    r"\bremote web server type is\s{0,4}:\s{0,8}(\S[^\r\n]{0,255})"
    r"|\A(?:Detected )?HTTP Server:[ \t]{0,4}(\S[^\r\n]{0,255})"
)
_DETECTED = re.compile(r"\ADetected ([A-Z0-9][^\r\n:]{2,95})[ \t]*\r?\n\s*(?:Version|Location|CPE|Host)\b")
"""How the findings of scanners for weaknesses begin."""
_DISSECTED = {
    "http.server": "Server",
    "http.www_authenticate": "WWW-Authenticate",
    "http.location": "Location",
    "http.set_cookie": "Set-Cookie",
}
_HELD = re.compile(r'"(?:HTTP|RTSP)/\d\.\d \d{3} ')  # an answer as it came
_DIRECTIVE = re.compile(
    r"\A\s*(?:soft)?match ([a-z][\w.+/-]{0,31}) m([|%=@/,!])(?:(?!\2).){1,4096}+\2s?i?s? (?=[pvihod]/)"
)
_OF_DIRECTIVE = re.compile(r"(?<= )([pd])/((?:[^/\r\n]|/(?! |\Z)){1,256}+)/")
"""What a rule of nmap's names: the product, and what sort of device it is."""
_MARKED = re.compile(r"\A[\w: -]{2,64}\|(?:headers\|([A-Za-z-]{2,32})|index\|index)\|(\S[^\r\n]{1,512})\Z")
"""A row of a list of marks by which a product is told: where it stands, and what."""
_SAID = re.compile(
    r"\b(RTSP|HTTP) (?:server )?banner(?: on port \d{1,5})?: ([A-Za-z][^\r\n]{2,80})\s*\Z", re.IGNORECASE
)
_SERVERS = ("server", "webserver")
_TITLES = ("title", "html_title")
_FEED = re.compile(
    r"""["']extra\.(server|www_authenticate|set_cookie|content_type)["']\s*:\s*["']([^"'\r\n]{1,512})["']"""
)
"""Headers of an answer, as feeds of scans of the whole network name them."""
_PLUGINS = {
    "HTTPServer": "Server: {}",
    "Title": "<title>{}</title>",
    "WWW-Authenticate": 'WWW-Authenticate: Basic realm="{}"',
}


def masscan(text: str) -> str:
    """A line of masscan, which writes control characters and quotes as octets."""
    found = _BANNER.search(text.strip())
    if not found:
        return text
    said = _OCTET.sub(lambda match: chr(int(match[1], 16)), found[2])
    return _LABELS.get(found[1], "{}").format(said)


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


def nikto(text: str) -> str:
    """Findings of nikto, each of which begins with a plus sign."""
    found = _FOUND.findall(text)
    lines = (f"{name}: {value}" if name else f'WWW-Authenticate: Basic realm="{realm}"' for name, value, realm in found)
    return "\r\n".join(lines) or text


def metasploit(text: str) -> str:
    """A line of Metasploit's scanner of web servers: the server, and in brackets where it leads or what it demands."""
    found = _VERSION.match(text.strip())
    if not found:
        return text
    server, status, said = found.groups()
    name = "Location" if status.startswith("3") else "WWW-Authenticate"
    told = [f"Server: {server}"] if server else []
    return "\r\n".join([f"HTTP/1.1 {status} -", *told, f"{name}: {said}", ""])


def nessus(text: str) -> str:
    """A finding of a scanner for weaknesses that tells what it met: the web server, or the product in words."""
    if typed := _TYPED.search(text[:4096]):
        return f"Server: {typed[1] or typed[2]}"
    detected = _DETECTED.match(text)
    return f"0/tcp open unknown {detected[1]}" if detected else text


def nmap_match(text: str) -> str:
    """A rule of nmap's that tells a service by its answer, as the line that nmap prints where it fits."""
    rule = _DIRECTIVE.match(text)
    if not rule or "\n" in text.strip():
        return text
    told = dict(_OF_DIRECTIVE.findall(text, rule.end() - 1))
    device = f"\nService Info: Device: {told['d']}" if "d" in told else ""
    return f"0/tcp open {rule[1]} {told['p']}{device}" if "$" not in told.get("p", "$") else text


def mark_list(text: str) -> str:
    """A row of a list of marks, as the header or the page that has it; or the server that a tool names in words."""
    if said := _SAID.search(text):
        return f"{said[1].upper()}/1.0 200 -\r\nServer: {said[2]}\r\n"
    mark = _MARKED.match(text.strip())
    return text if not mark else f"{mark[1]}: {mark[2]}" if mark[1] else mark[2]


def shadowserver(text: str) -> str:
    """An event of a feed that tells of a web server."""
    return "\r\n".join(f"{name.replace('_', '-')}: {value}" for name, value in _FEED.findall(text)) or text


def grabbed(text: str) -> str:
    """JSON of zgrab, httpx and the like: the headers of an answer as an object, or its server and title by name."""
    if not text.lstrip().startswith(("{", "[")) or len(text) > MAX_JSON:
        return text
    holds_answer = _HELD.search(text) is not None
    with suppress(ValueError, RecursionError):
        for record in objects(json.loads(text, strict=False)):
            if told := _told(record.get("service")):
                return told
            headers = record.get("headers")
            lines = list(_lines(headers)) if isinstance(headers, dict) else []
            lines += _lines({header: record[name] for name, header in _DISSECTED.items() if name in record})
            server, title, body = _named(record, *_SERVERS), _named(record, *_TITLES), _named(record, "body", "html")
            if not (lines or holds_answer) and (server or "html_title" in record) and (title or body):
                lines = [f"Server: {server}"] if server else ["Connection: close"]
            if lines:
                status = record.get("status_code", 200)
                shown = body or (f"<title>{escape(title)}</title>" if title else "")
                kind = "RTSP/1.0" if any(line.lower().startswith("cseq:") for line in lines) else "HTTP/1.1"
                return "\r\n".join([f"{kind} {status} -", *lines, "", shown])
    return text


def _told(service: object) -> str:
    """What masscan noted of a service in JSON: the part of the answer that it names, and its text."""
    if not isinstance(service, dict) or not isinstance(banner := service.get("banner"), str):
        return ""
    return _LABELS.get(str(service.get("name")), "{}").format(banner)


def _named(record: dict[str, object], *names: str) -> str:
    """The first text that stands under one of the names."""
    return next((value for name in names if isinstance(value := record.get(name), str) and value), "")


def _lines(headers: dict[str, object]) -> Iterator[str]:
    for name, value in headers.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield f"{name.replace('_', '-')}: {one}"
