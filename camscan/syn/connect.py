"""The sweep without privilege: many connections of the kernel's at once, on one epoll, for IPv4 and IPv6.

Each attempt has its time from its own connect() on, and sockets that are ready are read before any is expired: timers
that fire before starved sockets have been looked at would lose hosts.
"""

from __future__ import annotations

import contextlib
import errno
import resource
import select
import socket
import struct
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address
from itertools import accumulate

import numpy as np

from camscan.l2.sockets import Stop
from camscan.syn.carrier import Carrier
from camscan.syn.neighbourtable import NeighbourTable
from camscan.syn.order import Order
from camscan.syn.pace import HostPace, Pacer
from camscan.syn.priority import RealtimePriority
from camscan.syn.report import Progress, Report
from camscan.syn.request import Request, Way
from camscan.syn.settled import Settled
from camscan.system.exhaustion import EXHAUSTED
from camscan.system.icmperrors import by_source, ended, keep_sources

_KIND = socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
_MASK = select.EPOLLOUT | select.EPOLLERR | select.EPOLLHUP
_RESET_AT_CLOSE = struct.pack("@ii", 1, 0)  # a struct linger, by which a socket leaves nothing behind
_SENT_AGAIN = 1.0  # seconds after which the kernel sends an unanswered SYN again (RFC 6298, 2.1)
_AT_ONCE = 64  # connections begun between two looks at those under way
_EVENTS = 1024
_GLANCE = 0.02  # seconds between two looks at the signs to stop
_BACK_OFF = 0.01
_BATCH = 256
_PER_HOST = 2  # connections to one host at once
_PART = 512  # positions of the order that all ports are asked at before the next: so each neighbour is held once
_RESERVED_DESCRIPTORS = 64
_BATCH_SECONDS = 0.25  # what is taken from the order at once begins within this time: a run that goes on asks it again


@dataclass(slots=True)
class _Attempt:
    sock: socket.socket
    host: int
    address: str
    port: int
    way: Way
    at: float
    place: int  # the number of its port
    position: int  # where the batch begins that it is of


