"""One answer in all the ways in which people write it down."""

from __future__ import annotations

import base64
import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.costs import costs_less_than
from support.imported import fields

from camscan.imports.pasted import EPOCH, read
from camscan.records import Outcome

HEAD = 'HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\nWWW-Authenticate: Digest realm="DS-1"\r\n\r\n'
SADP = "<ProbeMatch>\r\n<DeviceDescription>DS-2CD1</DeviceDescription>\r\n<MAC>44-19-b6-01-02-03</MAC>\r\n</ProbeMatch>"


def channels(raw: str | bytes, channel: str = "") -> list[str]:
    return [part.channel for part in read(raw, channel)]


def xxd(data: bytes) -> str:
    lines = []
    for at in range(0, len(data), 16):
        piece = data[at : at + 16]
        pairs = " ".join(piece.hex()[place : place + 4] for place in range(0, len(piece) * 2, 4))
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        lines.append(f"{at:08x}: {pairs:<39}  {shown}")
    return "\n".join(lines)


def hexdump(data: bytes) -> str:
    lines = []
    for at in range(0, len(data), 16):
        piece = data[at : at + 16]
        lines.append(f"{at:08x}  {piece[:8].hex(' '):<23}  {piece[8:].hex(' '):<23}  |{'.' * len(piece)}|")
    return "\n".join(lines)


@pytest.mark.parametrize(
    "written",
    [
        HEAD,
        HEAD.replace("\r\n", "\n"),
        HEAD.encode(),
        f"\n\n  {HEAD}",
        HEAD.replace("\r\n", "\\r\\n"),
        repr(HEAD),
        repr(HEAD.encode()),
        base64.b64encode(HEAD.encode()).decode(),
        HEAD.encode().hex(),
        HEAD.encode().hex(":"),
        xxd(HEAD.encode()),
        hexdump(HEAD.encode()),
        "".join(f"\\x{byte:02x}" for byte in HEAD.encode()),
        f"```http\n{HEAD}\n```",
        "* Connected\n> GET / HTTP/1.1\n> Host: x\n>\n" + "".join(f"< {line}\n" for line in HEAD.split("\r\n")[:-1]),
    ],
    ids=range(15),
)
@pytest.mark.parametrize("hint", ["http", "", "rtsp", "nonsense"])
def test_an_answer_is_the_same_however_it_is_written(written: str | bytes, hint: str) -> None:
    assert fields(written, hint)["http.server"] == ("App-webs/",)
    assert fields(written, hint)["http.realm"] == ("DS-1",)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Encoding: gzip", gzip.compress("<title>监控</title>".encode(), mtime=0)),
        ("Content-Type: text/html; charset=gb2312", "<title>监控</title>".encode("gbk")),
    ],
    ids=["compressed", "charset"],
)
def test_the_bytes_of_an_answer_that_are_no_text(header: str, body: bytes) -> None:
    data = f"HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    for written in (data, base64.b64encode(data).decode(), data.hex(), hexdump(data)):
        for hint in ("http", ""):
            assert fields(written, hint)["http.title"] == ("监控",)


