"""How to ask: probes, ports and pace, how wide to work, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from camscan.app.planning.scope import Choices, ScanScope
from camscan.engine import Plan
from camscan.errors import UsageError
from camscan.net.discovery.swept import parted
from camscan.net.kernel.interfaces import Interface
from camscan.net.pacing.pace import FlowBudget
from camscan.net.pacing.profile import CONNECT_TIMEOUT, Profile, profile
from camscan.net.programs.method import Method, choose
from camscan.net.scope import port_refusal
from camscan.probes.base import Stage
from camscan.probes.ports import FIRST_PORTS, MORE_PORTS, named_ports
from camscan.probes.registry import select
from camscan.records import Observation
from camscan.targets import TargetSet, parse

_SILENT_SECONDS = 6.5
"""What covering a silent address takes at least: as long as the usual ports take, and the inquiries are waited for."""
_LIVING_SECONDS, _PORT_SECONDS = 30.0, 1.0
"""For one living host, at its pace of 20 packets a second: in all, and more where more ports are to be tried than
that leaves a second for. What it has not said by then is noted as missing."""
_LARGE, _QUICK = 65_536, 10_000
"""Ports in all, and packets a second, above which a scan sweeps ports first: below, connecting is as fast."""
_COVERS = (16, 256)
_WINDOW = (32, 3_500)
"""At 10,000 packets a second as many hosts as its half-open connections have room for, and no more in memory."""
_WIDEST = 12_000
"""The same where no port is tried: datagrams hold no connection, and a host that is waited for little memory."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """How to ask: the plan, and the pace. `barred` are ports that were asked for, and that are never sent to."""

    plan: Plan
    profile: Profile
    barred: tuple[int, ...]

    @property
    def _silent_ports(self) -> int:
        """Ports that are tried at an address that never answers."""
        return len(self.plan.first_ports) + (len(self.plan.more_ports) if self.plan.thorough else 0)

    @property
    def silent_packets(self) -> int:
        """Packets to an address that never answers: two for each connect, and all rounds of the inquiries."""
        return 2 * self._silent_ports + sum(probe.cost.silent_packets for probe in self.plan.at(Stage.ADDRESS))

    @property
    def silent_tracked(self) -> float:
        """Seconds for which a router tracks the connections to an address that never answers, added up."""
        tcp = self._silent_ports * FlowBudget.TCP_SECONDS
        return tcp + len(self.plan.at(Stage.ADDRESS)) * FlowBudget.UDP_SECONDS

    @property
    def silent_bytes(self) -> int:
        """Payload bytes to an address that never answers."""
        return sum(probe.cost.silent_bytes for probe in self.plan.at(Stage.ADDRESS))

    @property
    def answering_packets(self) -> int:
        """Packets to a device with a web page, a TLS page and RTSP open: an estimate for the plan."""
        ports = len(self.plan.first_ports) + len(self.plan.more_ports)
        port_stage = sum(probe.cost.answering_packets for probe in self.plan.at(Stage.PORT))
        stages = (Stage.ADDRESS, Stage.LIVING, Stage.HOST, Stage.LOGIN)
        others = sum(probe.cost.answering_packets for stage in stages for probe in self.plan.at(stage))
        return 2 * ports + 3 * min(port_stage, 30) + others

    def covers(self, swept: float = 0.0) -> int:
        """How many living hosts to cover at once: what keeps the pace busy, within the memory that each takes.

        `swept` packets a second are a sweep's; more hosts than the rest is enough for would all run out of time.
        """
        low, high = _COVERS
        return min(max(int(2 * (self.profile.rate - swept) / self.profile.host_rate), low), high)

    @property
    def silent_host_seconds(self) -> float:
        """What covering a silent address takes: its connects, a few at once, each to its time-out."""
        return max(_SILENT_SECONDS, self._silent_ports * CONNECT_TIMEOUT / self.profile.host_connections)

    @property
    def swept_host_seconds(self) -> float:
        """What a sweep takes for one address: it asks each port twice, and leaves as much for the kernel's resets."""
        return 4 * self._silent_ports / parted(self.profile)[0].host_rate

    @property
    def window(self) -> int:
        """How many addresses to cover at once so that the pace, and not the waiting, sets the speed."""
        per_second = self.profile.rate / max(self.silent_packets, 1)
        most = _WINDOW[1] if self.plan.first_ports else _WIDEST
        wide = int(min(max(per_second * self.silent_host_seconds * 1.2, _WINDOW[0]), most))
        flows = self.profile.router_flows
        return wide if flows is None else max(1, min(wide, flows // (2 * max(self.silent_packets, 1))))

    @property
    def host_seconds(self) -> float:
        """How long to cover one living host: slower ones longer.

        Where a router's memory is spared, or the pace is too low for as many as are covered at once, hosts wait for one
        another, and so for longer.
        """
        ports = len(self.plan.first_ports) + len(self.plan.more_ports)
        patience = 1 if self.profile.router_flows is None else 10
        crowd = self.covers() * self.profile.host_rate / (2 * self.profile.rate)  # 1 where `covers` has its way
        return max(patience, crowd) * max(_LIVING_SECONDS, ports * _PORT_SECONDS) * 20 / self.profile.host_rate


def strategy_of(choices: Choices) -> Strategy:
    """Choose probes, ports and pace. Raises UsageError for a port list or a channel that cannot be used."""
    pace = profile(choices.profile)
    channels = [name.strip().lower() for name in choices.channels.split(",")] if choices.channels else None
    probes = select(channels, choices.snmp_community, logins=choices.with_credentials)
    by_port = any(probe.stage in (Stage.PORT, Stage.HOST, Stage.LOGIN) for probe in probes)
    first, more = (port_list(choices.ports), ()) if choices.ports else (FIRST_PORTS, MORE_PORTS)
    if choices.ports and not by_port:
        raise UsageError(f"--ports {choices.ports} changes nothing on these channels: leave it out, or name http")
    barred = tuple(port for port in first if port_refusal(port) is not None)
    first = tuple(port for port in first if port not in barred)
    if by_port and not first:
        raise UsageError(f"--ports {choices.ports} contains only ports that camscan never sends to: give others")
    plan = Plan(probes, first, more, _named_ports, choices.thorough) if by_port else Plan(probes, (), ())
    return Strategy(plan, pace.at_rate(choices.rate) if choices.rate else pace, barred)


def _named_ports(address: str, seen: Iterable[Observation]) -> Iterator[int]:
    """The ports that a host names for itself, without those that are never sent to."""
    return (port for port in named_ports(address, seen) if port_refusal(port) is None)


def port_list(text: str) -> tuple[int, ...]:
    """The ports in a list such as "80,554,8000-8010", each once. Raises UsageError if it is no such list."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        try:
            low, high = int(first), int(last if dash else first)
        except ValueError:
            low = high = 0
        if not 0 < low <= high < 65_536:
            raise UsageError(f"cannot use {part!r} as ports: write numbers up to 65535 and ranges, as 80,554,8000-8010")
        found.extend(range(low, high + 1))
    return tuple(dict.fromkeys(found))


def sweep_method(choices: Choices, asked: TargetSet, strategy: Strategy) -> Method:
    """How open ports are found, and why in this way.

    Raises UsageError if what was chosen does not go with the rest; HostError if this host does not let SYN packets be
    sent, or has no nmap.
    """
    hindrance = _no_sweep(strategy)
    if hindrance and choices.sweep in ("syn", "nmap"):
        raise UsageError(f"--sweep {choices.sweep} cannot be used: {hindrance}")
    if hindrance:
        return Method("connect", hindrance)
    if choices.sweep == "auto" and strategy.profile.rate <= _QUICK:
        return Method("connect", f"connecting keeps up with {strategy.profile.rate:,} packets a second")
    return choose(choices.sweep, asked.count * len(strategy.plan.first_ports), _LARGE)


def _no_sweep(strategy: Strategy) -> str:
    if strategy.plan.thorough:
        return "--thorough asks every address in full"
    if strategy.profile.router_flows is not None:
        return f"the profile {strategy.profile.name} spares routers"
    return "" if strategy.plan.first_ports else "no channel needs open ports"


def silent_seconds(
    scope: ScanScope, strategy: Strategy, method: Method, links: Sequence[Interface], packets: int
) -> float:
    """How long so many packets take if nobody answers.

    That is by the pace, by what one host is spared or, behind a router, by what it has to forget.
    """
    turns = max(1, scope.asked.count / strategy.window)
    by_host = strategy.silent_host_seconds * turns if method.name == "connect" else strategy.swept_host_seconds
    by_pace, flows = packets / strategy.profile.rate, strategy.profile.router_flows
    if flows is None:
        return max(by_pace, by_host)
    near = parse([str(link.network) for link in links], whole_networks=True)
    tracked = scope.asked.minus(near).count * strategy.silent_tracked
    return max(by_pace, by_host, tracked / flows - FlowBudget.TCP_SECONDS)
