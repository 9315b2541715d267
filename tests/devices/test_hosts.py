"""One address is usually one host; what it says is reduced to what merging needs."""

from __future__ import annotations

from itertools import permutations

import pytest
from support.merging import answer, identify

from camscan.devices.channels import to_count
from camscan.devices.hosts import Host, hosts_at
from camscan.devices.identity import IdentifierKind
from camscan.probes.datagrams import Datagrams
from camscan.probes.discovery import DH01, DHIP, DVRIP, MDNS, MHED, MOI, NETCOMMON, SADP, SSDP, WSD
from camscan.probes.snmp import with_community
from camscan.records import Observation, Outcome

A, B = "58:50:ED:1F:E3:85", "08:ED:ED:1A:2B:3C"


def hosts(*observations: Observation) -> tuple[Host, ...]:
    return tuple(hosts_at("10.0.0.1", observations, identify))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_host_is_one_that_answered(outcome: Outcome) -> None:
    found = hosts(answer("10.0.0.1", "http", 80, outcome))
    assert [host.address for host in found] == (["10.0.0.1"] if outcome.has_answer else [])


def test_open_ports_are_tcp() -> None:
    (host,) = hosts(
        answer("10.0.0.1", "tcp", 8000),
        answer("10.0.0.1", "tcp", 8443, Outcome.REFUSED),
        answer("10.0.0.1", "tcp", 21, Outcome.SILENT),
        answer("10.0.0.1", "http", 80, Outcome.AUTH_REQUIRED),
        answer("10.0.0.1", "rtsp", 554, Outcome.GARBLED),
        answer("10.0.0.1", "wsd", 3702),
        answer("10.0.0.1", "sadp", 37020),
        answer("10.0.0.1", "ssdp", 1900),
        answer("10.0.0.1", "ssdp", 49152),
        answer("10.0.0.1", "dvrip", 5050),
        answer("10.0.0.1", "dvrip", 37777),
        answer("10.0.0.1", "nmap", tcp__port=["22", "65535", "0", "65536", "x", "²", "9" * 5000]),
    )
    assert sorted(host.ports) == [22, 80, 554, 8000, 37777, 49152, 65535]


@pytest.mark.parametrize(
    "protocol", [WSD, SADP, DHIP, DVRIP, NETCOMMON, MHED, MOI, DH01, SSDP, MDNS, with_community("x")]
)
def test_a_port_that_answers_by_datagram_is_not_open(protocol: Datagrams) -> None:
    port = protocol.new_question().inquiry.port
    (host,) = hosts(answer("10.0.0.1", protocol.channel, port), answer("10.0.0.1", "dhcp", 67))
    assert host.ports == frozenset()


@pytest.mark.parametrize(
    "channel", ["sadp", "dhip", "dvrip", "netcommon", "mhed", "moi", "dh01", "lapi", "baichuan", "onvif", "rtsp"]
)
def test_what_speaks_a_protocol_of_cameras_is_like_one(channel: str) -> None:
    (host,) = hosts(answer("10.0.0.1", channel))
    assert host.camera_like


@pytest.mark.parametrize(
    ("said", "camera"),
    [
        (("rtsp", Outcome.ANSWERED, {}), True),
        (("rtsp", Outcome.AUTH_REQUIRED, {}), True),
        (("onvif", Outcome.TRUNCATED, {}), True),
        (("rtsp", Outcome.GARBLED, {}), False),
        (("rtsp", Outcome.RESET, {}), False),
        (("dhip", Outcome.ANSWERED, {}), True),
        (("http", Outcome.ANSWERED, {"http__server": "nginx"}), False),
        (("http", Outcome.AUTH_REQUIRED, {"isapi__root": "userCheck"}), True),
        (("http", Outcome.ANSWERED, {"lapi__response_url": "/LAPI/V1.0"}), True),
        (("wsd", Outcome.ANSWERED, {"wsd__types": "http://schemas.xmlsoap.org/ws/2006/02/devprof Device"}), False),
        (("wsd", Outcome.ANSWERED, {"wsd__types": "http://www.onvif.org/ver10/device/wsdl Device"}), True),
        (("wsd", Outcome.ANSWERED, {"wsd__types": "dn:NetworkVideoTransmitter"}), True),
        (("wsd", Outcome.ANSWERED, {"onvif__scope": "onvif://www.onvif.org/type/ptz"}), True),
    ],
)
def test_camera_like(said: tuple[str, Outcome, dict[str, str]], camera: bool) -> None:
    channel, outcome, fields = said
    (host,) = hosts(answer("10.0.0.1", "tcp", 80), answer("10.0.0.1", channel, None, outcome, **fields))
    assert host.camera_like is camera


