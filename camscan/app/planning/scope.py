"""Reads the targets and exclusions of a scan, and finds the links to them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from camscan.app.planning.targetfiles import read, read_exclusions, read_targets, refuse_split_ranges, warn_if_empty
from camscan.engine import Plan
from camscan.errors import HostError, TargetError
from camscan.net.discovery.link import Link, Range
from camscan.net.kernel.bridges import bridge, bridged, is_for_containers
from camscan.net.kernel.interfaces import Interface, interfaces
from camscan.net.kernel.interruptions import is_connected
from camscan.net.kernel.privilege import has_net_raw
from camscan.probes.base import Stage
from camscan.targets import Spec, TargetSet, expand, guard, parse


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
    expect_decoy: tuple[str, ...] = ()  # addresses that must answer, or the scan was blind
    interface: tuple[str, ...] = ()
    """The interfaces that multicast and ARP are for; none named: all that are connected to the targets."""


@dataclass(frozen=True, slots=True)
class CredentialOptions:
    """Where the enrolled logins are, and how their file is opened where it is encrypted."""

    file: Path | None = None
    unlock: str | None = None  # where its key comes from; None: the terminal
    folder: Path = field(default_factory=Path)  # what relative places in `unlock` are relative to


@dataclass(frozen=True, slots=True)
class ScanScope:
    """What to cover and what never to touch. `specs` are the targets as written, files read in.

    Multicast and ARP are for the interfaces in `only`, or for all where none is named. `excluding` are the exclusions
    as they were given: files, which may change, not read in, unlike what can be read only once.
    """

    specs: tuple[str, ...]
    targets: TargetSet
    excluded: TargetSet
    only: tuple[str, ...]
    excluding: tuple[str, ...]

    @property
    def asked(self) -> TargetSet:
        """The targets without the exclusions."""
        return self.targets.minus(self.excluded)


def scope_of(choices: Choices) -> ScanScope:
    """Read targets and exclusions; no target means the connected private networks.

    Raises TargetError if one cannot be used, or they are more than may be asked without a flag; HostError if there is
    no such interface.
    """
    words = choices.targets
    must_exist(*choices.interface)
    refuse_split_ranges(words)
    specs = expand(words, read) if words else [Spec(network) for network in connected_networks(choices.interface)]
    if words and not specs:
        raise TargetError(f"{' '.join(words)} contains no target: write one per line, such as 10.0.0.0/24")
    if not specs:
        where, remedy = "this host is connected to no private network", "give one, such as 10.0.0.0/24"
        if bridged() and (on := bridge()):
            where, remedy = f"this host is only on {on.name}", f"{remedy}, or {on.remedy}"
        raise TargetError(f"no target given, and {where}: {remedy}")
    targets = read_targets(words, specs)
    excluded, excluding = read_exclusions((*choices.exclude, *(f"@{name}" for name in choices.exclude_files)))
    for word in excluding:
        if word.startswith("@"):
            warn_if_empty(word.removeprefix("@"))
    guard(targets.minus(excluded), allow_public=choices.allow_public, allow_large=choices.allow_large)
    return ScanScope(tuple(spec.text for spec in specs), targets, excluded, choices.interface, excluding)


def must_exist(*names: str) -> None:
    """See that this host has such interfaces. Raises HostError if it lacks one."""
    if missing := sorted(set(names) - {interface.name for interface in interfaces()}):
        raise HostError(f"this host has no interface {missing[0]}: `ip link` lists those that it has")


def connected_networks(only: Collection[str]) -> tuple[str, ...]:
    """The private IPv4 networks that this host is connected to, by these interfaces where some are named.

    Unless it is named, no bridge is one that only containers are on, this one or others, and WSL's own network is none:
    who looks for cameras does not mean them. Nor is what no cable leads to, or an address without others beside it, as
    tunnels and virtual machines have: nobody but this host would be asked.
    """
    beside = () if only else bridged()
    private = [i for i in _usable(only) if i.is_private and i.network.version == 4 and i.network.num_addresses > 1]
    found = (i.network for i in private if only or not (i.name in beside or _leads_nowhere(i.name)))
    return tuple(dict.fromkeys(map(str, found)))


def _leads_nowhere(name: str) -> bool:
    return is_for_containers(name) or not is_connected(name)


def eligible(scope: ScanScope) -> tuple[Interface, ...]:
    """The interfaces whose connected network holds any of the targets; multicast goes out on these alone.

    Of several addresses in one network one asks. Nobody is asked from a link-local address beside it: answers come from
    the same kind of address as they go to, and such are no targets.
    """
    chosen: dict[tuple[str, str], Interface] = {}
    for interface in _usable(scope.only):
        network = str(interface.network)
        if interface.multicast and scope.asked.within(parse([network], whole_networks=True)):
            chosen.setdefault((interface.name, network), interface)
    return tuple(chosen.values())


def _usable(only: Collection[str]) -> Iterator[Interface]:
    return (interface for interface in interfaces() if not only or interface.name in only)


def arp_requests(plan: Plan, links: Sequence[Interface], ranges: Sequence[Range]) -> int:
    """The ARP requests that a scan sends at most; none without the channel, a link to the targets or the privilege."""
    if not any("arp" in probe.channels for probe in plan.at(Stage.SEGMENT)) or not has_net_raw():
        return 0
    return Link(links, ranges).most_frames
