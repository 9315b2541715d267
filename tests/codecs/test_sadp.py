from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import sadp
from camscan.errors import DecodeError, UsageError

SAMPLES = Path(__file__).parents[1] / "samples" / "sadp"
CAPTURE = (SAMPLES / "ds-2cd2385g1-i.xml").read_bytes()
MALFORMED = (SAMPLES / "malformed.xml").read_bytes()
ASKER = "11223344-5566-7788-9900-aabbccddeeff"


def _answer(body: str, root: str = "ProbeMatch") -> bytes:
    return f"<{root}>{body}</{root}>".encode()


def test_capture() -> None:
    assert sadp.decode(CAPTURE) == {
        "sadp.root": ("ProbeMatch",),
        "sadp.uuid": ("e8ecfe09-90e4-44c0-842b-703f46b58c81",),
        "sadp.types": ("inquiry",),
        "sadp.device_type": ("141945",),
        "sadp.device_description": ("DS-2CD2385G1-I",),
        "sadp.device_sn": ("DS-2CD2385G1-I20200414AAWRE00000001",),
        "sadp.command_port": ("8000",),
        "sadp.http_port": ("80",),
        "sadp.mac": ("58:50:ED:00:00:01",),
        "sadp.ipv4_address": ("192.168.124.40",),
        "sadp.ipv4_subnet_mask": ("255.255.255.0",),
        "sadp.ipv4_gateway": ("192.168.124.1",),
        "sadp.dhcp": ("true",),
        "sadp.analog_channel_num": ("0",),
        "sadp.digital_channel_num": ("1",),
        "sadp.software_version": ("V5.6.2 build 190701",),
        "sadp.dsp_version": ("V7.3 build 190626",),
        "sadp.boot_time": ("1970-01-15 02:44:11",),
        "sadp.activated": ("true",),
        "sadp.detail_oem_code": ("1",),
        "sadp.sdk_over_tls_port": ("8443",),
    }


def test_malformed_answer_gives_every_element_that_came_whole() -> None:
    assert sadp.decode(MALFORMED) == {
        "sadp.root": ("Probematch",),
        "sadp.uuid": ("aa1d5de5-1fee-4c10-a1b2-000000000001",),
        "sadp.types": ("inquiry",),
        "sadp.device_type": ("68106",),
        "sadp.device_description": ("CS-C6TC-32WFR",),
        "sadp.device_sn": ("CS-C6TC-32WFR0000000001WCVU",),
        "sadp.mac": ("54:C4:15:00:00:01",),
        "sadp.ipv4_address": ("192.168.1.64",),
        "sadp.dhcp": ("false",),
        "sadp.oem_info": ("Tom & Jerry & Sons",),
        "sadp.activated": ("true",),
        "sadp.software_version": ("V5.2.5 build 200506",),
    }


@pytest.mark.parametrize("root", ["ProbeMatch", "Probematch", "Hello", "Bye"])
def test_roots(root: str) -> None:
    answer = _answer("<DeviceDescription>DS-7804</DeviceDescription>", root)
    assert sadp.decode(answer) == {"sadp.root": (root,), "sadp.device_description": ("DS-7804",)}


@pytest.mark.parametrize(
    ("body", "name", "expected"),
    [
        ("<MAC>58:50:ED:00:00:01</MAC>", "sadp.mac", "58:50:ED:00:00:01"),
        ("<MAC> 5850ed000001 </MAC>", "sadp.mac", "58:50:ED:00:00:01"),
        ("<Activated>flase</Activated>", "sadp.activated", "false"),
        ("<Activated>False</Activated>", "sadp.activated", "false"),
        ("<IPv6Address>FE80::1/64</IPv6Address>", "sadp.ipv6_address", "fe80::1"),
        ("<DeviceSN></DeviceSN><DeviceSN>B</DeviceSN><DeviceSN>C</DeviceSN>", "sadp.device_sn", "B"),
        ("<DeviceSN max='48'>B&amp;C&#x41;</DeviceSN>", "sadp.device_sn", "B&CA"),
        (f"<DeviceSN>{'B' * 1000}</DeviceSN>", "sadp.device_sn", "B" * 256),
        (f"<DeviceSN>B&#{'9' * 5000};</DeviceSN>", "sadp.device_sn", "B\ufffd"),
    ],
)
def test_values(body: str, name: str, expected: str) -> None:
    assert sadp.decode(_answer(body)) == {"sadp.root": ("ProbeMatch",), name: (expected,)}


@pytest.mark.parametrize(
    "answer",
    [
        "<ProbeMatch><DeviceDescription>网络摄像机</DeviceDescription></ProbeMatch>".encode("gb18030"),
        '<?xml version="1.0" encoding="GB2312"?><ProbeMatch><DeviceDescription>网络摄像机</DeviceDescription>'.encode(
            "gbk"
        ),
        "\ufeff<ProbeMatch><DeviceDescription>网络摄像机</DeviceDescription></ProbeMatch>".encode(),
    ],
)
def test_charsets(answer: bytes) -> None:
    assert sadp.decode(answer)["sadp.device_description"] == ("网络摄像机",)


