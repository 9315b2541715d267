"""Service fingerprints: the bytes that an unknown service answered to nmap's probes (nmap.org/book/vscan-community)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from camscan.codecs import http, opaque, rtsp, telnet
from camscan.codecs.text import to_text
from camscan.imports.forms.base import Answer, answer, fields_of

MAX_FINGERPRINT = 64 * 1024  # characters; nmap stops at about 2 KiB a probe
MAX_RESPONSES = 32  # probes that a service answered

_RESPONSE = re.compile(r'%r\((\w{1,32}),[0-9A-Fa-f]{1,8},"((?:[^"\\]|\\.){0,8192}+)"\)', re.DOTALL)
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_CONTROLS = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_PATHS = {"GetRequest": "/", "HTTPOptions": "/", "FourOhFourRequest": "/nice%20ports%2C/Tri%6Eity.txt%2ebak"}


def probe_answers(fingerprint: str) -> Iterator[Answer]:
    """The HTTP and RTSP answers and the banner in a service fingerprint, each with its bytes."""
    text = re.sub(r"\r?\nSF:", "", fingerprint[:MAX_FINGERPRINT])
    for probe, escaped in _RESPONSE.findall(text)[:MAX_RESPONSES]:
        raw = _ESCAPED.sub(_unescape, escaped).encode("latin_1", "replace")
        if raw.startswith(b"HTTP/"):
            path = _PATHS.get(probe, "/")
            yield from answer("http", fields_of(http.decode, raw, path), f"GET {path}", raw)
        elif raw.startswith(b"RTSP/"):
            yield from answer("rtsp", fields_of(rtsp.decode, raw), "OPTIONS", raw)
        else:
            greeting = telnet.greeting(to_text(raw)) if probe == "NULL" else {}
            yield from answer("banner", {**greeting, **opaque.fields(raw)}, "", raw)


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _CONTROLS.get(match[2], match[2])
