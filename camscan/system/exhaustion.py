"""What a host runs out of: for a moment, as scans and the sweeping program see it, or so that nothing goes on."""

from __future__ import annotations

import errno

_NO_THREAD = "can't start new thread"  # the words of Python, which has no error of its own for it
EXHAUSTED = frozenset(
    {
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.ENOSPC,  # of epoll_ctl(2): the user watches too many descriptors
        errno.EAGAIN,
    }
)
"""This host is short of something at the moment: worth another try, and says nothing about the peer."""


def shortage(error: Exception) -> str:
    """What this host had no more of, and the remedy; "" where that is not what the error says."""
    if isinstance(error, MemoryError):
        return "there is not enough memory: free some, or raise the limit (ulimit -v, or the container's or service's)"
    if isinstance(error, RuntimeError) and str(error) == _NO_THREAD:
        return f"{_NO_THREAD}: raise the limit of processes (ulimit -u, or the container's or service's)"
    return ""
