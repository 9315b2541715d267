"""Finds out whether a device accepts its enrolled login, by one request that needs it.

The requests are among those that every device is asked without a login. Nothing is sent if no login is enrolled.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, replace
from functools import partial

from camscan.codecs import onvif, over_http
from camscan.net.base import Exchange, HttpRequest, LoginReason, Net
from camscan.probes.base import Ask, Cost, Stage
from camscan.probes.observing import observe, unread
from camscan.probes.onvif import services
from camscan.probes.web import API_PATHS, observe_page
from camscan.probes.webapis import WEB_APIS, is_success, web_servers
from camscan.records import Observation, Outcome

CHANNEL = "login"

_MAX_PORTS = 3
_SOAP = "GetDeviceInformation"


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to one port: a GET, or the operation of the ONVIF service at that path."""

    port: int
    tls: bool
    path: str
    soap: bool = False

    @property
    def request(self) -> HttpRequest:
        """The request; for SOAP with an empty header, into which a token can be put."""
        if not self.soap:
            return HttpRequest(self.path)
        return HttpRequest(self.path, onvif.encode(_SOAP, header=True), onvif.CONTENT_TYPE, token=True)

    def observed(self, exchange: Exchange) -> Observation:
        """The observation of a successful answer, on the channel of the web API with this path, which then skips it.

        Any other answer is put on the channel that asks the same without a login.
        """
        for api in WEB_APIS:
            if self.path in (*api.codec.REQUESTS, *api.codec.QUESTIONS):
                found = api.observed(exchange, self.path)
                if is_success(found):
                    return found
        kept = over_http.redacted(exchange.raw) if exchange.raw else b""
        if self.soap:
            return observe(exchange, "onvif", _SOAP, partial(over_http.onvif_answer, action=_SOAP), kept)
        return observe_page(replace(exchange, replies=(kept,)), self.path)


class LoginProbe:
    """Sends one request after the other to an enrolled device, until the login is accepted or refused."""

    channels = (CHANNEL,)
    stage = Stage.LOGIN
    cost = Cost(0, 0, 12)

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        ending: Observation | None = None
        for question in _questions(ask):
            async with net.enrolled(ask.address, question.port, ask.observations, tls=question.tls) as device:
                if device is None:
                    continue
                exchange = await device.ask(question.request)
            if device.accepted:
                yield question.observed(exchange)
                yield _ended(question, replace(exchange, outcome=Outcome.ANSWERED, replies=(), reason=""))
                return
            if exchange.outcome is Outcome.AUTH_REQUIRED:
                ending = _ended(question, exchange)
                if not exchange.reason.startswith(LoginReason.UNSAFE):
                    break
            elif ending is None:
                why = "nothing asked for a login"
                if not exchange.begun:
                    why = f"no connection for it: {exchange.reason or exchange.outcome}"
                ending = _ended(question, replace(exchange, outcome=Outcome.NOT_SENT, replies=(), reason=why))
        if ending is not None:
            yield ending
        elif denial := next((o for o in ask.observations if o.outcome is Outcome.AUTH_REQUIRED), None):
            yield replace(denial, channel=CHANNEL, fields={}, raw=b"", reason=LoginReason.NOT_ENROLLED)


def _ended(question: _Question, exchange: Exchange) -> Observation:
    """The result of the login, on a channel of its own."""
    return unread(exchange, CHANNEL, _SOAP if question.soap else f"GET {question.path}")


def _questions(ask: Ask) -> Iterator[_Question]:
    """Requests that were denied without a login come first, and ports with TLS before others."""
    denied = [o for o in ask.observations if o.outcome is Outcome.AUTH_REQUIRED]
    for port, tls in web_servers(ask.observations)[:_MAX_PORTS]:
        asked = [o.asked.removeprefix("GET ") for o in denied if o.channel == "http" and o.port == port]
        soap = [path for number, _, path in services(ask.address, ask.observations) if number == port]
        yield from (_Question(port, tls, path) for path in asked[:1])
        if any(o.channel == "onvif" and o.port == port and o.outcome.has_answer for o in ask.observations):
            yield from (_Question(port, tls, path, soap=True) for path in soap[:1])
        yield from (_Question(port, tls, path) for path in API_PATHS if path not in asked[:1])
