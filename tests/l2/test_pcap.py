from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

import pytest
from support import frames as made
from support.decoders import damage

from camscan.l2 import pcap
from camscan.l2.lines import Lines, RefusalError
from camscan.l2.sockets import Stop

MAC = "02:00:00:00:00:05"
ARP = made.ethernet(0x0806, made.arp("10.0.0.5", MAC))
SADP = made.ethernet(0x0800, made.ipv4("10.0.0.6", "239.255.255.250", made.udp(37020, 37020, b"<ProbeMatch/>")))
OTHER = made.ethernet(0x0800, made.ipv4("10.0.0.7", "10.0.0.8", made.udp(53, 53, b"query")))


def tcp(source: tuple[str, int], target: tuple[str, int], payload: bytes) -> bytes:
    return made.ethernet(
        0x0800, made.ipv4(source[0], target[0], made.tcp(source[1], target[1], payload), protocol=6), source=MAC
    )


def told(data: bytes) -> list[dict[str, Any]]:
    out = BytesIO()
    pcap.replay(BufferedReader(BytesIO(data)), Lines(out), Stop())
    return [json.loads(line) for line in out.getvalue().splitlines()]


def said(data: bytes) -> list[tuple[object, ...]]:
    """Channel, source and payload of everything that was said between the first line and the last."""
    return [(one.get("channel", "arp"), one.get("source") or one["address"], _payload(one)) for one in told(data)[1:-1]]


def _payload(message: dict[str, Any]) -> bytes:
    return b64decode(message["payload"])


def test_packets_come_with_their_time_and_source() -> None:
    begin, arp, sadp, end = told(made.pcap([ARP, OTHER, SADP, SADP]))
    assert begin == {"type": "begin"}
    assert (arp["type"], arp["address"], arp["mac"], arp["at"]) == ("arp", "10.0.0.5", MAC, 1_790_812_800.5)
    assert _payload(arp) == made.arp("10.0.0.5", MAC)
    assert sadp == {
        "type": "packet",
        "channel": "sadp",
        "source": "10.0.0.6",
        "port": 37020,
        "mac": "02:00:00:00:00:01",
        "interface": "",
        "at": 1_790_812_802.5,
        "payload": "PFByb2JlTWF0Y2gvPg==",
        "whole": True,
        "asked": "",
    }
    assert end == {
        "type": "end",
        "packets": 4,
        "unknown": 0,
        "cut": 0,
        "said": 2,
        "repeated": 1,
        "over": 0,
        "interrupted": False,
    }


NANO = 0xA1B23C4D


def test_every_kind_of_pcap() -> None:
    expected = [("arp", "10.0.0.5", made.arp("10.0.0.5", MAC))]
    for data in (made.pcap([ARP]), made.pcap([ARP], order=">"), gzip.compress(made.pcap([ARP]))):
        assert said(data) == expected
    assert told(made.pcap([ARP], magic=NANO))[1]["at"] == 1_790_812_800.0005


WRITING = """
import sys
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw
from scapy.utils import wrpcap, wrpcapng

ends = {"src": "02:00:00:00:00:05", "dst": "ff:ff:ff:ff:ff:ff"}
packets = [
    Ether(**ends) / ARP(op=2, psrc="10.0.0.5", hwsrc="02:00:00:00:00:05", pdst="10.0.0.1"),
    Ether(**ends) / Dot1Q(vlan=7) / IP(src="10.0.0.6") / UDP(sport=34569, dport=34569) / Raw(b"x"),
]
for number, packet in enumerate(packets):
    packet.time = 1790812800 + number
wrpcap(sys.argv[1], packets)
wrpcapng(sys.argv[2], packets)
"""