@pytest.mark.parametrize(
    ("hint", "raw", "channel", "field", "value"),
    [
        ("http", "Server: DNVRS-Webs", "http", "http.server", "DNVRS-Webs"),
        ("http", "DNVRS-Webs", "http", "http.server", "DNVRS-Webs"),
        ("http", "<CIMultiDictProxy('Server': 'a/1', 'Date': 'b')>", "http", "http.server", "a/1"),
        ("http", 'Digest qop="auth", realm="A(1)", nonce="b"', "http", "http.realm", "A(1)"),
        ("http", '{"Server": "a/1", "Content-Type": "text/html"}', "http", "http.server", "a/1"),
        ("http", "<html><title>Cam</title></html>", "http", "http.title", "Cam"),
        ("http", 'const c = \'Digest realm="A1", nonce="b"\';', "http", "http.realm", "A1"),
        ("http", 'realm="Login to 1A"', "http", "http.realm", "Login to 1A"),
        ("http", "X-A: b\n\n<html><title>Cam</title>", "http", "http.title", "Cam"),
        ("rtsp", "Server: Rtsp Server/3.0", "rtsp", "rtsp.server", "Rtsp Server/3.0"),
        ("rtsp", "RTSP/1.0 200 OK\nServer: a\n", "rtsp", "rtsp.status", "200"),
        ("rtsp", "v=0\no=- 1 1 IN IP4 1.2.3.4\ns=Media Server\n", "rtsp", "rtsp.sdp.session", "Media Server"),
        (
            "rtsp",
            "a=packetization-supported:DH\na=recvonly",
            "rtsp",
            "rtsp.sdp.attribute",
            "packetization-supported:DH",
        ),
        ("mac_oui", "4419.b601.0203", "mac", "mac.address", "44:19:B6:01:02:03"),
        ("mac_oui", "44:19:b6", "mac", "mac.prefix", "4419B6"),
        ("html_title", "<title>NVR</title>", "http", "http.title", "NVR"),
        ("html_title", "WEB SERVICE", "http", "http.title", "WEB SERVICE"),
        ("favicon_hash", "mmh3:-38705358", "http", "http.favicon.mmh3", "-38705358"),
        ("favicon_hash", "md5:" + "AB" * 16, "http", "http.favicon.md5", "ab" * 16),
        ("https_cert", "CN=a,O=b", "tls", "tls.subject.o", "b"),
        ("https_cert", "|-Subject : C=GB/O=b/CN=a\n|-Issuer  : C=GB/O=d/CN=c", "tls", "tls.subject", "CN=a,O=b,C=GB"),
        ("https_cert", "|-Subject : C=GB/O=b/CN=a\n|-Issuer  : C=GB/O=d/CN=c", "tls", "tls.issuer.o", "d"),
        ("https_cert", "subject: C=CN,O=b\nissuer: CN=c", "tls", "tls.issuer.cn", "c"),
        ("snmp", "AXIS 1; Network Camera", "snmp", "snmp.sys_descr", "AXIS 1; Network Camera"),
        ("snmp", "Hardware: x86 - Software: Windows", "snmp", "snmp.sys_descr", "Hardware: x86 - Software: Windows"),
        ("snmp", "PR:CS 1000 SW:MGC (c) Avaya", "snmp", "snmp.sys_descr", "PR:CS 1000 SW:MGC (c) Avaya"),
        ("snmp", "Server: Boa/0.94.13", "http", "http.server", "Boa/0.94.13"),
        ("snmp", "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.50001", "snmp", "snmp.sys_object_id", "1.3.6.1.4.1.50001"),
        ("ssdp", "SERVER: Linux UPnP/1.0 a/1.0", "ssdp", "ssdp.server", "Linux UPnP/1.0 a/1.0"),
        ("ssdp", "{'manufacturer': 'A', 'modelName': 'M1'}", "ssdp", "upnp.model_name", "M1"),
        ("mdns", "PTR _axis-video._tcp.local -> A - B._axis-video._tcp.local", "mdns", "mdns.instance", "A - B"),
        ("dhip", '{"method":"x","params":{"deviceInfo":{"DeviceType":"IPC-1"}}}', "dhip", "dhip.device_type", "IPC-1"),
        ("sadp", SADP, "sadp", "sadp.device_description", "DS-2CD1"),
        ("ws_discovery", "onvif://www.onvif.org/name/A%20B", "wsd", "onvif.scope.name", "A B"),
        ("ws_discovery", "(type='video_encoder', hardware='H1', name='N1')", "wsd", "onvif.scope.hardware", "H1"),
        ("http", "a.b=1\na.c=2", "http", "http.body", "a.b=1\na.c=2"),
        ("onvif_device_info", "DeviceInfo(manufacturer='A', model='M')", "onvif", "onvif.model", "M"),
        ("nmap_xml_service", "80/tcp open http App httpd", "nmap", "nmap.product", "App httpd"),
        ("nmap_xml_service", '<service name="http" product="App"/>', "nmap", "nmap.product", "App"),
        ("", '{"NetWork.NetCommon":{"SN":"abc1","ChannelNum":4}}', "netcommon", "netcommon.serial", "abc1"),
    ],
)
def test_each_channel_takes_its_own_forms(hint: str, raw: str, channel: str, field: str, value: str) -> None:
    first = read(raw, hint)[0]
    assert first.channel == channel
    assert value in first.fields[field]


