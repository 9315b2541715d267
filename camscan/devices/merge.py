"""Observations in, devices out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from camscan.devices.behind import by_place, with_cameras
from camscan.devices.build import Resolve, build
from camscan.devices.hosts import Host, Identify, hosts_at
from camscan.devices.together import together
from camscan.records import Device, Observation


def merge(observations: Iterable[Observation], identify: Identify, resolve: Resolve) -> tuple[Device, ...]:
    """The devices that the observations of one scan show, in order of address: every host that answered.

    Behind each recorder come the cameras that only it knows.

    Observations are read once and come grouped by target; only what identifies a living host is kept of them.
    `identify` is given the observations of one address, `resolve` the identifications of one device.

    Raises:
        ValueError: the observations of one target do not come together.
    """
    groups = together(list(_hosts(observations, identify)))
    devices = [
        (build(hosts, doubts, resolve), next((h.told for h in hosts if h.told), None)) for hosts, doubts in groups
    ]
    return tuple(with_cameras(sorted(devices, key=lambda pair: by_place(pair[0])), resolve))


def _hosts(observations: Iterable[Observation], identify: Identify) -> Iterator[Host]:
    seen: set[str] = set()
    for target, group in groupby(observations, key=lambda observation: observation.target):
        hosts = tuple(hosts_at(target, tuple(group), identify))
        if hosts and target in seen:
            raise ValueError(f"observations of {target} do not come together: sort them by target")
        seen.update(host.address for host in hosts)
        yield from hosts
