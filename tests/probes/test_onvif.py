"""ONVIF's device service without login."""

from __future__ import annotations

import pytest
from support.nets import AT, Port, ScriptedNet

from camscan.codecs import onvif
from camscan.probes.base import Ask
from camscan.probes.onvif import OnvifProbe
from camscan.probes.ports import BINARY_PORTS
from camscan.records import Observation, Outcome

HOST = "10.0.0.5"


def soap(body: str, status: str = "200 OK") -> bytes:
    envelope = (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(envelope)}\r\n\r\n{envelope}".encode()


FAULT = soap(
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en">Sender not authorized</s:Text></s:Reason></s:Fault>',
    "400 Bad Request",
)
INFORMATION = soap(
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>ACME</tds:Manufacturer><tds:Model>X-1</tds:Model>"
    "</tds:GetDeviceInformationResponse>"
)
TIME = soap("<tds:GetSystemDateAndTimeResponse></tds:GetSystemDateAndTimeResponse>")


def seen(*observations: tuple[str, int, dict[str, tuple[str, ...]]]) -> list[Observation]:
    return [Observation(HOST, channel, Outcome.ANSWERED, AT, port, fields=f) for channel, port, f in observations]


async def test_all_questions_are_asked_where_discovery_points() -> None:
    pages = dict.fromkeys(onvif.ACTIONS, FAULT) | {
        "GetSystemDateAndTime": TIME,
        "GetDeviceInformation": INFORMATION,
    }
    net = ScriptedNet({(HOST, 8899): Port(pages=pages)})
    xaddr = f"http://{HOST}:8899/onvif/device_service"
    ask = Ask(HOST, None, seen(("wsd", 3702, {"wsd.xaddr": (xaddr,)}), ("http", 80, {})))
    found = [o async for o in OnvifProbe().run(ask, net)]
    assert [(o.asked, o.outcome) for o in found][:2] == [
        ("GetSystemDateAndTime", Outcome.ANSWERED),
        ("GetServices", Outcome.AUTH_REQUIRED),
    ]
    assert {call[1] for call in net.sent} == {8899}
    assert found[-1].fields["onvif.manufacturer"] == ("ACME",)


@pytest.mark.parametrize(
    ("ends", "ports"),
    [
        ((Outcome.TRUNCATED, Outcome.TRUNCATED), set()),
        ((Outcome.TRUNCATED,), {80}),
        ((Outcome.TRUNCATED, Outcome.ANSWERED), {80}),
    ],
)
async def test_a_web_server_whose_answers_have_no_end_is_not_asked(ends: tuple[Outcome, ...], ports: set[int]) -> None:
    net = ScriptedNet({(HOST, 80): Port()})
    pages = [Observation(HOST, "http", outcome, AT, 80, f"GET /{n}") for n, outcome in enumerate(ends)]
    assert [o async for o in OnvifProbe().run(Ask(HOST, None, pages), net)] != [] or not ports
    assert {call[1] for call in net.sent} == ports


async def test_a_web_server_without_onvif_is_asked_once() -> None:
    net = ScriptedNet({(HOST, 80): Port()})
    known = seen(("http", 80, {}))
    for _ in range(2):
        known += [o async for o in OnvifProbe().run(Ask(HOST, None, known), net)]
    assert [o.outcome for o in known[1:]] == [Outcome.RESET]
    assert len(net.sent) == 1


@pytest.mark.parametrize("port", sorted(BINARY_PORTS))
async def test_no_text_goes_to_a_port_of_a_binary_protocol_whoever_names_it(port: int) -> None:
    """Anybody may answer discovery in the name of a recorder."""
    net = ScriptedNet({(HOST, one): Port(pages=dict.fromkeys(onvif.ACTIONS, FAULT)) for one in (80, port)})
    xaddr = f"http://{HOST}:{port}/onvif/device_service"
    ask = Ask(HOST, None, seen(("wsd", 3702, {"wsd.xaddr": (xaddr,)}), ("http", 80, {})))
    assert [o.port async for o in OnvifProbe().run(ask, net)]
    assert {call[1] for call in net.sent} == {80}


async def test_a_service_that_discovery_places_elsewhere_is_not_asked() -> None:
    net = ScriptedNet()
    xaddrs = ("http://10.0.0.6/onvif/device_service", "http://169.254.1.1/onvif", "http://camera.local/onvif")
    assert [o async for o in OnvifProbe().run(Ask(HOST, None, seen(("wsd", 3702, {"wsd.xaddr": xaddrs}))), net)] == []
    assert net.sent == []


CHALLENGE = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="x", nonce="1"\r\nContent-Length: 0\r\n\r\n'


async def test_a_challenge_proves_the_service_only_where_pages_are_open() -> None:
    pages = dict.fromkeys(onvif.ACTIONS, CHALLENGE)
    net = ScriptedNet({(HOST, 80): Port(pages=pages)})
    opened = seen(("http", 80, {}))
    assert (
        next(iter([o.outcome async for o in OnvifProbe().run(Ask(HOST, None, opened), net)])) is Outcome.AUTH_REQUIRED
    )
    closed = [Observation(HOST, "http", Outcome.AUTH_REQUIRED, AT, 80)]
    assert [o.outcome async for o in OnvifProbe().run(Ask(HOST, None, closed), net)] == [Outcome.GARBLED]
    assert len(net.sent) == len(onvif.ACTIONS) + 1


async def test_a_web_port_on_which_tls_failed_is_asked_in_the_clear() -> None:
    net = ScriptedNet({(HOST, 443): Port(pages={onvif.ACTIONS[0]: TIME})})
    failed = Observation(HOST, "tls", Outcome.SILENT, AT, 443, reason="no TLS handshake within 4 s")
    found = [o async for o in OnvifProbe().run(Ask(HOST, None, [failed, *seen(("http", 443, {}))]), net)]
    assert net.browsed == [(443, False)]
    assert found[0].outcome is Outcome.ANSWERED
