"""What an enrolled device that behaves is told, and how often."""

from __future__ import annotations

import asyncio
import base64
import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from support.logins import (
    ADDRESS,
    ANSWER,
    FAULT,
    MAC,
    PAGE,
    SECRET,
    SOAP,
    USER,
    Peer,
    broker,
    certificate_at,
    denial,
    device_at,
    digest,
    enrolment,
    listening,
    named,
    net_with,
    once_logged_in,
)
from support.site import site_of

from camscan.codecs import framing, onvif
from camscan.codecs.digest import Digest
from camscan.credentials.enrolment import Enrolment
from camscan.credentials.schemes import BasicScheme, DigestScheme, Login, TokenScheme
from camscan.credentials.sighting import Sighting
from camscan.errors import HostError
from camscan.net import budget
from camscan.net.base import HttpRequest, LoginReason
from camscan.net.exchange.browsing import EnrolledBrowser
from camscan.probes.base import Ask
from camscan.probes.login import LoginProbe
from camscan.records import Observation, Outcome
from camscan.simulator import Persona, enrolled

CGI = HttpRequest("/cgi-bin/magicBox.cgi?action=getSystemInfo")
PERSONAS = {persona.name: persona for persona in enrolled()}
FAMILIES = {"isapi": PAGE, "cgi": CGI, "onvif": SOAP}


def asking(of: Persona) -> HttpRequest:
    return FAMILIES[of.name.partition("-")[0]]


@pytest.mark.parametrize(
    "name", ["isapi-md5", "isapi-sha256", "isapi-tls", "cgi-md5", "cgi-rfc2069", "onvif-token", "onvif-digest"]
)
async def test_each_family_is_answered_in_its_own_way_and_only_once(name: str, tmp_path: Path) -> None:
    persona = PERSONAS[name]
    assert persona.login
    async with site_of(persona) as site:
        (device,) = site.devices
        login = enrolment(
            address=device.address, mac=persona.mac, user=persona.login.user, secret=persona.login.password
        )
        clock = timedelta(seconds=persona.login.clock)
        logins = broker(tmp_path, login, sighting=Sighting(macs=(persona.mac,), clock=clock))
        port, tls = (device.ports[443], True) if 443 in device.ports else (device.ports[80], False)
        async with device_at(logins, port, address=device.address, tls=tls) as opened:
            for _ in range(4):
                exchange = await opened.ask(asking(persona))
                assert exchange.outcome is Outcome.ANSWERED
                assert persona.serial.encode() in exchange.raw
        assert device.counters.logins.count("admitted") == 4
        assert "refused" not in device.counters.logins
        assert device.counters.logins[0] == "admitted"
        bare = [r for r in device.counters.requests if b"UsernameToken" not in r.body and not r.authorization]
        assert len(bare) == 1


async def test_nothing_is_sent_to_a_device_that_does_not_ask(tmp_path: Path) -> None:
    peer = Peer(lambda _number, _request: ANSWER)
    async with listening(peer), device_at(broker(tmp_path), peer.port) as device:
        for request in (PAGE, SOAP, PAGE):
            assert (await device.ask(request)).outcome is Outcome.ANSWERED
        assert not device.accepted
    peer.assert_heard_nothing()


async def test_the_stronger_digest_is_answered_and_basic_never_beside_one(tmp_path: Path) -> None:
    peer = Peer(once_logged_in(denial('Basic realm="x"', digest(), digest("6e32", ", algorithm=SHA-256"))))
    async with listening(peer), device_at(broker(tmp_path), peer.port) as device:
        assert (await device.ask(PAGE)).outcome is Outcome.ANSWERED
        assert device.accepted
    assert "algorithm=SHA-256" in peer.requests[1]
    assert "Basic" not in peer.requests[1]


async def test_a_nonce_is_counted_and_renewed_when_it_is_stale(tmp_path: Path) -> None:
    def script(number: int, _text: str) -> str:
        stale = denial(digest("6e6577", ', qop="auth", stale=true'))
        return {0: denial(digest("6f6c64")), 3: stale}.get(number, ANSWER)

    peer = Peer(script)
    async with listening(peer), device_at(broker(tmp_path), peer.port) as device:
        for _ in range(3):
            assert (await device.ask(PAGE)).outcome is Outcome.ANSWERED
    counts = [text.partition("nc=")[2][:8] for text in peer.requests]
    assert counts == ["", "00000001", "00000002", "00000003", "00000001"]
    assert 'nonce="6e6577"' in peer.requests[-1]


async def test_a_new_nonce_without_a_word_of_stale_is_answered_once_the_login_was_right(tmp_path: Path) -> None:
    peer = Peer(lambda number, _text: denial(digest(f"6e{number:02}")) if number in (0, 2, 4, 5) else ANSWER)
    async with listening(peer), device_at(broker(tmp_path), peer.port) as device:
        assert [str((await device.ask(PAGE)).outcome) for _ in range(4)] == [
            "answered",
            "answered",
            "auth-required",
            "auth-required",
        ]
    assert len(peer.requests) == 6