def test_attached_cameras() -> None:
    (host,) = hosts(
        answer("10.0.0.1", "sadp", sadp__digital_channel_num="16"),
        answer("10.0.0.1", "dhip", dhip__remote_video_input_channels="many"),
        answer("10.0.0.1", "isapi", recorder__channels="8"),
    )
    assert host.attached == 16
    (host,) = hosts(answer("10.0.0.1", "dhip", dhip__remote_video_input_channels="9"))
    assert host.attached == 9
    (host,) = hosts(answer("10.0.0.1", "sadp", sadp__digital_channel_num="0"))
    assert host.attached == 0
    (host,) = hosts(answer("10.0.0.1", "sadp"))
    assert host.attached is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (" 64 ", 64),
        ("4096", 4096),
        ("4097", None),
        ("-1", None),
        ("²", None),
        ("", None),
        pytest.param("9" * 5000, None, id="huge"),
    ],
)
def test_count(text: str, count: int | None) -> None:
    assert to_count(text) == count


def test_one_frame_source_is_one_host() -> None:
    (host,) = hosts(answer("10.0.0.1", "arp", mac__address=A), answer("10.0.0.1", "dhip", dhip__mac=B))
    assert host.conflicts == ()
    assert host.identity.of(IdentifierKind.MAC) == (A, B)


def test_several_frame_sources_are_several_hosts() -> None:
    found = hosts(
        answer("10.0.0.1", "arp", mac__address=A),
        answer("10.0.0.1", "arp", mac__address=B),
        answer("10.0.0.1", "dhip", 37810, dhip__mac=B, dhip__serial_no="SER2", say__maker="two"),
        answer("10.0.0.1", "dhip", 37810, dhip__mac=A, dhip__serial_no="SER1", say__maker="one"),
        answer("10.0.0.1", "http", 80, onvif__serial="SER3", sadp__mac="3C:EF:8C:51:7D:0E", say__maker="either"),
    )
    conflict = f"several devices answer at 10.0.0.1: {A}, {B}"
    assert [host.conflicts for host in found] == [(conflict,)] * 2
    assert [host.identity.of(IdentifierKind.MAC) for host in found] == [(A,), (B,)]
    # The web server's serial is one of the two's, nobody knows whose: it identifies neither.
    assert [host.identity.of(IdentifierKind.SERIAL) for host in found] == [("SER1",), ("SER2",)]
    makers = [[identification.maker for identification in host.identifications] for host in found]
    assert makers == [["one", "either"], ["two", "either"]]
    assert [host.ports for host in found] == [{80}, {80}]


def test_several_serials() -> None:
    (host,) = hosts(
        answer("10.0.0.1", "onvif", onvif__serial="C87654321"),
        answer("10.0.0.1", "sadp", sadp__device_sn="DS-2CD20150101CCWR12345678"),
        answer("10.0.0.1", "sadp", sadp__device_sn="DS-2CD20150101CCWR99999999"),
    )
    (conflict,) = host.conflicts
    assert conflict == (
        "several serials at 10.0.0.1: DS-2CD20150101CCWR12345678 (sadp.device_sn), "
        "DS-2CD20150101CCWR99999999 (sadp.device_sn), C87654321 (onvif.serial)"
    )


