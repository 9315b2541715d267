from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import frames as made
from support.decoders import assert_survives

from camscan.l2 import frames
from camscan.l2.frames import Arp, Segment

MAC = "02:00:00:00:00:01"
REPLY = made.arp("10.0.0.5", MAC)
DATAGRAM = made.ipv4("10.0.0.5", "239.255.255.250", made.udp(37020, 37020, b"<ProbeMatch/>"))
DATAGRAM6 = made.ipv6("fe80::5", "ff02::c", made.udp(3702, 3702, b"<Hello/>"))
SEGMENT = made.ipv4("10.0.0.5", "10.0.0.9", made.tcp(80, 40000, b"HTTP/1.1 200 OK", options=bytes(12)), protocol=6)


def test_an_arp_reply_names_its_sender() -> None:
    assert frames.packet(frames.ARP, REPLY) == Arp("10.0.0.5", made.mac(MAC), REPLY)


def test_a_padded_arp_packet_is_cut_to_its_size() -> None:
    assert frames.arp(REPLY + bytes(18)) == Arp("10.0.0.5", made.mac(MAC), REPLY)


@pytest.mark.parametrize(
    "packet",
    [
        REPLY[:27],
        made.arp(str(IPv4Address(0)), MAC, op=1),  # a probe: no address yet
        made.arp("10.0.0.5", "00:00:00:00:00:00"),
        made.arp("10.0.0.5", "01:00:5e:00:00:01"),
        made.arp("10.0.0.5", MAC, op=3),
    ],
)
def test_an_arp_packet_without_a_sender_says_nothing(packet: bytes) -> None:
    assert frames.arp(packet) is None


@pytest.mark.parametrize(
    ("kind", "data", "segment"),
    [
        (
            frames.IPV4,
            DATAGRAM,
            Segment("10.0.0.5", 37020, "239.255.255.250", 37020, b"<ProbeMatch/>", whole=True, is_tcp=False),
        ),
        (frames.IPV6, DATAGRAM6, Segment("fe80::5", 3702, "ff02::c", 3702, b"<Hello/>", whole=True, is_tcp=False)),
        (
            frames.IPV4,
            SEGMENT,
            Segment("10.0.0.5", 80, "10.0.0.9", 40000, b"HTTP/1.1 200 OK", whole=True, is_tcp=True),
        ),
    ],
)
def test_datagrams_and_segments(kind: int, data: bytes, segment: Segment) -> None:
    assert frames.packet(kind, data) == segment
    assert frames.packet(kind, data + bytes(18)) == segment, "Ethernet pads short packets"


def test_a_cut_packet_gives_what_is_there() -> None:
    cut = frames.packet(frames.IPV4, DATAGRAM[:-5])
    assert cut == Segment("10.0.0.5", 37020, "239.255.255.250", 37020, b"<ProbeMa", whole=False, is_tcp=False)


def test_the_first_fragment_is_not_whole_and_later_ones_are_nothing() -> None:
    whole = made.udp(3702, 3702, b"x" * 2000)
    first = frames.packet(frames.IPV4, made.ipv4("10.0.0.5", "10.0.0.9", whole[:1480], fragment=0x2000))
    assert isinstance(first, Segment)
    assert (len(first.payload), first.whole) == (1472, False)
    assert frames.packet(frames.IPV4, made.ipv4("10.0.0.5", "10.0.0.9", whole[1480:], fragment=185)) is None


def test_a_length_that_lies_is_not_followed() -> None:
    long = bytearray(DATAGRAM)
    long[24:26] = b"\xff\xff"  # of UDP
    found = frames.packet(frames.IPV4, bytes(long))
    assert isinstance(found, Segment)
    assert (found.payload, found.whole) == (b"<ProbeMatch/>", False)
    for short in (b"\x00\x00", b"\x00\x07"):
        long[24:26] = short
        assert frames.packet(frames.IPV4, bytes(long)) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x65" + DATAGRAM[1:],  # another version
        b"\x41" + DATAGRAM[1:],  # a header of 4 bytes
        DATAGRAM[:2] + b"\x00\x13" + DATAGRAM[4:],  # a total shorter than the header
        made.ipv4("10.0.0.5", "10.0.0.9", b"\x08\x00" + bytes(6), protocol=1),
        made.ipv4("10.0.0.5", "10.0.0.9", made.tcp(80, 1, b"")[:19], protocol=6),
        made.ipv4("10.0.0.5", "10.0.0.9", made.tcp(80, 1, b"")[:12] + b"\xf0" + bytes(8), protocol=6),
    ],
)
def test_what_is_malformed_is_nothing(data: bytes) -> None:
    assert frames.packet(frames.IPV4, data) is None


