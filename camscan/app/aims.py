"""From the words on the command line to what is asked: targets, exclusions, ports, plan, and how wide to work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from camscan.app.targetfiles import exclusions, read
from camscan.engine import Plan
from camscan.errors import HostError, TargetError, UsageError
from camscan.net.interfaces import Interface, interfaces
from camscan.net.link import Link, Range
from camscan.net.names import resolve
from camscan.net.pace import FlowBudget
from camscan.net.portsweep import Method, choose
from camscan.net.privilege import has_net_raw
from camscan.net.profile import Profile, profile
from camscan.net.scope import port_refusal
from camscan.probes.base import Stage
from camscan.probes.ports import FIRST_PORTS, MORE_PORTS, named_ports
from camscan.probes.registry import select
from camscan.records import Observation
from camscan.targets import Spec, TargetSet, expand, guard, parse

_SILENT_SECONDS = 6.5
"""What covering a silent address takes: its connects, two at once, each to its time-out."""
_LIVING_SECONDS, _PORT_SECONDS = 30.0, 1.0
"""For one living host, at its pace of 20 packets a second: in all, and more where more ports are to be knocked on than
that leaves a second for. What it has not said by then is noted as missing."""
_LARGE, _QUICK = 65_536, 10_000
"""Ports in all, and packets a second, above which a scan sweeps ports first: below, connecting is as fast."""
_COVERS = (16, 256)
_WINDOW = (32, 3_500)
"""At 10,000 packets a second as many hosts as its half-open connections have room for, and no more in memory."""
_WIDEST = 12_000
"""The same where no port is knocked on: datagrams hold no connection, and a host that is waited for little memory."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose about what to ask and how, as the command line holds it."""

    targets: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_files: tuple[str, ...] = ()
    allow_public: bool = False
    allow_large: bool = False
    profile: str = "default"
    rate: int | None = None
    ports: str | None = None
    channels: str | None = None
    thorough: bool = False
    snmp_community: str | None = None
    with_credentials: bool = False
    sweep: str = "auto"
    sensitive: bool = False
    core: tuple[str, ...] = ()
    """What of the targets is a sensitive site, or a core network: nothing that is asked depends on it."""
    expect_decoy: tuple[str, ...] = ()
    """Addresses that must answer, or the scan was blind."""
    interface: tuple[str, ...] = ()
    """The interfaces that multicast and ARP are for; none named: all that are connected to the targets."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What to cover and what never to touch. `specs` are the targets as written, files read in.

    Multicast and ARP are for the interfaces in `only`, or for all where none is named. `excluding` are the exclusions
    as they were given, files not read in.
    """

    specs: tuple[str, ...]
    targets: TargetSet
    excluded: TargetSet
    only: tuple[str, ...] = ()
    excluding: tuple[str, ...] = ()

    @property
    def asked(self) -> TargetSet:
        """The targets without the exclusions."""
        return self.targets.minus(self.excluded)


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask: the plan, and the pace. `barred` are ports that were asked for, and that are never sent to."""

    plan: Plan
    profile: Profile
    barred: tuple[int, ...] = ()

    @property
    def _silent_ports(self) -> int:
        """Ports that are knocked on at an address that never answers."""
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
    def window(self) -> int:
        """How many addresses to cover at once so that the pace, and not the waiting, sets the speed."""
        per_second = self.profile.rate / max(self.silent_packets, 1)
        most = _WINDOW[1] if self.plan.first_ports else _WIDEST
        wide = int(min(max(per_second * _SILENT_SECONDS * 1.2, _WINDOW[0]), most))
        flows = self.profile.router_flows
        return wide if flows is None else max(1, min(wide, flows // (2 * max(self.silent_packets, 1))))

    @property
    def host_seconds(self) -> float:
        """How long to cover one living host: slower ones longer.

        Where a router's memory is spared, hosts wait for one another, and so for longer.
        """
        ports = len(self.plan.first_ports) + len(self.plan.more_ports)
        patience = 1 if self.profile.router_flows is None else 10
        return patience * max(_LIVING_SECONDS, ports * _PORT_SECONDS) * 20 / self.profile.host_rate


def aim(choices: Choices) -> Aim:
    """Read targets and exclusions; no target means the connected private networks.

    Raises:
        TargetError: one cannot be used, or they are more than may be asked without a flag.
        HostError: there is no such interface.
    """
    words = choices.targets
    must_exist(*choices.interface)
    specs = expand(words, read) if words else [Spec(network) for network in connected_networks(choices.interface)]
    if words and not specs:
        raise TargetError(f"{' '.join(words)} contains no target: write one per line, such as 10.0.0.0/24")
    if not specs:
        raise TargetError(
            "no target given, and this host is connected to no private network: give one, such as 10.0.0.0/24"
        )
    targets = parse(specs, resolve=resolve)
    excluding = (*choices.exclude, *(f"@{name}" for name in choices.exclude_files))
    excluded = exclusions(excluding)
    guard(targets.minus(excluded), allow_public=choices.allow_public, allow_large=choices.allow_large)
    return Aim(tuple(spec.text for spec in specs), targets, excluded, choices.interface, excluding)


def must_exist(*names: str) -> None:
    """See that this host has such interfaces.

    Raises:
        HostError: it lacks one.
    """
    if missing := sorted(set(names) - {interface.name for interface in interfaces()}):
        raise HostError(f"this host has no interface {missing[0]}: `ip link` lists those that it has")


def connected_networks(only: Collection[str] = ()) -> tuple[str, ...]:
    """The private IPv4 networks that this host is connected to, by these interfaces where some are named."""
    found = (i.network for i in _usable(only) if i.is_private and i.network.version == 4)
    return tuple(dict.fromkeys(str(network) for network in found))


def eligible(aimed: Aim) -> tuple[Interface, ...]:
    """The interfaces whose connected network holds any of the targets; multicast goes out on these alone.

    Of several addresses in one network one asks. Nobody is asked from a link-local address beside it: answers come from
    the same kind of address as they go to, and such are no targets.
    """
    chosen: dict[tuple[str, str], Interface] = {}
    for interface in _usable(aimed.only):
        network = str(interface.network)
        if interface.multicast and aimed.asked.within(parse([network], whole_networks=True)):
            chosen.setdefault((interface.name, network), interface)
    return tuple(chosen.values())


def _usable(only: Collection[str]) -> Iterator[Interface]:
    return (interface for interface in interfaces() if not only or interface.name in only)


def arp_requests(plan: Plan, links: Sequence[Interface], ranges: Sequence[Range]) -> int:
    """The ARP requests that a scan sends at most; none without the channel, a link to the targets or the privilege."""
    if not any("arp" in probe.channels for probe in plan.at(Stage.SEGMENT)) or not has_net_raw():
        return 0
    return Link(links, ranges).most_frames


def silent_seconds(aimed: Aim, asking: Manner, links: Sequence[Interface], packets: int) -> float:
    """How long so many packets take if nobody answers: by the pace or, behind a router, by what it has to forget."""
    by_pace, flows = packets / asking.profile.rate, asking.profile.router_flows
    if flows is None:
        return by_pace
    near = parse([str(link.network) for link in links], whole_networks=True)
    tracked = aimed.asked.minus(near).count * asking.silent_tracked
    return max(by_pace, tracked / flows - FlowBudget.TCP_SECONDS)


def manner(choices: Choices) -> Manner:
    """Choose probes, ports and pace.

    Raises:
        UsageError: a port list or a channel that cannot be used.
    """
    pace = profile(choices.profile)
    channels = [name.strip() for name in choices.channels.split(",")] if choices.channels else None
    probes = select(channels, choices.snmp_community, logins=choices.with_credentials)
    by_port = any(probe.stage in (Stage.PORT, Stage.HOST, Stage.LOGIN) for probe in probes)
    first, more = (port_list(choices.ports), ()) if choices.ports else (FIRST_PORTS, MORE_PORTS)
    barred = tuple(port for port in first if port_refusal(port) is not None)
    first = tuple(port for port in first if port not in barred)
    if by_port and not first:
        raise UsageError(f"--ports {choices.ports} contains only ports that camscan never sends to: give others")
    plan = Plan(probes, first, more, _named_ports, choices.thorough) if by_port else Plan(probes, (), ())
    return Manner(plan, pace.at_rate(choices.rate) if choices.rate else pace, barred)


def _named_ports(address: str, seen: Iterable[Observation]) -> Iterator[int]:
    """The ports that a host names for itself, without those that are never sent to."""
    return (port for port in named_ports(address, seen) if port_refusal(port) is None)


def swept(choices: Choices, asked: TargetSet, asking: Manner) -> Method:
    """How open ports are found, and why in this way.

    Raises:
        UsageError: what was chosen does not go with the rest.
        HostError: this host does not let SYN packets be sent, or has no nmap.
    """
    hindrance = _no_sweep(asking)
    if hindrance and choices.sweep in ("syn", "nmap"):
        raise UsageError(f"--sweep {choices.sweep} cannot be used: {hindrance}")
    if hindrance:
        return Method("connect", hindrance)
    if choices.sweep == "auto" and asking.profile.rate <= _QUICK:
        return Method("connect", f"connecting keeps up with {asking.profile.rate:,} packets a second")
    return choose(choices.sweep, asked.count * len(asking.plan.first_ports), _LARGE)


def _no_sweep(asking: Manner) -> str:
    if asking.plan.thorough:
        return "--thorough asks every address in full"
    if asking.profile.router_flows is not None:
        return f"the profile {asking.profile.name} spares routers"
    return "" if asking.plan.first_ports else "no channel needs open ports"


def port_list(text: str) -> tuple[int, ...]:
    """The ports in a list such as "80,554,8000-8010", each once.

    Raises:
        UsageError: it is no such list.
    """
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
