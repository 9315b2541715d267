"""What a host runs out of for a moment, for scans and for the sweeping program, which share nothing else."""

from __future__ import annotations

import errno

EXHAUSTED = frozenset(
    {
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.ENOSPC,  # of epoll_ctl(2): the user watches too many descriptors
        errno.EAGAIN,
        errno.EADDRNOTAVAIL,
    }
)
"""This host is short of something at the moment: worth another try, and says nothing about the peer."""
