"""The limits of all hosts that a scan attends to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from camscan.net.pacing.hostpace import HostLimit, Losses
from camscan.net.pacing.pace import FlowBudget
from camscan.net.pacing.profile import Profile


class Hosts:
    """`limits` by address, kept while the address is attended to. `flows` gives the budget of the router on the way.

    `faded` are hosts that answered and then stopped, and were slowed down for; `used_up` hosts that sent as many bytes
    as one may, and were asked no more.
    """

    def __init__(self, profile: Profile, flows: Callable[[str], FlowBudget | None]) -> None:
        self.faded, self.used_up = set[str](), set[str]()
        self._profile = profile
        self._flows = flows
        self._losses = Losses()
        self.limits: dict[str, HostLimit] = {}

    def __getitem__(self, address: str) -> HostLimit:
        limit = self.limits.get(address)
        if limit is None:
            profile = self._profile
            limit = HostLimit(profile.host_rate, profile.host_connections, self._flows(address), self._losses)
            self.limits[address] = limit
        return limit

    @contextmanager
    def attend(self, address: str) -> Iterator[None]:
        """Keep the limits of an address during the body; calls may overlap."""
        host = self[address]
        host.attending += 1
        try:
            yield
        finally:
            host.attending -= 1
            if host.faded:
                self.faded.add(address)
            if host.allowance.is_used_up:
                self.used_up.add(address)
            if not host.attending:
                self.limits.pop(address, None)
