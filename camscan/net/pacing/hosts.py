"""The hosts that a scan attends to: what each is spared, and how they bear up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from camscan.net.pacing.hostpace import HostLimit, Losses
from camscan.net.pacing.pace import FlowBudget
from camscan.net.pacing.profile import Profile


class Hosts:
    """`limits` by address, known for as long as somebody attends to it. `flows` gives what a router on the way tracks.

    `faded` are those that answered and then stopped, so that they were asked more slowly, `used_up` those that gave
    all the bytes that one may, so that they were asked no more.
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
        """Keep what is known of an address for as long as the body; several may do so at once."""
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
