from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import wsdiscovery
from camscan.errors import DecodeError, UsageError

SAMPLES = Path(__file__).parents[1] / "samples" / "wsdiscovery"
MATCH = (SAMPLES / "probe-match.xml").read_bytes()
TWO_INTERFACES = (SAMPLES / "two-interfaces.xml").read_bytes()
HELLO = (SAMPLES / "hello.xml").read_bytes()
MAKER_MATCH = (SAMPLES / "maker-match.xml").read_bytes()
PRINTER = (SAMPLES / "printer.xml").read_bytes()
ASKED = "11223344-5566-7788-9900-aabbccddeeff"

NETWORK = "http://www.onvif.org/ver10/network/wsdl"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
SCOPES = {
    "onvif.scope": (
        "onvif://www.onvif.org/type/video_encoder",
        "onvif://www.onvif.org/Profile/Streaming",
        "onvif://www.onvif.org/Profile/G",
        "onvif://www.onvif.org/Profile/T",
        "onvif://www.onvif.org/MAC/58:50:ed:00:00:01",
        "onvif://www.onvif.org/hardware/DS-2CD2385G1-I",
        "onvif://www.onvif.org/name/HIKVISION DS-2CD2385G1-I",
        "onvif://www.onvif.org/location/city/hangzhou",
    ),
    "onvif.scope.type": ("video_encoder",),
    "onvif.scope.profile": ("Streaming", "G", "T"),
    "onvif.scope.mac": ("58:50:ED:00:00:01",),
    "onvif.scope.hardware": ("DS-2CD2385G1-I",),
    "onvif.scope.name": ("HIKVISION DS-2CD2385G1-I",),
    "onvif.scope.location": ("city/hangzhou",),
}
MATCH_FIELDS = {
    "wsd.action": ("ProbeMatches",),
    "wsd.relates_to": ("uuid:11223344-5566-7788-9900-AABBCCDDEEFF",),
    "wsd.endpoint": ("urn:uuid:aa85c000-6324-11b3-819e-5850ed000001",),
    "wsd.types": (f"{NETWORK} NetworkVideoTransmitter", f"{DEVICE} Device"),
    "wsd.xaddr": (
        "http://192.168.124.40/onvif/device_service",
        "http://[fe80::5a50:edff:fe00:1]/onvif/device_service",
    ),
    **SCOPES,
}


def test_probe_match() -> None:
    assert wsdiscovery.decode(MATCH) == (MATCH_FIELDS,)


def test_match_of_two_interfaces() -> None:
    (fields,) = wsdiscovery.decode(TWO_INTERFACES)
    assert fields == {
        "wsd.action": ("ProbeMatches",),
        "wsd.relates_to": ("uuid:00000000-0000-4000-8000-000000000002",),
        "wsd.endpoint": ("urn:uuid:00000000-0000-4000-8000-00408c000001",),
        "wsd.types": (f"{DEVICE} Device", f"{NETWORK} NetworkVideoTransmitter"),
        "wsd.xaddr": (
            "http://192.168.0.90/onvif/device_service",
            "https://192.168.0.90/onvif/device_service",
            "http://169.254.0.1/onvif/device_service",
            "https://169.254.0.1/onvif/device_service",
        ),
        "onvif.scope": (
            "onvif://www.onvif.org/Profile/Streaming",
            "onvif://www.onvif.org/hardware/M2036-LE",
            "onvif://www.onvif.org/name/AXIS M2036-LE",
            "onvif://www.onvif.org/Profile/M",
            "onvif://www.onvif.org/location/",
        ),
        "onvif.scope.profile": ("Streaming", "M"),
        "onvif.scope.hardware": ("M2036-LE",),
        "onvif.scope.name": ("AXIS M2036-LE",),
    }


