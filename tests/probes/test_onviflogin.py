"""ONVIF behind a login."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from support.nets import AT, Port, ScriptedNet

from camscan.codecs import soap
from camscan.codecs.registry import read_again
from camscan.net.base import Enrolled, Exchange, HttpRequest, LoginReason
from camscan.probes.base import Ask
from camscan.probes.onviflogin import OnvifLoginProbe
from camscan.records import Observation, Outcome

HOST = "10.0.0.5"


def reply(body: str) -> bytes:
    text = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"'
        ' xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()


PAGES = {
    "GetDeviceInformation": reply(
        "<tds:GetDeviceInformationResponse><tds:Model>X-1</tds:Model></tds:GetDeviceInformationResponse>"
    ),
    "GetNetworkInterfaces": reply("<tds:GetNetworkInterfacesResponse/>"),
    "GetScopes": reply("<tds:GetScopesResponse/>"),
    "GetServices": reply(
        "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace>"
        "<tds:XAddr>http://192.168.1.9/onvif/Media</tds:XAddr></tds:Service></tds:GetServicesResponse>"
    ),
    "GetProfiles": reply(
        "<trt:GetProfilesResponse><trt:Profiles><tt:Name>main</tt:Name></trt:Profiles></trt:GetProfilesResponse>"
    ),
}


def heard(asked: str, outcome: Outcome, port: int = 80, **fields: str) -> Observation:
    return Observation(
        HOST, "onvif", outcome, AT, port, asked, {name.replace("__", "."): (text,) for name, text in fields.items()}
    )


WEB = Observation(HOST, "http", Outcome.ANSWERED, AT, 80, "GET /")
DENIED = heard("GetDeviceInformation", Outcome.AUTH_REQUIRED)


@dataclass
class Listening(ScriptedNet):
    """Keeps the requests behind the login."""

    requests: list[HttpRequest] = field(default_factory=list)

    @asynccontextmanager
    async def enrolled(self, address: str, port: int, seen: Sequence[Observation], *, tls: bool = False) -> Any:
        async with super().enrolled(address, port, seen, tls=tls) as login:
            assert login is not None
            yield Keeping(login, self.requests)


@dataclass
class Keeping:
    login: Enrolled
    requests: list[HttpRequest]

    async def ask(self, request: HttpRequest) -> Exchange:
        self.requests.append(request)
        return await self.login.ask(request)


async def ask(net: ScriptedNet, *seen: Observation) -> list[Observation]:
    return [o async for o in OnvifLoginProbe().run(Ask(HOST, None, seen), net)]


async def test_what_was_denied_is_asked_and_the_media_service_where_it_says_it_is() -> None:
    net = Listening({(HOST, 80): Port(pages=PAGES)}, logins={HOST: ""})
    found = await ask(net, WEB, DENIED)
    assert [o.asked for o in found] == [*soap.DEVICE_QUESTIONS, *soap.MEDIA_QUESTIONS]
    assert {o.outcome for o in found} == {Outcome.ANSWERED}
    assert [r.path for r in net.requests] == ["/onvif/device_service"] * 4 + ["/onvif/Media"]
    assert all(r.token and r.body == soap.encode(o.asked) for r, o in zip(net.requests, found, strict=True))
    assert (found[0].fields["onvif.model"], found[-1].fields["onvif.profile"]) == (("X-1",), ("main",))
    assert [read_again(o) for o in found] == found


async def test_what_was_told_without_a_login_is_not_asked_again() -> None:
    net = ScriptedNet({(HOST, 80): Port(pages=PAGES)}, logins={HOST: ""})
    told = heard("GetScopes", Outcome.ANSWERED, onvif__action="GetScopes")
    refused = heard("GetServices", Outcome.ANSWERED, onvif__action="GetServices", onvif__fault="Sender")
    found = await ask(net, WEB, DENIED, told, refused)
    assert [o.asked for o in found] == ["GetDeviceInformation", "GetNetworkInterfaces", "GetServices", "GetProfiles"]


async def test_scopes_that_discovery_told_are_not_asked_for() -> None:
    net = ScriptedNet({(HOST, 80): Port(pages=PAGES)}, logins={HOST: ""})
    scopes = {"onvif.scope": ("onvif://www.onvif.org/name/X",)}
    discovered = Observation(HOST, "wsd", Outcome.ANSWERED, AT, 3702, fields=scopes)
    assert "GetScopes" not in [o.asked for o in await ask(net, WEB, DENIED, discovered)]


async def test_the_first_refusal_is_the_last_question() -> None:
    net = ScriptedNet({(HOST, 80): Port(pages=PAGES)}, logins={HOST: LoginReason.REFUSED})
    (only,) = await ask(net, WEB, DENIED)
    assert (only.outcome, only.reason, net.sent) == (Outcome.AUTH_REQUIRED, "login refused", [])


async def test_nothing_is_asked_where_nothing_is_enrolled_or_nothing_speaks_onvif() -> None:
    net = ScriptedNet({(HOST, 80): Port(pages=PAGES)})
    (only,) = await ask(net, WEB, DENIED)
    assert (only.outcome, only.reason) == (Outcome.NOT_SENT, "not enrolled")
    assert await ask(net, WEB) == []
    assert await ask(net, WEB, heard("", Outcome.GARBLED)) == []
    assert net.sent == []


async def test_a_reply_that_is_none_is_garbage() -> None:
    pages = {**PAGES, "GetNetworkInterfaces": b"HTTP/1.1 200 OK\r\n\r\n<html>login</html>"}
    net = ScriptedNet({(HOST, 80): Port(pages=pages)}, logins={HOST: ""})
    found = await ask(net, WEB, DENIED)
    assert [o.outcome for o in found if o.asked == "GetNetworkInterfaces"] == [Outcome.GARBLED]
    assert len(found) == 5


async def test_the_media_service_is_asked_where_it_was_told_without_a_login_and_never_on_a_guess() -> None:
    net = Listening({(HOST, 80): Port(pages=PAGES)}, logins={HOST: ""})
    told = heard("GetServices", Outcome.ANSWERED, onvif__action="GetServices", onvif__media_path="/media")
    await ask(net, WEB, DENIED, told)
    assert [r.path for r in net.requests][-1] == "/media"
    net = Listening({(HOST, 80): Port(pages=PAGES)}, logins={HOST: ""})
    nowhere = heard("GetServices", Outcome.ANSWERED, onvif__action="GetServices")
    assert "GetProfiles" not in [o.asked for o in await ask(net, WEB, DENIED, nowhere)]
