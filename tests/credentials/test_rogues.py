"""Whoever is not the enrolled device, or asks in a way that is not safe, sees not a byte of a login."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.logins import (
    ADDRESS,
    ANSWER,
    FAULT,
    MAC,
    PAGE,
    SECRET,
    SERIAL,
    SOAP,
    USER,
    Peer,
    Script,
    broker,
    denial,
    device_at,
    digest,
    enrolment,
    listening,
    named,
    net_with,
    once_logged_in,
)

from camscan.credentials.pins import Pins
from camscan.credentials.sighting import Sighting
from camscan.net.base import HttpRequest, LoginReason
from camscan.records import Outcome

PORT = 4443
BASIC = 'Basic realm="camera"'

CHALLENGES = {
    "basic": denial(BASIC),
    "digest": denial(digest()),
    "sha-256": denial(digest(more=', algorithm=SHA-256, qop="auth"')),
    "rfc-2069": denial(digest(more="")),
    "auth-int": denial(digest(more=', qop="auth-int"')),
    "stale": denial(digest(more=", stale=true")),
    "both": denial(BASIC, digest()),
    "ntlm": denial("NTLM"),
    "negotiate": denial("Negotiate"),
    "bearer": denial('Bearer realm="x"'),
    "proxy": denial(more='Proxy-Authenticate: Basic realm="p"\r\n', status="407 Proxy Authentication Required"),
    "forbidden": denial(BASIC, digest(), status="403 Forbidden"),
    "fault": denial(status="400 Bad Request", body=FAULT),
    "fault with challenge": denial(digest(), body=FAULT),
}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("challenge", CHALLENGES)
async def test_nobody_is_logged_in_to_who_is_not_enrolled(challenge: str, tls: bool, tmp_path: Path) -> None:
    logins = broker(tmp_path, enrolment(address="127.88.77.9"))
    peer = Peer(lambda _number, _request: CHALLENGES[challenge])
    async with listening(peer, named("rogue") if tls else None), net_with(logins) as net:
        async with net.enrolled(ADDRESS, peer.port, (), tls=tls) as device:
            assert device is None
        async with net.browse(ADDRESS, peer.port, tls=tls) as browser:
            await browser.fetch(PAGE)
            await browser.fetch(SOAP)
    assert len(peer.requests) == 2
    peer.assert_heard_nothing()


@dataclass(frozen=True)
class Other:
    """What stands where a device was enrolled, and is another."""

    enrolled: dict[str, Any] = field(default_factory=dict)
    sighting: Sighting = field(default_factory=Sighting)
    reason: str = ""


OTHERS = {
    "another MAC": Other({"mac": MAC}, Sighting(macs=("02:00:00:00:00:02",)), LoginReason.OTHER_DEVICE),
    "no MAC": Other({"mac": MAC}, Sighting(), LoginReason.UNRECOGNISED),
    "claims the MAC, comes from another": Other(
        {"mac": MAC},
        Sighting(link_macs=("02:00:00:00:00:02",), macs=("02:00:00:00:00:02", MAC)),
        LoginReason.OTHER_DEVICE,
    ),
    "two answer": Other({"mac": MAC}, Sighting(link_macs=(MAC, "02:00:00:00:00:02")), LoginReason.OTHER_DEVICE),
    "another serial": Other({"serial": SERIAL}, Sighting(serials=("E87654321",)), LoginReason.OTHER_DEVICE),
    "no serial": Other({"serial": SERIAL}, Sighting(macs=(MAC,)), LoginReason.UNRECOGNISED),
    "two serials": Other({"serial": SERIAL}, Sighting(serials=(SERIAL, "E87654321")), LoginReason.OTHER_DEVICE),
    "the MAC alone fits": Other(
        {"mac": MAC, "serial": SERIAL}, Sighting(macs=(MAC,), serials=("E87654321",)), LoginReason.OTHER_DEVICE
    ),
    "certificate without TLS": Other({"certificate": "ab" * 32}, Sighting(), LoginReason.UNSAFE),
    "TLS only": Other({"mac": MAC, "tls_only": True}, Sighting(macs=(MAC,)), LoginReason.UNSAFE),
    "another port": Other({"mac": MAC, "ports": [9]}, Sighting(macs=(MAC,))),
    "another site": Other({"mac": MAC, "site": "depot"}, Sighting(macs=(MAC,))),
    "another maker": Other({"network": "127.88.0.0/16", "maker": "Northlight"}, Sighting(maker="Southlight")),
    "no maker": Other({"network": "127.88.0.0/16", "maker": "Northlight"}, Sighting()),
    "another network": Other({"network": "127.89.0.0/16", "maker": "Northlight"}, Sighting(maker="Northlight")),
}


@pytest.mark.parametrize("other", OTHERS)
async def test_another_device_is_not_logged_in_to(other: str, tmp_path: Path) -> None:
    case = OTHERS[other]
    logins = broker(tmp_path, enrolment(**case.enrolled), sighting=case.sighting)
    peer = Peer(lambda _number, _request: denial(BASIC, digest()))
    async with listening(peer), net_with(logins) as net, net.enrolled(ADDRESS, peer.port, ()) as device:
        assert (device is None) == (not case.reason)
        for request in (PAGE, SOAP) if device else ():
            assert device is not None
            exchange = await device.ask(request)
            assert exchange.outcome is Outcome.AUTH_REQUIRED
            assert exchange.reason.startswith(case.reason)
    assert peer.requests == []
    peer.assert_heard_nothing()
    alarming = case.reason == LoginReason.OTHER_DEVICE
    assert any(note.startswith("ALERT") for note in logins.notes) == alarming


@dataclass(frozen=True)
class Unsafe:
    """An enrolled device, or whoever has taken its place, that asks for the login in a way that is not safe."""

    answer: str
    request: HttpRequest = PAGE
    tls: bool = False
    clock: timedelta | None = None
    outcome: Outcome = Outcome.AUTH_REQUIRED


GBK = "\u6444\u50cf\u673a".encode("gbk").decode("utf-8", "surrogateescape")
ELSEWHERE = "Location: http://127.88.77.8/ISAPI/System/deviceInfo\r\n"
UNSAFE = {
    "basic in the clear": Unsafe(denial(BASIC)),
    "basic to a certificate that is not enrolled": Unsafe(denial(BASIC), tls=True),
    "basic beside a digest that nobody knows": Unsafe(denial(digest(more=", algorithm=SHA-512-256"), BASIC)),
    "digest without nonce": Unsafe(denial(digest(nonce=""))),
    "digest with another qop": Unsafe(denial(digest(more=', qop="token"'))),
    "negotiate": Unsafe(denial("Negotiate", "NTLM")),
    "negotiate over TLS": Unsafe(denial("Negotiate", "NTLM"), tls=True),
    "no challenge": Unsafe(denial()),
    "challenge that cannot be sent back": Unsafe(denial('Digest realm="\x7f", nonce="n"')),
    "challenge in another character set": Unsafe(denial(f'Digest realm="{GBK}", nonce="n"')),
    "redirect": Unsafe(denial(status="302 Found", more=ELSEWHERE), outcome=Outcome.ANSWERED),
    "redirect with a challenge": Unsafe(denial(digest(), status="302 Found", more=ELSEWHERE), outcome=Outcome.ANSWERED),
    "challenge to a proxy": Unsafe(CHALLENGES["proxy"], outcome=Outcome.ANSWERED),
    "challenge with an answer": Unsafe(denial(digest(), status="200 OK"), outcome=Outcome.ANSWERED),
    "clock a year ahead": Unsafe(CHALLENGES["fault"], SOAP, clock=timedelta(days=365)),
    "clock a year behind": Unsafe(CHALLENGES["fault"], SOAP, clock=timedelta(days=-365)),
    "clock six minutes ahead": Unsafe(CHALLENGES["fault"], SOAP, tls=True, clock=timedelta(minutes=6)),
    "locked": Unsafe(denial(digest(), body="<userCheck><lockStatus>lock</lockStatus></userCheck>")),
    "locked without a challenge": Unsafe(denial(status="403 Forbidden", body="<lockStatus>lock</lockStatus>")),
    "locked in a fault of another kind": Unsafe(
        denial(status="500 Internal Server Error", body="<Envelope>The device is locked</Envelope>"), SOAP
    ),
    "too many requests": Unsafe(denial(digest(), status="429 Too Many Requests")),
    "locked in words": Unsafe(denial(digest(), body=FAULT.replace("Sender", "the device is locked, wait 30 minutes"))),
}


@pytest.mark.privileged_ports
@pytest.mark.parametrize("unsafe", UNSAFE)
async def test_a_challenge_that_is_not_safe_is_not_answered(unsafe: str, tmp_path: Path) -> None:
    case, elsewhere = UNSAFE[unsafe], Peer(lambda _number, _request: denial(digest()), "127.88.77.8", 80)
    logins = broker(tmp_path, sighting=Sighting(macs=(MAC,), clock=case.clock))
    peer = Peer(lambda _number, _request: case.answer)
    context = named("camera") if case.tls else None
    async with listening(elsewhere), listening(peer, context), device_at(logins, peer.port, tls=case.tls) as device:
        for _ in range(3):
            assert (await device.ask(case.request)).outcome is case.outcome
        assert not device.accepted
    if case.outcome is Outcome.AUTH_REQUIRED:
        assert len(peer.requests) == 1
    peer.assert_heard_nothing()
    assert elsewhere.requests == []


async def test_a_changed_certificate_ends_everything_before_a_byte_is_sent(tmp_path: Path) -> None:
    answer = once_logged_in(denial(digest()))
    logins, peer = broker(tmp_path), Peer(answer)
    async with listening(peer, named("camera")), device_at(logins, peer.port, tls=True) as device:
        assert (await device.ask(PAGE)).outcome is Outcome.ANSWERED
    later, rogue, plain = broker(tmp_path), Peer(answer, port=peer.port), Peer(answer)
    async with listening(rogue, named("rogue")), listening(plain), net_with(later) as net:
        for port, tls in ((rogue.port, True), (rogue.port, True), (plain.port, False)):
            async with net.enrolled(ADDRESS, port, (), tls=tls) as found:
                assert found is not None
                exchange = await found.ask(PAGE)
                assert exchange.outcome is Outcome.AUTH_REQUIRED
                assert exchange.reason.startswith(LoginReason.CERTIFICATE)
    assert rogue.requests == plain.requests == []
    assert [note for note in later.notes if note.startswith("ALERT") and "no secret was sent to it" in note]
    pins = Pins(tmp_path / "pins")
    assert pins.forget(None, ADDRESS) == 1
    async with listening(rogue, named("rogue")), device_at(broker(tmp_path), rogue.port, tls=True) as device:
        assert (await device.ask(PAGE)).outcome is Outcome.ANSWERED


async def test_a_pin_is_no_leave_for_basic(tmp_path: Path) -> None:
    refused, basic = Peer(_always(denial(digest()))), denial(BASIC)
    async with listening(refused, named("rogue")), device_at(broker(tmp_path), refused.port, tls=True) as device:
        assert (await device.ask(PAGE)).reason == LoginReason.REFUSED
    assert Pins(tmp_path / "pins").at(None, ADDRESS, refused.port) is not None
    rogue = Peer(lambda _number, _request: basic, port=refused.port)
    async with listening(rogue, named("rogue")), device_at(broker(tmp_path), rogue.port, tls=True) as device:
        exchange = await device.ask(PAGE)
        assert exchange.reason.startswith(f"{LoginReason.UNSAFE}: it offers Basic alone")
    assert len(rogue.requests) == 1
    rogue.assert_heard_nothing()


async def test_an_enrolled_certificate_is_the_only_one_that_will_do(tmp_path: Path) -> None:
    async def tried(certificate: str | None) -> tuple[Peer, str]:
        given = {"certificate": certificate} if certificate else {"mac": MAC}
        peer = Peer(once_logged_in(denial(digest())), port=PORT)
        logins = broker(tmp_path, enrolment(**given))
        async with listening(peer, named("camera")), device_at(logins, peer.port, tls=True) as device:
            return peer, (await device.ask(PAGE)).reason

    wrong, reason = await tried("ab" * 32)
    assert reason.startswith(LoginReason.CERTIFICATE)
    wrong.assert_heard_nothing()
    await tried(None)
    pin = Pins(tmp_path / "pins").at(None, ADDRESS, PORT)
    assert pin is not None
    right, reason = await tried(pin.certificate)
    assert (right.logins, reason) == (1, "")


async def test_who_shows_no_certificate_is_not_spoken_to(tmp_path: Path) -> None:
    anonymous = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    anonymous.maximum_version = ssl.TLSVersion.TLSv1_2
    anonymous.set_ciphers("ADH:AECDH:@SECLEVEL=0")
    peer = Peer(lambda _number, _request: denial(digest()))
    async with listening(peer, anonymous), device_at(broker(tmp_path), peer.port, tls=True) as device:
        exchange = await device.ask(PAGE)
        assert exchange.outcome is not Outcome.ANSWERED
        assert not device.accepted
    assert peer.requests == []
    peer.assert_heard_nothing()


def test_there_are_enough_of_them() -> None:
    assert 2 * len(CHALLENGES) + len(OTHERS) + len(UNSAFE) >= 40


def _always(answer: str) -> Script:
    return once_logged_in(denial(digest()), answer)


ENDLESS: dict[str, tuple[Script, int]] = {
    "refuses": (_always(denial(digest("6e6577"))), 1),
    "refuses with another realm": (_always(denial('Digest realm="other", nonce="6e6577"')), 1),
    "refuses and offers basic": (_always(denial(BASIC)), 1),
    "hangs up": (_always(""), 1),
    "fails": (_always(denial(status="500 Internal Server Error")), 1),
    "redirects": (_always(denial(status="302 Found", more=ELSEWHERE)), 1),
    "calls every nonce stale": (_always(denial(digest("6e6577", ", stale=true"))), 2),
    "locks": (_always(denial(body="<lockStatus>lock</lockStatus>")), 1),
    "locks and forbids": (_always(denial(status="403 Forbidden", body="<lockStatus>lock</lockStatus>")), 1),
    "has had too many": (_always(denial(status="429 Too Many Requests", more="Retry-After: 60\r\n")), 1),
    "locks and fails": (_always(denial(status="500 Failure", body="<Envelope>The device is locked</Envelope>")), 1),
}


@pytest.mark.parametrize("rogue", ENDLESS)
async def test_one_try_is_all_that_a_device_gets(rogue: str, tmp_path: Path) -> None:
    script, tries = ENDLESS[rogue]
    logins, peer, other = broker(tmp_path), Peer(script), Peer(script)
    async with listening(peer), listening(other), net_with(logins) as net:
        for port in (peer.port, other.port, peer.port):
            async with net.enrolled(ADDRESS, port, ()) as device:
                assert device is not None
                for request in (PAGE, SOAP, PAGE):
                    exchange = await device.ask(request)
                    assert (
                        exchange.outcome is not Outcome.ANSWERED
                        or "302" in exchange.raw.decode()
                        or b"500" in exchange.raw
                    )
                assert not device.accepted
                assert exchange.outcome is Outcome.AUTH_REQUIRED
                assert exchange.reason.startswith((LoginReason.REFUSED, LoginReason.LOCKED))
    assert (peer.logins, other.logins) == (tries, 0)
    assert other.requests == []
    assert base64.b64encode(f"{USER}:{SECRET}".encode()) not in peer.heard
    assert SECRET.encode() not in peer.heard


async def test_neither_netrc_nor_a_proxy_has_a_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text(f"machine {ADDRESS} login stranger password elsewhere\n")
    (tmp_path / "netrc").chmod(0o600)
    proxy, peer = Peer(lambda _number, _request: ANSWER, "127.88.77.7"), Peer(lambda _number, _request: denial(BASIC))
    async with listening(proxy), listening(peer), net_with(broker(tmp_path)) as net:
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.address}:{proxy.port}")
        async with net.enrolled(ADDRESS, peer.port, ()) as device:
            assert device is not None
            await device.ask(PAGE)
        async with net.browse(ADDRESS, peer.port) as browser:
            await browser.fetch(PAGE)
    assert proxy.requests == []
    assert b"stranger" not in peer.heard
    peer.assert_heard_nothing()
