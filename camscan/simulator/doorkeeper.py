"""Looks at logins as a device does: Digest, Basic and the WS-UsernameToken, with nonces that wear out and a lock."""

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

_TOLERANCE = timedelta(seconds=60)
"""How old a token may be; devices allow from five seconds to five minutes."""
_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_TOKEN = {
    name: re.compile(rf"<(?:[\w-]+:)?{name}(?:\s[^>]*)?>([^<]*)<".encode())
    for name in ("Username", "Password", "Nonce", "Created")
}


class Verdict(StrEnum):
    """What a device makes of a request to what is behind its login."""

    ADMITTED = "admitted"
    ASKED = "asked"
    """No login came, so it is asked for."""
    STALE = "stale"
    REFUSED = "refused"
    LOCKED = "locked"


class Doorkeeper:
    """Keeps the logins of one device."""

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

    def look(self, request: Request) -> Verdict:
        """Judge the login of a request, and count it."""
        if self._wrong >= self.login.locks_after:
            return Verdict.LOCKED
        verdict = self._judge(request)
        if verdict is not Verdict.ASKED:
            self._counters.logins.append(verdict)
        self._wrong += verdict is Verdict.REFUSED
        return verdict

    def denial(self, verdict: Verdict, fill: Callable[[str], str]) -> dict[str, str]:
        """What the places of a text that denies are filled with; `fill` fills those of the challenges."""
        nonce = secrets.token_hex(16)
        self._issued.add(nonce)
        stale = ', stale="true"' if verdict is Verdict.STALE else ""
        challenges = [
            fill(challenge.replace("{issued}", nonce)) + (stale if challenge.startswith("Digest") else "")
            for challenge in self.login.challenges
        ]
        lines = "\n".join(f"WWW-Authenticate: {challenge}" for challenge in challenges)
        return {"challenges": lines, "lock": "lock" if self._wrong >= self.login.locks_after else "unlock"}

    def clock(self) -> dict[str, str]:
        """The places that tell the time."""
        now = self.now()
        return {
            f"clock_{part}": str(getattr(now, part)) for part in ("year", "month", "day", "hour", "minute", "second")
        }

    def _judge(self, request: Request) -> Verdict:
        scheme, _, rest = (request.authorization or "").partition(" ")
        if scheme.lower() == "digest":
            return self._digest(request, {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)})
        if scheme.lower() == "basic":
            return self._basic(rest)
        if b"UsernameToken" in request.body:
            return self._token(request.body)
        return Verdict.ASKED

    def _digest(self, request: Request, given: Mapping[str, str]) -> Verdict:
        nonce, count = given.get("nonce", ""), given.get("nc", "")
        if given.get("username") != self.login.user or given.get("uri") != request.target:
            return Verdict.REFUSED
        if nonce not in self._issued or given.get("response") != self._response(request, given):
            return Verdict.REFUSED
        self._uses[nonce] += 1
        worn = self.login.nonce_uses is not None and self._uses[nonce] > self.login.nonce_uses
        replayed = count not in ("", f"{self._uses[nonce]:08x}")
        return Verdict.REFUSED if replayed else Verdict.STALE if worn else Verdict.ADMITTED

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

    def _basic(self, text: str) -> Verdict:
        offered = any(challenge.startswith("Basic") for challenge in self.login.challenges)
        right = base64.b64encode(f"{self.login.user}:{self.login.password}".encode()).decode()
        return Verdict.ADMITTED if offered and text == right else Verdict.REFUSED

    def _token(self, body: bytes) -> Verdict:
        given = {name: found[1].decode() for name, pattern in _TOKEN.items() if (found := pattern.search(body))}
        try:
            created = datetime.fromisoformat(given["Created"])
            nonce = base64.b64decode(given["Nonce"])
            age = abs(created - self.now())
        except (KeyError, ValueError, TypeError):  # the last: a time without its zone
            return Verdict.REFUSED
        made = hashlib.sha1(  # noqa: S324 - as the profile has it
            nonce + given["Created"].encode() + self.login.password.encode()
        ).digest()
        right = given.get("Username") == self.login.user and given.get("Password") == base64.b64encode(made).decode()
        fresh = age <= _TOLERANCE and given["Nonce"] not in self._spent
        self._spent.add(given["Nonce"])
        return Verdict.ADMITTED if self.login.tokens and right and fresh else Verdict.REFUSED