def test_what_scapy_writes_is_read_back(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.pcap", "a.pcapng")]
    subprocess.run([sys.executable, "-c", WRITING, *files], check=True, capture_output=True)
    for file in files:
        arp, datagram, end = told(file.read_bytes())[1:]
        assert (arp["address"], arp["mac"], arp["at"]) == ("10.0.0.5", MAC, 1_790_812_800)
        assert (datagram["channel"], datagram["source"], datagram["at"]) == ("netcommon", "10.0.0.6", 1_790_812_801)
        assert (end["packets"], end["said"], end["cut"]) == (2, 2, 0)


COOKED = struct.pack("!HHH8sH", 0, 1, 6, made.mac(MAC), 0x0800)
COOKED_2 = struct.pack("!HHIHBB8s", 0x0800, 0, 3, 1, 0, 6, made.mac(MAC))


@pytest.mark.parametrize(
    ("link", "head", "mac"), [(113, COOKED, MAC), (276, COOKED_2, MAC), (101, b"", ""), (228, b"", "")]
)
def test_other_links(link: int, head: bytes, mac: str) -> None:
    datagram = told(made.pcap([head + SADP[14:]], link=link))[1]
    assert (datagram["channel"], datagram["mac"]) == ("sadp", mac)


def test_bare_ipv6() -> None:
    packet = made.ipv6("fe80::5", "ff02::fb", made.udp(5353, 5353, b"answer"))
    assert said(made.pcap([packet], link=101)) == [("mdns", "fe80::5", b"answer")]


def test_an_unknown_link_is_counted() -> None:
    assert told(made.pcap([ARP, ARP], link=105))[-1]["unknown"] == 2


CAMERA, CLIENT = ("10.0.0.6", 80), ("10.0.0.9", 40_000)
ANSWER = b"HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\n\r\n"


def test_an_http_answer_comes_with_its_request() -> None:
    request = b"GET /doc/page/login.asp?user=admin&password=secret HTTP/1.1\r\nHost: x\r\n\r\n"
    message = told(made.pcap([tcp(CLIENT, CAMERA, request), tcp(CAMERA, CLIENT, ANSWER)]))[1]
    assert (message["channel"], message["source"], message["port"]) == ("http", "10.0.0.6", 80)
    assert message["asked"] == "GET /doc/page/login.asp", "a query may hold secrets"


def test_an_answer_without_its_request_is_said_all_the_same() -> None:
    other = (CLIENT[0], 40_001)
    packets = [tcp(other, CAMERA, b"GET /x HTTP/1.1\r\n\r\n"), tcp(CAMERA, CLIENT, ANSWER)]
    assert told(made.pcap(packets))[1]["asked"] == ""


def test_answers_to_anything_but_get_are_left_out() -> None:
    packets = [tcp(CLIENT, CAMERA, b"POST /login HTTP/1.1\r\n\r\n"), tcp(CAMERA, CLIENT, ANSWER)]
    assert said(made.pcap(packets)) == []


def test_public_servers_are_left_out() -> None:
    assert said(made.pcap([tcp(("203.0.114.1", 80), CLIENT, ANSWER)])) == []


@pytest.mark.parametrize("address", ["10.0.0.6", "100.64.0.6", "169.254.1.6"])
def test_devices_outside_of_public_space_are_not(address: str) -> None:
    assert [one[1] for one in said(made.pcap([tcp((address, 80), CLIENT, ANSWER)]))] == [address]


def test_an_rtsp_answer_comes_with_its_method_alone() -> None:
    camera = ("10.0.0.6", 554)
    answer = b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n"
    request = b"DESCRIBE rtsp://admin:secret@10.0.0.6/ RTSP/1.0\r\nCSeq: 2\r\n\r\n"
    message = told(made.pcap([tcp(CLIENT, camera, request), tcp(camera, CLIENT, answer)]))[1]
    assert (message["channel"], message["asked"], _payload(message)) == ("rtsp", "DESCRIBE", answer)


def test_the_servers_side_of_a_handshake_is_said_and_the_clients_is_not() -> None:
    camera = ("10.0.0.6", 443)
    server_hello, client_hello = (b"\x16\x03\x03\x00\x30" + kind + bytes(47) for kind in (b"\x02", b"\x01"))
    packets = [tcp(CLIENT, camera, client_hello), tcp(camera, CLIENT, server_hello)]
    assert said(made.pcap(packets)) == [("tls", "10.0.0.6", server_hello)]


def test_requests_are_remembered_of_a_bounded_number_of_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcap, "MAX_CONNECTIONS", 2)
    ports = range(40_000, 40_003)
    asking = [tcp((CLIENT[0], port), CAMERA, b"GET /%d HTTP/1.1\r\n\r\n" % port) for port in ports]
    answering = [tcp(CAMERA, (CLIENT[0], port), ANSWER + b"%d" % port) for port in ports]
    asked = [message["asked"] for message in told(made.pcap([*asking, *answering]))[1:-1]]
    assert asked == ["", "GET /40001", "GET /40002"]


@pytest.mark.parametrize("data", [b"", b"\x00", b"no capture at all", b"\x0a\x0d\x0d\x0a" + bytes(40), b"\x1f\x8bx"])
def test_what_is_no_capture_is_refused(data: bytes) -> None:
    with pytest.raises(RefusalError, match="no capture file"):
        told(data)


def test_gzipped_twice_is_refused() -> None:
    with pytest.raises(RefusalError, match="no capture file"):
        told(gzip.compress(gzip.compress(made.pcap([ARP]))))


def test_a_file_that_was_cut_gives_what_was_whole() -> None:
    data = made.pcap([ARP, SADP])
    first = 24 + 16 + len(ARP)
    for end in range(24, len(data)):
        *found, last = told(data[:end])[1:]
        assert len(found) == (0 if end < first else 1)
        assert last["packets"] == len(found)
        assert last["cut"] == (end not in (24, first)), end


