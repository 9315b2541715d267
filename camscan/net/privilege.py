"""What the kernel lets this process do beyond what everybody may."""

from __future__ import annotations

from pathlib import Path

_NET_RAW = 13
"""CAP_NET_RAW (linux/capability.h)."""


def has_net_raw(status: Path = Path("/proc/self/status")) -> bool:
    """Whether this process, and so a program that it starts, may use packet and raw sockets."""
    lines = status.read_text(encoding="ascii").splitlines()
    effective = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff")), 0)
    return bool(effective & (1 << _NET_RAW))
