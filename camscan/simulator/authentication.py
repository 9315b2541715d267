"""Checks logins as a device does: Digest, Basic and the WS-UsernameToken, with expiring nonces and a lockout."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from camscan.simulator.counters import Counters, Request
from camscan.simulator.schema import Login

_TOLERANCE = timedelta(seconds=60)  # the greatest age of a token; devices allow from five seconds to five minutes
_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_TOKEN = {
    name: re.compile(rf"<(?:[\w-]+:)?{name}(?:\s[^>]*)?>([^<]*)<".encode())
    for name in ("Username", "Password", "Nonce", "Created")
}


class LoginResult(StrEnum):
    """How a device answers a request for something that needs a login."""

    ADMITTED = "admitted"
    ASKED = "asked"  # the request had no login, so the device demands one
    STALE = "stale"
    REFUSED = "refused"
    LOCKED = "locked"


class Authenticator:
    """Checks the logins at one device."""

    def __init__(self, login: Login, counters: Counters) -> None:
        self.login = login
        self._counters = counters
        self._uses: Counter[str] = Counter()
        self._issued: set[str] = set()
        self._spent: set[str] = set()
        self._wrong = 0

    def now(self) -> datetime:
        """The time by the device's clock."""
        return datetime.now(UTC) + timedelta(seconds=self.login.clock)

    def check(self, request: Request) -> LoginResult:
        """Check the login of a request, and count it."""
        if self._wrong >= self.login.locks_after:
            return LoginResult.LOCKED
        result = self._judge(request)
        if result is not LoginResult.ASKED:
            self._counters.logins.append(result)
        self._wrong += result is LoginResult.REFUSED
        return result

    def denial(self, result: LoginResult, fill: Callable[[str], str]) -> dict[str, str]:
        """The values of the placeholders in a denial; `fill` fills those in the challenges."""
        nonce = secrets.token_hex(16)
        self._issued.add(nonce)
        stale = ', stale="true"' if result is LoginResult.STALE else ""
        challenges = [
            fill(challenge.replace("{issued}", nonce)) + (stale if challenge.startswith("Digest") else "")
            for challenge in self.login.challenges
        ]
        lines = "\n".join(f"WWW-Authenticate: {challenge}" for challenge in challenges)
        return {"challenges": lines, "lock": "lock" if self._wrong >= self.login.locks_after else "unlock"}

    def clock(self) -> dict[str, str]:
        """The values of the placeholders for the time."""
        now = self.now()
        return {
            f"clock_{part}": str(getattr(now, part)) for part in ("year", "month", "day", "hour", "minute", "second")
        }

    def _judge(self, request: Request) -> LoginResult:
        scheme, _, rest = (request.authorization or "").partition(" ")
        if scheme.lower() == "digest":
            return self._digest(request, {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)})
        if scheme.lower() == "basic":
            return self._basic(rest)
        if b"UsernameToken" in request.body:
            return self._token(request.body)
        return LoginResult.ASKED

    def _digest(self, request: Request, given: Mapping[str, str]) -> LoginResult:
        nonce, count = given.get("nonce", ""), given.get("nc", "")
        if given.get("username") != self.login.user or given.get("uri") != request.target:
            return LoginResult.REFUSED
        if nonce not in self._issued or given.get("response") != self._response(request, given):
            return LoginResult.REFUSED
        self._uses[nonce] += 1
        worn = self.login.nonce_uses is not None and self._uses[nonce] > self.login.nonce_uses
        replayed = count not in ("", f"{self._uses[nonce]:08x}")
        return LoginResult.REFUSED if replayed else LoginResult.STALE if worn else LoginResult.ADMITTED

    def _response(self, request: Request, given: Mapping[str, str]) -> str:
        algorithm = given.get("algorithm", "MD5").upper()
        name = "sha256" if algorithm.startswith("SHA-256") else "md5"

        def digest(*parts: str) -> str:
            return hashlib.new(name, ":".join(parts).encode(), usedforsecurity=False).hexdigest()

        key = digest(self.login.user, given.get("realm", ""), self.login.password)
        if algorithm.endswith("-SESS"):
            key = digest(key, given["nonce"], given.get("cnonce", ""))
        what = digest(request.method, request.target)
        if "qop" not in given:
            return digest(key, given["nonce"], what)
        return digest(key, given["nonce"], given.get("nc", ""), given.get("cnonce", ""), given["qop"], what)

    def _basic(self, text: str) -> LoginResult:
        is_offered = any(challenge.startswith("Basic") for challenge in self.login.challenges)
        right = base64.b64encode(f"{self.login.user}:{self.login.password}".encode()).decode()
        return LoginResult.ADMITTED if is_offered and text == right else LoginResult.REFUSED

    def _token(self, body: bytes) -> LoginResult:
        given = {
            name: found[1].decode(errors="replace")
            for name, pattern in _TOKEN.items()
            if (found := pattern.search(body))
        }
        try:
            created = datetime.fromisoformat(given["Created"])
            nonce = base64.b64decode(given["Nonce"])
            age = abs(created - self.now())
        except (KeyError, ValueError, TypeError):  # the last: a time without its zone
            return LoginResult.REFUSED
        made = hashlib.sha1(  # noqa: S324 - as the profile has it
            nonce + given["Created"].encode() + self.login.password.encode()
        ).digest()
        right = given.get("Username") == self.login.user and given.get("Password") == base64.b64encode(made).decode()
        fresh = age <= _TOLERANCE and given["Nonce"] not in self._spent
        self._spent.add(given["Nonce"])
        return LoginResult.ADMITTED if self.login.tokens and right and fresh else LoginResult.REFUSED
