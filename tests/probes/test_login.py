from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.nets import AT, Port, ScriptedNet

from camscan.codecs.registry import read_again
from camscan.errors import UsageError
from camscan.net.base import LoginReason
from camscan.probes.base import Ask
from camscan.probes.login import LoginProbe
from camscan.probes.registry import LOGIN, select
from camscan.records import Observation, Outcome

ADDRESS = "10.0.0.5"
PATH = "/ISAPI/System/deviceInfo"
INFO = b"<DeviceInfo xmlns='http://www.hikvision.com/ver20/XMLSchema'><model>DS-1</model></DeviceInfo>"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(INFO), INFO)
SOAP = (
    b"HTTP/1.1 200 OK\r\n\r\n<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>"
    b"<GetDeviceInformationResponse><Model>IPC-1</Model></GetDeviceInformationResponse></s:Body></s:Envelope>"
)


def said(channel: str, port: int, asked: str, outcome: Outcome = Outcome.ANSWERED) -> Observation:
    return Observation(ADDRESS, channel, outcome, AT, port, asked)


WEB = said("http", 80, "GET /")
DENIED = said("http", 80, f"GET {PATH}", Outcome.AUTH_REQUIRED)
ONVIF = said("onvif", 80, "GetDeviceInformation", Outcome.AUTH_REQUIRED)


async def run(net: ScriptedNet, seen: Sequence[Observation]) -> list[Observation]:
    return [found async for found in LoginProbe().run(Ask(ADDRESS, None, seen), net)]


def net_with(pages: dict[str, bytes], login: str | None = "", ports: Sequence[int] = (80,)) -> ScriptedNet:
    logins = {} if login is None else {ADDRESS: login}
    return ScriptedNet({(ADDRESS, port): Port(pages=pages) for port in ports}, logins=logins)


async def test_what_was_denied_is_asked_again_and_nothing_else() -> None:
    net = net_with({PATH: PAGE})
    page, login = await run(net, [WEB, DENIED])
    assert (page.channel, page.asked, page.fields["isapi.model"]) == ("isapi", f"GET {PATH}", ("DS-1",))
    assert (login.channel, login.outcome, login.port, login.raw) == ("login", Outcome.ANSWERED, 80, b"")
    assert [call[2] for call in net.sent] == [f"GET {PATH}"]


@pytest.mark.parametrize("path", [PATH, "/SDK/activateStatus", "SOAP"])
async def test_nothing_is_kept_from_which_the_password_can_be_guessed(path: str) -> None:
    proof = b'Authentication-Info: rspauth="6629"\r\n'
    answer = (SOAP if path == "SOAP" else PAGE).replace(b"200 OK\r\n", b"200 OK\r\n" + proof)
    seen = ONVIF if path == "SOAP" else said("http", 80, f"GET {path}", Outcome.AUTH_REQUIRED)
    found, login = await run(net_with({"<s:Header/>": answer, path: answer}), [WEB, seen])
    assert (found.outcome, login.outcome) == (Outcome.ANSWERED, Outcome.ANSWERED)
    assert b"6629" not in found.raw
    assert read_again(found) == found


async def test_a_device_is_asked_each_question_once() -> None:
    net = net_with({PATH: PAGE, "/ISAPI/System/Network/interfaces": PAGE})
    seen = [WEB, DENIED]
    for probe in LOGIN:
        seen += [found async for found in probe.run(Ask(ADDRESS, None, tuple(seen)), net)]
    asked = [call[2] for call in net.sent]
    assert len(asked) == len(set(asked)) == 3
    assert sum("isapi.model" in found.fields and found.asked == f"GET {PATH}" for found in seen) == 1


async def test_the_interface_reads_also_what_is_asked_only_without_a_login() -> None:
    path = "/cgi-bin/magicBox.cgi?action=getSystemInfo"
    answer = b"HTTP/1.1 200 OK\r\n\r\ndeviceType=IPC-HFW2431S\r\nprocessor=S2\r\nserialNumber=7C0A11EPAG00004\r\n"
    seen = said("http", 80, f"GET {path}", Outcome.AUTH_REQUIRED)
    found, _ = await run(net_with({path: answer}), [WEB, seen])
    assert (found.channel, found.fields["cgi.device_type"]) == ("cgi", ("IPC-HFW2431S",))
    assert read_again(found) == found


async def test_a_page_that_is_no_answer_of_the_interface_stays_a_page() -> None:
    page, _ = await run(net_with({PATH: b"HTTP/1.1 200 OK\r\n\r\n<html><title>Hello</title>"}), [WEB, DENIED])
    assert (page.channel, page.outcome, page.fields["http.title"]) == ("http", Outcome.ANSWERED, ("Hello",))


async def test_the_onvif_service_is_asked_with_a_place_for_a_token() -> None:
    found, login = await run(net_with({"<s:Header/>": SOAP}), [WEB, ONVIF])
    assert (found.channel, found.asked, found.fields["onvif.model"]) == ("onvif", "GetDeviceInformation", ("IPC-1",))
    assert (login.outcome, login.asked) == (Outcome.ANSWERED, "GetDeviceInformation")


async def test_ports_with_tls_come_first() -> None:
    net = net_with({PATH: PAGE}, ports=(80, 443))
    seen = [WEB, said("http", 443, "GET /"), said("tls", 443, "")]
    assert [found.port for found in await run(net, seen)] == [443, 443]


@pytest.mark.parametrize("reason", [LoginReason.REFUSED, LoginReason.LOCKED, LoginReason.OTHER_DEVICE])
async def test_a_refusal_is_the_end(reason: str) -> None:
    net = net_with({PATH: PAGE}, reason, ports=(80, 81))
    (login,) = await run(net, [WEB, said("http", 81, "GET /"), DENIED])
    assert (login.outcome, login.reason, net.sent) == (Outcome.AUTH_REQUIRED, reason, [])


async def test_a_port_where_it_is_not_safe_leaves_the_others() -> None:
    (login,) = await run(net_with({}, f"{LoginReason.UNSAFE}: Basic alone"), [WEB, said("http", 81, "GET /")])
    assert login.port == 81


async def test_who_asks_for_a_login_that_is_not_enrolled_is_named() -> None:
    net = net_with({PATH: PAGE}, None)
    (login,) = await run(net, [WEB, DENIED])
    assert (login.channel, login.outcome, login.reason, login.port) == (
        "login",
        Outcome.AUTH_REQUIRED,
        LoginReason.NOT_ENROLLED,
        80,
    )
    assert net.sent == []
    assert await run(net, [WEB]) == []


def test_it_has_its_turn_only_where_logins_are_allowed() -> None:
    assert not set(LOGIN) & set(select(None))
    assert set(LOGIN) <= set(select(None, logins=True))
    assert set(select(["http", "login"], logins=True)) & set(LOGIN) == {LOGIN[0]}
    with pytest.raises(UsageError, match="--with-credentials logs in on none of the chosen channels"):
        select(["http"], logins=True)
