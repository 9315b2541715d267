"""Makers' own interfaces behind a login."""

from __future__ import annotations

import json

import pytest
from support.nets import AT, Port, ScriptedNet

from camscan.codecs import behind, cgi, isapi, lapi
from camscan.codecs.registry import read_again
from camscan.net import budget
from camscan.net.base import LoginReason
from camscan.probes.base import Ask
from camscan.probes.webapis import CGI, ISAPI, LAPI, WEB_APIS, WebApi, WebApiProbe, web_servers
from camscan.records import Observation, Outcome

HOST = "10.0.4.9"
NS = 'xmlns="http://www.hikvision.com/ver20/XMLSchema"'


def page(body: str, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def seen(
    channel: str = "http", port: int = 80, outcome: Outcome = Outcome.ANSWERED, asked: str = "GET /", **fields: str
) -> Observation:
    return Observation(
        HOST, channel, outcome, AT, port, asked, {name.replace("__", "."): (text,) for name, text in fields.items()}
    )


def challenge(path: str) -> Observation:
    return seen(outcome=Outcome.AUTH_REQUIRED, asked=f"GET {path}", http__status="401")


CHANNELS = page(
    f"<InputProxyChannelList {NS}><InputProxyChannel><id>3</id><name>Gate</name><sourceInputPortDescriptor>"
    "<proxyProtocol>HIKVISION</proxyProtocol><ipAddress>192.168.254.2</ipAddress><userName>admin</userName>"
    "<password>S3cret</password><model>DS-2CD2042WD-I</model></sourceInputPortDescriptor></InputProxyChannel>"
    "<InputProxyChannel><name>no number</name></InputProxyChannel></InputProxyChannelList>"
)
STATUS = page(
    "<InputProxyChannelStatusList><InputProxyChannelStatus><id>3</id><online>true</online></InputProxyChannelStatus>"
    "</InputProxyChannelStatusList>"
)
RECORDER = {
    "/ISAPI/System/deviceInfo": page(f"<DeviceInfo {NS}><model>DS-7616NI-K2</model></DeviceInfo>"),
    "/ISAPI/System/Network/interfaces": page(f"<NetworkInterfaceList {NS}/>"),
    "/ISAPI/ContentMgmt/InputProxy/channels": CHANNELS,
    "/ISAPI/ContentMgmt/InputProxy/channels/status": STATUS,
    "/ISAPI/System/capabilities": page(f"<DeviceCap {NS}><inputProxyNums>16</inputProxyNums></DeviceCap>"),
}


async def ask(api: WebApi, net: ScriptedNet, *said: Observation) -> list[Observation]:
    return [o async for o in WebApiProbe(api).run(Ask(HOST, None, said), net)]


def net_of(pages: dict[str, bytes], *, login: str | None = "", ports: tuple[int, ...] = (80,)) -> ScriptedNet:
    logins = {} if login is None else {HOST: login}
    return ScriptedNet({(HOST, port): Port(pages=pages) for port in ports}, logins=logins)


async def test_a_recorder_tells_the_cameras_on_its_channels() -> None:
    net = net_of(RECORDER)
    found = await ask(ISAPI, net, seen(), seen("sadp", 37020))
    assert [call[2] for call in net.sent] == [f"GET {path}" for path in (*isapi.QUESTIONS, *isapi.CHANNEL_QUESTIONS)]
    assert {call[0] for call in net.sent} == {HOST}
    assert {o.outcome for o in found} == {Outcome.ANSWERED}
    slots = [o for o in found if "behind.slot" in o.fields]
    assert [(o.asked, o.fields.get("behind.model"), o.fields.get("behind.online")) for o in slots] == [
        ("GET /ISAPI/ContentMgmt/InputProxy/channels #3", ("DS-2CD2042WD-I",), None),
        ("GET /ISAPI/ContentMgmt/InputProxy/channels/status #3", None, ("true",)),
    ]
    assert found[0].fields["isapi.model"] == ("DS-7616NI-K2",)
    assert found[-1].fields["recorder.channels"] == ("16",)


async def test_no_login_of_a_camera_is_kept() -> None:
    found = await ask(ISAPI, net_of(RECORDER), seen(), seen("sadp", 37020))
    assert b"<password>******</password>" in b"".join(o.raw for o in found)
    for observation in found:
        assert b"S3cret" not in observation.raw
        assert b"admin" not in observation.raw
        assert "S3cret" not in str(observation.fields)


async def test_what_is_kept_is_read_again_alike() -> None:
    found = await ask(ISAPI, net_of(RECORDER), seen(), seen("sadp", 37020))
    assert [read_again(o) for o in found] == found


async def test_the_same_of_the_other_two_families() -> None:
    lines = {path: page("Error\r\nBad Request!\r\n", "400 Bad Request") for path in cgi.CHANNEL_QUESTIONS} | {
        cgi.QUESTIONS[0]: page("type=DHI-NVR4216\r\n"),
        cgi.CHANNEL_QUESTIONS[0]: page("table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Address=10.1.1.65\r\n"),
        cgi.CHANNEL_QUESTIONS[1]: page("table.ChannelTitle[0].Name=Gate\r\n"),
    }
    found = await ask(CGI, net_of(lines), seen(), seen("dhip", 37810))
    assert [o.fields["behind.slot"] for o in found if "behind.slot" in o.fields] == [("1",), ("1",)]
    assert [read_again(o) for o in found] == found

    told = {"Response": {"ResponseCode": 0, "Data": {"Nums": 4, "DetailInfos": [{"ID": 2, "AddressInfo": {}}]}}}
    answers = dict.fromkeys(lapi.QUESTIONS, page('{"Response": {"ResponseCode": 0, "Data": {}}}'))
    answers |= dict.fromkeys(lapi.CHANNEL_QUESTIONS, page(json.dumps(told)))
    found = await ask(LAPI, net_of(answers), seen(), seen(lapi__response_code="4"))
    assert [o.fields["behind.slot"] for o in found if "behind.slot" in o.fields] == [("2",), ("2",)]
    assert [read_again(o) for o in found] == found


# What recorders write of one channel, as clients of these interfaces record it; names and digits are made up.
LONG_ISAPI = (
    '<InputProxyChannel version="1.0">\n<id>{n}</id>\n<name>IPCamera {n}</name>\n<sourceInputPortDescriptor>\n'
    "<proxyProtocol>HIKVISION</proxyProtocol>\n<addressingFormatType>ipaddress</addressingFormatType>\n<ipAddress>"
    "192.168.254.2</ipAddress>\n<managePortNo>8000</managePortNo>\n<srcInputPort>1</srcInputPort>\n<userName>admin"
    "</userName>\n<streamType>auto</streamType>\n<model>DS-2CD2042WD-I</model>\n<serialNumber>"
    "DS-2CD2042WD-I20160101AAWR000000001</serialNumber>\n<firmwareVersion>V5.4.5 build 170124</firmwareVersion>\n"
    "</sourceInputPortDescriptor>\n<certificateValidationEnabled>false</certificateValidationEnabled>\n"
    "<defaultAdminPortEnabled>true</defaultAdminPortEnabled>\n<enableAnr>false</enableAnr>\n<enableTiming>true"
    "</enableTiming>\n<devIndex>00000000-0000-0000-0000-000000000000</devIndex>\n</InputProxyChannel>\n"
)
LONG_CGI = "".join(
    "table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_{n}." + f"{key}={value}\r\n"
    for key, value in {
        "Address": "10.1.1.65",
        "AlarmInChannels": "0",
        "AudioInputChannels": "1",
        "DeviceType": "IPC-HDBW3241F-AS-M",
        "Enable": "true",
        "Encryption": "0",
        "HttpPort": "80",
        "HttpsPort": "443",
        "Mac": "ff:ff:ff:ff:ff:ff",
        "MachineAddress": "",
        "Name": "",
        "Node": "",
        "OEMVendor": "",
        "Password": "******",
        "PoE": "false",
        "PoEPhysicalPort": "0",
        "PoEPort": "0",
        "Port": "37777",
        "ProtocolType": "Dahua2",
        "RtspPort": "554",
        "SerialNo": "7H00000RAZ00000",
        "UserName": "admin",
        "Vendor": "Private",
        "Version": "2.800.0000000.3.R,2021-10-26",
        "VideoInputChannels": "1",
        "VideoInputs[0].Enable": "true",
        "VideoInputs[0].ExtraStreamUrl": "",
        "VideoInputs[0].MainStreamUrl": "",
        "VideoInputs[0].Name": "",
    }.items()
)
LONG_LAPI = {"Name": "IP Camera", "Status": 1, "OffReason": 0, "Manufacturer": "UNIVIEW", "DeviceModel": "IPC2122LB"}
LONG_LAPI |= {"AddressInfo": {"Address": "172.16.0.2", "Port": 80, "MAC": "48:ea:63:00:00:01"}, "StreamInfos": [{}] * 3}


LEAST = {
    "isapi": f"<DeviceInfo {NS}/>",
    "cgi": "type=NVR\r\n",
    "lapi": '{"Response": {"ResponseCode": 0, "Data": {}}}',
}


def long_list(api: WebApi, count: int) -> str:
    numbers = range(1, count + 1)
    if api is ISAPI:
        channels = "".join(LONG_ISAPI.replace("{n}", str(n)) for n in numbers)
        return f'<InputProxyChannelList version="1.0" size="{count}" {NS}>{channels}</InputProxyChannelList>'
    if api is CGI:
        return "".join(LONG_CGI.replace("{n}", str(n - 1)) for n in numbers)
    data = {"Nums": count, "DetailInfos": [{"ID": n, **LONG_LAPI} for n in numbers]}
    return json.dumps({"Response": {"ResponseCode": 0, "Data": data}}, indent=1)


@pytest.mark.parametrize("api", WEB_APIS, ids=lambda api: api.channel)
async def test_a_list_of_256_channels_is_read_to_its_end(api: WebApi) -> None:
    listed = page(long_list(api, 256))
    assert len(listed) < budget.MAX_ENROLLED_BYTES
    pages = dict.fromkeys(api.questions, page(LEAST[api.channel]))
    pages |= {path: page("", "404 Not Found") for path in api.codec.CHANNEL_QUESTIONS}
    pages[api.codec.CHANNEL_QUESTIONS[0]] = listed
    signs = {"isapi": seen("sadp", 37020), "cgi": seen("dhip", 37810), "lapi": seen(lapi__response_code="4")}
    found = await ask(api, net_of(pages), seen(), signs[api.channel])
    slots = [o for o in found if "behind.slot" in o.fields]
    assert [o.fields["behind.slot"] for o in slots] == [(str(n),) for n in range(1, 257)]
    assert all(o.fields["behind.model"] for o in slots)
    assert [read_again(o) for o in found] == found


@pytest.mark.parametrize("reason", [LoginReason.REFUSED, LoginReason.LOCKED, LoginReason.OTHER_DEVICE])
async def test_the_first_refusal_is_the_last_question(reason: str) -> None:
    net = net_of(RECORDER, login=reason, ports=(80, 443))
    found = await ask(ISAPI, net, seen(), seen(port=443), seen("sadp", 37020))
    assert [(o.outcome, o.reason) for o in found] == [(Outcome.AUTH_REQUIRED, reason)]
    assert net.sent == []


async def test_nothing_is_asked_where_nothing_is_enrolled() -> None:
    net = net_of(RECORDER, login=None)
    (only,) = await ask(ISAPI, net, seen(), seen("sadp", 37020))
    assert (only.outcome, only.reason) == (Outcome.NOT_SENT, "not enrolled")
    assert net.sent == []


async def test_a_camera_is_asked_for_channels_once() -> None:
    camera = {path: RECORDER[path] for path in isapi.QUESTIONS}
    net = net_of(camera)
    found = await ask(ISAPI, net, seen(), seen("sadp", 37020))
    assert [call[2] for call in net.sent] == [f"GET {p}" for p in (*isapi.QUESTIONS, isapi.CHANNEL_QUESTIONS[0])]
    assert found[-1].fields == {"http.status": ("404",)}


async def test_tls_comes_first_and_another_door_only_where_the_interface_is_not_there() -> None:
    said = (seen(), seen(port=443), seen("tls", 443), seen("sadp", 37020))
    assert web_servers(said) == [(443, True), (80, False)]
    net = net_of(RECORDER, ports=(80, 443))
    await ask(ISAPI, net, *said)
    assert {call[1] for call in net.sent} == {443}

    net = ScriptedNet({(HOST, 443): Port(), (HOST, 80): Port(pages=RECORDER)}, logins={HOST: ""})
    await ask(ISAPI, net, *said)
    assert [call[1] for call in net.sent][:2] == [443, 80]


async def test_a_challenge_counts_only_where_no_interface_shows() -> None:
    at_all = challenge(cgi.REQUESTS[0])
    net = net_of({})
    await ask(CGI, net, seen(), at_all, seen("sadp", 37020))
    assert net.sent == []
    await ask(CGI, net, seen(), at_all)
    assert net.sent


async def test_one_interface_that_answers_is_enough() -> None:
    net = net_of(RECORDER)
    answered = seen("isapi", asked="GET /x", http__status="200", isapi__root="DeviceInfo")
    assert await ask(CGI, net, seen(), seen("dhip", 37810), answered) == []


async def test_garbage_behind_a_login_is_kept_as_garbage() -> None:
    net = net_of({isapi.QUESTIONS[0]: page("<html>Welcome</html>")})
    (only,) = await ask(ISAPI, net, seen(), seen("sadp", 37020))
    assert (only.outcome, only.fields) == (Outcome.GARBLED, {})


async def test_what_was_said_of_cameras_does_not_identify_the_recorder() -> None:
    """The broker compares what a device says of itself with what was enrolled: others' serials must not reach it."""
    handed: list[Observation] = []

    class Net(ScriptedNet):
        def enrolled(self, address, port, seen, *, tls=False):  # type: ignore[no-untyped-def]
            handed.extend(seen)
            return super().enrolled(address, port, seen, tls=tls)

    net = Net({(HOST, 80): Port(pages=RECORDER)}, logins={HOST: ""})
    await ask(ISAPI, net, seen(), seen("sadp", 37020), seen("lapi", behind__slot="1", behind__serial="OTHER"))
    assert handed
    assert not any("behind.slot" in o.fields for o in handed)


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><InputProxyChannelList>&a;</InputProxyChannelList>',
        f"<InputProxyChannelList {NS}>" + "<a>" * 100,
        "\x00" * 4096,
        "<html>login</html>",
    ],
    ids=["DTD", "deep", "zeros", "page"],
)
async def test_a_hostile_list_of_channels_is_one_garbled_answer(body: str) -> None:
    net = net_of({**RECORDER, isapi.CHANNEL_QUESTIONS[0]: page(body)})
    found = await ask(ISAPI, net, seen(), seen("sadp", 37020))
    assert not any("behind.slot" in o.fields for o in found)
    assert (found[-1].asked, found[-1].outcome) == (f"GET {isapi.CHANNEL_QUESTIONS[0]}", Outcome.GARBLED)


async def test_a_recorder_that_claims_thousands_of_channels_gets_no_more_than_any_has() -> None:
    lines = "".join(
        f"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_{n}.Address=10.1.1.1\r\n" for n in range(3000)
    )
    answers = {cgi.QUESTIONS[0]: page("type=X\r\n"), cgi.CHANNEL_QUESTIONS[0]: page(lines)}
    found = await ask(CGI, net_of(answers), seen(), seen("dhip", 37810))
    assert sum("behind.slot" in o.fields for o in found) == behind.MAX_SLOTS
