"""Privileges of this process, and how many sockets it may have open."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

_NET_RAW = 13  # CAP_NET_RAW (linux/capability.h)
_RESERVED = 128
"""Descriptors kept for files, the store and UDP sockets, of which each question may take eight by IPv4 and as many by
IPv6; but no more than half of all."""
_MAX = 65_536  # sockets used where the number of descriptors is unlimited


def has_net_raw(status: Path = Path("/proc/self/status")) -> bool:
    """Whether this process, and so a program that it starts, may use packet and raw sockets.

    Not without /proc, which some sandboxes hide: nobody can tell then.
    """
    try:
        lines = status.read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    effective = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff")), 0)
    return bool(effective & (1 << _NET_RAW))


def can_use_realtime() -> bool:
    """Whether this process, and so a program that it starts, may use real-time scheduling (sched(7)); found by trying.

    It may be refused for want of CAP_SYS_NICE, by a seccomp filter, by a unit's `RestrictRealtime`, and in a control
    group without real-time budget.
    """
    before, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        return False
    os.sched_setscheduler(0, before, priority)
    return True


def descriptor_budget() -> int:
    """How many sockets may be open at once; the soft limit is raised to the hard one first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    limit = _MAX if soft == resource.RLIM_INFINITY else soft
    return limit - min(_RESERVED, limit // 2)