@pytest.mark.parametrize(("tls", "allowed"), [(True, True), (False, True), (True, False)])
async def test_basic_goes_to_an_enrolled_certificate_or_where_it_was_allowed(
    tls: bool, allowed: bool, tmp_path: Path
) -> None:
    peer = Peer(once_logged_in(denial('Basic realm="x"')))
    async with listening(peer, named("camera") if tls else None):
        given = {"basic": True} if allowed else {"certificate": await certificate_at(peer.address, peer.port)}
        async with device_at(broker(tmp_path, enrolment(**given)), peer.port, tls=tls) as device:
            assert (await device.ask(PAGE)).outcome is Outcome.ANSWERED
    assert base64.b64encode(f"{USER}:{SECRET}".encode()).decode() in peer.requests[1]


async def test_a_token_is_made_out_for_the_devices_clock(tmp_path: Path) -> None:
    logins = broker(tmp_path, sighting=Sighting(macs=(MAC,), clock=timedelta(minutes=-4)))
    peer = Peer(once_logged_in(denial(), sign="UsernameToken"))
    async with listening(peer), device_at(logins, peer.port) as device:
        for _ in range(2):
            assert (await device.ask(SOAP)).outcome is Outcome.ANSWERED
    created = [text.partition("Created>")[2][:24] for text in peer.requests[1:]]
    offsets = [datetime.fromisoformat(text) - datetime.now(UTC) for text in created]
    assert all(timedelta(minutes=-5) < offset < timedelta(minutes=-3.5) for offset in offsets)
    nonces = [text.partition('Base64Binary">')[2].partition("<")[0] for text in peer.requests[1:]]
    assert len(set(nonces)) == 2
    assert SECRET not in "".join(peer.requests)


@pytest.mark.parametrize("first", [denial(), denial(digest())], ids=["token", "digest"])
async def test_a_right_that_is_missing_is_an_answer_once_the_login_was_taken(first: str, tmp_path: Path) -> None:
    refusal = denial(status="400 Bad Request", body=FAULT)
    peer = Peer(lambda number, _text: {0: first, 2: refusal}.get(number, ANSWER))
    async with listening(peer), device_at(broker(tmp_path), peer.port) as device:
        answers = [(await device.ask(SOAP)) for _ in range(3)]
    assert [one.outcome for one in answers] == [Outcome.ANSWERED] * 3
    assert b"NotAuthorized" in answers[1].raw
    assert len(peer.requests) == 4


async def test_a_request_without_a_place_for_a_token_is_not_signed(tmp_path: Path) -> None:
    peer = Peer(lambda _number, _text: denial())
    async with listening(peer), device_at(broker(tmp_path), peer.port) as device:
        bare = HttpRequest(onvif.PATH, onvif.encode("GetDeviceInformation"), onvif.CONTENT_TYPE, token=True)
        exchange = await device.ask(bare)
    assert (exchange.outcome, peer.logins) == (Outcome.NOT_SENT, 0)


async def test_what_an_answer_repeats_of_the_login_is_not_kept(tmp_path: Path) -> None:
    def script(_number: int, text: str) -> str:
        login = text.partition("Authorization: ")[2].partition("\r\n")[0]
        body = f"<p>{login} {SECRET}</p>"
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}" if login else denial('Basic realm="x"')

    peer, logins = Peer(script), broker(tmp_path, enrolment(basic=True))
    async with listening(peer, named("camera")), device_at(logins, peer.port, tls=True) as device:
        raw = (await device.ask(PAGE)).raw
    assert b"<p>Basic ***" in raw
    assert SECRET.encode() not in raw
    assert base64.b64encode(f"{USER}:{SECRET}".encode()) not in raw


ODD = 'p&<"\u00e4 canary/1+%'
REPEATED = {
    "as it is": f"<p>{ODD}</p>".encode(),
    "in markup": b"<p>p&amp;&lt;&quot;\xc3\xa4 canary/1+%</p>",
    "in a URL": b"/login?p=p%26%3C%22%C3%A4%20canary%2F1%2B%25",
    "in a form": b"/login?p=p%26%3C%22%C3%A4+canary%2F1%2B%25",
    "in JSON": b'{"p": "p&<\\"\\u00e4 canary/1+%"}',
}
PACKINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("", lambda body: body),
    "gzip": ("Content-Encoding: gzip\r\n", gzip.compress),
    "chunked": (
        "Transfer-Encoding: chunked\r\n",
        lambda body: b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n",
    ),
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("spelling", REPEATED)
async def test_a_password_is_not_kept_however_an_answer_spells_and_packs_it(
    spelling: str, packing: str, tmp_path: Path
) -> None:
    header, pack = PACKINGS[packing]
    body = pack(REPEATED[spelling])
    length = "" if packing == "chunked" else f"Content-Length: {len(body)}\r\n"
    answer = f"HTTP/1.1 200 OK\r\n{header}{length}Server: x\r\n\r\n" + body.decode("utf-8", "surrogateescape")
    peer = Peer(once_logged_in(denial(digest()), answer))
    logins = broker(tmp_path, enrolment(secret=ODD))
    async with listening(peer), device_at(logins, peer.port) as device:
        exchange = await device.ask(PAGE)
    told = framing.read(exchange.raw)
    assert (exchange.outcome, told.status, told.all("server")) == (Outcome.ANSWERED, "200", ["x"])
    assert b"***" in told.content
    assert b"canary" not in told.content + exchange.raw