class ConnectSweep:
    """Asks what a request wants to know by connecting."""

    def __init__(self, request: Request, report: Report, stop: Stop) -> None:
        self._request = request
        self._report = report
        self._stop = stop
        part = _PART if any(way.on_link for way in request.ways) else 0
        self._order = Order(request.hosts, len(request.ports), request.seed, part)
        # In an order of their own: hosts keep their numbers where another run has other ways to them.
        owned = ((way.version, span, way) for way in request.ways for span in way.ranges)
        self._spans = [(span, way) for _, span, way in sorted(owned, key=lambda one: one[:2])]
        self._begins = [0, *accumulate(last - first + 1 for (first, last), _ in self._spans)]
        self._room = min(request.half_open, _descriptors())
        self._epoll = select.epoll()
        self._under_way: dict[int, _Attempt] = {}
        self._by_age: deque[_Attempt] = deque()
        self._before_second: deque[_Attempt] = deque()
        self._to_host: dict[int, int] = {}
        now = time.monotonic()
        self._neighbours = NeighbourTable(request.neighbours, request.held, now)
        self._pacer = Pacer(request.rate, now)
        self._priority = RealtimePriority(wanted=bool(request.rate))
        self._carrier = Carrier((way.interface for way in request.ways), stop)
        self._host_pace = HostPace(request.host_rate, self._order.size, len(request.ports), unlimited=not request.rate)
        self._position = request.position
        hosts, barred = request.hosts, request.barred
        self._settled = Settled(hosts, len(request.ports), request.settled, barred, telling=request.checkpoints)
        self._ended: list[tuple[int, int]] = []
        self._refusal = ""
        self._progress = Progress(report, self._settled, now, checkpoints=request.checkpoints)
        self._counts = dict.fromkeys(("sent", "answered", "other", "silent", "waited", "failed"), 0)

    def run(self) -> None:
        """Ask everything once, the kernel asks again, and say how it went."""
        self._report.emit("begin", questions=self._request.hosts * len(self._request.ports))
        with contextlib.closing(self._epoll), self._priority:
            for place, (host, number) in enumerate(self._questions()):
                self._ask(host, number)
                if place % _AT_ONCE == 0:
                    self._look(0)
            while self._under_way and not self._stop:
                self._look(_GLANCE)
            if self._request.checkpoints:
                self._emit_position()
            for attempt in list(self._under_way.values()):
                self._forget(attempt)
        if self._carrier.cuts:
            self._report.note("an interface was not connected for some time: silence may be for that")
        if self._refusal:
            failed = self._counts["failed"]
            self._report.note(f"{failed:,} connections were not let out by this host: {self._refusal}")
        self._report.emit("end", **self._counts, position=self._position, interrupted=bool(self._stop))

    def _questions(self) -> Iterator[tuple[int, int]]:
        while self._position < self._order.round_size and not self._stop:
            self._carrier.wait()
            count = self._host_pace.batch(min(_BATCH, max(1, int(self._request.rate * _BATCH_SECONDS) or _BATCH)))
            while not self._stop and (left := self._host_pace.wait(time.monotonic())) > 0:
                self._look(min(left, _GLANCE))
            hosts, numbers, after = self._order.batch(self._position, count)
            self._host_pace.note(after - self._position, time.monotonic())
            if self._settled.count:
                fresh = ~self._settled.has(hosts, numbers)
                hosts, numbers = hosts[fresh], numbers[fresh]
            yield from zip(hosts.tolist(), numbers.tolist(), strict=True)
            if not self._stop:  # else some of them were not asked
                self._position = after

    def _ask(self, host: int, place: int) -> None:
        """Begin to connect, as soon as pace and room allow."""
        at = bisect_right(self._begins, host) - 1
        (first, _), way = self._spans[at]
        number = first + host - self._begins[at]
        address = socket.inet_ntoa(number.to_bytes(4)) if way.version == 4 else str(IPv6Address(number))
        while not self._stop:
            now = time.monotonic()
            if not self._has_room(host, way, now):
                self._look(_GLANCE)
            elif not self._pacer.take(1, now):
                self._look(self._pacer.wait(_AT_ONCE, now))
            elif self._connect(host, address, place, way, now):
                break
            else:
                self._counts["waited"] += 1
                self._look(_BACK_OFF)

    def _has_room(self, host: int, way: Way, now: float) -> bool:
        there = len(self._under_way) < self._room and self._to_host.get(host, 0) < _PER_HOST
        return there and (not way.on_link or self._neighbours.has_room(host, now))

    def _connect(self, host: int, address: str, place: int, way: Way, now: float) -> bool:
        """Whether an attempt was made; it was not where this host has run out of something."""
        sock = self._watched(socket.AF_INET6 if way.version == 6 else socket.AF_INET)
        if sock is None:
            return False
        port = self._request.ports[place]
        number = sock.connect_ex((address, port))
        if number in EXHAUSTED:
            sock.close()
            return False
        attempt = _Attempt(sock, host, address, port, way, now, place, self._position)
        self._keep(attempt)
        local = number not in (0, errno.EINPROGRESS, errno.ECONNREFUSED)
        self._counts["failed" if local else "sent"] += 1
        if local:
            self._refusal = errno.errorcode.get(number, str(number))
        if number != errno.EINPROGRESS:
            self._settle(attempt, by_source(sock, number), local=local)
        return True

    def _watched(self, family: int) -> socket.socket | None:
        """A socket that the epoll looks at; none where this host has run out of something."""
        sock = None
        try:
            sock = socket.socket(family, _KIND)
            keep_sources(sock)
            self._epoll.register(sock.fileno(), _MASK)
        except OSError as error:
            if sock is not None:
                sock.close()
            if error.errno in EXHAUSTED:
                return None
            raise
        return sock

    def _keep(self, attempt: _Attempt) -> None:
        self._under_way[attempt.sock.fileno()] = attempt
        self._by_age.append(attempt)
        self._before_second.append(attempt)
        self._to_host[attempt.host] = self._to_host.get(attempt.host, 0) + 1
        if attempt.way.on_link:
            self._neighbours.take(attempt.host, attempt.at)

    def _forget(self, attempt: _Attempt) -> None:
        del self._under_way[attempt.sock.fileno()]
        attempt.sock.close()  # which takes it off the epoll
        self._to_host[attempt.host] -= 1
        if not self._to_host[attempt.host]:
            del self._to_host[attempt.host]

    def _look(self, seconds: float) -> None:
        """Take in what has come within some time, then let go of what has waited long enough."""
        timeout = seconds
        while self._take_in(self._epoll.poll(timeout, _EVENTS)):
            timeout = 0
        now = time.monotonic()
        self._priority.check(now)
        self._expire(now)
        if self._progress.is_due(now):
            self._emit_position()

    def _take_in(self, ready: Iterable[tuple[int, int]]) -> int:
        """Settle the attempts that have ended; how many these are."""
        before = len(self._under_way)
        for descriptor, events in ready:
            attempt = self._under_way[descriptor]
            failed = events != select.EPOLLOUT
            number = ended(attempt.sock) if failed else by_source(attempt.sock, 0)
            if number is not None:
                self._settle(attempt, number)
        return before - len(self._under_way)

    def _settle(self, attempt: _Attempt, number: int, *, local: bool = False) -> None:
        if number == 0:
            attempt.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        self._forget(attempt)
        if attempt.way.on_link:
            self._neighbours.note(attempt.host, number, time.monotonic())
        if self._request.checkpoints and not local:
            self._ended.append((attempt.host, attempt.place))
        if number == 0:
            self._counts["answered"] += 1
            self._charge(2)  # our acknowledgement, and the reset
        elif not local:
            self._counts["silent" if number == errno.ETIMEDOUT else "other"] += 1
        if self._wants(number):
            self._report.found(number, [(attempt.address, attempt.port)], local=local)

    def _charge(self, packets: int) -> None:
        """Let later packets wait for some that the kernel sends by itself."""
        self._counts["sent"] += packets
        self._pacer.charge(packets)

    def _wants(self, number: int) -> bool:
        return (
            number == 0
            or self._request.want == "all"
            or (self._request.want == "answers" and number != errno.ETIMEDOUT)
        )

    def _expire(self, now: float) -> None:
        while self._before_second and now - self._before_second[0].at >= _SENT_AGAIN:
            self._charge(not self._is_settled(self._before_second.popleft()))
        while self._by_age and (self._is_settled(self._by_age[0]) or now - self._by_age[0].at >= self._request.wait):
            attempt = self._by_age.popleft()
            if not self._is_settled(attempt):
                self._settle(attempt, errno.ETIMEDOUT)

    @staticmethod
    def _is_settled(attempt: _Attempt) -> bool:
        return attempt.sock.fileno() < 0

    def _emit_position(self) -> None:
        """How far it is; another run is to go on from the oldest attempt that is under way."""
        if self._ended:
            self._settled.add(*np.array(self._ended, np.uint32).T)
            self._ended.clear()
        position = next((a.position for a in self._by_age if not self._is_settled(a)), self._position)
        self._progress.emit(self._counts["sent"], position)


def _descriptors() -> int:
    """How many sockets may be open at once; the soft limit is raised to the hard one first."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = 1 << 20 if soft == resource.RLIM_INFINITY else soft
    return max(1, limit - _RESERVED_DESCRIPTORS)
