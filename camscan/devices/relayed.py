"""Answers to multicast DNS that a router passed on from another network under its own address (reflectors, repeaters).

They are about the device whose addresses are in them. What they name it is kept as a hint, since some devices announce
the address of another of their network cards; but it never gets that device's name, MAC or addresses.
"""

from __future__ import annotations

from dataclasses import replace

from camscan.devices.identity import to_address, to_unicast
from camscan.records import Observation

RELAYED = "mdns.relayed"
"""The field that such an answer gets: the addresses of the device that it is about."""

_ADDRESS = "mdns.address"
_NAMES = ("mdns.service", "mdns.instance")


def told_apart(observation: Observation) -> Observation:
    """The observation; one that was passed on has nothing but the names in it, and whose they are."""
    owners = _owners(observation) if _ADDRESS in observation.fields else ()
    if not owners:
        return observation
    names = {name: observation.fields[name] for name in _NAMES if name in observation.fields}
    return replace(observation, fields={**names, RELAYED: owners})


def _owners(observation: Observation) -> tuple[str, ...]:
    """The addresses in an answer if its source is not among them; those of another version or scope prove nothing.

    Nor does one that ends as the source does: routers map whole networks onto others, and keep the end of each address.
    """
    source = to_address(observation.target)
    if source is None:
        return ()
    told = [found for text in observation.fields[_ADDRESS] if (found := to_unicast(text))]
    alike = [one for one in told if (one.version, one.is_link_local) == (source.version, source.is_link_local)]
    is_own = any(one.packed[-1] == source.packed[-1] for one in alike)
    return () if is_own else tuple(dict.fromkeys(map(str, alike)))
