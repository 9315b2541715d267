"""The raw grabber: one conversation on one connection, with every byte kept as it came over the wire."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import cast

from camscan.net import budget
from camscan.net.exchange.drip import DripGuard
from camscan.net.exchange.secure import attach
from camscan.net.exchange.tcp import TcpSocket
from camscan.net.outcomes import EndedError, reason
from camscan.records import Outcome

Pause = Callable[[], Awaitable[None]]  # waits until another request may be sent on a socket


@dataclass(frozen=True, slots=True)
class Grabbed:
    """The result of one conversation."""

    outcome: Outcome
    replies: tuple[bytes, ...]
    reason: str = ""
    certificate: bytes = b""
    tls: str = ""


class Grab(asyncio.Protocol):
    """Sends `turns` in order, each once the reply before it is complete, and collects the replies.

    `result` is set when all turns are answered, the peer closes, a budget is exhausted, or `expire` is called.
    """

    def __init__(
        self, sock: TcpSocket, turns: Sequence[bytes], complete: Callable[[bytes], bool], pause: Pause | None
    ) -> None:
        self.result: asyncio.Future[Grabbed] = asyncio.get_running_loop().create_future()
        self._sock = sock
        self._turns = list(turns)
        self._complete = complete
        self._pause = pause
        self._pausing: asyncio.Task[None] | None = None
        self._begun = self._asked = False
        self._replies: list[bytes] = []
        self._reply = bytearray()
        self._size = 0
        self._transport: asyncio.Transport | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._drip = DripGuard(sock, self._dripped)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first turn."""
        self._transport = cast("asyncio.Transport", transport)
        self._next_turn()

    def data_received(self, data: bytes) -> None:
        """Keep received bytes, up to the budget."""
        self._stop_waiting()
        self._drip.came(len(data))
        room = budget.MAX_BYTES - self._size
        if self._asked:
            self._reply += data[:room]
        else:  # the next question is not asked yet
            self._replies[-1] += data[:room]
        self._size += min(len(data), room)
        if len(data) > room:
            self._finish(Outcome.TRUNCATED, f"stopped after {budget.MAX_BYTES} bytes")
        elif self._asked and self._is_complete():
            self._next_turn()

    def eof_received(self) -> bool:
        """Finish: a reply that is delimited only by the end of the connection is complete now."""
        self.connection_lost(None)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Finish: bytes received before a reset are kept."""
        why = _told(exc)
        if self._size:
            self._finish(Outcome.ANSWERED, f"{why} after the answer" if exc else "")
        else:
            self._finish(Outcome.RESET, f"{why} without a byte")

    def expire(self) -> Grabbed:
        """Finish because the total time of the exchange is up; returns the result."""
        self._finish(Outcome.TRUNCATED if self._size else Outcome.SILENT, f"not done after {budget.TOTAL:g} s")
        return self.result.result()

    def close(self) -> None:
        """Cancel the timers and abort the connection."""
        self._stop_waiting()
        self._drip.close()
        if self._pausing is not None:
            self._pausing.cancel()
        if self._transport is not None:
            self._transport.abort()

    def _is_complete(self) -> bool:
        try:
            return self._complete(bytes(self._reply))
        except Exception as fault:  # not the peer's: the event loop would log it and call it a reset
            self.result.set_exception(fault)
            self.close()
            return False

    def _next_turn(self) -> None:
        self._drip.stop()
        if self._reply:
            self._replies.append(bytes(self._reply))
            self._reply.clear()
        if not self._turns:
            self._finish(Outcome.ANSWERED, "")
            return
        turn = self._turns.pop(0)
        if self._begun and self._pause is not None:
            self._asked = False
            self._pausing = asyncio.get_running_loop().create_task(self._send_later(turn, self._pause))
        else:
            self._send(turn)
        self._begun = True

    async def _send_later(self, turn: bytes, pause: Pause) -> None:
        try:
            await pause()
        except EndedError as ended:
            self._finish(Outcome.TRUNCATED, ended.reason)
        if not self.result.done():
            self._send(turn)

    def _send(self, turn: bytes) -> None:
        self._asked = True
        if turn and self._transport is not None:
            self._transport.write(turn)
        self._silence = asyncio.get_running_loop().call_later(budget.SILENCE, self._fall_silent)

    def _fall_silent(self) -> None:
        if self._size:
            self._finish(Outcome.TRUNCATED, "answered, then said nothing more")
        else:
            self._finish(Outcome.SILENT, "accepted, then said nothing")

    def _dripped(self, why: str) -> None:
        self._finish(Outcome.TRUNCATED, why)

    def _stop_waiting(self) -> None:
        if self._silence is not None:
            self._silence.cancel()

    def _finish(self, outcome: Outcome, why: str) -> None:
        if self.result.done():
            return
        if self._reply:
            self._replies.append(bytes(self._reply))
        self.result.set_result(Grabbed(outcome, tuple(self._replies), why, self._sock.certificate, self._sock.tls))
        self.close()


def _told(error: Exception | None) -> str:
    """How a connection ended, in words."""
    if isinstance(error, ssl.SSLError):  # whose number is not of this host's errors
        return f"TLS: {error.reason or error}"
    return reason(error.errno) if isinstance(error, OSError) and error.errno else "closed"


async def gather(
    sock: TcpSocket,
    turns: Sequence[bytes],
    complete: Callable[[bytes], bool],
    context: ssl.SSLContext | None = None,
    pause: Pause | None = None,
) -> Grabbed:
    """Hold one conversation on a connected socket, over TLS where a context is given. The socket is closed at the end.

    `pause` is awaited before each turn except the first, and over TLS before the first as well. Raises EndedError if
    TLS could not be established.
    """
    protocol = Grab(sock, turns, complete, pause)
    try:
        async with asyncio.timeout(budget.TOTAL) as sock.deadline:
            await attach(sock, protocol, context, pause)
            return await asyncio.shield(protocol.result)
    except TimeoutError:
        return protocol.expire()
    finally:
        sock.deadline = None
        protocol.close()
        await asyncio.sleep(0)  # the transport closes the socket in the loop's next round
