"""What a scanner really puts on the wire: a capture at its cable, and what can be counted in it. Root is needed."""

from __future__ import annotations

import contextlib
import math
import re
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from support.namespaces import Namespace

from camscan.net.scope import NEVER_SEND
from camscan.simulator.counters import user_names

_EVERYTHING, _IP = 0x0003, b"\x08\x00"
_TCP, _UDP = 6, 17
_OUTGOING = 4
_RCVBUFFORCE, _TIMESTAMPNS = 33, 35
_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_AUTHORIZATION = re.compile(rb"^(?:proxy-)?authorization[ \t]*:", re.IGNORECASE | re.MULTILINE)
_FRAME_HEADER = 14
_GIVEN_UP = 1.5


@dataclass(frozen=True, slots=True)
class Packet:
    """One IPv4 packet. `host` is the other side's address, `port` its port; `size` counts the IP packet."""

    at: float
    sent: bool
    host: str
    protocol: int
    ours: int
    port: int
    flags: int
    size: int
    payload: bytes


@dataclass(slots=True)
class Capture:
    """The packets of one run, in order."""

    packets: list[Packet] = field(default_factory=list)
    lost: int = 0
    """Packets that the kernel had no room for."""

    @property
    def sent(self) -> list[Packet]:
        """What went out."""
        return [packet for packet in self.packets if packet.sent]


@contextlib.contextmanager
def capturing(namespace: str, interface: str) -> Iterator[Capture]:
    """Capture at an interface for as long as the body; the result is whole afterwards."""
    with Namespace(namespace).inside():
        sock = socket.socket(
            socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING)
        )  # others are not shown what goes out
        sock.bind((interface, _EVERYTHING))
    sock.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, 64 * 1024 * 1024)
    sock.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
    sock.settimeout(0.2)
    capture, over = Capture(), threading.Event()
    thread = threading.Thread(target=_read, args=(sock, capture, over), daemon=True)
    thread.start()
    try:
        yield capture
    finally:
        over.set()
        thread.join()
        _, capture.lost = struct.unpack("II", sock.getsockopt(263, 6, 8))  # SOL_PACKET, PACKET_STATISTICS
        sock.close()


def _read(sock: socket.socket, capture: Capture, over: threading.Event) -> None:
    while True:
        try:
            frame, ancillary, _, address = sock.recvmsg(65_535, 64)
        except TimeoutError:
            if over.is_set():
                return
            continue
        if frame[12:_FRAME_HEADER] != _IP:
            continue
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
        at = seconds + nanoseconds / 1e9
        capture.packets.append(_packet(at, address[2] == _OUTGOING, frame[_FRAME_HEADER:]))


def _packet(at: float, sent: bool, data: bytes) -> Packet:
    header, protocol, size = (data[0] & 15) * 4, data[9], struct.unpack_from("!H", data, 2)[0]
    host = socket.inet_ntoa(data[16:20] if sent else data[12:16])
    if protocol not in (_TCP, _UDP) or struct.unpack_from("!H", data, 6)[0] & 0x1FFF:
        return Packet(at, sent, host, protocol, 0, 0, 0, size, b"")
    source, destination = struct.unpack_from("!HH", data, header)
    ours, port = (source, destination) if sent else (destination, source)
    flags = data[header + 13] if protocol == _TCP else 0
    behind = header + ((data[header + 12] >> 4) * 4 if protocol == _TCP else 8)
    return Packet(at, sent, host, protocol, ours, port, flags, size, data[behind:size])


@dataclass(frozen=True)
class Harm:
    """What a capture shows of the burden on a network whose addresses are `hosts`."""

    capture: Capture
    hosts: Sequence[str]

    @cached_property
    def _to(self) -> dict[str, list[Packet]]:
        found: dict[str, list[Packet]] = defaultdict(list)
        for packet in self.capture.sent:
            found[packet.host].append(packet)
        return found

    @property
    def seconds(self) -> float:
        """From the first packet to the last that went out."""
        sent = self.capture.sent
        return sent[-1].at - sent[0].at if sent else 0.0

    @property
    def packets_a_second(self) -> int:
        """The most packets within any second, in all."""
        return most(packet.at for packet in self.capture.sent)

    def packets_per_host(self, seconds: float = 1.0) -> int:
        """The most packets within any span of so many seconds, to one host."""
        return max((most((p.at for p in packets), seconds) for packets in self._to.values()), default=0)

    @property
    def connects_a_second_and_host(self) -> int:
        """The most connection attempts within any second, to one host; a SYN that is sent again is one, too."""
        return max(
            (most(p.at for p in packets if p.flags & _SYN and not p.flags & _ACK) for packets in self._to.values()),
            default=0,
        )

    @property
    def connections_at_once(self) -> int:
        """The most TCP connections to one host that were open or being opened at once.

        Our FIN ends one, and any RST; an attempt that nobody answers ends when its asker gives up, which nothing tells:
        it is left out of the count after a second and a half.
        """
        known: dict[str, dict[tuple[int, int], float]] = defaultdict(dict)  # of unanswered ones: when they began
        highest = 0
        for packet in self.capture.packets:
            if packet.protocol != _TCP:
                continue
            ends, found = (packet.ours, packet.port), known[packet.host]
            if packet.flags & _RST or (packet.sent and packet.flags & _FIN):
                found.pop(ends, None)
            elif packet.flags & _SYN:
                found[ends] = found.get(ends, packet.at) if packet.sent else math.inf
                highest = max(highest, sum(at > packet.at - _GIVEN_UP for at in found.values()))
        return highest

    def per_host(self, hosts: Iterable[str]) -> tuple[float, int, float, int]:
        """Packets to one of these hosts (mean, most) and bytes (mean, most)."""
        counts = [len(self._to.get(host, ())) for host in hosts]
        sizes = [sum(packet.size for packet in self._to.get(host, ())) for host in hosts]
        return sum(counts) / len(counts), max(counts), sum(sizes) / len(sizes), max(sizes)

    @property
    def never_send_bytes(self) -> int:
        """Payload to ports that are never sent to."""
        return sum(len(packet.payload) for packet in self.capture.sent if packet.port in NEVER_SEND)

    @property
    def authorizations(self) -> int:
        """Packets that hold an Authorization header."""
        return sum(bool(_AUTHORIZATION.search(packet.payload)) for packet in self.capture.sent)

    @property
    def user_names(self) -> list[str]:
        """Every user name that went out."""
        return [name for packet in self.capture.sent if packet.payload for name in user_names(packet.payload)]


def most(times: Iterable[float], seconds: float = 1.0) -> int:
    """The largest number of times within any half-open span of so many seconds; they come in order."""
    found, first = 0, 0
    known = list(times)
    for index, at in enumerate(known):
        while known[first] <= at - seconds:
            first += 1
        found = max(found, index - first + 1)
    return found
