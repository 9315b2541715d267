"""What scans that run at one time, or one after the other, share: the pace, this host, and the routers on the way."""

from __future__ import annotations

import asyncio

from camscan.net.kernel.privilege import descriptor_budget
from camscan.net.pacing.gateways import Spared
from camscan.net.pacing.pace import Pace
from camscan.net.pacing.profile import Profile

TLS_AT_ONCE = 100
"""Each TLS connection costs some 70 kB while it is open."""
DESCRIPTORS = 24
"""What each further scan at one time may have open besides connections: sockets for its questions, files, locks."""


class Limits:
    """The limits of a profile for all scans at one time, `beside` one more; `spared` is of those before them, too."""

    def __init__(self, profile: Profile, beside: int = 0, spared: Spared | None = None) -> None:
        self.pace = Pace(profile.rate)
        self.spared = spared or Spared()
        self.descriptors = asyncio.Semaphore(max(1, descriptor_budget() - beside * DESCRIPTORS))
        self.half_open = asyncio.Semaphore(profile.most_connecting)
        self.tls = asyncio.Semaphore(TLS_AT_ONCE)
