"""Counts what a device receives, so that a test can prove that no harm was done."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field

MAX_REQUESTS = 10_000  # that are kept of one device; a scan sends some thirty
MAX_BYTES = 16 * 1024 * 1024  # of them in all, since anybody may ask a decoy
MAX_USER_NAMES = 10_000
_MAX_USER_NAME = 256  # bytes that are kept of one
_WINDOW = 1.0

_BASIC = re.compile(rb"authorization:[ \t]*basic[ \t]+([A-Za-z0-9+/=]+)", re.IGNORECASE)
_USER_NAMES = (
    re.compile(rb"""\busername[ \t]*=[ \t]*["']?([^"'&\s,]+)""", re.IGNORECASE),  # Digest, query strings
    re.compile(rb"[?&]user=([^&\s]+)", re.IGNORECASE),
    re.compile(rb"""["']user_?name["']\s*:\s*["']([^"']+)""", re.IGNORECASE),  # JSON
    re.compile(rb"<(?:[\w-]+:)?user_?name[^>]{0,512}>([^<]+)<", re.IGNORECASE),  # XML and WS-Security
    re.compile(rb"\b(?:rtsp|https?)://([^/@\s]+)@", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP or RTSP request. `port` is the device's true port; `head` is the whole head, decoded as Latin-1."""

    port: int
    method: str
    target: str
    head: str
    body: bytes = b""

    @property
    def authorization(self) -> str | None:
        """The value of its Authorization header, if it has one."""
        found = re.search(r"^authorization:[ \t]*(.*?)\r?$", self.head, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else None


@dataclass(slots=True)
class Counters:
    """Counts of one device. Ports are its true ones."""

    connections: int = 0
    at_once: int = 0
    max_at_once: int = 0
    max_per_second: int = 0  # the most connections that were accepted within any second
    payload: Counter[int] = field(default_factory=Counter)  # TCP port -> bytes that came (within TLS: of plain text)
    datagrams: Counter[int] = field(default_factory=Counter)  # UDP port -> datagrams that came
    requests: list[Request] = field(default_factory=list)
    user_names: list[str] = field(default_factory=list)  # the user names in what was received, up to a number
    logins: list[str] = field(default_factory=list)
    """The result of each login, in order: "admitted", "refused" or "stale"."""
    violations: list[str] = field(default_factory=list)  # the limits of a fragile device that were broken, in words
    _recent: deque[float] = field(default_factory=deque)
    _room: int = MAX_BYTES

    def opened(self) -> int:
        """Count a new connection; returns how many there were within the last second."""
        now = time.monotonic()
        self._recent.append(now)
        while self._recent[0] <= now - _WINDOW:
            self._recent.popleft()
        self.connections += 1
        self.at_once += 1
        self.max_at_once = max(self.max_at_once, self.at_once)
        self.max_per_second = max(self.max_per_second, len(self._recent))
        return len(self._recent)

    def closed(self) -> None:
        """Note the end of a connection."""
        self.at_once -= 1

    def came(self, port: int, data: bytes) -> None:
        """Note bytes on a connection."""
        self.payload[port] += len(data)
        self._look_for_names(data)

    def heard(self, port: int, data: bytes) -> None:
        """Note a datagram."""
        self.datagrams[port] += 1
        self._look_for_names(data)

    def asked(self, request: Request) -> None:
        """Note a request."""
        self._room -= len(request.head) + len(request.body)
        if len(self.requests) < MAX_REQUESTS and self._room >= 0:
            self.requests.append(request)

    def _look_for_names(self, data: bytes) -> None:
        if len(self.user_names) < MAX_USER_NAMES:
            self.user_names += user_names(data)[:MAX_USER_NAMES]


def user_names(data: bytes) -> list[str]:
    """All user names in a request, in any notation; an empty one in Basic credentials counts as ""."""
    found = [match[1][:_MAX_USER_NAME].decode("latin-1") for pattern in _USER_NAMES for match in pattern.finditer(data)]
    for match in _BASIC.finditer(data):
        try:
            found.append(base64.b64decode(match[1]).partition(b":")[0][:_MAX_USER_NAME].decode("latin-1"))
        except binascii.Error:
            found.append(match[1][:_MAX_USER_NAME].decode())
    return found
