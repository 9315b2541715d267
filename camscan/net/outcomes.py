"""What an errno means: whether anything was sent, and how an attempt ended."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from camscan.records import REJECTION, Outcome
from camscan.system.exhaustion import EXHAUSTED
from camscan.system.icmperrors import REJECTED

PAUSES = (0.05, 0.2, 0.8, 2.0)  # seconds before another try when this host is short of something

_PEER = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.ECONNRESET: Outcome.RESET,
    errno.ECONNABORTED: Outcome.RESET,
    errno.EPIPE: Outcome.RESET,
    errno.ETIMEDOUT: Outcome.SILENT,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.ENETUNREACH: Outcome.UNREACHABLE,
    errno.EHOSTDOWN: Outcome.UNREACHABLE,
    errno.ENONET: Outcome.UNREACHABLE,
    errno.ENOPROTOOPT: Outcome.UNREACHABLE,
    errno.EOPNOTSUPP: Outcome.UNREACHABLE,  # ICMP "source route failed"
    errno.EPROTO: Outcome.UNREACHABLE,
    REJECTED: Outcome.UNREACHABLE,
}

_MEANT = {errno.EACCES: "a broadcast address, or forbidden by a route of this host"}
"""What Linux means by an errno of a send, where its own words ("Permission denied") lead astray."""

_PLAIN = frozenset({0, errno.ECONNREFUSED, errno.ETIMEDOUT})

_T = TypeVar("_T")


class EndedError(Exception):
    """An attempt ended before a byte of the conversation was read. `connected`: the peer had accepted a connection.

    `certificate` (DER) is what it may have shown by then.
    """

    certificate = b""

    def __init__(self, outcome: Outcome, reason: str, *, connected: bool = False) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.connected = connected


def of_answer(number: int) -> Outcome:
    """The outcome that an errno reported by the network stands for; what this host refused itself is `NOT_SENT`."""
    return _PEER.get(number, Outcome.NOT_SENT)


def reason(number: int) -> str:
    """The errno in words: "EHOSTUNREACH: No route to host"."""
    return f"{errno.errorcode.get(number, number)}: {_MEANT.get(number) or os.strerror(number)}"


def remark(number: int) -> str:
    """An errno reported by the network in words, or "" if its outcome says it all."""
    if number == REJECTED:  # which says something else of this host
        return f"{REJECTION}: rejected by a router or firewall"
    return "" if number in _PLAIN else reason(number)


async def retry_while_exhausted(attempt: Callable[[], Awaitable[_T]]) -> _T:
    """Make an attempt, and retry after a pause while this host is short of something. Raises the last OSError."""
    for pause in PAUSES:
        try:
            return await attempt()
        except OSError as error:
            if error.errno not in EXHAUSTED:
                raise
        await asyncio.sleep(pause)
    return await attempt()
