"""`camscan plan`: what a scan would send, before a packet leaves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.groups import Sectioned
from camscan.cli.terminal.output import Output, written

if TYPE_CHECKING:
    from camscan.app.planning.preview import Outlook
    from camscan.app.planning.scope import CredentialOptions
    from camscan.engine import Plan
    from camscan.net.pacing.profile import Profile
    from camscan.targets import TargetSet

SCHEMA = "camscan-plan/1"
_MOST_NETWORKS = 20
_TWO_DAYS, _TWO_YEARS = 48, 2 * 365 * 24  # in hours


@click.command(cls=Sectioned)
@options.targets
@options.excluding
@options.pacing
@options.interface
@options.logins
@options.site
@written("table", "json")
def plan(targets: tuple[str, ...], out: Output, site: str | None, login: CredentialOptions, **how: Any) -> None:
    """Print what a scan would send: targets, exclusions, channels, packets, bytes and time. Nothing is sent.

    \b
    Examples:
      camscan plan 10.20.0.0/24
      camscan plan @networks.txt --profile gentle
      camscan plan 10.20.0.0/24 --site depot --with-credentials
      camscan plan @networks.txt --format json | jq .seconds
    """
    from camscan.app.planning.preview import outlook
    from camscan.app.planning.scope import Choices

    found = outlook(Choices(targets, **how), login, site)
    if out.format == "json":
        out.write_json(_document(found))
    else:
        out.write_lines(f"{name:<12} {text}" for name, text in _rows(found).items())


def _document(found: Outlook) -> dict[str, Any]:
    from camscan.net.scope import NEVER_SEND

    scope, strategy = found.scope, found.strategy
    plan, pace = strategy.plan, strategy.profile
    everywhere, alive = _by_place(plan)
    return {
        "schema": SCHEMA,
        "targets": [*scope.asked.networks()],
        "addresses": scope.asked.count,
        "excluded": {"targets": [*scope.excluded.networks()], "addresses": found.taken},
        "channels": plan.channels,
        "no_route": [*found.cut_off.networks()],
        "multicast": found.links,
        "arp_requests": found.arp,
        "ports": {"everywhere": everywhere, "where_alive": alive, "never": sorted(NEVER_SEND)},
        "sweep": {"method": found.method.name, "reason": found.method.reason},
        "silent_host": {"packets": strategy.silent_packets, "payload_bytes": strategy.silent_bytes},
        "device": {"packets": strategy.answering_packets},
        "pace": {
            "profile": pace.name,
            "packets_per_second": pace.rate,
            "host_packets_per_second": pace.host_rate,
            "host_connections": pace.host_connections,
            "half_open": pace.half_open,
        },
        "logins": found.logins or None,
        "packets": found.packets,
        "seconds": round(found.seconds),
    }


def _rows(found: Outlook) -> dict[str, str]:
    from camscan.net.scope import NEVER_SEND
    from camscan.text.wording import plural

    scope, strategy = found.scope, found.strategy
    return {
        "Targets": f"{_networks(scope.asked)}: {plural(scope.asked.count, 'address')}",
        "Excluded": _excluded(found),
        "Channels": ", ".join(strategy.plan.channels),
        "Route": _route(found),
        "Multicast": _multicast(found),
        "ARP": f"up to {found.arp:,} requests" if found.arp else _no_arp(strategy.plan),
        "TCP ports": _ports(strategy.plan),
        "Never": f"{_list(sorted(NEVER_SEND))}: printers, telephones and industrial controllers",
        "Sweep": f"by {found.method.name}: {found.method.reason}",
        "Silent host": f"{plural(strategy.silent_packets, 'packet')}, {strategy.silent_bytes:,} bytes of payload",
        "Device": f"up to about {plural(strategy.answering_packets, 'packet')}",
        "Pace": _pace(strategy.profile),
        "Logins": found.logins or "none",
        "Time": f"about {_duration(found.seconds)} if nobody answers ({found.packets:,} packets)",
    }


def _excluded(found: Outlook) -> str:
    if not found.scope.excluded.count:
        return "none"
    return f"{_networks(found.scope.excluded)}: {found.taken:,} of the targets' addresses"


def _route(found: Outlook) -> str:
    """How the targets are reached, and which are not."""
    hops = (way.hop for way in found.ways if way.hop is not None)
    led = dict.fromkeys(f"{hop.interface} through {hop.gateway}" if hop.gateway else hop.interface for hop in hops)
    none = [f"none to {_networks(found.cut_off)}"] if found.cut_off else []
    return "; ".join([*led, *none]) or "not known"


def _multicast(found: Outlook) -> str:
    """The interfaces by which groups are asked, or why none is."""
    if not found.strategy.plan.multicasts:
        return "none: no channel uses it"
    return ", ".join(found.links) or "no interface is connected to the targets"


def _no_arp(plan: Plan) -> str:
    return f"none: {'no link to the targets, or no CAP_NET_RAW' if 'arp' in plan.channels else 'no channel uses it'}"


def _by_place(plan: Plan) -> tuple[list[int], list[int]]:
    """The ports that are tried everywhere, and those that are tried where something lives."""
    first, more = [*plan.first_ports], [*plan.more_ports]
    return ([*first, *more], []) if plan.thorough else (first, more)


def _ports(plan: Plan) -> str:
    """Which ports are tried at whom."""
    if not plan.first_ports:
        return "none: no channel needs them"
    everywhere, alive = _by_place(plan)
    return f"{_list(everywhere)} everywhere" + (f"; {_list(alive)} where something lives" if alive else "")


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
