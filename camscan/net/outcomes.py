"""What an errno means: whether nothing was sent, and how an attempt ended."""

from __future__ import annotations

import errno
import os

from camscan.records import Outcome

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EAGAIN, errno.EADDRNOTAVAIL})
"""This host ran out of something for a moment: worth another try, and never a statement about the peer."""

_PEER = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.ECONNRESET: Outcome.RESET,
    errno.ECONNABORTED: Outcome.RESET,
    errno.EPIPE: Outcome.RESET,
    errno.ETIMEDOUT: Outcome.SILENT,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.ENETUNREACH: Outcome.UNREACHABLE,
    errno.EHOSTDOWN: Outcome.UNREACHABLE,
    errno.ENOPROTOOPT: Outcome.UNREACHABLE,
    errno.EPROTO: Outcome.UNREACHABLE,
}


def of_answer(number: int) -> Outcome:
    """The outcome that an errno reported by the network stands for; what this host refused itself is `NOT_SENT`."""
    return _PEER.get(number, Outcome.NOT_SENT)


def reason(number: int) -> str:
    """The errno in words: "EHOSTUNREACH: No route to host"."""
    return f"{errno.errorcode.get(number, number)}: {os.strerror(number)}"