@pytest.mark.parametrize("raw", ["v=0\ns=Media Server", "  v=0\ns=Media Server", "s=Media Server"])
def test_a_session_description_has_one_version(raw: str) -> None:
    (first,) = read(raw, "rtsp")
    (whole,) = first.fields["rtsp.sdp"]
    assert whole.split() == ["v=0", "s=Media", "Server"]


@pytest.mark.parametrize("raw", [HEAD, SADP, "44-19-B6-01-02-03", "onvif://www.onvif.org/name/A"])
def test_a_hint_that_does_not_fit_is_not_followed(raw: str) -> None:
    expected = fields(raw)
    for hint in ("dhip", "sadp", "mdns", "rtsp"):
        assert fields(raw, hint) == expected


def test_an_answer_is_an_observation_without_target_and_clock() -> None:
    at = datetime(2020, 1, 2, tzinfo=UTC)
    (part,) = read(HEAD, "http", at)
    assert (part.target, part.channel, part.outcome, part.at) == ("", "http", Outcome.AUTH_REQUIRED, at)
    assert part.raw == HEAD.encode()
    assert read("Server: a", "http")[0].at == EPOCH


def test_bytes_that_were_wrapped_are_the_evidence() -> None:
    (part, _) = read(base64.b64encode(SADP.encode()).decode(), "sadp")
    assert part.raw == SADP.encode()


def test_a_list_of_several_devices_is_no_answer_of_one() -> None:
    found = read('[{"manufacturer":"Axis","ip":"192.0.2.11"},{"manufacturer":"Axis","ip":"192.0.2.12"}]', whole=True)
    assert [(one.channel, set(one.fields)) for one in found] == [("banner", {"banner.text"})]


def test_several_answers_in_one_paste_are_several_observations() -> None:
    text = "GET /a HTTP/1.1\n\nHTTP/1.1 302 Found\nLocation: /b\n\nGET /b HTTP/1.1\n\nHTTP/1.1 200 OK\nServer: x\n\n"
    assert [(part.asked, part.fields["http.status"]) for part in read(text)] == [
        ("GET /a", ("302",)),
        ("GET /b", ("200",)),
    ]


def test_what_nobody_asked_for_has_no_path() -> None:
    assert "http.path" not in fields(HEAD, "http")


def test_the_block_of_each_own_mac_is_added() -> None:
    (answer, block) = read(SADP, "sadp")
    assert answer.channel == "sadp"
    assert (block.channel, block.asked) == ("mac", "sadp")
    assert block.fields["mac.prefix"] == ("4419B6",)


def test_the_node_of_a_version_1_endpoint_is_a_mac() -> None:
    listing = (
        "<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:{}</a:Address></a:EndpointReference>"
    )
    listing += "<d:Types>dn:NetworkVideoTransmitter</d:Types></d:ProbeMatch></d:ProbeMatches>"
    made = fields(listing.format("aa85c000-6324-11b3-819e-5850ed1fe385"), "ws_discovery")
    assert made["mac.address"] == ("58:50:ED:1F:E3:85",)
    assert "mac.address" not in fields(listing.format("aa85c000-6324-41b3-819e-5850ed1fe385"), "ws_discovery")
    made = fields(listing.format("2419d68a-2dd2-21b2-a205-ec:71:db:16:b1:12"), "ws_discovery")
    assert made["mac.prefix"] == ("EC71DB",)


@pytest.mark.parametrize(
    ("realm", "known"),
    [
        ("HITRON_0007D8000001", True),
        ("A B-1_0007D8000001", True),
        ("0007D8000001", False),
        ("session_12ab34cd56ef", False),
    ],
)
def test_the_mac_in_a_realm(realm: str, known: bool) -> None:
    found = read(f'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="{realm}", nonce="1"\r\n\r\n')
    assert any(one.channel == "mac" for one in found) is known


def test_of_a_list_of_blocks_each_is_read() -> None:
    told = fields("Acme,camera,A-1,(C4:2F:90|54:C4:15)", "mac_oui")
    assert told["mac.prefix"] == ("54C415",), "of the last"


