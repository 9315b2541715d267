from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import snmp
from camscan.errors import DecodeError, UsageError


def _tlv(tag: int, *contents: bytes) -> bytes:
    value = b"".join(contents)
    length = bytes([len(value)]) if len(value) < 128 else bytes([0x82, len(value) >> 8, len(value) & 255])
    return bytes([tag]) + length + value


def _binding(last: int, value: bytes) -> bytes:
    return _tlv(0x30, _tlv(0x06, bytes([0x2B, 6, 1, 2, 1, 1, last, 0])), value)


def _response(*bindings: bytes, version: int = 1, pdu: int = 0xA2) -> bytes:
    numbers = b"\x02\x02\x12\x34\x02\x01\x00\x02\x01\x00"
    return _tlv(0x30, b"\x02\x01", bytes([version]), b"\x04\x06public", _tlv(pdu, numbers, _tlv(0x30, *bindings)))


# The values that a public report gives for a recorder (LibreNMS 8126), in the layout of RFC 3416.
RECORDER = _response(
    _binding(1, _tlv(0x04, b"NVR")),
    _binding(2, _tlv(0x06, bytes.fromhex("2b060104 01 bdaa31 03020a"))),
    _binding(4, _tlv(0x04, b"Unknown")),
    _binding(5, _tlv(0x04, b"(none)")),
    _binding(6, _tlv(0x04, b"Unknown")),
)


def test_texts_of_a_makers_own_objects() -> None:
    """Nobody here asks for them, but a capture of another manager's questions holds them."""
    oid = _tlv(0x06, bytes.fromhex("2b06010401 82b17d 010100"))
    text, number = _tlv(0x30, oid, _tlv(0x04, b"A-1")), _tlv(0x30, oid, _tlv(0x02, b"\x05"))
    assert snmp.decode(_response(text, number)) == {"snmp.object": ("1.3.6.1.4.1.39165.1.1.0 = A-1",)}


def test_response() -> None:
    assert snmp.decode(RECORDER) == {
        "snmp.sys_descr": ("NVR",),
        "snmp.sys_object_id": ("1.3.6.1.4.1.1004849.3.2.10",),
        "snmp.sys_contact": ("Unknown",),
        "snmp.sys_name": ("(none)",),
        "snmp.sys_location": ("Unknown",),
    }


def test_objects_that_the_agent_lacks_are_left_out() -> None:
    nothing = [_binding(1, b"\x80\x00"), _binding(2, b"\x81\x00"), _binding(4, b"\x05\x00"), _binding(5, _tlv(0x04))]
    assert snmp.decode(_response(*nothing, version=0)) == {}
    assert snmp.decode(_response(_binding(3, b"\x43\x01\x05"), _tlv(0x30, _tlv(0x06, b"\x2b")))) == {}
    assert snmp.decode(_response()) == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"Hikvision company products\0", "Hikvision company products"),
        (b"\xcd\xf8\xc2\xe7\xc9\xe3\xcf\xf1\xbb\xfa", "网络摄像机"),
        (b"a" * 300, "a" * 256),
    ],
)
def test_texts(value: bytes, text: str) -> None:
    assert snmp.decode(_response(_binding(1, _tlv(0x04, value)))) == {"snmp.sys_descr": (text,)}


@pytest.mark.parametrize(
    ("value", "oid"),
    [
        ("2b06010401 82b17d 010100", "1.3.6.1.4.1.39165.1.1.0"),
        ("2b06010401 8386d1", None),
        ("00", "0.0"),
        ("4f", "1.39"),
        ("883703", "2.999.3"),
        ("2b8fffffff7f", "1.3.4294967295"),
        ("2b8080808080 01", None),
        ("2b90", None),
        ("", None),
        ("2b" + "01" * 126, "1.3" + ".1" * 126),
        ("2b" + "01" * 128, None),
    ],
)
def test_object_ids(value: str, oid: str | None) -> None:
    data = _response(_binding(2, _tlv(0x06, bytes.fromhex(value))))
    if oid is None:
        with pytest.raises(DecodeError, match="OID"):
            snmp.decode(data)
    else:
        assert snmp.decode(data) == {"snmp.sys_object_id": (oid[:256],)}


