"""A TCP socket that counts its packets, and releases its slots when it is closed."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Any

from camscan.net import budget
from camscan.system.icmperrors import keep_sources

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_INFO = struct.Struct("=B135xI60xQ")  # of struct tcp_info (linux/tcp.h): tcpi_state, tcpi_segs_out, tcpi_bytes_sent
_ENDED_BY_RESET, _ENDED_BY_FIN = frozenset({1, 4, 5}), 8
"""States (linux/tcp_states.h) of which the end is one packet: a reset in ESTABLISHED and FIN_WAIT1 and 2, where an
orderly end would have the kernel acknowledge whatever the peer sends later on; a FIN in CLOSE_WAIT."""
_QUICK_ACK = 12
"""TCP_QUICKACK (linux/tcp.h); without it an acknowledgement waits for data to go out with, or for a second segment."""
_SEGMENT = 1_448
"""Payload of a full segment. The kernel doubles the buffer that is asked for, and takes half of it for itself."""
_AT_ONCE = 16 * 1024
"""Bytes read at once: more than the receive buffer holds. asyncio asks for 256 KiB, and Python makes room for all of it
before it knows how many there are."""
TLS_SHUTDOWN = 0.5  # seconds that a peer has to answer the end of a TLS session


class TcpSocket(socket.socket):
    """A non-blocking TCP socket of the address' family.

    It is closed with one packet, so that neither the peer nor this kernel keeps any state of it.

    - `at_close` is called with the socket once it is closed, by whomever; `at_read` with the count of bytes read.
      `may_read` is asked before; where it says no, it has held the reading, and nothing is read.
    - `at_overrun` is called with the reason if the peer makes the kernel send more than the pace permits.
    - `packets` and `payload` are what the kernel has sent; `resent`: the SYN was retransmitted.
    - For pacing: `charged` packets were reserved at the host, `noted` were counted there as sent, and `paid` were
      charged to the whole scan. `afterwards`: packets that the kernel may still send after the close, if the peer had
      not closed yet: data that crosses our reset is answered with another reset.
    - `certificate` (DER) and `tls` ("TLSv1.2 AES128-SHA") are what the peer showed once TLS was established.
    - About `window` full segments may arrive before earlier ones are read.
    - Time during which reading is held is added to the `deadline` of the exchange, up to `grace` seconds.

    Raises OSError if no descriptor or buffer is left.
    """

    __slots__ = (
        "_held_since", "afterwards", "answered", "at_close", "at_overrun", "at_read", "certificate", "charged",
        "deadline", "grace", "held", "held_for", "may_read", "noted", "packets", "paid", "payload", "resent", "tls",
        "transport",
    )  # fmt: skip

    def __init__(self, address: str, window: int = 4) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self.at_close: Callable[[TcpSocket], None] | None = None
        self.at_read: Callable[[int], None] | None = None
        self.may_read: Callable[[], bool] | None = None
        self.at_overrun: Callable[[str], None] | None = None
        self.transport: asyncio.Transport | None = None
        self.answered = False
        self.certificate = b""
        self.tls = ""
        self.packets = 0
        self.payload = 0
        self.afterwards = 0
        self.charged = 0
        self.noted = 0
        self.deadline: asyncio.Timeout | None = None
        self.held = False
        self.held_for = 0.0
        self.paid = 0
        self.resent = False
        self._held_since = 0.0
        self.grace = budget.TOTAL
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window * _SEGMENT)
        self.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 0)
        if family == socket.AF_INET6:
            self.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        keep_sources(self)

    def close(self) -> None:
        """Close the socket and release its slots."""
        if self.fileno() >= 0:
            self._end(self.count())
            super().close()
            self.transport = None
            at_close, self.at_close = self.at_close, None
            self.at_read = self.may_read = self.at_overrun = None
            if at_close is not None:
                at_close(self)

    @property
    def spare(self) -> int:
        """Reserved packets that have not been sent, as last counted."""
        return max(self.charged - self.packets, 0)

    @property
    def held_in_all(self) -> float:
        """Seconds for which reading has been held so far."""
        return self.held_for + (asyncio.get_running_loop().time() - self._held_since if self.held else 0.0)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """See `socket.recv`."""
        self._ask_for_room()
        data = super().recv(min(bufsize, _AT_ONCE), flags)
        self._was_read(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """See `socket.recv_into`."""
        self._ask_for_room()
        count = super().recv_into(buffer, nbytes, flags)
        self._was_read(count)
        return count

    def hold(self) -> None:
        """Pause reading, even if somebody else has just resumed it."""
        if not self.held:
            self.held, self._held_since = True, asyncio.get_running_loop().time()
        if self.transport is not None:
            self.transport.pause_reading()

    def overrun(self, why: str) -> None:
        """Give the peer up."""
        if self.at_overrun is not None:
            self.at_overrun(why)
        if self.transport is not None:
            self.transport.abort()

    def read_on(self) -> None:
        """Resume reading."""
        self._count_hold()
        self.held = False
        if self.transport is not None:
            self.transport.resume_reading()

    @contextlib.contextmanager
    def off_the_clock(self) -> Iterator[None]:
        """Stop the clock of the exchange during the body: waiting for our own pace is not the peer's fault."""
        self._count_hold()
        loop, deadline = asyncio.get_running_loop(), self.deadline
        when = None if deadline is None or deadline.expired() else deadline.when()
        if deadline is None or when is None:
            yield
            return
        began = loop.time()
        deadline.reschedule(None)
        try:
            yield
        finally:
            self._count_hold()
            if self.deadline is deadline:  # the exchange has not ended meanwhile
                deadline.reschedule(when + loop.time() - began)

    def hang_up(self) -> None:
        """Shut down a connection whose setup failed; its transport closes the socket, or we do if there is none."""
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)
        asyncio.get_running_loop().call_later(2 * TLS_SHUTDOWN, self.close)

    def count(self) -> int:
        """Update the counts of what the kernel has sent; returns the TCP state, or 0 if the kernel does not say."""
        try:
            info = self.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            state, self.packets, self.payload = _INFO.unpack_from(info)
        except (OSError, struct.error):  # kernels before 4.19 tell less
            self.packets = self.charged
            return 0
        return int(state)

    def _count_hold(self) -> None:
        """Count the time for which reading has been held since the last call, and extend the deadline by it."""
        if self.held:
            now = asyncio.get_running_loop().time()
            seconds, self._held_since = now - self._held_since, now
            self.held_for += seconds
            self._put_off(seconds)

    def _put_off(self, seconds: float) -> None:
        """Extend the deadline by what our own pace held up, within the grace: the peer may bring it about."""
        when = self.deadline.when() if self.deadline is not None and not self.deadline.expired() else None
        if self.deadline is not None and when is not None:
            granted = min(seconds, self.grace)
            self.grace -= granted
            self.deadline.reschedule(when + granted)

    def _end(self, state: int) -> None:
        if state in _ENDED_BY_RESET:
            with contextlib.suppress(OSError):
                self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.packets += state in _ENDED_BY_RESET or state == _ENDED_BY_FIN
        self.afterwards = int(state in _ENDED_BY_RESET)

    def _ask_for_room(self) -> None:
        if self.may_read is not None and not self.may_read():
            raise BlockingIOError(errno.EAGAIN, "no room for what a read will cause")

    def _was_read(self, count: int) -> None:
        self.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 0)  # the kernel forgets it by and by
        if self.at_read is not None:
            self.at_read(count)
