"""Answers to multicast DNS that a router passed on from another network under its own address (reflectors, repeaters).

They are about the device whose addresses are in them. What they name it is kept as a hint, since some devices announce
the address of another of their network cards; but it never gets that device's name, MAC or addresses.
"""

from __future__ import annotations

from dataclasses import replace

from camscan.devices.identity import Address, to_address, to_unicast
from camscan.records import Observation

RELAYED = "mdns.relayed"  # the field that such an answer gets: the addresses of the device that it is about

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
    """The addresses in an answer if its source may not be one; those of another version or scope prove nothing."""
    source = to_address(observation.target)
    if source is None:
        return ()
    told = [found for text in observation.fields[_ADDRESS] if (found := to_unicast(text))]
    alike = [one for one in told if (one.version, one.is_link_local) == (source.version, source.is_link_local)]
    is_own = any(_may_be_its(source, one) for one in alike)
    return () if is_own else tuple(dict.fromkeys(map(str, alike)))


def _may_be_its(source: Address, one: Address) -> bool:
    """Whether an address may be one of the device that answered.

    Routers map whole networks onto others, and keep the end of each address. By IPv6, devices have several in one
    network, from which no router passes anything on into the same.
    """
    in_network = one.version == 6 and not one.is_link_local and one.packed[:8] == source.packed[:8]
    return in_network or one.packed[-1] == source.packed[-1]
