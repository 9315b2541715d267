"""ARP sweep: asks the networks of an interface which addresses are in use, and with which MAC.

Requests are sent from a packet socket and bypass the kernel's neighbour table, whose size (1,024 entries by default)
thus does not limit the sweep; only the rate does. Switches with dynamic ARP inspection may allow as few as 15 ARP
packets a second on a port, and shut it down above that.

Every ARP packet whose sender is one of the targets counts, replies as well as requests. If several MACs claim one
address, each is reported.
"""

from __future__ import annotations

import errno
import select
import socket
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address
from itertools import islice
from operator import itemgetter

from camscan.l2 import frames
from camscan.l2.lines import Lines, RefusalError
from camscan.l2.sockets import Stop, dropped, packet_socket
from camscan.l2.spans import Range, merged, on_link

MAX_MACS = 8  # MACs reported for one address
MAX_CONFLICTS = 4096  # MACs reported in all beyond the first of each address

ROUNDS = 2
_BETWEEN_ROUNDS, _AFTER_LAST = 0.5, 1.0
"""Seconds to wait for late answers; cameras on Wi-Fi in power-save mode take some hundred milliseconds."""
_ETHERNET = 1
_HEADER = 14
_BATCH = 1024  # frames read before others are sent, so that a flood does not stop the sweep
_TARGET = slice(38, 42)  # offset of the target address in a request
_SEND_ATTEMPTS = 100  # attempts, 2 ms apart, to send a frame while the card's queue is full


def sweep(interface: str, rate: int, targets: Sequence[Range], lines: Lines, stop: Stop) -> None:
    """Send ARP requests for all targets in the interface's own networks, at most `rate` a second.

    Raises RefusalError if the interface cannot be used, or went away.
    """
    with packet_socket(socket.SOCK_RAW, frames.ARP, interface) as sock:
        if sock.getsockname()[3] != _ETHERNET:
            raise RefusalError(f"no ARP on {interface}: it is not an Ethernet or Wi-Fi interface")
        parts = on_link(interface, targets)
        if not parts:
            raise RefusalError(f"no target is in a network of {interface}: see `ip route`")
        lines.emit("begin")
        _Sweep(sock, interface, Pacer(rate), lines, stop).run(parts)


class Pacer:
    """A token bucket: how many frames may be sent now, at `rate` a second."""

    _SLICE = 64  # the most frames sent before received ones are read
    _TICK = 0.002
    _BURST = 2.5 * _TICK  # seconds whose frames may be sent at once after a stall

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._most = max(2.0, rate * self._BURST)
        self._tokens = 1.0
        self._at = time.monotonic()

    def take(self) -> int:
        """The number of frames that may be sent now; counts them as sent."""
        now = time.monotonic()
        self._tokens = min(self._most, self._tokens + (now - self._at) * self._rate)
        self._at = now
        count = min(int(self._tokens), self._SLICE)
        self._tokens -= count
        return count

    @property
    def wait(self) -> float:
        """Seconds until another frame may be sent."""
        return max(self._TICK, (1 - self._tokens) / self._rate)


class _Sweep:
    def __init__(self, sock: socket.socket, interface: str, pacer: Pacer, lines: Lines, stop: Stop) -> None:
        self._sock = sock
        self._interface = interface  # the socket no longer knows the name of an interface that went away
        self._mac = sock.getsockname()[4]
        self._pacer = pacer
        self._lines = lines
        self._stop = stop
        self._asked: list[Range] = []
        self._heard: dict[int, list[bytes]] = {}
        self._told = 0
        self._counts = {"sent": 0, "answers": 0, "conflicts": 0, "over": 0, "failed": 0, "dropped": 0}

    def run(self, parts: Sequence[tuple[Range, str]]) -> None:
        """Send requests in rounds, the second only for addresses without an answer, and report the counters."""
        self._asked = merged(span for span, _ in parts)
        for left in reversed(range(ROUNDS)):
            for span, source in parts:
                self._ask(self._unanswered(span, int(IPv4Address(source))), self._request(source))
            self._listen(_BETWEEN_ROUNDS if left else _AFTER_LAST)
        self._counts["dropped"] = dropped(self._sock)
        self._lines.emit("end", **self._counts, interrupted=bool(self._stop))

    def _request(self, source: str) -> bytearray:
        from scapy.layers.l2 import ARP, Ether  # noqa: PLC0415

        mac = self._mac.hex(":")
        return bytearray(bytes(Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / ARP(op="who-has", hwsrc=mac, psrc=source)))

    def _unanswered(self, span: Range, own: int) -> Iterator[int]:
        return (place for place in range(span[0], span[1] + 1) if place not in self._heard and place != own)

    def _ask(self, places: Iterator[int], request: bytearray) -> None:
        while not self._stop:
            count = self._pacer.take()
            if not count:
                self._wait(self._pacer.wait)
                continue
            slice_ = tuple(islice(places, count))
            if not slice_:
                return
            self._send(slice_, request)
            self._drain()

    def _send(self, places: Iterable[int], request: bytearray) -> None:
        for place in places:
            request[_TARGET] = place.to_bytes(4)
            for _ in range(_SEND_ATTEMPTS):
                try:
                    self._sock.send(request)
                except OSError as error:
                    if error.errno not in (errno.ENOBUFS, errno.EAGAIN):
                        raise self._lost(error) from error
                    time.sleep(0.002)
                else:
                    self._counts["sent"] += 1
                    break
            else:
                self._counts["failed"] += 1

    def _lost(self, error: OSError) -> RefusalError:
        return RefusalError(f"cannot use interface {self._interface} any more: {error.strerror}")

    def _listen(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._stop and (left := end - time.monotonic()) > 0:
            self._wait(min(left, 0.2))

    def _wait(self, seconds: float) -> None:
        if self._counts["sent"] != self._told:
            self._told = self._counts["sent"]
            self._lines.emit("at", sent=self._told)
        self._lines.flush()
        if select.select([self._sock], [], [], seconds)[0]:
            self._drain()

    def _drain(self) -> None:
        """Read a batch of received frames."""
        for _ in range(_BATCH):
            try:
                frame = self._sock.recv(_HEADER + 28)
            except BlockingIOError:
                return
            except OSError as error:
                raise self._lost(error) from error
            found = frames.arp(frame[_HEADER:])
            if found is not None:
                self._take(found)

    def _take(self, found: frames.Arp) -> None:
        place = int.from_bytes(socket.inet_aton(found.address))
        at = bisect_right(self._asked, place, key=itemgetter(0)) - 1
        if at < 0 or place > self._asked[at][1] or found.mac == self._mac:
            return
        known = self._heard.setdefault(place, [])
        if found.mac in known:
            return
        if known and (len(known) >= MAX_MACS or self._counts["conflicts"] >= MAX_CONFLICTS):
            self._counts["over"] += 1
            return
        known.append(found.mac)
        self._counts["answers"] += 1
        self._counts["conflicts"] += len(known) > 1
        self._lines.emit(
            "arp",
            address=found.address,
            mac=found.mac.hex(":"),
            interface=self._interface,
            at=time.time(),
            payload=found.packet,
        )
