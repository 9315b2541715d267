"""ONVIF's device service without a login; a denial proves the service as well as an answer does."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from camscan.codecs import onvif, over_http
from camscan.net.base import Browser, HttpRequest, Net
from camscan.probes.base import Ask, Cost, Stage
from camscan.probes.observing import denied, observe
from camscan.probes.ports import is_secured, port_of
from camscan.probes.web import is_endless
from camscan.records import Observation, Outcome

_MAX_SERVICES = 3  # addresses of the service that are tried on one host


class Service(NamedTuple):
    """Where a device may speak ONVIF."""

    port: int
    tls: bool
    path: str


class OnvifProbe:
    """Asks the service that discovery named, or else the usual path on ports with HTTP."""

    channels = ("onvif",)
    stage = Stage.HOST
    cost = Cost(0, 0, 24)

    async def run(self, ask: Ask, net: Net) -> AsyncGenerator[Observation, None]:
        """See `Probe.run`."""
        tried = {o.port for o in ask.observations if o.channel == "onvif"}
        found = any(_is_onvif(o, ask.observations) for o in ask.observations if o.channel == "onvif")
        known_services = () if found else services(ask.address, ask.observations)
        for service in (one for one in known_services if one.port not in tried):
            async with net.browse(ask.address, service.port, tls=service.tls) as browser:
                first = await _ask(browser, service.path, onvif.ACTIONS[0])
                if not _is_onvif(first, ask.observations):
                    yield _foreign(first)
                    continue
                yield first
                known = first.fields
                for action in onvif.ACTIONS[1:]:
                    if action == "GetCapabilities" and "onvif.service" in known:
                        continue  # an older form of the same operation
                    observation = await _ask(browser, service.path, action)
                    known = {**known, **observation.fields}
                    yield observation
                    if not observation.outcome.has_answer:
                        break
                return


async def _ask(browser: Browser, path: str, action: str) -> Observation:
    exchange = await browser.fetch(HttpRequest(path, onvif.encode(action), onvif.CONTENT_TYPE))
    observation = observe(exchange, "onvif", action, partial(over_http.onvif_answer, action=action))
    status = observation.fields.get("http.status", ())
    return denied(observation) if "401" in status or onvif.is_denied(observation.fields) else observation


def _is_onvif(answer: Observation, seen: Iterable[Observation]) -> bool:
    """Whether the answer is SOAP, or a challenge of a server that does not demand a login for every page."""
    if "onvif.action" in answer.fields:
        return True
    pages = (o.outcome for o in seen if o.channel == "http" and o.port == answer.port)
    return answer.outcome is Outcome.AUTH_REQUIRED and Outcome.AUTH_REQUIRED not in pages


def _foreign(answer: Observation) -> Observation:
    """The answer without its fields, as `GARBLED`, so that its server is not taken for a camera."""
    heard = answer.outcome.has_answer
    return replace(answer, outcome=Outcome.GARBLED, fields={}, reason="no ONVIF answer") if heard else answer


def services(address: str, seen: Iterable[Observation]) -> Iterator[Service]:
    """The services to try: those that answers name for this address, then the web ports."""
    found: dict[tuple[int, bool], str] = {}
    for observation in seen:
        for url in observation.fields.get("wsd.xaddr", ()):
            port = port_of(url, address)
            if port:
                parts = urlsplit(url)
                found.setdefault((port, parts.scheme == "https"), parts.path or onvif.PATH)
    for observation in seen:
        port = observation.port if observation.channel == "http" and observation.outcome.has_answer else None
        if port and not is_endless(port, seen):
            found.setdefault((port, is_secured(port, seen)), onvif.PATH)
    for (port, tls), path in list(found.items())[:_MAX_SERVICES]:
        yield Service(port, tls, path)
