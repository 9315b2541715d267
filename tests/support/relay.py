"""A cable that loses, repeats and reorders frames, by chance and by a seed. Root is needed.

scanner ---cable--- (left) relay (right) ---cable--- site
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import heapq
import itertools
import random
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from support.lab import Lab
from support.namespaces import Namespace, namespace

_EVERYTHING = 0x0003
_OUTGOING = 4
_ETHTOOL, _SET_CHECKSUMS = 0x8946, 0x17  # SIOCETHTOOL, ETHTOOL_STXCSUM
_ROOM = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Weather:
    """Shares of the frames that are lost, sent twice, and held back for up to `delay` seconds, to be overtaken."""

    loss: float = 0.0
    twice: float = 0.0
    late: float = 0.0
    delay: float = 0.05


@contextlib.contextmanager
def relayed(lab: Lab, weather: Weather, seed: int = 1) -> Iterator[None]:
    """Put a relay into the cable of a lab, for as long as the body."""
    with namespace() as middle:
        for side, end, address in ((lab.scanner, "left", "10.99.0.1/30"), (lab.site, "right", "10.99.0.2/30")):
            outer = Namespace(side)
            if side == lab.scanner:
                outer.ip(f"link del {lab.interface}")
            middle.ip(f"link add {end} type veth peer name {lab.interface} netns {side}")
            outer.ip(f"addr add {address} dev {lab.interface}")
            _sum_in_full(outer, lab.interface)
            outer.ip(f"link set {lab.interface} up")
            middle.ip(f"link set {end} up")
        Namespace(lab.scanner).ip(f"route replace {lab.network} via 10.99.0.2")
        Namespace(lab.scanner).ip("route replace default via 10.99.0.2")
        with middle.inside():
            ends = [_end("left"), _end("right")]
        over = threading.Event()
        thread = threading.Thread(target=_relay, args=(ends, weather, random.Random(seed), over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            for sock in ends:
                sock.close()


def _sum_in_full(place: Namespace, interface: str) -> None:
    """Let an interface fill its checksums in, as virtual ones do only for hardware; else they arrive wrong."""
    with place.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        value = array.array("I", [_SET_CHECKSUMS, 0])
        address, _ = value.buffer_info()
        fcntl.ioctl(sock, _ETHTOOL, struct.pack("16sP", interface.encode(), address))


def _end(interface: str) -> socket.socket:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING))
    sock.bind((interface, _EVERYTHING))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
    sock.setblocking(False)
    return sock


def _relay(ends: list[socket.socket], weather: Weather, chance: random.Random, over: threading.Event) -> None:
    held: list[tuple[float, int, socket.socket, bytes]] = []
    order = itertools.count()
    while not over.is_set():
        now = time.monotonic()
        while held and held[0][0] <= now:
            _, _, out, frame = heapq.heappop(held)
            _send(out, frame)
        wait = min(0.1, held[0][0] - now) if held else 0.1
        ready, _, _ = select.select(ends, [], [], max(wait, 0))
        for sock in ready:
            out = ends[1] if sock is ends[0] else ends[0]
            for frame in _frames(sock):
                if chance.random() < weather.loss:
                    continue
                if chance.random() < weather.late:
                    heapq.heappush(held, (now + chance.uniform(0, weather.delay), next(order), out, frame))
                else:
                    _send(out, frame)
                if chance.random() < weather.twice:
                    _send(out, frame)


def _frames(sock: socket.socket) -> Iterator[bytes]:
    with contextlib.suppress(BlockingIOError, OSError):
        for _ in range(64):
            frame, address = sock.recvfrom(65_535)
            if address[2] != _OUTGOING:
                yield frame


def _send(sock: socket.socket, frame: bytes) -> None:
    with contextlib.suppress(OSError):  # no room: one more that is lost
        sock.send(frame)
