"""The rules of a login at one port of one enrolled device. Each is there for a way in which secrets have been lost.

- The first request carries no login: the secret is used only where the device asks for one.
- One answer to a challenge. Who refuses it, says that logins are locked, or does not answer at all is left alone for
  the rest of the run, at every port. A challenge that calls the nonce stale, or one to a login that was accepted
  before, is answered once more: it was the nonce that was refused.
- The strongest Digest that is offered comes first, then the WS-UsernameToken, and Basic last: it hands the password
  over, so that it goes to an enrolled certificate alone, or where it was allowed. A pin will not do: whoever came first
  has it.
- A token is made out for a device whose clock is at most five minutes off: nobody gets one for another time.
- Over TLS the certificate must be the one that was enrolled, or that was there when the login was first used.
- Nothing that an answer repeats of the login is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from camscan.codecs import digest
from camscan.codecs.framing import Answer
from camscan.credentials.answers import accepts, answerable, denies, locked, redacted_exchange
from camscan.credentials.enrolment import Enrolment
from camscan.credentials.pins import Pins, fingerprint
from camscan.credentials.schemes import BasicScheme, DigestScheme, Login, Scheme, Signed, TokenScheme, offers_basic
from camscan.errors import CamscanError, HostError, UsageError
from camscan.net.base import Exchange, HttpRequest, LoginReason, Send
from camscan.records import Outcome

MAX_CLOCK_OFFSET = timedelta(minutes=5)


@dataclass(slots=True)
class DeviceState:
    """What is known of one enrolled device in this run. `ended` says why nothing more is said to it."""

    enrolment: Enrolment
    clock: timedelta | None
    ended: str = ""
    accepted: bool = False
    login: Login | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class LoginContext:
    """What all logins of a run share."""

    site: str | None
    pins: Pins
    read: Callable[[Enrolment], SecretStr]
    report: Callable[[str, str], None]
    """Takes an address and the reason why its login ended, or "" for one that was accepted."""


class _EndedError(Exception):
    """The login ends here. `everywhere`: at every port of the device."""

    def __init__(self, reason: str, *, everywhere: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.everywhere = everywhere


class Dialogue:
    """Implements `camscan.net.base.Login` for one port."""

    def __init__(self, context: LoginContext, device: DeviceState, address: str, port: int, *, tls: bool) -> None:
        self._context = context
        self._device = device
        self._address = address
        self._port = port
        self._tls = tls
        self._certificate = ""
        self._schemes: dict[bool, Scheme] = {}
        self._proven: set[bool] = set()
        self._unsafe: dict[bool, str] = {}

    @property
    def accepted(self) -> bool:
        """See `Login.accepted`."""
        return self._device.accepted

    def objection(self, certificate: bytes) -> str:
        """See `Login.objection`."""
        self._certificate = fingerprint(certificate) if certificate else ""
        if not self._certificate:
            return self._end(f"{LoginReason.UNSAFE}: it shows no certificate")
        pin = self._context.pins.at(self._context.site, self._address, self._port)
        known = self._device.enrolment.certificate or (pin.certificate if pin else self._certificate)
        if known == self._certificate:
            return ""
        since = "enrolled" if self._device.enrolment.certificate or pin is None else f"there since {pin.since}"
        return self._end(f"{LoginReason.CERTIFICATE}: {known} was {since}, it shows {self._certificate}")

    async def ask(self, request: HttpRequest, send: Send) -> Exchange:
        """See `Login.ask`."""
        async with self._device.lock:
            reason = self._device.ended or self._unsafe.get(request.token, "")
            if reason:
                return self._without(reason)
            try:
                return await self._ask(request, send)
            except UsageError as error:  # the asker's own request has no place for a token
                return Exchange(self._address, self._port, Outcome.NOT_SENT, _now(), reason=str(error))

    async def _ask(self, request: HttpRequest, send: Send) -> Exchange:
        scheme, renewed = self._schemes.get(request.token), False
        while True:
            try:
                signed = self._signed(scheme, request)
            except _EndedError as ended:
                return self._without(self._note(ended, token=request.token))
            again = scheme is None or self._device.accepted
            exchange, answer = redacted_exchange(await send(signed.request, signed.authorization, again=again), signed)
            if answer is None or not denies(answer, token=request.token):
                if scheme is not None and exchange.begun and exchange.outcome is not Outcome.NOT_SENT:
                    self._weigh(scheme, answer, token=request.token)
                return exchange
            one_question = isinstance(scheme, TokenScheme) or answer.status != "401"
            if request.token in self._proven and one_question and not locked(answer):
                return exchange  # the login was right before: it is this one question that it has no right to
            try:
                following = self._following(scheme, request, exchange, answer, renewed=renewed)
            except _EndedError as ended:
                reason = self._note(ended, token=request.token)
                return replace(exchange, outcome=Outcome.AUTH_REQUIRED, reason=reason)
            scheme, renewed = following, scheme is not None

    def _signed(self, scheme: Scheme | None, request: HttpRequest) -> Signed:
        if scheme is None:
            return Signed(request)
        login = self._device.login or self._read()
        self._pin()
        return scheme.sign(request, login)

    def _read(self) -> Login:
        """The login, read when it is first used."""
        enrolment = self._device.enrolment
        try:
            secret = self._context.read(enrolment)
        except CamscanError as error:
            raise _EndedError(f"{LoginReason.NO_SECRET}: {error}") from error
        self._device.login = Login(enrolment.user, secret.get_secret_value())
        return self._device.login

    def _pin(self) -> None:
        """Remember the certificate before the secret is used in front of it for the first time."""
        pins, where = self._context.pins, (self._context.site, self._address, self._port)
        if not self._tls or self._device.enrolment.certificate is not None or pins.at(*where) is not None:
            return
        try:
            pins.learn(*where, self._certificate)
        except HostError as error:
            raise _EndedError(f"{LoginReason.UNSAFE}: {error}") from error

    def _weigh(self, scheme: Scheme, answer: Answer | None, *, token: bool) -> None:
        """Draw the conclusion from what came back to a login and is no denial."""
        if answer is not None and accepts(answer, token=token):
            self._schemes[token] = scheme
            self._proven.add(token)
            self._device.accepted = True
            self._context.report(self._address, "")
        elif not self._device.accepted:
            self._end(f"{LoginReason.REFUSED}: no answer to it")

    def _following(
        self, scheme: Scheme | None, request: HttpRequest, exchange: Exchange, answer: Answer, *, renewed: bool
    ) -> Scheme:
        """What to answer a denial with. Raises _EndedError if there is nothing to answer."""
        if locked(answer):
            raise _EndedError(LoginReason.LOCKED)
        values = answer.all("www-authenticate")
        challenge = answerable(digest.choose(values), exchange.raw)
        if scheme is None:
            return self._first(challenge, request, values)
        spent = renewed or not isinstance(scheme, DigestScheme)
        if challenge is not None and not spent and (challenge.stale or request.token in self._proven):
            return DigestScheme(challenge)
        raise _EndedError(LoginReason.REFUSED)

    def _first(self, challenge: digest.Digest | None, request: HttpRequest, values: Sequence[str]) -> Scheme:
        """The first answer to a device that asks for a login."""
        if challenge is not None:
            return DigestScheme(challenge)
        if request.token:
            offset = self._device.clock or timedelta()
            if abs(offset) > MAX_CLOCK_OFFSET:
                raise _EndedError(f"{LoginReason.UNSAFE}: its clock is off by {_rounded(offset)}", everywhere=False)
            return TokenScheme(lambda: _now() + offset)
        basic = offers_basic(values)
        if basic and (self._device.enrolment.certificate is not None or self._device.enrolment.basic):
            return BasicScheme()
        raise _EndedError(f"{LoginReason.UNSAFE}: {self._why_not(basic=basic)}", everywhere=False)

    def _why_not(self, *, basic: bool) -> str:
        if not basic:
            return "it offers no way that is known"
        if not self._tls:
            return "it offers Basic over plain HTTP alone"
        return f"it offers Basic alone, and its certificate was not enrolled: {self._certificate}"

    def _note(self, ended: _EndedError, *, token: bool) -> str:
        if ended.everywhere:
            return self._end(ended.reason)
        self._unsafe[token] = ended.reason
        self._context.report(self._address, ended.reason)
        return ended.reason

    def _end(self, reason: str) -> str:
        """Say nothing more to this device in this run."""
        self._device.ended = reason
        self._context.report(self._address, reason)
        return reason

    def _without(self, reason: str) -> Exchange:
        return without(self._address, self._port, reason)


def without(address: str, port: int, reason: str) -> Exchange:
    """How a request ends that was not sent, for want of a login."""
    return Exchange(address, port, Outcome.AUTH_REQUIRED, _now(), reason=reason)


def _rounded(offset: timedelta) -> str:
    minutes = round(abs(offset).total_seconds() / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"


def _now() -> datetime:
    return datetime.now(UTC)
