"""What the kernel lets this process do beyond what everybody may, and how many sockets it lets it hold open."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

_NET_RAW = 13
"""CAP_NET_RAW (linux/capability.h)."""
_RESERVED = 64
"""For files, the store and UDP sockets; no more than half of all."""
_ENOUGH = 65_536


def has_net_raw(status: Path = Path("/proc/self/status")) -> bool:
    """Whether this process, and so a program that it starts, may use packet and raw sockets."""
    lines = status.read_text(encoding="ascii").splitlines()
    effective = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff")), 0)
    return bool(effective & (1 << _NET_RAW))


def may_go_first() -> bool:
    """Whether a program that this process starts may go before ordinary work (sched(7)): the kernel is asked to let us.

    A container's seccomp filter, a unit's `RestrictRealtime` and a group without a share of such time refuse it too.
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
    limit = _ENOUGH if soft == resource.RLIM_INFINITY else soft
    return limit - min(_RESERVED, limit // 2)
