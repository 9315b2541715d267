"""What a scan would send, before a packet leaves."""

from __future__ import annotations

from dataclasses import dataclass

from camscan.app.planning.logins import enrolled
from camscan.app.planning.scope import Choices, CredentialOptions, ScanScope, arp_requests, eligible, scope_of
from camscan.app.planning.strategy import Strategy, silent_seconds, strategy_of, sweep_method
from camscan.errors import HostError
from camscan.net.kernel.interfaces import has_arp
from camscan.net.kernel.ways import Way, ways_to
from camscan.net.programs.method import Method
from camscan.targets import TargetSet, parse

_LEAST_SECONDS = 8.0
"""What the smallest scan takes."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a scan would send.

    `ways` are the kernel's routes to all that is asked, none where it cannot be asked for them.
    `links` are the interfaces by which groups are asked, `arp` how many requests go out at most. `packets` and
    `seconds` are those of a scan that nobody answers; `logins` says what it would log in to, "" where nowhere.
    """

    scope: ScanScope
    strategy: Strategy
    method: Method
    ways: tuple[Way, ...]
    links: tuple[str, ...]
    arp: int
    packets: int
    seconds: float
    logins: str

    @property
    def taken(self) -> int:
        """How many addresses the exclusions take away: none shows that one is misspelt."""
        return self.scope.targets.count - self.scope.asked.count

    @property
    def cut_off(self) -> TargetSet:
        """What is asked though no route leads there."""
        spans = (pair for way in self.ways if way.hop is None for pair in way.pairs())
        return parse([f"{first}-{last}" for first, last in spans])


def outlook(choices: Choices, chosen: CredentialOptions, site: str | None) -> Outlook:
    """What a scan with these choices would send; raises what `scope_of`, `sweep_method` and `enrolled` do."""
    scope, strategy = scope_of(choices), strategy_of(choices)
    method = sweep_method(choices, scope.asked, strategy)
    links = eligible(scope)
    arp = arp_requests(strategy.plan, links, scope.asked.ranges)
    packets = scope.asked.count * strategy.silent_packets + arp
    near = [link for link in links if has_arp(link.name)]
    seconds = max(silent_seconds(scope, strategy, method, near, packets), _LEAST_SECONDS)
    names = tuple(dict.fromkeys(link.name for link in links)) if strategy.plan.multicasts else ()
    logins = enrolled(choices, chosen, site, scope.asked)
    return Outlook(scope, strategy, method, _ways(scope.asked), names, arp, packets, seconds, logins)


def _ways(asked: TargetSet) -> tuple[Way, ...]:
    try:
        return tuple(ways_to(asked.spans()))
    except HostError:
        return ()