def test_a_gzipped_file_that_was_cut_says_so() -> None:
    packets = [made.ethernet(0x0806, made.arp(f"10.0.{n // 250}.{n % 250 + 1}", MAC)) for n in range(2000)]
    data = gzip.compress(made.pcap(packets))
    *found, last = told(data[: len(data) // 2])[1:]
    assert 100 < len(found) < 2000
    assert last["cut"] == 1


def block(kind: int, body: bytes) -> bytes:
    size = 12 + len(body)
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


SECTION = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
INTERFACE = block(1, struct.pack("<HHI", 1, 0, 0))


def enhanced(frame: bytes, when: int = 1_790_812_800_500_000) -> bytes:
    padded = frame + bytes(-len(frame) % 4)
    return block(6, struct.pack("<IIIII", 0, when >> 32, when & 0xFFFFFFFF, len(frame), len(frame)) + padded)


def test_pcapng_with_blocks_of_other_kinds() -> None:
    statistics = block(5, bytes(12))
    arp, end = told(SECTION + INTERFACE + statistics + enhanced(ARP) + statistics)[1:]
    assert (arp["address"], arp["at"], end["packets"], end["cut"]) == ("10.0.0.5", 1_790_812_800.5, 1, 0)


def test_an_absurd_time_is_no_time() -> None:
    assert told(SECTION + INTERFACE + enhanced(ARP, when=2**63))[1]["at"] == 0
    simple = block(3, struct.pack("<I", len(ARP)) + ARP + bytes(-len(ARP) % 4))
    interface = block(1, struct.pack("<HHI", 1, 0, 65535))
    assert told(SECTION + interface + simple)[1]["at"] == 0


def lying(length: int) -> Iterator[bytes]:
    """Captures whose second packet claims a length."""
    yield made.pcap([ARP]) + struct.pack("<IIII", 0, 0, length, length) + bytes(64)
    yield SECTION + INTERFACE + enhanced(ARP) + struct.pack("<II", 6, length) + bytes(64)


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0xFFFFFFFC, 0x40000000, 13])
def test_a_length_that_lies_costs_nothing_that_came_before(length: int) -> None:
    for data in lying(length):
        lines = told(data)
        assert lines[1]["address"] == "10.0.0.5"
        assert lines[-1]["type"] == "end"


def test_a_bomb_is_read_up_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcap, "MAX_BYTES", 100_000)
    bomb = gzip.compress(made.pcap([ARP]) + bytes(20_000_000))
    end = told(bomb)[-1]
    assert end["cut"] == 1
    assert end["packets"] < 100_000 / 16


def test_what_scapy_keeps_of_a_file_is_bounded() -> None:
    many = INTERFACE * pcap.MAX_INTERFACES
    first, end = told(SECTION + many + INTERFACE + enhanced(ARP) + enhanced(SADP))[1:]
    assert (first["address"], end["packets"], end["cut"]) == ("10.0.0.5", 1, 1)
    (end,) = told(SECTION + INTERFACE * (pcap.MAX_RECORD // len(INTERFACE)) + enhanced(ARP))[1:]
    assert (end["packets"], end["cut"]) == (0, 1)


FILES: dict[str, Callable[[], bytes]] = {
    "pcap": lambda: made.pcap([ARP, SADP, tcp(CLIENT, CAMERA, b"GET / HTTP/1.1\r\n\r\n"), tcp(CAMERA, CLIENT, ANSWER)]),
    "pcapng": lambda: SECTION + INTERFACE + enhanced(ARP) + enhanced(SADP),
}


@pytest.mark.parametrize("name", FILES)
def test_survives_damage(name: str) -> None:
    for damaged in damage(FILES[name]()):
        try:
            lines = told(damaged)
        except RefusalError:
            continue
        assert lines[-1]["type"] == "end"


STATUS = bytes.fromhex("000000100000000d0000000d00000000")


def test_a_short_answer_on_a_makers_own_port_is_said() -> None:
    device = ("10.0.0.6", 8000)
    (message,) = told(made.pcap([tcp(device, CLIENT, STATUS)]))[1:-1]
    assert (message["channel"], message["port"], _payload(message)) == ("banner", 8000, STATUS)


@pytest.mark.parametrize(
    ("source", "target", "payload"),
    [
        (CLIENT, ("10.0.0.6", 8000), STATUS),  # a question
        (("10.0.0.6", 8001), CLIENT, STATUS),
        (("203.0.114.1", 8000), CLIENT, STATUS),
        (("10.0.0.6", 8000), CLIENT, STATUS + b"\0"),  # not the length that it states
        (("10.0.0.6", 8000), CLIENT, (68).to_bytes(4) + bytes(64)),  # more than a status
        (("10.0.0.6", 8000), CLIENT, (4).to_bytes(4)),
    ],
)
def test_other_segments_of_that_port_are_not(source: tuple[str, int], target: tuple[str, int], payload: bytes) -> None:
    assert said(made.pcap([tcp(source, target, payload)])) == []
