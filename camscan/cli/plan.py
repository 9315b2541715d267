"""`camscan plan`: what a scan would send, before a packet leaves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camscan.cli import options
from camscan.cli.groups import Sectioned

if TYPE_CHECKING:
    from camscan.app.scope import ScanScope
    from camscan.engine import Plan
    from camscan.net.kernel.interfaces import Interface
    from camscan.net.pacing.profile import Profile
    from camscan.targets import TargetSet

_MOST_NETWORKS = 20
_TWO_DAYS, _TWO_YEARS = 48, 2 * 365 * 24  # in hours


@click.command(cls=Sectioned)
@options.targets
@options.excluding
@options.pacing
@options.interface
@options.logins
@options.site
@options.output
def plan(
    targets: tuple[str, ...],
    output: Path | None,
    site: str | None,
    credentials_file: Path | None,
    unlock: str | None,
    **how: Any,
) -> None:
    """Print what a scan would send: targets, exclusions, channels, packets, bytes and time. Nothing is sent.

    \b
    Examples:
      camscan plan 10.20.0.0/24
      camscan plan @networks.txt --profile gentle
      camscan plan 10.20.0.0/24 --site depot --with-credentials
    """
    from camscan.app.logins import CredentialOptions, enrolled
    from camscan.app.scope import Choices, arp_requests, eligible, scope_of
    from camscan.app.strategy import silent_seconds, strategy_of, sweep_method
    from camscan.cli.writing import output_width, wrapped, write
    from camscan.net.kernel.interfaces import has_arp
    from camscan.net.scope import NEVER_SEND
    from camscan.text.wording import plural

    choices = Choices(targets, **how)
    scope, strategy = scope_of(choices), strategy_of(choices)
    method = sweep_method(choices, scope.asked, strategy)
    count = scope.asked.count
    links = eligible(scope)
    frames = arp_requests(strategy.plan, links, scope.asked.ranges)
    packets = count * strategy.silent_packets + frames
    near = [link for link in links if has_arp(link.name)]
    seconds = silent_seconds(scope, strategy, method, near, packets)
    rows = {
        "Targets": f"{_networks(scope.asked)}: {plural(count, 'address')}",
        "Excluded": _excluded(scope),
        "Channels": ", ".join(strategy.plan.channels),
        "Multicast": _multicast(strategy.plan, links),
        "ARP": f"up to {frames:,} requests" if frames else _no_arp(strategy.plan),
        "TCP ports": _ports(strategy.plan),
        "Never": f"{_list(sorted(NEVER_SEND))}: printers, telephones and industrial controllers",
        "Sweep": f"by {method.name}: {method.reason}",
        "Silent host": f"{plural(strategy.silent_packets, 'packet')}, {strategy.silent_bytes:,} bytes of payload",
        "Device": f"up to about {plural(strategy.answering_packets, 'packet')}",
        "Pace": _pace(strategy.profile),
        "Logins": enrolled(choices, CredentialOptions(credentials_file, unlock), site, scope.asked),
        "Time": f"about {_duration(max(seconds, 8))} if nobody answers ({packets:,} packets)",
    }
    write(wrapped((f"{name:<12} {text}" for name, text in rows.items()), output_width(output)), output)


def _excluded(scope: ScanScope) -> str:
    """The exclusions, and how many addresses they take away: none shows that one is misspelt."""
    if not scope.excluded.count:
        return "none"
    taken = scope.targets.count - scope.asked.count
    return f"{_networks(scope.excluded)}: {taken:,} of the targets' addresses"


def _multicast(plan: Plan, links: Sequence[Interface]) -> str:
    """The interfaces by which groups are asked, or why none is."""
    if not plan.multicasts:
        return "none: no channel uses it"
    return ", ".join(dict.fromkeys(link.name for link in links)) or "no interface is connected to the targets"


def _no_arp(plan: Plan) -> str:
    return f"none: {'no link to the targets, or no CAP_NET_RAW' if 'arp' in plan.channels else 'no channel uses it'}"


def _ports(plan: Plan) -> str:
    """Which ports are tried at whom."""
    if not plan.first_ports:
        return "none: no channel needs them"
    if plan.thorough or not plan.more_ports:
        return f"{_list((*plan.first_ports, *plan.more_ports))} everywhere"
    return f"{_list(plan.first_ports)} everywhere; {_list(plan.more_ports)} where something lives"


def _pace(pace: Profile) -> str:
    from camscan.text.wording import plural

    limits = f"{pace.host_rate} a second and {pace.host_connections} connections at once to one host"
    return f"{plural(pace.rate, 'packet')} a second in all, {limits}, {pace.half_open:,} half-open connections"


def _networks(addresses: TargetSet) -> str:
    """The parts of a set, those that a reader would still look through."""
    left = len(addresses.ranges) - _MOST_NETWORKS
    shown = ", ".join(islice(addresses.networks(), _MOST_NETWORKS)) or "none"
    return f"{shown} and {left:,} more" if left > 0 else shown


def _list(ports: Sequence[int]) -> str:
    """Ports as --ports takes them, those that follow one another as a range."""
    runs: list[tuple[int, int]] = []
    for port in ports:
        if runs and runs[-1][1] + 1 == port:
            runs[-1] = runs[-1][0], port
        else:
            runs.append((port, port))
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs) or "none"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= _TWO_YEARS:
        return f"{hours // 24 // 365:,} years"
    if hours >= _TWO_DAYS:
        return f"{hours // 24} days {hours % 24} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
