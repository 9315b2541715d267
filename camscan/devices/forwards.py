"""Devices behind one address, to each of which a router hands on ports of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations, starmap

from camscan.devices.identity import FIELDS_OF, IdentifierKind, differ, to_serial
from camscan.records import Observation

_FIELDS = tuple(
    name for name in FIELDS_OF[IdentifierKind.SERIAL] if name not in {"upnp.serial_number", "behind.serial"}
)
"""Fields in which a device says the same at each of its ports; to UPnP, one box may be several devices."""
_NAMES = frozenset(_FIELDS)
_MOST = 32
"""Ports that are told apart by one field: what no port tells of is judged once for each device."""


def serials_by_port(observations: Iterable[Observation]) -> Mapping[int, str]:
    """The serial of the device at each port where one is told; nothing unless there are several devices.

    That is so where one field has another serial at another port: two protocols may word one serial differently.
    """
    told: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for observation in observations:
        for name in _NAMES.intersection(observation.fields):
            serial = to_serial(next(iter(observation.fields[name]), ""))
            if serial and observation.port and len(told[name]) < _MOST:
                told[name].setdefault(observation.port, serial)
    ordered = [told[name] for name in _FIELDS if name in told]
    apart = next((ports for ports in ordered if any(starmap(differ, combinations(ports.values(), 2)))), None)
    if apart is None:
        return {}
    serials = _distinct(apart.values())
    every = (item for ports in (apart, *ordered) for item in ports.items())
    named = ((port, next((one for one in serials if not differ(one, serial)), None)) for port, serial in every)
    found = {port: serial for port, serial in reversed([*named]) if serial}  # what the field says goes first
    return dict(sorted(found.items()))


def _distinct(serials: Iterable[str]) -> list[str]:
    found: list[str] = []
    for serial in serials:
        if all(differ(serial, one) for one in found):
            found.append(serial)
    return found
