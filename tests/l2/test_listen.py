from __future__ import annotations

import contextlib
import json
import select
import socket
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from typing import IO, Any

import pytest
from support import frames as made
from support.segment import INTERFACE, Segment

MAC = "02:bb:00:00:00:01"
SADP = b'<?xml version="1.0"?><ProbeMatch><DeviceSN>1</DeviceSN></ProbeMatch>'


def ipv4(source: str, port: int, target: str, target_port: int, payload: bytes) -> bytes:
    packet = made.ipv4(source, target, made.udp(port, target_port, payload))
    return made.ethernet(0x0800, packet, source=MAC)


class Listening:
    """A run that has begun, and a socket at the site's end of the cable."""

    def __init__(self, process: subprocess.Popen[bytes], output: IO[bytes], site: socket.socket) -> None:
        self._process = process
        self._output = output
        self._site = site

    def send(self, *frames: bytes) -> None:
        for frame in frames:
            self._site.send(frame)

    def hear(self, count: int) -> list[dict[str, Any]]:
        """The next things that are said."""
        return [json.loads(self._output.readline()) for _ in range(count)]

    def hear_at_last(self, frame: bytes) -> dict[str, Any]:
        """What is said of a frame that is sent until it arrives."""
        until = time.monotonic() + 30
        while not select.select([self._output], [], [], 0.1)[0] and time.monotonic() < until:
            self.send(frame)
        return self.hear(1)[0]

    def end(self) -> dict[str, Any]:
        """End it: what is said last, when nothing else was left to say."""
        self._process.terminate()
        (last,) = self._output.read().splitlines()
        assert self._process.wait(30) == 0
        message: dict[str, Any] = json.loads(last)
        return message


@contextlib.contextmanager
def listening(site: Segment, interface: str = INTERFACE) -> Iterator[Listening]:
    with site.site_socket() as sock, site.start("listen", "--interface", interface, "--seconds", "60") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b'{"type":"begin"}\n'
        yield Listening(process, process.stdout, sock)
        process.kill()


@pytest.mark.netns
@pytest.mark.parametrize("interface", [INTERFACE, "any"])
def test_it_hears_what_devices_announce(site: Segment, interface: str) -> None:
    announced = {
        "sadp": ("10.66.0.50", 37020, "239.255.255.250", 37020),
        "dhip": ("10.66.0.51", 37810, "239.255.255.251", 37810),
        "wsd": ("10.66.0.52", 3702, "239.255.255.250", 3702),
        "mdns": ("10.66.0.53", 5353, "224.0.0.251", 5353),
        "ssdp": ("10.66.0.54", 50000, "239.255.255.250", 1900),
        "dhcp": ("0.0.0.0", 68, "255.255.255.255", 67),  # noqa: S104 - as a client without an address sends it
        "netcommon": ("10.66.0.55", 34569, "255.255.255.255", 34569),
        "udp": ("10.66.0.56", 7701, "255.255.255.255", 7711),
        "mhed": ("192.168.1.68", 23456, "234.55.55.56", 23456),  # off the subnet, and to a group nobody joined
    }
    with listening(site, interface) as run:
        run.send(*(ipv4(*ends, payload=f"of {name}".encode()) for name, ends in announced.items()))
        found = {one["channel"]: one for one in run.hear(len(announced))}
        end = run.end()
    assert {name: (one["source"], one["port"]) for name, one in found.items()} == {
        name: (ends[0], ends[1]) for name, ends in announced.items()
    }
    for name, one in found.items():
        assert b64decode(one["payload"]) == f"of {name}".encode()
        assert (one["mac"], one["interface"], one["whole"]) == (MAC, INTERFACE, True)
    assert (end["type"], end["said"], end["dropped"], end["interrupted"]) == ("end", len(announced), 0, True)


@pytest.mark.netns
def test_it_hears_arp_ipv6_and_tagged_frames(site: Segment) -> None:
    arp = made.arp("10.66.0.60", MAC, op=1)
    mdns = made.ipv6("fe80::60", "ff02::fb", made.udp(5353, 5353, b"answer"))
    tagged = made.tagged(ipv4("10.66.0.61", 37020, "239.255.255.250", 37020, SADP), (0x8100, 7))
    with listening(site) as run:
        run.send(made.ethernet(0x0806, arp, source=MAC), made.ethernet(0x86DD, mdns, source=MAC), tagged)
        found = run.hear(3)
        run.end()
    assert [(one["type"], one.get("channel"), one.get("source") or one["address"]) for one in found] == [
        ("arp", None, "10.66.0.60"),
        ("packet", "mdns", "fe80::60"),
        ("packet", "sadp", "10.66.0.61"),
    ]
    assert [b64decode(one["payload"]) for one in found] == [arp, b"answer", SADP]


