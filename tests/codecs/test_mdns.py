from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import mdns
from camscan.errors import DecodeError, UsageError

PTR, TXT, AAAA, SRV, NSEC, A = 12, 16, 28, 33, 47, 1


def _header(questions: int = 0, answers: int = 0, additional: int = 0, flags: int = 0x8400) -> bytes:
    return struct.pack("!6H", 0, flags, questions, answers, 0, additional)


def _name(text: str, instance: str = "") -> bytes:
    labels = [instance, *text.split(".")] if instance else text.split(".")
    return b"".join(bytes([len(label.encode())]) + label.encode() for label in labels) + b"\0"


def _record(name: bytes, kind: int, data: bytes) -> bytes:
    return name + struct.pack("!HHIH", kind, 0x8001, 120, len(data)) + data


# The answer of a network camera to a unicast query, with every name compressed; a published capture, digits changed.
CAPTURE = bytes.fromhex(
    "84d184000001000100000004"
    "0b5f617869732d766964656f045f746370056c6f63616c00000c0001"
    "c00c000c00010000000a001c19" + b"AXIS P3245 - 00408C000001".hex() + "c00c"
    "c03400210001"
    "0000000a001a0000000000501" + "1" + b"axis-00408c000001".hex() + "c01d"
    "c034001000010000000a001817" + b"macaddress=00408C000001".hex() + "c062000100010000000a000480df0a0e"
    "c062000100010000000a0004a9fe6ba5"
)

# The records of a camera's announcement, in the order of a published capture; serial and addresses changed.
INSTANCE = _name("_CGI._tcp.local", "HIKVISION DS-2CD2722FWD-IZS - 733000001")
HOST = _name("DS-2CD2722FWD-IZS20170321BBWR733000001.local")
ANNOUNCEMENT = (
    _header(answers=1, additional=6)
    + _record(_name("_CGI._tcp.local"), PTR, INSTANCE)
    + _record(INSTANCE, TXT, b"\x06path=/")
    + _record(INSTANCE, SRV, struct.pack("!HHH", 0, 0, 80) + HOST)
    + _record(HOST, A, bytes([10, 0, 1, 164]))
    + _record(HOST, AAAA, bytes.fromhex("fe8000000000000018 68cbfffe000001"))
    + _record(INSTANCE, NSEC, bytes.fromhex("c02700050000800040"))
    + _record(HOST, NSEC, bytes.fromhex("c0760004400000 08"))
)


def test_capture() -> None:
    assert mdns.decode(CAPTURE) == {
        "mdns.service": ("_axis-video._tcp",),
        "mdns.instance": ("AXIS P3245 - 00408C000001",),
        "mdns.host": ("axis-00408c000001.local",),
        "mdns.txt": ("macaddress=00408C000001",),
        "mdns.address": ("128.223.10.14", "169.254.107.165"),
        "mac.address": ("00:40:8C:00:00:01",),
    }


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("macaddress=00408C000001", "00:40:8C:00:00:01"),
        ("MAC=00:40:8c:00:00:01", "00:40:8C:00:00:01"),
        ("macaddress=00408C", ""),
        ("macaddress", ""),
        ("path=00408C000001", ""),
        ("mac=000000000000", ""),
    ],
)
def test_a_text_names_a_mac_under_a_known_key_alone(text: str, address: str) -> None:
    assert mdns.mac_of(text) == address


def test_announcement() -> None:
    assert mdns.decode(ANNOUNCEMENT) == {
        "mdns.service": ("_CGI._tcp",),
        "mdns.instance": ("HIKVISION DS-2CD2722FWD-IZS - 733000001",),
        "mdns.txt": ("path=/",),
        "mdns.host": ("DS-2CD2722FWD-IZS20170321BBWR733000001.local",),
        "mdns.address": ("10.0.1.164", "fe80::1868:cbff:fe00:1"),
    }


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (_name("_http._tcp.local", "A.B (2)"), {"mdns.service": ("_http._tcp",), "mdns.instance": ("A.B (2)",)}),
        (_name("_psia._TCP.local", "网络"), {"mdns.service": ("_psia._TCP",), "mdns.instance": ("网络",)}),
        (_name("_rtsp._tcp.local"), {"mdns.service": ("_rtsp._tcp",)}),
        (_name("_dns-sd._udp.local"), {"mdns.service": ("_dns-sd._udp",)}),
        (_name("printer.local"), {}),
        (_name("_tcp.local"), {}),
        (b"\0", {}),
    ],
)
def test_instances(target: bytes, expected: dict[str, tuple[str, ...]]) -> None:
    assert mdns.decode(_header(answers=1) + _record(_name("_services._dns-sd._udp.local"), PTR, target)) == expected


