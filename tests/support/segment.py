"""A segment of its own: a scanner and twenty devices, each with its own MAC, in network namespaces. Root is needed."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.namespaces import Namespace, cable, namespace

INTERFACE = "seg0"
SCANNER = "10.66.0.1"
TWICE = "10.66.0.30"
"""The address that two of the devices have."""

_UNPRIVILEGED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
_EVERY_ETHERTYPE = 3
_RCVBUFFORCE, _TIMESTAMP = 33, 35


@dataclass(frozen=True, slots=True)
class Segment:
    """The scanner's side and the devices' side of one cable. `devices` are the addresses and MACs of the latter."""

    scanner: Namespace
    site: Namespace
    devices: Mapping[str, str]

    def start(self, *arguments: str, privileged: bool = True) -> subprocess.Popen[bytes]:
        """Start `python -m camscan.l2` at the scanner."""
        before = () if privileged else _UNPRIVILEGED
        command = [*before, sys.executable, "-P", "-m", "camscan.l2", *arguments]
        with self.scanner.inside():
            return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(
        self, *arguments: str, targets: Sequence[tuple[str, str]] = (), privileged: bool = True
    ) -> tuple[int, list[dict[str, Any]]]:
        """Run it to its end; its exit code and what it said."""
        with self.start(*arguments, privileged=privileged) as process:
            out, err = process.communicate(json.dumps(targets).encode(), timeout=60)
        assert err == b""
        return process.returncode, [json.loads(line) for line in out.splitlines()]

    def site_socket(self) -> socket.socket:
        """A packet socket at the devices' end of the cable, which may send frames as anybody and hears all."""
        with self.site.inside():
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_ETHERTYPE))
            sock.bind((INTERFACE, 0))
        sock.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, 16 * 1024 * 1024)
        sock.setsockopt(socket.SOL_SOCKET, _TIMESTAMP, 1)
        return sock


def frames_in(sock: socket.socket) -> Iterator[tuple[float, bytes]]:
    """The frames that wait at a socket, with the time at which the kernel took them in."""
    while True:
        try:
            frame, ancillary, _, _ = sock.recvmsg(2048, 64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
        yield seconds + nanoseconds / 1e9, frame


def requests_in(sock: socket.socket) -> list[tuple[float, str]]:
    """The time and the target of every ARP request of the scanner."""
    return [
        (at, socket.inet_ntoa(frame[38:42]))
        for at, frame in frames_in(sock)
        if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\x00\x01" and frame[28:32] == socket.inet_aton(SCANNER)
    ]


@contextlib.contextmanager
def segment(prefix: int = 16) -> Iterator[Segment]:
    """Build a segment: 10.66.0.1 is the scanner; the devices are 10.66.0.10 to .29, two of them also `TWICE`."""
    with namespace() as scanner, namespace() as site:
        cable(scanner, site, INTERFACE, (f"{SCANNER}/{prefix}", f"10.66.255.254/{prefix}"))
        site.ip(f"addr flush dev {INTERFACE}")
        site.set("net/ipv4/conf/all/arp_ignore", "1")  # a device answers for its own address only
        devices = {f"10.66.0.{10 + number}": f"02:aa:00:00:00:{number:02x}" for number in range(20)}
        for number, (address, mac) in enumerate(devices.items()):
            site.ip(f"link add link {INTERFACE} name dev{number} address {mac} type macvlan mode private")
            site.ip(f"addr add {address}/{prefix} dev dev{number}")
            site.ip(f"link set dev{number} up")
        for number in (3, 7):
            site.ip(f"addr add {TWICE}/{prefix} dev dev{number}")
        yield Segment(scanner, site, devices)