def test_what_is_not_looked_at_is_nothing() -> None:
    assert frames.packet(0x88CC, DATAGRAM) is None


@pytest.mark.parametrize("tags", [(), ((0x8100, 5),), ((0x88A8, 3), (0x8100, 5))])
def test_vlan_tags_are_looked_through(tags: tuple[tuple[int, int], ...]) -> None:
    frame = made.tagged(made.ethernet(frames.IPV4, DATAGRAM, source=MAC), *tags)
    assert frames.ethernet(frame) == (frames.IPV4, made.mac(MAC), DATAGRAM)


def test_five_tags_are_one_too_many() -> None:
    link = frames.ethernet(made.tagged(made.ethernet(frames.IPV4, DATAGRAM), *[(0x8100, 5)] * 5))
    assert link is not None
    assert frames.packet(link[0], link[2]) is None


def read(frame: bytes) -> frames.Packet | None:
    link = frames.ethernet(frame)
    return frames.packet(link[0], link[2]) if link else None


OPTIONS = bytes([17, 0, 1, 4, 0, 0, 0, 0])
LONG_OPTIONS = bytes([17, 1, 1, 12, *bytes(12)])
HELLO = made.udp(3702, 3702, b"<Hello/>")


@pytest.mark.parametrize(
    ("protocol", "payload", "said", "whole"),
    [
        (60, OPTIONS + HELLO, b"<Hello/>", True),
        (43, LONG_OPTIONS + HELLO, b"<Hello/>", True),
        (0, bytes([44]) + OPTIONS[1:] + b"\x11\0\0\0\0\0\0\7" + HELLO, b"<Hello/>", True),  # a fragment that is all
        (44, b"\x11\0\0\1\0\0\0\7" + HELLO[:-3], b"<Hell", False),
    ],
)
def test_ipv6_behind_extension_headers(protocol: int, payload: bytes, said: bytes, *, whole: bool) -> None:
    found = frames.packet(frames.IPV6, made.ipv6("fe80::5", "ff02::c", payload, protocol=protocol))
    assert found == Segment("fe80::5", 3702, "ff02::c", 3702, said, whole=whole, is_tcp=False)


@pytest.mark.parametrize(
    ("protocol", "payload"),
    [
        (44, b"\x11\0\0\x09\0\0\0\7" + HELLO),  # a later fragment
        (60, OPTIONS[:7]),
        (60, bytes([17, 255]) + OPTIONS[2:] + HELLO),  # longer than the packet
        (60, bytes([60, *OPTIONS[1:]]) * 4 + OPTIONS + HELLO),  # too many
        (59, HELLO),
    ],
)
def test_ipv6_without_the_head_of_a_datagram(protocol: int, payload: bytes) -> None:
    assert frames.packet(frames.IPV6, made.ipv6("fe80::5", "ff02::c", payload, protocol=protocol)) is None


@pytest.mark.parametrize("payload", [(frames.ARP, REPLY), (frames.IPV4, DATAGRAM), (frames.IPV6, DATAGRAM6)])
def test_survives_damage(payload: tuple[int, bytes]) -> None:
    assert_survives(read, made.ethernet(*payload))


@given(st.sampled_from([frames.ARP, frames.IPV4, frames.IPV6, 0x8100]), st.binary(max_size=120))
def test_survives_anything(kind: int, data: bytes) -> None:
    frames.packet(kind, data)
    read(made.ethernet(kind, data))


@given(st.sampled_from([DATAGRAM[:20], SEGMENT[:20]]), st.binary(max_size=60))
def test_a_payload_never_reaches_beyond_what_came(head: bytes, data: bytes) -> None:
    found = frames.packet(frames.IPV4, head + data)
    if isinstance(found, Segment):
        assert found.payload in data
