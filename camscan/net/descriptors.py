"""How many sockets this process may hold open at once."""

from __future__ import annotations

import contextlib
import resource

_RESERVED = 64
"""For files, the store and UDP sockets; no more than half of all."""
_ENOUGH = 65_536


def descriptor_budget() -> int:
    """How many sockets may be open at once; the soft limit is raised to the hard one first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    limit = _ENOUGH if soft == resource.RLIM_INFINITY else soft
    return limit - min(_RESERVED, limit // 2)
