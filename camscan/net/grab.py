"""The raw grabber: one conversation on one connection, with every byte kept as it came over the wire."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from camscan.records import Outcome

MAX_BYTES = 96 * 1024
"""Read from one connection without login."""
SILENCE = 4.0
"""Seconds that a peer may let pass before its first byte; slow devices take three."""
TOTAL = 8.0
"""Seconds for one whole exchange, however the bytes drip."""
_OP_LEGACY_SERVER_CONNECT = ssl.Options(0x4)
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT; Python names it from 3.12 on."""


@dataclass(frozen=True, slots=True)
class Grabbed:
    """What one conversation gave."""

    outcome: Outcome
    replies: tuple[bytes, ...]
    reason: str = ""
    certificate: bytes = b""
    tls: str = ""


class Grab(asyncio.Protocol):
    """Sends `turns` in order, each once the reply before it is complete, and gathers the replies.

    `result` is done when all turns are answered, the peer ends, a budget is used up, or `expire` is called.
    """

    def __init__(self, turns: Sequence[bytes], complete: Callable[[bytes], bool]) -> None:
        self.result: asyncio.Future[Grabbed] = asyncio.get_running_loop().create_future()
        self._turns = list(turns)
        self._complete = complete
        self._replies: list[bytes] = []
        self._reply = bytearray()
        self._size = 0
        self._transport: asyncio.Transport | None = None
        self._certificate = b""
        self._tls = ""
        self._silence = asyncio.get_running_loop().call_later(SILENCE, self._fall_silent)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the certificate and send the first turn."""
        self._transport = cast("asyncio.Transport", transport)
        secured = transport.get_extra_info("ssl_object")
        if secured is not None:
            self._certificate = secured.getpeercert(binary_form=True) or b""
            self._tls = " ".join(filter(None, (secured.version(), (secured.cipher() or ("",))[0])))
        self._next_turn()

    def data_received(self, data: bytes) -> None:
        """Keep what came, up to the byte budget."""
        self._silence.cancel()
        room = MAX_BYTES - self._size
        self._reply += data[:room]
        self._size += min(len(data), room)
        if len(data) >= room:
            self._finish(Outcome.TRUNCATED, f"stopped after {MAX_BYTES} bytes")
        elif self._complete(bytes(self._reply)):
            self._next_turn()

    def eof_received(self) -> bool:
        """End: a reply that only the end of the connection delimits is whole now."""
        self._finish(Outcome.ANSWERED if self._size else Outcome.RESET, "" if self._size else "closed without a byte")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """End: what came before a reset is kept."""
        if self._size:
            self._finish(Outcome.ANSWERED, "connection lost after the answer" if exc else "")
        else:
            self._finish(Outcome.RESET, "closed without a byte")

    def expire(self) -> None:
        """The exchange's total time is up."""
        outcome = Outcome.TRUNCATED if self._size else Outcome.SILENT
        self._finish(outcome, f"not done after {TOTAL:g} s")

    def close(self) -> None:
        """Let go of the timer and the connection, whatever became of them."""
        self._silence.cancel()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()

    def _fall_silent(self) -> None:
        self._finish(Outcome.SILENT, "accepted, then said nothing")

    def _next_turn(self) -> None:
        if self._reply:
            self._replies.append(bytes(self._reply))
            self._reply.clear()
        if self._turns:
            turn = self._turns.pop(0)
            if turn and self._transport is not None:
                self._transport.write(turn)
        else:
            self._finish(Outcome.ANSWERED, "")

    def _finish(self, outcome: Outcome, reason: str) -> None:
        self._silence.cancel()
        if not self.result.done():
            if self._reply:
                self._replies.append(bytes(self._reply))
            self.result.set_result(Grabbed(outcome, tuple(self._replies), reason, self._certificate, self._tls))
        if self._transport is not None:
            self._transport.abort() if outcome is Outcome.TRUNCATED else self._transport.close()


def legacy_context() -> ssl.SSLContext:
    """A TLS context that still talks to the oldest devices. For looking only: it authenticates nobody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:COMPLEMENTOFALL:eNULL:@SECLEVEL=0")
    context.options |= _OP_LEGACY_SERVER_CONNECT
    return context
