"""The ways to log in: each signs a request, and says in which forms the secret has left with it."""

from __future__ import annotations

import base64
import html
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import quote, quote_plus

from camscan.codecs import digest, wsse
from camscan.codecs.challenges import read_challenges
from camscan.net.base import HttpRequest

_RECOGNISABLE = 8  # characters from which a password is looked for in answers; shorter ones stand in ordinary text
_RESPONSE = re.compile(r'response="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Login:
    """User name and password, and the spellings of the password that are blanked out wherever an answer has them."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    traces: tuple[bytes, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kept = _spellings(self.password) if len(self.password) >= _RECOGNISABLE else ()
        object.__setattr__(self, "traces", tuple(text.encode() for text in kept))

    @property
    def pair(self) -> tuple[str, str]:
        """The two as codecs take them."""
        return self.user, self.password


@dataclass(frozen=True, slots=True)
class Signed:
    """A request with a login. `traces` must not be kept where an answer repeats them."""

    request: HttpRequest = field(repr=False)
    authorization: str = field(default="", repr=False)
    traces: tuple[bytes, ...] = field(default=(), repr=False)


class Scheme(Protocol):
    """One way to log in at one port."""

    def sign(self, request: HttpRequest, login: Login) -> Signed:
        """The request with a login. Raises UsageError where the request has no place for one."""


@dataclass(slots=True)
class DigestScheme:
    """Digest with one nonce (RFC 7616); the count of answers is kept as the RFC asks for."""

    challenge: digest.Digest
    count: int = 0
    cnonce: str = field(default_factory=lambda: secrets.token_hex(16))

    def sign(self, request: HttpRequest, login: Login) -> Signed:
        """See `Scheme.sign`."""
        self.count += 1
        asked = digest.Asked("POST" if request.body else "GET", request.path, request.body)
        header = digest.authorization(self.challenge, login.pair, asked, count=self.count, cnonce=self.cnonce)
        response = _RESPONSE.search(header)
        return Signed(request, header, _traces(login, *([response[1]] if response else [])))


@dataclass(frozen=True, slots=True)
class TokenScheme:
    """A WS-UsernameToken, which is made out for the time that `clock` tells."""

    clock: Callable[[], datetime]

    def sign(self, request: HttpRequest, login: Login) -> Signed:
        """See `Scheme.sign`."""
        nonce, created = secrets.token_bytes(16), self.clock()
        body = wsse.signed(request.body, login.pair, nonce=nonce, created=created)
        return Signed(replace(request, body=body), "", _traces(login, *wsse.digests(body)))


@dataclass(frozen=True, slots=True)
class BasicScheme:
    """Basic (RFC 7617): the password itself, for whoever can read the connection."""

    def sign(self, request: HttpRequest, login: Login) -> Signed:
        """See `Scheme.sign`."""
        text = base64.b64encode(":".join(login.pair).encode()).decode()
        return Signed(request, f"Basic {text}", (*_traces(login, text), login.password.encode()))


def offers_basic(values: Sequence[str]) -> bool:
    """Whether one of the challenges in these WWW-Authenticate headers is Basic."""
    return any(scheme == "basic" for value in values for scheme, _ in read_challenges(value))


def redacted(data: bytes, traces: Sequence[bytes]) -> bytes:
    """Bytes in which every trace of a secret is blanked out, at the same length."""
    for trace in traces:
        data = data.replace(trace, b"*" * len(trace))
    return data


def _traces(login: Login, *sent: str) -> tuple[bytes, ...]:
    return (*(text.encode() for text in sent), *login.traces)


def _spellings(password: str) -> tuple[str, ...]:
    """A password as it stands in text, in XML and HTML, in URLs and in JSON; the longest spellings first."""
    in_json = (json.dumps(password)[1:-1], json.dumps(password, ensure_ascii=False)[1:-1])
    in_markup = (html.escape(password), html.escape(password, quote=False))
    found = (password, *in_markup, quote(password, safe=""), quote_plus(password), *in_json)
    return tuple(sorted(set(found), key=len, reverse=True))