def test_texts() -> None:
    texts = b"\x00\x03a=1\x03a=1\x05name=\x03\xe9t\xe9\x30cut=off"
    found = mdns.decode(_header(answers=1) + _record(_name("_http._tcp.local", "A"), TXT, texts))
    assert found["mdns.txt"] == ("a=1", "name=", "été", "cut=off")
    many = b"".join(b"\x02%02d" % number for number in range(99))
    found = mdns.decode(_header(answers=1) + _record(b"\0", TXT, many))
    assert len(found["mdns.txt"]) == mdns.MAX_TEXTS


def test_addresses_of_a_wrong_size_are_left_out() -> None:
    records = _record(HOST, A, b"\x0a\0\1") + _record(HOST, AAAA, b"\x0a\0\1\1") + _record(HOST, NSEC, b"\x0a\0\1\1")
    assert mdns.decode(_header(answers=3) + records) == {}


def test_a_broken_record_costs_no_other() -> None:
    forward = _record(_name("_a._tcp.local"), PTR, b"\xcf\xff")
    good = _record(_name("x.local"), A, bytes([192, 0, 2, 1]))
    found = mdns.decode(_header(answers=2) + forward + good)
    assert found == {"mdns.host": ("x.local",), "mdns.address": ("192.0.2.1",)}
    with pytest.raises(DecodeError, match="points forward"):
        mdns.decode(_header(answers=1) + forward)


def test_a_response_that_breaks_off_gives_what_stands_before() -> None:
    assert mdns.decode(ANNOUNCEMENT[: ANNOUNCEMENT.index(b"path=/")]) == {
        "mdns.service": ("_CGI._tcp",),
        "mdns.instance": ("HIKVISION DS-2CD2722FWD-IZS - 733000001",),
    }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "less than a header"),
        (b"\0" * 11, "less than a header"),
        (mdns.encode_query(mdns.SERVICES), "mDNS query"),
        (_header(questions=1), "breaks off"),
        (_header(answers=1) + b"\x3fabc", "breaks off"),
        (_header(answers=1) + b"\xc0", "breaks off in a pointer"),
        (_header(answers=1) + b"\0\0\x0c\0\1", "breaks off"),
        (_header(answers=1) + b"\0\0\x0c\0\1\0\0\0\0\xff\xff\1a", "claims 65535 bytes, 2 are left"),
        (_header(answers=1) + b"\xc0\x0c", "points forward"),
        (_header(answers=1) + b"\xff\xff", "points forward"),
        (_header(answers=1) + b"\1a\xc0\x0c", "longer than names can be"),
        (_header(answers=1) + b"\xc0\x00", "breaks off"),
        (_header(answers=1) + b"\x40a", "no known kind"),
        (_header(answers=1) + b"\x80a", "no known kind"),
        (_header(answers=1) + b"\1a" * 129 + b"\0" * 99, "longer than names can be"),
        (_header(answers=1) + (b"\x3f" + b"a" * 63) * 4 + b"\0" * 99, "longer than names can be"),
    ],
)
def test_no_response(data: bytes, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        mdns.decode(data)


def test_the_longest_names_are_read() -> None:
    for labels in ([b"a"] * 126, [b"a" * 62] * 4):
        name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
        found = mdns.decode(_header(answers=1) + _record(name, A, b"\x0a\0\0\5"))
        assert found == {"mdns.host": (b".".join(labels).decode(),), "mdns.address": ("10.0.0.5",)}


def test_floods_are_cut() -> None:
    records = b"".join(_record(b"\0", A, bytes([10, 0, number >> 8, number & 255])) for number in range(1, 2000))
    found = mdns.decode(_header(answers=65535, additional=65535) + records)
    assert len(found["mdns.address"]) == mdns.MAX_RECORDS


@pytest.mark.parametrize("sample", [CAPTURE, ANNOUNCEMENT])
def test_damaged_responses(sample: bytes) -> None:
    assert_survives(mdns.decode, sample)


@given(st.binary(max_size=200), st.integers(0, len(CAPTURE)), st.integers(0, 50))
def test_mutated_responses(junk: bytes, position: int, gap: int) -> None:
    for data in (_header(1, 2, 3) + junk, CAPTURE[:position] + junk + CAPTURE[position + gap :]):
        try:
            found = mdns.decode(data)
        except DecodeError:
            continue
        assert set(found) <= set(mdns.FIELDS)
        assert all(values and all(values) for values in found.values())


def test_queries_are_exact() -> None:
    assert mdns.encode_query(["_psia._tcp", "_CGI._tcp"]) == (
        b"\0\0\0\0\0\2\0\0\0\0\0\0\5_psia\4_tcp\5local\0\0\x0c\x80\1\4_CGI\4_tcp\5local\0\0\x0c\x80\1"
    )
    assert mdns.encode_query(["_rtsp._tcp"]) == (b"\0\0\0\0\0\1\0\0\0\0\0\0\5_rtsp\4_tcp\5local\0\0\x0c\x80\1")


@given(st.text())
def test_only_the_known_services_can_be_asked_for(service: str) -> None:
    if service in mdns.SERVICES:
        return
    with pytest.raises(UsageError, match="must be one of"):
        mdns.encode_query(["_psia._tcp", service])
