"""How fast a scan may go: the pace that the network is promised, by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from camscan.errors import UsageError
from camscan.net.pacing.pace import FlowBudget

CONNECT_TIMEOUT = 1.5
"""Seconds for one connect: long enough for the kernel's one retransmission after a second to be answered."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Limits of one scan. Rates are packets a second; `router_flows` bounds what a router on the way tracks, if set."""

    name: str
    rate: int
    host_rate: int = 20
    host_connections: int = 2
    half_open: int = 1024
    router_flows: int | None = None

    @property
    def port_rate(self) -> float:
        """Packets a second to ever new ports: what a router on the way may track bounds it, too."""
        flows = self.router_flows
        return self.rate if flows is None else min(self.rate, flows / FlowBudget.TCP_SECONDS)

    @property
    def most_connecting(self) -> int:
        """How many connects of a scan may be under way: silent ones alone use up the rate in a time-out's time."""
        return max(1, min(self.half_open, _MOST_TASKS, int(self.rate * CONNECT_TIMEOUT / 2)))

    def at_rate(self, rate: int) -> Profile:
        """This profile with another overall rate; 0 is without bound."""
        return replace(self, rate=rate, half_open=max(self.half_open, min(rate or MAX_HALF_OPEN, MAX_HALF_OPEN)))


MAX_HALF_OPEN = 32_768
_MOST_TASKS = 16_384  # connects of a scan at once, which take more memory each than a sweep's
NEIGHBOURS = 256
"""On-link addresses of one IP version unanswered at once: its table in the kernel holds 1,024 and must keep room."""

PROFILES = (
    Profile("default", rate=1_000),
    Profile("gentle", rate=200, host_rate=10, half_open=256, router_flows=1_000),
    Profile("fast", rate=10_000, half_open=MAX_HALF_OPEN),
)


def profile(name: str) -> Profile:
    """The profile of that name. Raises UsageError if there is none."""
    found = next((p for p in PROFILES if p.name == name), None)
    if found is None:
        raise UsageError(f"no profile is called {name!r}: choose one of {', '.join(p.name for p in PROFILES)}")
    return found