def test_hello_in_the_newer_namespaces() -> None:
    (fields,) = wsdiscovery.decode(HELLO)
    assert fields == {
        "wsd.action": ("Hello",),
        "wsd.endpoint": ("urn:uuid:00000000-0000-4000-8000-3cef8c000001",),
        "wsd.types": (f"{NETWORK} NetworkVideoTransmitter",),
        "wsd.xaddr": ("http://10.0.0.154:8088/onvif/device_service",),
        "onvif.scope": (
            "onvif://www.onvif.org/location/country/china",
            "onvif://www.onvif.org/name/Amcrest",
            "onvif://www.onvif.org/hardware/IP2M-841B",
            "onvif://www.onvif.org/Profile/Q/Operational",
            "onvif://www.onvif.org/type/Network_Video_Transmitter",
            "onvif://www.onvif.org/extension/unique_identifier",
        ),
        "onvif.scope.location": ("country/china",),
        "onvif.scope.name": ("Amcrest",),
        "onvif.scope.hardware": ("IP2M-841B",),
        "onvif.scope.profile": ("Q/Operational",),
        "onvif.scope.type": ("Network_Video_Transmitter",),
        "onvif.scope.extension": ("unique_identifier",),
    }


def test_match_of_a_makers_own_protocol() -> None:
    (fields,) = wsdiscovery.decode(MAKER_MATCH)
    assert fields["wsd.action"] == ("UniviewProbeMatches",)
    assert fields["wsd.xaddr"] == ("http://192.168.4.106:8080/LAPI/V1.0/System/DeviceInfo",)
    assert fields["onvif.scope.manufacturer"] == ("UNIVIEW",)
    assert fields["onvif.scope.mac"] == ("88:26:3F:00:00:01",)
    assert fields["onvif.scope.serial"] == ("210235UEC30000000001",)
    assert fields["onvif.scope.firmware"] == ("DIPC-B1232.9.3.C00010.251208",)


def test_bye_and_resolve_match() -> None:
    endpoint = "<a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference>"
    envelope = '<s:Envelope xmlns:s="s" xmlns:a="a" xmlns:d="d"><s:Body>{}</s:Body></s:Envelope>'
    bye = envelope.format(f"<d:Bye>{endpoint}</d:Bye>").encode()
    assert wsdiscovery.decode(bye) == ({"wsd.action": ("Bye",), "wsd.endpoint": ("urn:uuid:1",)},)
    match = f"<d:ResolveMatch>{endpoint}<d:XAddrs>http://10.0.0.5/</d:XAddrs></d:ResolveMatch>"
    resolved = envelope.format(f"<d:ResolveMatches>{match}</d:ResolveMatches>").encode()
    assert wsdiscovery.decode(resolved) == (
        {"wsd.action": ("ResolveMatches",), "wsd.endpoint": ("urn:uuid:1",), "wsd.xaddr": ("http://10.0.0.5/",)},
    )


def test_a_printer_names_its_types_and_scopes() -> None:
    (printer,) = wsdiscovery.decode(PRINTER)
    assert printer["wsd.types"] == (
        "http://schemas.xmlsoap.org/ws/2006/02/devprof Device",
        "http://schemas.microsoft.com/windows/2006/08/wdp/print PrintDeviceType",
    )
    assert printer["onvif.scope"] == ("ldap:///ou=engineering,o=example",)


@pytest.mark.parametrize(
    ("asked", "unsolicited"),
    [
        ((), False),
        ((ASKED,), False),
        ({"urn:uuid:00000000-0000-4000-8000-000000000009", f"urn:uuid:{ASKED.upper()}"}, False),
        (("urn:uuid:00000000-0000-4000-8000-000000000009",), True),
    ],
)
def test_answers_to_no_question_are_marked(asked: tuple[str, ...], unsolicited: bool) -> None:
    expected = {**MATCH_FIELDS, "wsd.unsolicited": ("true",)} if unsolicited else MATCH_FIELDS
    assert wsdiscovery.decode(MATCH, asked) == (expected,)