def test_as_a_whole_a_text_is_a_banner_whatever_is_read_of_it_but_a_page_is_not() -> None:
    def banners(raw: str) -> list[str]:
        parts = read(raw, whole=True)
        return [value for part in parts for value in part.fields.get("banner.text", ())]

    text = "stamp: 12:00\nsession: Acme Media"
    assert "banner.text" not in fields(text)
    assert banners(text) == [text]
    assert banners("Acme 1") == ["Acme 1"]
    assert banners("HTTP/1.1 200 OK\r\n\r\n<html><p>Acme Media</html>") == []
    long = f"Acme 1\n{'-' * 400}\nAcme 2"
    assert long in banners(long), "to its end, although a greeting is clipped"


def test_the_mac_of_which_an_address_of_its_own_is_formed() -> None:
    listed = (
        "onvif://www.onvif.org/name/A http://192.0.2.1/onvif/device_service http://[fe80::c62f:90ff:fe00:1]/onvif/a"
    )
    assert fields(listed, "ws_discovery")["mac.prefix"] == ("C42F90",)
    assert "mac.prefix" not in fields(listed.replace("90ff:fe00", "90ff:ff00"), "ws_discovery")


def test_soap_in_http_is_read_as_what_it_is() -> None:
    body = (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:t="http://www.onvif.org/ver10/device/wsdl">'
        "<s:Body><t:GetDeviceInformationResponse><t:Manufacturer>A</t:Manufacturer><t:Model>M</t:Model>"
        "</t:GetDeviceInformationResponse></s:Body></s:Envelope>"
    )
    parts = read(f"HTTP/1.1 200 OK\r\nServer: gSOAP/2.8\r\n\r\n{body}", "http")
    assert {part.channel for part in parts} == {"http", "onvif"}
    assert fields(body)["onvif.manufacturer"] == ("A",)


def test_a_line_of_which_nothing_tells_where_it_stood_is_tried_as_every_name() -> None:
    found = fields("Canon Network Camera VB-C60")
    assert found["banner.text"] == found["snmp.sys_descr"] == found["http.title"] == ("Canon Network Camera VB-C60",)


@pytest.mark.parametrize(
    "raw",
    [
        "Model: A1-B2",
        "DeviceType=A1-B2\n",
        "Product: A1-B2\nlast seen: yesterday",
        '{"name": "gate", "model": "A1-B2"}',
        "name=gate\nserialNumber=1\nmodel=A1-B2",
        "device_type: camera\nmodel: A1-B2",
        "<info><modelName>A1-B2</modelName><serialNumber>1</serialNumber></info>",
        "Manufacturer: M\nModel: A1-B2\nService name: _http._tcp",
    ],
)
def test_words_about_a_device_tell_its_model(raw: str) -> None:
    assert fields(raw)["onvif.model"] == ("A1-B2",)


def test_a_version_beside_model_and_serial_is_the_firmwares() -> None:
    assert fields('{"model": "A1-B2", "serial": "1", "version": "2.1"}')["onvif.firmware"] == ("2.1",)
    assert "onvif.firmware" not in fields('{"model": "A1-B2", "version": "2.1"}')


def test_settings_tell_no_model_of_the_device() -> None:
    assert "onvif.model" not in fields("serialNumber=1\ntable.Remote[0].Model=A1-B2", "http")


def test_a_vendor_alone_may_be_that_of_the_network_card() -> None:
    assert "onvif.manufacturer" not in fields("Vendor: Some Company Ltd.")


@pytest.mark.parametrize("raw", ["", "   \r\n", b"", b"\x00\x00"])
def test_a_blank_answer_says_nothing(raw: str | bytes) -> None:
    assert read(raw, "http") == ()


def test_a_line_of_a_script_is_a_body() -> None:
    [found] = read('window.location.href = "./a/b.asp?_" + (new Date()).getTime();', "http")
    assert "http.body" in found.fields


def test_an_answer_behind_the_headers_of_its_packet() -> None:
    assert fields(xxd(bytes(range(128, 194)) + HEAD.encode()), "http")["http.server"] == ("App-webs/",)


def test_hashes_are_not_unwrapped() -> None:
    digest = "89b932fcc47cf4ca3faadb0cfdef89cf"
    assert fields(digest, "favicon_hash") == {"http.favicon.md5": (digest,)}
    assert fields(digest) == {"http.favicon.md5": (digest,)}


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400)), st.sampled_from(["", "http", "snmp", "mdns", "nmap"]))
@settings(max_examples=150, deadline=None)
def test_nothing_breaks_it(raw: str | bytes, hint: str) -> None:
    for part in read(raw, hint):
        assert part.target == ""
        assert part.channel