def test_a_signed_request_shows_nothing_of_the_login() -> None:
    """Whatever logs or prints one, such as a debugger's traceback."""
    for scheme in (BasicScheme(), DigestScheme(Digest("r", "n", "md5")), TokenScheme(lambda: datetime.now(UTC))):
        assert repr(scheme.sign(SOAP, Login(USER, SECRET))) == "Signed()"


async def test_logins_to_one_device_come_one_after_the_other(tmp_path: Path) -> None:
    peers = [Peer(lambda _number, _text: denial(digest())) for _ in range(3)]
    async with listening(peers[0]), listening(peers[1]), listening(peers[2]), net_with(broker(tmp_path)) as net:

        async def tried(port: int) -> str:
            async with net.enrolled(peers[0].address, port, ()) as device:
                assert device is not None
                return (await device.ask(PAGE)).reason

        reasons = await asyncio.gather(*(tried(peer.port) for peer in peers))
    assert set(reasons) == {LoginReason.REFUSED}
    assert sum(peer.logins for peer in peers) == 1


async def test_a_login_that_was_not_sent_is_not_called_refused(tmp_path: Path) -> None:
    """Nobody has looked at it, where the device was excluded after it had asked for a login."""
    logins = broker(tmp_path)

    def exclude_and_deny(_number: int, _text: str) -> str:
        net.exclude({ADDRESS})
        return denial(digest())

    peer = Peer(exclude_and_deny)
    async with listening(peer), net_with(logins) as net, net.enrolled(ADDRESS, peer.port, ()) as device:
        assert device is not None
        assert (await device.ask(PAGE)).outcome is Outcome.EXCLUDED
    assert len(peer.requests) == 1
    assert list(logins.notes) == []


async def test_a_login_for_which_no_connection_comes_about_is_not_called_refused(tmp_path: Path) -> None:
    """The device has asked for it and hung up, and has no room for another connection."""
    logins = broker(tmp_path)

    def leave_and_deny(_number: int, _text: str) -> str:
        server.close()
        return denial(digest(), more="Connection: close\r\n")

    peer = Peer(leave_and_deny)
    server = await asyncio.start_server(peer.talk, ADDRESS, 0)
    port = server.sockets[0].getsockname()[1]
    async with device_at(logins, port) as device:
        exchange = await device.ask(PAGE)
        assert (exchange.outcome, exchange.begun) == (Outcome.REFUSED, False)
        assert not device.accepted
    peer.assert_heard_nothing()
    web = Observation(ADDRESS, "http", Outcome.ANSWERED, datetime.now(UTC), port, "GET /")
    async with net_with(logins) as net:
        told = [one async for one in LoginProbe().run(Ask(ADDRESS, None, (web,)), net)]
    assert [(one.outcome, one.reason) for one in told] == [(Outcome.NOT_SENT, "no connection for it: refused")]
    assert list(logins.notes) == []
    other = Peer(once_logged_in(denial(digest())))
    async with listening(other), device_at(logins, other.port) as device:
        assert (await device.ask(PAGE)).outcome is Outcome.ANSWERED, "it has not been tried yet"
    assert other.logins == 1


async def test_a_secret_that_cannot_be_read_ends_the_login(tmp_path: Path) -> None:
    def gone(_of: Enrolment) -> SecretStr:
        raise HostError("cannot read it")

    peer, logins = Peer(once_logged_in(denial(digest()))), broker(tmp_path, read=gone)
    async with listening(peer), device_at(logins, peer.port) as device:
        assert (await device.ask(PAGE)).reason.startswith(LoginReason.NO_SECRET)
    peer.assert_heard_nothing()


async def test_a_long_list_of_a_recorder_comes_whole(tmp_path: Path) -> None:
    """An enrolled device may say more than a stranger: a recorder of 64 cameras has a list of 200 KiB."""
    body = "x" * (200 * 1024)
    peer = Peer(
        lambda number, _: (
            denial(digest()) if number == 0 else f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
    )
    async with listening(peer), device_at(broker(tmp_path), peer.port) as device:
        first = await device.ask(HttpRequest("/list"))
        second = await device.ask(HttpRequest("/list"))
    assert [(got.outcome, len(got.raw) > len(body)) for got in (first, second)] == [(Outcome.ANSWERED, True)] * 2


async def test_a_long_list_of_an_enrolled_device_has_the_time_that_our_pace_takes_for_it(tmp_path: Path) -> None:
    """600 KiB at 20 packets a second take longer than any answer without a login may."""
    peer = Peer(once_logged_in(denial(digest())))
    async with listening(peer), device_at(broker(tmp_path), peer.port) as device:
        assert isinstance(device, EnrolledBrowser)
        await device.ask(PAGE)
        talk = device.browser.conversation
        assert talk._handler is not None
        assert talk._handler.sock.grace == budget.ENROLLED_GRACE
        assert talk._handler.most == budget.MAX_ENROLLED_BYTES