def test_announcements_answer_no_question() -> None:
    assert wsdiscovery.decode(HELLO, (ASKED,))[0]["wsd.unsolicited"] == ("true",)


BODY = MATCH[MATCH.index(b"<d:ProbeMatches>") : MATCH.index(b"</env:Body>")]


@pytest.mark.parametrize(
    "data",
    [
        BODY,
        BODY.replace(b"</d:ProbeMatch>", b""),
        b"</env:Header><env:Body>" + BODY + b"</env:Body></env:Envelope>",
        BODY[: BODY.index(b"<d:MetadataVersion>")],
        BODY.replace(b"</d:Types>", b"</d:Types> & <").replace(b"<d:XAddrs>", b'<d:XAddrs a="b" c>'),
    ],
)
def test_fragments_are_read_tag_by_tag(data: bytes) -> None:
    expected = {name: values for name, values in MATCH_FIELDS.items() if name != "wsd.relates_to"}
    expected["wsd.types"] = ("dn:NetworkVideoTransmitter", "tds:Device")
    assert wsdiscovery.decode(data) == (expected,)


@pytest.mark.parametrize("around", [MATCH, BODY])
def test_what_a_maker_adds_is_told_as_text(around: bytes) -> None:
    added = around.replace(b"</d:ProbeMatch>", b"<d:Extension>AcmeIPC</d:Extension></d:ProbeMatch>")
    assert wsdiscovery.decode(added)[0]["wsd.extension"] == ("AcmeIPC",)


def test_stray_bytes_do_no_harm() -> None:
    assert wsdiscovery.decode(b"\0\xff\r\n" + MATCH + b"\0\0junk") == (MATCH_FIELDS,)


def test_a_cut_match_tells_as_much_of_its_hardware_as_came() -> None:
    cut = MATCH[: MATCH.index(b"onvif.org/hardware/DS-2CD23") + 27]
    (fields,) = wsdiscovery.decode(cut)
    assert fields["onvif.scope.hardware"] == ("DS-2CD23",)
    assert fields["wsd.relates_to"] == MATCH_FIELDS["wsd.relates_to"]


def test_whatever_the_length_a_cut_match_names_no_other_device() -> None:
    unique = ("wsd.endpoint", "wsd.relates_to", "wsd.xaddr", "onvif.scope.mac", "onvif.scope.serial")
    for length in range(len(MATCH)):
        with suppress(DecodeError):
            for fields in wsdiscovery.decode(MATCH[:length]):
                for name in unique:
                    assert set(fields.get(name, ())) <= set(MATCH_FIELDS.get(name, ())), (name, length)


def test_listings_are_read_line_by_line() -> None:
    listing = (
        "Types: dn:NetworkVideoTransmitter tds:Device\r\n"
        "Scopes = onvif://www.onvif.org/location/Hong Kong onvif://www.onvif.org/name/VIGI-C350\r\n"
        "XAddrs: http://192.168.5.191:2020/onvif/device_service\r\n"
    )
    scopes = {
        "onvif.scope": ("onvif://www.onvif.org/location/Hong Kong", "onvif://www.onvif.org/name/VIGI-C350"),
        "onvif.scope.location": ("Hong Kong",),
        "onvif.scope.name": ("VIGI-C350",),
    }
    types_and_address = {
        "wsd.types": ("dn:NetworkVideoTransmitter", "tds:Device"),
        "wsd.xaddr": ("http://192.168.5.191:2020/onvif/device_service",),
    }
    assert wsdiscovery.decode(listing.encode()) == ({**types_and_address, **scopes},)
    assert wsdiscovery.decode("\n".join(scopes["onvif.scope"]).encode()) == (scopes,)