@pytest.mark.parametrize("broken", [b"\x06\x00", b"\x06\x01\x90", b"\x04\x7fcut"])
def test_a_broken_value_costs_no_other_one(broken: bytes) -> None:
    name, contact = _binding(1, _tlv(0x04, b"NVR")), _binding(4, _tlv(0x04, b"Unknown"))
    for bindings in ((name, _binding(2, broken), contact), (_tlv(0x30, broken), name, contact)):
        assert snmp.decode(_response(*bindings)) == {"snmp.sys_descr": ("NVR",), "snmp.sys_contact": ("Unknown",)}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "missing"),
        (b"\x30", "missing"),
        (b"\x30\x00", "missing"),
        (snmp.encode_get("public", 1), "tag 0xa0, not 0xa2"),
        (_response(version=3), "another version"),
        (_response(pdu=0xA8), "tag 0xa8, not 0xa2"),
        (b"HTTP/1.1 400 Bad Request\r\n", "tag 0x48, not 0x30"),
        (b"\x30\x80\x02\x01\x01\x00\x00", "length of 0 bytes"),
        (b"\x30\x85\x00\x00\x00\x00\x03\x02\x01\x01", "length of 5 bytes"),
        (b"\x30\x84\xff\xff\xff\xff\x02\x01\x01", "claims 4294967295 bytes"),
        (b"\x30\x82\x01", "claims 1 bytes"),
        (RECORDER[:-1], "claims"),
        (_response(_tlv(0x30, b"\x06\x7f\x2b")), "claims 127 bytes"),
        (_response(_binding(1, b"\x04\x7fx")), "claims 127 bytes"),
        (_response(b"\x05\x00"), "tag 0x05, not 0x30"),
    ],
)
def test_no_response(data: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        snmp.decode(data)


def test_padded_lengths_and_junk_behind_are_accepted() -> None:
    padded = b"\x30\x84" + (len(RECORDER) - 4).to_bytes(4, "big") + RECORDER[4:]
    assert snmp.decode(padded + b"junk") == snmp.decode(RECORDER)


def test_only_so_many_bindings_are_read() -> None:
    fillers = [_binding(7, _tlv(0x02, b"\1"))] * snmp.MAX_BINDINGS
    assert snmp.decode(_response(*fillers, _binding(1, _tlv(0x04, b"late")))) == {}


def test_damaged_responses() -> None:
    assert_survives(snmp.decode, RECORDER)


@given(st.binary(max_size=100), st.integers(0, len(RECORDER)), st.integers(0, 50))
def test_mutated_responses(junk: bytes, position: int, gap: int) -> None:
    for data in (junk, _response(junk), RECORDER[:position] + junk + RECORDER[position + gap :]):
        try:
            found = snmp.decode(data)
        except DecodeError:
            continue
        assert set(found) <= set(snmp.FIELDS)
        assert all(values and all(values) for values in found.values())


def test_request_is_exact() -> None:
    assert snmp.encode_get("public", 0x1234) == bytes.fromhex(
        "305f 020101 04067075626c6963 a052 02021234 020100 020100 3046"
        "300c06082b060102010101000500"
        "300c06082b060102010102000500"
        "300c06082b060102010104000500"
        "300c06082b060102010105000500"
        "300c06082b060102010106000500"
    )
    assert b"\x02\x01\x00\x02\x01\x00\x02\x01\x00" in snmp.encode_get("c", 0)
    assert b"\x02\x02\x00\x80" in snmp.encode_get("c", 128)
    assert b"\x02\x04\x7f\xff\xff\xff" in snmp.encode_get("c", snmp.MAX_REQUEST_ID)
    assert snmp.encode_get("c" * snmp.MAX_COMMUNITY, 1)[:9] == b"\x30\x82\x00\x98\x02\x01\x01\x04\x40"


@pytest.mark.parametrize(("community", "request_id"), [("", 1), ("é" * 33, 1), ("c", -1), ("c", 2**31)])
def test_requests_that_cannot_be_made(community: str, request_id: int) -> None:
    with pytest.raises(UsageError, match="cannot be sent"):
        snmp.encode_get(community, request_id)