def test_addresses_that_say_nothing_are_left_out() -> None:
    nothing = "<MAC>00-00-00-00-00-00</MAC><IPv4Address>0.0.0.0</IPv4Address><IPv6Address>::</IPv6Address>"
    assert sadp.decode(_answer(f"{nothing}<DeviceSN>B</DeviceSN>")) == {
        "sadp.root": ("ProbeMatch",),
        "sadp.device_sn": ("B",),
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><title>Hello</title></html>",
        sadp.encode_inquiry(ASKER),
        b"<Probe><Uuid>x</Uuid><MAC>ff-ff-ff-ff-ff-ff</MAC><Types>inquiry</Types><DeviceSN>B</DeviceSN></Probe>",
        _answer(f"<Uuid>{ASKER}</Uuid><Types>inquiry</Types>"),
        b"<ProbeMatch><DeviceSN>cut",
        _answer("<Types>dn:NetworkVideoTransmitter</Types><XAddrs>http://10.0.0.5/onvif/device_service</XAddrs>"),
        b"<d:ProbeMatch><d:MAC>58-50-ed-00-00-01</d:MAC></d:ProbeMatch>",
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + CAPTURE,
        CAPTURE + b" " * sadp.MAX_ANSWER,
    ],
)
def test_no_answer(data: bytes) -> None:
    with pytest.raises(DecodeError):
        sadp.decode(data)


def test_only_so_many_elements_are_read() -> None:
    filler = "<A1>1</A1>" * sadp.MAX_ELEMENTS
    assert sadp.decode(_answer(f"<DeviceSN>B</DeviceSN>{filler}<MAC>58-50-ed-00-00-01</MAC>")) == {
        "sadp.root": ("ProbeMatch",),
        "sadp.device_sn": ("B",),
    }


@pytest.mark.parametrize("sample", [CAPTURE, MALFORMED])
def test_damaged_answers(sample: bytes) -> None:
    assert_survives(sadp.decode, sample)


@given(st.binary(max_size=200), st.integers(0, len(CAPTURE)), st.integers(0, 200))
def test_mutated_answers(junk: bytes, position: int, gap: int) -> None:
    for data in (junk, CAPTURE[:position] + junk + CAPTURE[position + gap :]):
        try:
            found = sadp.decode(data)
        except DecodeError:
            continue
        assert set(found) <= set(sadp.FIELDS)
        assert all(len(values) == 1 and values[0] == values[0].strip() != "" for values in found.values())


def test_requests_are_exact() -> None:
    head = b'<?xml version="1.0" encoding="utf-8"?><Probe><Uuid>11223344-5566-7788-9900-aabbccddeeff</Uuid><Types>'
    assert sadp.encode_inquiry(ASKER) == head + b"inquiry</Types></Probe>"
    assert sadp.encode_inquiry(ASKER, "inquiry_v32") == head + b"inquiry_v32</Types></Probe>"


@pytest.mark.parametrize(
    "types",
    [
        "activate",
        "update",
        "reset",
        "exchangecode",
        "getencryptstring",
        "reboot",
        "restore",
        "Inquiry",
        "",
        "inquiry</Types>",
    ],
)
def test_requests_that_change_something_cannot_be_made(types: str) -> None:
    with pytest.raises(UsageError, match="never sent"):
        sadp.encode_inquiry(ASKER, types)


@pytest.mark.parametrize(
    "uuid", ["", "x", ASKER + "\n", ASKER.replace("-", ""), f"{{{ASKER}}}", ASKER + "</Uuid><MAC>"]
)
def test_uuid_is_checked(uuid: str) -> None:
    with pytest.raises(UsageError, match="not a UUID"):
        sadp.encode_inquiry(uuid)


@given(st.text() | st.uuids().map(str), st.sampled_from(["inquiry", "inquiry_v32"]) | st.text())
def test_nothing_but_the_allowed_requests_can_be_made(uuid: str, types: str) -> None:
    try:
        request = sadp.encode_inquiry(uuid, types)
    except UsageError:
        return
    assert request in {template % str(UUID(uuid)).encode() for template in sadp.REQUESTS}


def test_whatever_the_length_a_cut_answer_names_no_other_device() -> None:
    whole = sadp.decode(CAPTURE)
    for length in range(len(CAPTURE)):
        with suppress(DecodeError):
            for name, (value,) in sadp.decode(CAPTURE[:length]).items():
                is_begun = name == "sadp.device_description" and whole[name][0].startswith(value)
                assert value == whole[name][0] or is_begun, name


def test_the_model_counts_as_far_as_it_came() -> None:
    cut = CAPTURE[: CAPTURE.index(b"G1-I</DeviceDescription>")]
    assert sadp.decode(cut)["sadp.device_description"] == ("DS-2CD2385",)