@pytest.mark.netns
def test_the_kernel_keeps_everything_else(site: Segment) -> None:
    others = [
        ipv4("10.66.0.50", 5355, "224.0.0.252", 5355, b"LLMNR"),
        ipv4("10.66.0.50", 53, "10.66.0.1", 40000, b"DNS"),
        made.ethernet(0x0800, made.ipv4("10.66.0.50", "10.66.0.1", made.tcp(3702, 1, b"x"), protocol=6)),
        made.ethernet(0x0800, made.ipv4("10.66.0.50", "10.66.0.1", made.udp(3702, 1, b"x"), fragment=100)),
        made.ethernet(0x86DD, made.ipv6("fe80::60", "ff02::fb", made.udp(53, 53, b"x"))),
        made.ethernet(0x86DD, made.ipv6("fe80::60", "ff02::fb", made.tcp(5353, 1, b"x"), protocol=6)),
        made.ethernet(0x88CC, b"LLDP"),
    ]
    with listening(site) as run:
        with site.scanner.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            own.sendto(b"what this host itself sends", ("10.66.255.255", 37020))
        run.send(*others, ipv4("10.66.0.50", 37020, "239.255.255.250", 37020, SADP))
        (found,) = run.hear(1)
        end = run.end()
    assert found["channel"] == "sadp"
    assert end["packets"] == 1


@pytest.mark.netns
def test_hostile_packets_do_no_harm(site: Segment) -> None:
    sadp = ipv4("10.66.0.50", 37020, "239.255.255.250", 37020, SADP)
    lying = bytearray(sadp)
    lying[38:40] = b"\xff\xff"  # the length of UDP
    short = bytearray(sadp)
    short[16:18] = b"\x00\x14"  # the total length: the header alone
    first = made.ipv4("10.66.0.50", "10.66.0.1", made.udp(3702, 3702, b"x" * 1400), fragment=0x2000)
    hostile = [sadp[:end] for end in range(15, len(sadp))]
    with listening(site) as run:
        run.send(*hostile, bytes(short), made.ethernet(0x0806, b"\x00" * 20), bytes(lying))
        run.send(made.ethernet(0x0800, first), ipv4("10.66.0.51", 37020, "239.255.255.250", 37020, SADP))
        said: list[dict[str, Any]] = []
        while not said or said[-1]["source"] != "10.66.0.51":
            said += run.hear(1)
        end = run.end()
    assert all(one["channel"] in ("sadp", "wsd") for one in said)
    assert [one["whole"] for one in said[-3:]] == [False, False, True]
    assert end["type"] == "end"


@pytest.mark.netns
def test_what_is_repeated_or_too_much_is_counted(site: Segment) -> None:
    sadp = ipv4("10.66.0.50", 37020, "239.255.255.250", 37020, SADP)
    with listening(site) as run:
        run.send(*[sadp] * 10)
        run.send(*(ipv4("10.66.0.51", 3702, "239.255.255.250", 3702, b"%d" % number) for number in range(100)))
        run.send(ipv4("10.66.0.52", 37020, "239.255.255.250", 37020, SADP))
        found = run.hear(1 + 64 + 1)
        end = run.end()
    assert found[-1]["source"] == "10.66.0.52"
    assert (end["said"], end["repeated"], end["over"], end["dropped"]) == (66, 9, 36, 0)


@pytest.mark.netns
def test_a_storm_is_counted_where_it_is_too_much_for_the_buffer(site: Segment) -> None:
    with listening(site) as run:
        frames = [ipv4("10.66.0.50", 3702, "239.255.255.250", 3702, bytes(1400) + b"%d" % n) for n in range(64)]
        for _ in range(300):
            run.send(*frames)
        found = run.hear(64)
        end = run.end()
    assert len({one["payload"] for one in found}) == 64
    assert end["packets"] + end["dropped"] == 300 * 64


@pytest.mark.netns
def test_it_ends_by_itself(site: Segment) -> None:
    code, lines = site.run("listen", "--seconds", "1")
    assert (code, [line["type"] for line in lines]) == (0, ["begin", "end"])
    assert lines[-1]["interrupted"] is False


@pytest.mark.netns
def test_without_the_privilege_it_says_what_is_missing(site: Segment) -> None:
    for interface in ("any", INTERFACE):
        code, lines = site.run("listen", "--interface", interface, "--seconds", "1", privileged=False)
        assert (code, [line["type"] for line in lines]) == (77, ["error"])
        assert lines[0]["message"].startswith("no CAP_NET_RAW")


@pytest.mark.netns
def test_an_interface_that_goes_away_ends_the_listening(site: Segment) -> None:
    site.scanner.ip("link add gone2 type veth peer name gone3")
    site.scanner.ip("link set gone2 up")
    with listening(site, "gone2") as run:
        site.scanner.ip("link del gone2")
        (last,) = run.hear(1)
    assert last["type"] == "error"
    assert last["message"].startswith("cannot use interface gone2 any more: ")


@pytest.mark.netns
def test_an_interface_that_is_down_for_a_time_is_listened_on_after_that(site: Segment) -> None:
    """As where it is configured anew in the night."""
    with listening(site) as run:
        for state in ("down", "up") * 2:
            site.scanner.ip(f"link set {INTERFACE} {state}")
            time.sleep(0.2)
        heard = run.hear_at_last(ipv4("10.66.0.50", 37020, "239.255.255.250", 37020, b"here"))
        end = run.end()
    assert heard["source"] == "10.66.0.50"
    assert end["type"] == "end"
    assert 1 <= end["downs"] <= 2, "once, where it was kept from looking in between"