def test_several_devices_to_which_a_router_hands_on_its_ports() -> None:
    one, other = {"isapi__serial": "DS-2CD20150101CCWR12345678"}, {"isapi__serial": "DS-2CD20150101CCWR99999999"}
    found = hosts(
        answer("10.0.0.1", "arp", mac__address=A),
        answer("10.0.0.1", "isapi", 80, **one, say__model="first"),
        answer("10.0.0.1", "http", 80, say__brand="first"),
        answer("10.0.0.1", "isapi", 443, **one),
        answer("10.0.0.1", "isapi", 81, **other, say__model="second"),
        answer("10.0.0.1", "dvrip", 37777, dvrip__serial="ccwr99999999", say__brand="second"),
        answer("10.0.0.1", "rtsp", 554, onvif__serial="C87654321", say__brand="either"),
    )
    serials = ["DS-2CD20150101CCWR12345678", "DS-2CD20150101CCWR99999999"]
    assert [host.conflicts for host in found] == [(f"several devices answer at 10.0.0.1: {', '.join(serials)}",)] * 2
    assert [host.identity.of(IdentifierKind.SERIAL) for host in found] == [(serials[0],), ("ccwr99999999", serials[1])]
    assert [host.identity.of(IdentifierKind.MAC) for host in found] == [(), ()], "that of the router"
    assert [host.ports for host in found] == [{80, 443, 554}, {81, 37777, 554}]
    said = [{one.brand or one.attributes["model"] for one in host.identifications} for host in found]
    assert said == [{"first", "either"}, {"second", "either"}]


@pytest.mark.parametrize(
    "seen",
    [
        (("isapi", 80, "isapi__serial", "AAAA1111"), ("dvrip", 37777, "dvrip__serial", "BBBB2222")),
        (("isapi", 80, "isapi__serial", "AAAA1111"), ("isapi", 80, "isapi__serial", "BBBB2222")),
        (("isapi", 80, "isapi__serial", "DS-AAAA1111"), ("isapi", 81, "isapi__serial", "aaaa1111")),
        (("isapi", 80, "isapi__serial", "AAAA1111"), ("isapi", 81, "isapi__serial", "00000000")),
        (("ssdp", 80, "upnp__serial_number", "AAAA1111"), ("ssdp", 81, "upnp__serial_number", "BBBB2222")),
        (("isapi", None, "isapi__serial", "AAAA1111"), ("isapi", 81, "isapi__serial", "BBBB2222")),
    ],
)
def test_serials_that_do_not_tell_several_devices(seen: tuple[tuple[str, int | None, str, str], ...]) -> None:
    """Two protocols may word one differently, and of two at one port, one was there before the other."""
    assert len(hosts(*(answer("10.0.0.1", channel, port, **{name: text}) for channel, port, name, text in seen))) == 1


@pytest.mark.parametrize("serials", list(permutations(("ccwr12345678", "DS-2CD20150101CCWR12345678"))))
def test_short_form_of_a_serial_is_the_same(serials: tuple[str, str]) -> None:
    (host,) = hosts(
        answer("10.0.0.1", "upnp", upnp__serial_number=serials[0]),
        answer("10.0.0.1", "sadp", sadp__device_sn=serials[1]),
    )
    assert host.conflicts == ()


def test_two_macs_in_one_field() -> None:
    (host,) = hosts(answer("10.0.0.1", "dhip", dhip__mac=A), answer("10.0.0.1", "dhip", dhip__mac=B))
    assert host.conflicts == (f"several MACs at 10.0.0.1: {A} (dhip.mac), {B} (dhip.mac)",)
    (host,) = hosts(answer("10.0.0.1", "wsd", onvif__scope__mac=[A, B]))
    assert host.conflicts == ()
