"""A host that passes everything on to the real device: what it is refused, and what no rule can keep from it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.logins import (
    ADDRESS,
    MAC,
    PAGE,
    SECRET,
    SOAP,
    USER,
    Peer,
    broker,
    certificate_at,
    enrolment,
    listening,
    named,
    net_with,
)
from support.site import client_context, site_of

from camscan.credentials.sighting import Sighting
from camscan.net.base import HttpRequest, LoginReason
from camscan.records import Outcome
from camscan.simulator import Device, Persona, enrolled

PERSONAS = {persona.name: persona for persona in enrolled()}
ELSEWHERE = "02:00:00:00:00:66"


def guarded(name: str, clock: int = 0) -> Persona:
    """A persona of the simulator with the login that is enrolled here."""
    persona = PERSONAS[name]
    assert persona.login
    login = persona.login.model_copy(update={"user": USER, "password": SECRET, "clock": clock})
    return persona.model_copy(update={"login": login})


async def passed_on(request: str, device: Device) -> str:
    """What the real device answers to a request that a relay brings it."""
    (true, port), *_ = device.ports.items()
    secured = client_context() if true == 443 else None
    reader, writer = await asyncio.open_connection(device.address, port, ssl=secured)
    try:
        writer.write(request.encode("latin-1"))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = head.lower().partition("content-length:")[2].partition("\r\n")[0]
        return head + (await reader.readexactly(int(length))).decode("latin-1")
    finally:
        writer.transport.abort()


@dataclass
class Relay(Peer):
    """Shows whoever asks what the real device shows, and keeps back what is signed for a better use."""

    script: Callable[[int, str], str] = lambda _number, _request: ""
    device: Device | None = None
    kept: list[str] = field(default_factory=list)

    async def answer(self, request: str) -> str:
        if USER in request:
            self.kept.append(request)
            return ""
        assert self.device is not None
        return await passed_on(request, self.device)


@contextlib.asynccontextmanager
async def relay_to(name: str, *, clock: int = 0) -> AsyncIterator[Relay]:
    """A relay where a device was enrolled, and that device at another address, with a clock that is ahead."""
    async with site_of(guarded(name, clock)) as site:
        (device,) = site.devices
        context = named("relay") if name == "isapi-tls" else None
        async with listening(Relay(device=device), context) as peer:
            assert isinstance(peer, Relay)
            yield peer


@dataclass(frozen=True)
class Told:
    """How a relay in front of a device is told from it."""

    device: str
    request: HttpRequest
    reason: str
    enrolled: dict[str, Any] = field(default_factory=dict)
    sighting: Sighting = field(default_factory=lambda: Sighting(macs=(MAC,)))


TOLD = {
    "by its address, digest": Told("isapi-md5", PAGE, "", {"address": "127.88.77.9", "mac": MAC}),
    "by its address, token": Told("onvif-token", SOAP, "", {"address": "127.88.77.9", "mac": MAC}),
    "by its frames, digest": Told(
        "isapi-md5", PAGE, LoginReason.OTHER_DEVICE, sighting=Sighting(link_macs=(ELSEWHERE,), macs=(MAC,))
    ),
    "by its frames, token": Told(
        "onvif-token", SOAP, LoginReason.OTHER_DEVICE, sighting=Sighting(link_macs=(ELSEWHERE,), macs=(MAC,))
    ),
    "by its certificate": Told("isapi-tls", PAGE, LoginReason.CERTIFICATE, {"certificate": "the device's"}),
    "by a clock for future tokens": Told(
        "onvif-token", SOAP, LoginReason.UNSAFE, sighting=Sighting(macs=(MAC,), clock=timedelta(days=365))
    ),
    "by the want of TLS": Told("isapi-md5", PAGE, LoginReason.UNSAFE, {"mac": MAC, "tls_only": True}),
}


@pytest.mark.parametrize("case", TOLD)
async def test_a_relay_that_can_be_told_from_the_device_gets_nothing_for_it(case: str, tmp_path: Path) -> None:
    told = TOLD[case]
    async with relay_to(told.device) as relay:
        assert relay.device is not None
        given = dict(told.enrolled)
        if "certificate" in given:
            given["certificate"] = await certificate_at(relay.device.address, relay.device.ports[443])
        logins = broker(tmp_path, enrolment(**given), sighting=told.sighting)
        tls = told.device == "isapi-tls"
        async with net_with(logins) as net:
            async with net.enrolled(ADDRESS, relay.port, (), tls=tls) as login:
                assert (login is None) == (told.reason == "")
                if login is not None:
                    exchange = await login.ask(told.request)
                    assert exchange.outcome is Outcome.AUTH_REQUIRED
                    assert exchange.reason.startswith(told.reason)
            async with net.browse(ADDRESS, relay.port, tls=tls) as browser:
                assert (await browser.fetch(told.request)).outcome is Outcome.ANSWERED
        assert relay.requests  # it passed on what anybody may ask
        relay.assert_heard_nothing()
        assert relay.kept == relay.device.counters.user_names == relay.device.counters.logins == []


@dataclass(frozen=True)
class Used:
    """What a relay makes of a signed request, and what the device says to it."""

    device: str
    request: HttpRequest
    verdicts: list[str]
    change: tuple[str, str] = ("", "")
    times: int = 1
    later: int = 0
    other: str = ""


_POST = ("GET /ISAPI", "POST /ISAPI")
_PATH = ("deviceInfo HTTP", "deviceInfo?another HTTP")
_OPERATION = ("GetDeviceInformation", "GetNetworkInterfaces")
KEPT_BACK = {
    "digest, as it came": Used("isapi-md5", PAGE, ["admitted"]),
    "digest, twice": Used("isapi-md5", PAGE, ["admitted", "refused"], times=2),
    "digest, for another path": Used("isapi-md5", PAGE, ["refused"], change=_PATH),
    "digest, for another method": Used("isapi-md5", PAGE, ["refused"], change=_POST),
    "digest, at another device": Used("isapi-md5", PAGE, ["refused"], other="isapi-sha256"),
    "digest of ONVIF, for another operation": Used("onvif-digest", SOAP, ["admitted"], change=_OPERATION),
    "token, as it came": Used("onvif-token", SOAP, ["admitted"]),
    "token, twice": Used("onvif-token", SOAP, ["admitted", "refused"], times=2),
    "token, an hour later": Used("onvif-token", SOAP, ["refused"], later=3600),
    "token, for another operation": Used("onvif-token", SOAP, ["admitted"], change=_OPERATION),
    "token, at another device": Used("onvif-token", SOAP, ["admitted"], other="onvif-wrong-clock"),
}
"""Over plain HTTP, in front of a device whose every sign it shows. What is admitted here stands in docs/security.md:
nothing that a client can do keeps it from such a relay."""


@pytest.mark.parametrize("case", KEPT_BACK)
async def test_of_a_relay_that_shows_all_signs_of_the_device_the_rest_is_known(case: str, tmp_path: Path) -> None:
    used = KEPT_BACK[case]
    async with relay_to(used.device, clock=used.later) as relay:
        logins = broker(tmp_path)
        async with net_with(logins) as net, net.enrolled(ADDRESS, relay.port, ()) as login:
            assert login is not None
            for _ in range(3):
                assert (await login.ask(used.request)).outcome is not Outcome.ANSWERED
            assert not login.accepted
        (signed,) = relay.kept  # it is given one, and no more
        assert SECRET not in signed
        assert relay.device is not None
        device = relay.device
        if used.other:
            device = Device(guarded(used.other), "127.88.77.8")
            await device.start()
        for _ in range(used.times):
            await passed_on(signed.replace(*used.change), device)
        if used.other:
            await device.stop()
        assert device.counters.logins == used.verdicts
