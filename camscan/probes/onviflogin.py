"""ONVIF with an enrolled login, which hardened devices require."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import partial

from camscan.codecs import onvif, over_http, soap
from camscan.net.base import Enrolled, HttpRequest, Net
from camscan.probes.base import Ask, Cost, Stage
from camscan.probes.observing import observe
from camscan.probes.onvif import Service, services
from camscan.probes.webapis import not_enrolled, own
from camscan.records import Observation, Outcome

_CHANNEL = "onvif-login"


class OnvifLoginProbe:
    """Asks the device service for what it did not answer without a login, then the media service."""

    channels = (_CHANNEL,)
    stage = Stage.LOGIN
    cost = Cost(0, 0, 16)

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        seen = tuple(own(ask.observations))
        service = next(_found(ask.address, seen), None)
        if service is None:
            return
        async with net.enrolled(ask.address, service.port, seen, tls=service.tls) as login:
            if login is None:
                yield not_enrolled(ask.address, service.port, _CHANNEL, seen)
                return
            media = next(filter(None, map(_media_path, seen)), "")
            for operation in _unanswered(seen):
                where = media if operation in soap.MEDIA_QUESTIONS else service.path
                if not where:  # a guessed path may be denied, which would look as if the login were refused
                    return
                observation = await _ask(login, where, operation)
                yield observation
                if observation.outcome is Outcome.AUTH_REQUIRED or not observation.outcome.has_answer:
                    return
                media = _media_path(observation) or media


def _found(address: str, seen: Sequence[Observation]) -> Iterator[Service]:
    """The services that speak ONVIF, as they were found without a login."""
    speaking = {o.port for o in seen if o.channel == "onvif" and _speaks(o)}
    return (service for service in services(address, seen) if service.port in speaking)


def _media_path(observation: Observation) -> str:
    """The path of the media service as the device names it, or ""."""
    return next(iter(observation.fields.get("onvif.media_path", ())), "")


def _speaks(observation: Observation) -> bool:
    return observation.outcome is Outcome.AUTH_REQUIRED or "onvif.action" in observation.fields


def _unanswered(seen: Sequence[Observation]) -> list[str]:
    """The operations that have not been answered; discovery has the scopes as well (ONVIF Core, Discovery)."""
    answers = (o for o in seen if o.channel == "onvif" and o.outcome is Outcome.ANSWERED)
    told = {answer.asked for answer in answers if "onvif.fault" not in answer.fields}
    if any(o.channel == "wsd" and "onvif.scope" in o.fields for o in seen):
        told.add("GetScopes")
    return [operation for operation in (*soap.DEVICE_QUESTIONS, *soap.MEDIA_QUESTIONS) if operation not in told]


async def _ask(login: Enrolled, path: str, operation: str) -> Observation:
    request = HttpRequest(path, soap.encode(operation), onvif.CONTENT_TYPE, token=True)
    exchange = await login.ask(request)
    raw = over_http.without_headers(exchange.raw) if exchange.raw else b""
    decode = partial(over_http.own_answer, decode=partial(soap.decode, operation=operation))
    return observe(exchange, _CHANNEL, operation, decode, raw)
