"""Merges observations into devices.

Hosts and devices are kept in spools, for memory should not hold all of a large scan of others. Only the signs of hosts
that have an identifier in common with another are looked at together: clones, and devices with several addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TypeAlias

from camscan.devices.behind import KnownDevices, behind, by_place
from camscan.devices.build import Resolve, addresses_of, build, order
from camscan.devices.channels import ChannelList, Identify
from camscan.devices.grouping import Group, grouped, signs_of
from camscan.devices.hosts import Host, hosts_at
from camscan.devices.spool import InMemory, Spool
from camscan.records import Device, Observation

_Pair: TypeAlias = tuple[Device, ChannelList | None]


def merge(observations: Iterable[Observation], identify: Identify, resolve: Resolve) -> tuple[Device, ...]:
    """The devices that the observations of one scan show, in order of address: every host that answered.

    Behind each recorder come the cameras that only it knows.

    Observations are read once and come grouped by target; only what identifies a living host is kept of them.
    `identify` is given the observations of one address, `resolve` the identifications of one device. Raises ValueError
    if the observations of one target do not come together.
    """
    return merge_hosts(hosts_of(observations, identify), resolve)


def hosts_of(observations: Iterable[Observation], identify: Identify) -> Iterator[Host]:
    """The hosts at each address, which is all that merging needs; observations come grouped by target."""
    for target, group in groupby(observations, key=lambda observation: observation.target):
        yield from hosts_at(target, tuple(group), identify)


def merge_hosts(hosts: Iterable[Host], resolve: Resolve) -> tuple[Device, ...]:
    """The devices of the hosts of one scan; see `merge`."""
    devices = InMemory()
    merge_spooled(hosts, resolve, InMemory, devices)
    return tuple(device for _, device in devices.in_order())


def merge_spooled(hosts: Iterable[Host], resolve: Resolve, spool: Callable[[], Spool], devices: Spool) -> None:
    """Put the devices of the hosts of one scan into `devices`, in order and labelled with their ids; see `merge`.

    `spool` makes an empty one for what is needed meanwhile.
    """
    kept, tell = spool(), False
    for host in hosts:
        tell = tell or host.channels is not None
        kept.put(host, _place(host.address), signs_of(host).labels)
    pairs = _pairs(kept, resolve)
    found = _with_cameras(pairs, resolve, spool) if tell else (device for device, _ in pairs)
    for device in found:
        devices.put(device, labels=(device.id,))


def _pairs(kept: Spool, resolve: Resolve) -> Iterator[_Pair]:
    """All devices that answer themselves, by address, with their lists of channels."""
    groups = _groups(kept)
    for _, at_address in groupby(_built(kept, groups, resolve), key=lambda made: made[1].address):
        for _, device, channels in sorted(at_address, key=lambda made: (by_place(made[1]), made[0])):
            yield device, channels


def _groups(kept: Spool) -> dict[int, Group]:
    """The group of each host that has an identifier in common with another."""
    numbers = sorted(kept.sharing())
    signs = [signs_of(kept.get(number)) for number in numbers]
    groups = [group._replace(numbers=tuple(numbers[at] for at in group.numbers)) for group in grouped(signs)]
    return {number: group for group in groups for number in group.numbers}


def _built(kept: Spool, groups: dict[int, Group], resolve: Resolve) -> Iterator[tuple[int, Device, ChannelList | None]]:
    """The devices, in order of their first address, with the number of their first host."""
    for number, host in _once(kept.in_order()):
        group = groups.pop(number, Group((number,)))
        own = [host if one == number else kept.get(one) for one in group.numbers]
        if own and addresses_of(own)[0] == host.address:
            for other in group.numbers:
                if other != number:
                    groups[other] = Group(())
            channels = next((one.channels for one in own if one.channels), None)
            yield group.numbers[0], build(own, group.doubts, resolve, group.foreign), channels


def _once(hosts: Iterable[tuple[int, Host]]) -> Iterator[tuple[int, Host]]:
    last = 0, ""
    for number, host in hosts:
        if host.address == last[1] and number != last[0] + 1:
            raise ValueError(f"observations of {host.address} do not come together: sort them by target")
        last = number, host.address
        yield number, host


def _with_cameras(pairs: Iterable[_Pair], resolve: Resolve, spool: Callable[[], Spool]) -> Iterator[Device]:
    """The devices, and after each recorder the cameras that only it knows."""
    both, known = spool(), KnownDevices(spool())
    for device, channels in pairs:
        known.add(device, device.addresses)
        both.put((device, channels))
    return behind((pair for _, pair in both.in_order()), known, resolve)


def _place(address: str) -> bytes:
    """Bytes that sort as `order` does."""
    version, number, text = order(address)
    return bytes([version]) + number.to_bytes(16, "big") + text.encode("utf-8", "surrogatepass")