_LONG = 100_000


@pytest.mark.parametrize(
    "sample",
    [
        "<" * 70_000,
        "a=" * 50_000,
        "{" * 70_000,
        "A:" * 50_000,
        "\\x41" * 20_000,
        "0a " * 40_000,
        "x = {" + "0x00  " * 40 + "!",
        "> a\r\n" * 40 + "x",
        "----\n" + "-" * _LONG + "x",
        "----\n" + " " * _LONG + "x",
        "a <<EOF\n" + " " * _LONG + "x",
        "<p>HTTP/1.1 200 OK" + " " * _LONG + "x",
        "<a>RTSP/1.0 200 " + "&quot;" * (_LONG // 6) + "<b>",
        ("|a" + " " * 32 + "|" + " " * 300 + "x\n") * (_LONG // 340),
        "|Server|x" + " " * _LONG + "x",
        "[HTTP/1.1 200 OK, Ab: " + " " * _LONG + "x",
        "12:00:00.1 IP " + "length 1 " * (_LONG // 9),
        '"HTTP/1.1 200"' + " " * _LONG + "x",
        "lease\n" + "\n" * _LONG + "x",
        " " * _LONG + "x\n",
        "a" + "_" * _LONG,
        'realm="a\n' + " " * _LONG + "x",
        '{"a":[' + "{}," * 10_000 + '{}],"b":"' + '\\"' * _LONG + '"}',
    ],
    ids=lambda sample: sample[:16],
)
def test_hostile_text_costs_little(sample: str) -> None:
    with costs_less_than(2):
        read(sample)


def test_the_mac_in_a_note_about_a_device_names_the_holder_of_its_block() -> None:
    found = read("Camera: front door, MAC `44:19:B6:00:00:01`, IP 192.168.1.64")
    assert [one.fields["mac.prefix"] for one in found if one.channel == "mac"] == [("4419B6",)]


def test_a_line_that_asks_for_a_name_is_a_greeting_and_no_title_or_description() -> None:
    assert fields("DH-SD59230S login: ", "telnet") == {"banner.text": ("DH-SD59230S login:",)}


SETUP = b"\x00\x01\x00\xe1\x00\x0e" + bytes(20) + b"\x00\xa8\x00\x10NX510" + bytes(11)


@pytest.mark.parametrize("raw", [SETUP, SETUP.hex(), SETUP.hex(" "), xxd(SETUP), hexdump(SETUP)])
def test_bytes_that_no_codec_reads_are_left_to_the_rules(raw: str | bytes) -> None:
    (one,) = (part for part in read(raw) if "bytes.hex" in part.fields)
    assert (one.channel, one.fields["bytes.hex"]) == ("banner", (SETUP.hex(),))
    assert one.fields["bytes.text"] == ("30 00a80010 NX510",)


@pytest.mark.parametrize("hint", ["", "http", "nmap_xml_service"])
def test_a_text_in_hex_digits_is_also_searched_as_a_whole(hint: str) -> None:
    message = "SEARCH01\tCMD\tFOUND\t192.0.2.5"
    banners = [
        one.fields["banner.text"]
        for one in read(message.encode().hex(), hint, whole=True)
        if "banner.text" in one.fields
    ]
    assert (message,) in banners


def test_sixteen_bytes_may_also_be_a_hash() -> None:
    digest = "efca7d9aeaad122133c65cdf628ac574"
    assert fields(digest) == {"http.favicon.md5": (digest,), "bytes.hex": (digest,)}
    assert fields(digest, "favicon_hash") == {"http.favicon.md5": (digest,)}


def test_the_state_of_a_certificate_is_no_target_of_a_search() -> None:
    for text in ('{\n "subject": {\n  "ST": "Zhejiang",\n  "CN": "a"\n }\n}', "subject:\n  ST: Zhejiang\n  CN: a"):
        assert channels(text)[0] == "tls"
    assert channels("ST: upnp:rootdevice\nServer: a")[0] == "ssdp"
