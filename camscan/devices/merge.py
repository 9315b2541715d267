"""Merges observations into devices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from camscan.devices.behind import by_place, with_cameras
from camscan.devices.build import Resolve, build
from camscan.devices.grouping import Group, grouped, signs_of
from camscan.devices.hosts import ChannelList, Host, Identify, hosts_at
from camscan.records import Device, Observation


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
    each = list(_once(hosts))
    groups = grouped([signs_of(host) for host in each])
    devices = [device_of([each[number] for number in group.numbers], group, resolve) for group in groups]
    return tuple(with_cameras(sorted(devices, key=lambda pair: by_place(pair[0])), resolve))


def device_of(hosts: Sequence[Host], group: Group, resolve: Resolve) -> tuple[Device, ChannelList | None]:
    """The device of a group, with its list of channels."""
    channels = next((host.channels for host in hosts if host.channels), None)
    return build(hosts, group.doubts, resolve, group.foreign), channels


def _once(hosts: Iterable[Host]) -> Iterator[Host]:
    seen: set[str] = set()
    for address, group in groupby(hosts, key=lambda host: host.address):
        if address in seen:
            raise ValueError(f"observations of {address} do not come together: sort them by target")
        seen.add(address)
        yield from group
