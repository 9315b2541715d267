"""What the kernel lets this process do beyond what everybody may."""

from __future__ import annotations

import os
from pathlib import Path

_NET_RAW = 13
"""CAP_NET_RAW (linux/capability.h)."""


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