def test_questions_name_no_device() -> None:
    for types in wsdiscovery.DIALECTS:
        assert wsdiscovery.decode(wsdiscovery.encode_probe(ASKED, types)) == ()
    probe = (
        b"<d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/x</d:Scopes></d:Probe>"
    )
    assert wsdiscovery.decode(probe) == ()
    resolve = b"<Resolve><EndpointReference><Address>urn:uuid:1</Address></EndpointReference></Resolve>"
    assert wsdiscovery.decode(b"<Envelope><Body>" + resolve + b"</Body></Envelope>") == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 64,
        b"<html><body>Hello</body></html>",
        b'{"method": "client.notifyDevInfo"}',
        b"<a:Address>urn:uuid:1</a:Address>",
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + MATCH,
        b'<!ENTITY b "c">' + BODY,
        ("\ufeff<!doctype a>" + BODY.decode()).encode("utf-16"),
    ],
)
def test_no_answer(data: bytes) -> None:
    with pytest.raises(DecodeError):
        wsdiscovery.decode(data)


def test_floods_are_cut() -> None:
    match = (
        b"<ProbeMatch><Types>"
        + b"x:y%d " * 1000
        + b"</Types><XAddrs>"
        + b"http://a/%d " * 40
        + b"</XAddrs></ProbeMatch>"
    )
    for envelope in (b"<Envelope>%b</Envelope>", b"<Envelope>%b"):
        small = b"<ProbeMatch><XAddrs>http://a/</XAddrs></ProbeMatch>" * 1000
        assert len(wsdiscovery.decode(envelope % small)) == wsdiscovery.MAX_MATCHES
        (fields,) = wsdiscovery.decode(envelope % (match % tuple(range(1040))))
        assert len(fields["wsd.types"]) == len(fields["wsd.xaddr"]) == wsdiscovery.MAX_ITEMS


@pytest.mark.parametrize("sample", [MATCH, TWO_INTERFACES, HELLO, BODY, MAKER_MATCH])
def test_damaged_datagrams(sample: bytes) -> None:
    assert_survives(wsdiscovery.decode, sample)


@given(st.binary(max_size=200), st.integers(0, len(MATCH)), st.integers(0, 200))
def test_mutated_datagrams(junk: bytes, position: int, gap: int) -> None:
    for data in (junk, MATCH[:position] + junk + MATCH[position + gap :]):
        try:
            found = wsdiscovery.decode(data, (ASKED,))
        except DecodeError:
            continue
        for fields in found:
            assert set(fields) <= set(wsdiscovery.FIELDS)
            assert all(values and all(values) for values in fields.values())


def test_probes_are_exact() -> None:
    probe = wsdiscovery.encode_probe(f"urn:uuid:{ASKED}", "dn:NetworkVideoTransmitter")
    assert probe == (
        b'<?xml version="1.0" encoding="UTF-8"?>'
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
        b' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
        b' xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
        b' xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
        b"<s:Header><wsa:MessageID>urn:uuid:11223344-5566-7788-9900-aabbccddeeff</wsa:MessageID>"
        b"<wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>"
        b"<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action></s:Header>"
        b"<s:Body><wsd:Probe><wsd:Types>dn:NetworkVideoTransmitter</wsd:Types></wsd:Probe></s:Body></s:Envelope>"
    )
    assert b"<wsd:Probe></wsd:Probe>" in wsdiscovery.encode_probe(ASKED, "")
    assert b"<wsd:Types>tds:Device</wsd:Types>" in wsdiscovery.encode_probe(f"uuid:{ASKED}", "tds:Device")


@pytest.mark.parametrize("message_id", ["", "x", ASKED + "\n", f"<{ASKED}>", "uuid:uuid:" + ASKED])
def test_message_id_is_checked(message_id: str) -> None:
    with pytest.raises(UsageError, match="must be a UUID"):
        wsdiscovery.encode_probe(message_id, "")


@given(st.text())
def test_only_the_known_dialects_can_be_asked_for(types: str) -> None:
    if types in wsdiscovery.DIALECTS:
        return
    with pytest.raises(UsageError, match="must be one of"):
        wsdiscovery.encode_probe(ASKED, types)
