"""From observations to devices: fingerprints and merging, before any policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from camscan.app.judging.workers import map_by_target
from camscan.codecs import embeddedmac, oui
from camscan.codecs.layout import mac_in_address
from camscan.codecs.registry import read_again
from camscan.devices import Host, hosts_of, merge_hosts
from camscan.devices.identity import FIELDS_OF, IdentifierKind, source_mac, to_endpoint
from camscan.errors import DecodeError
from camscan.identify.library import Library
from camscan.identify.resolve import resolve
from camscan.records import Device, Identification, Observation
from camscan.system import gctuning

if TYPE_CHECKING:
    from camscan.store.packed import Merged
    from camscan.store.rows import Stored

_ENDPOINT_FIELDS = FIELDS_OF[IdentifierKind.ENDPOINT]


def derived(stored: Iterable[Stored], rules: Library) -> list[Merged]:
    """The devices that stored observations show when today's codecs read them; in order of address."""
    notes = _Notes()
    with gctuning.relaxed():
        parts = map_by_target(stored, rules, _noted_hosts)
        hosts = chain.from_iterable(notes.joined(hosts, noted) for hosts, noted in parts)
        return [notes.merged(device) for device in merge_hosts(hosts, resolve)]


def packed(rules: Library, stored: Sequence[Stored]) -> list[bytes]:
    """The devices that the stored observations of a small scan show, in parts as they are kept."""
    from camscan.store.packed import in_parts

    with gctuning.relaxed():
        hosts, notes = _noted_hosts(rules, stored)
        return in_parts([notes.merged(device) for device in merge_hosts(hosts, resolve)])


def _noted_hosts(rules: Library, stored: Sequence[Stored]) -> tuple[tuple[Host, ...], _Notes]:
    notes = _Notes()
    return tuple(hosts_in(rules, notes.taken(read_again(one.open()) for one in stored))), notes


class _Notes:
    """What is asked of observations beside the devices: which channels answered, and the endpoints."""

    def __init__(self) -> None:
        self._channels: dict[str, frozenset[str]] = {}
        self._endpoints: dict[str, tuple[str, ...]] = {}
        self._shared: dict[frozenset[str], frozenset[str]] = {}

    def taken(self, observations: Iterable[Observation]) -> Iterator[Observation]:
        """The same observations, noted as they pass."""
        for one in observations:
            if one.outcome.has_answer:
                channels = self._channels.get(one.target, frozenset()) | {one.channel}
                self._channels[one.target] = self._shared.setdefault(channels, channels)
                texts = (text for name in _ENDPOINT_FIELDS for text in one.fields.get(name, ()))
                if endpoints := tuple(filter(None, map(to_endpoint, texts))):
                    self._endpoints[one.target] = (*self._endpoints.get(one.target, ()), *endpoints)
            yield one

    def joined(self, hosts: tuple[Host, ...], noted: _Notes) -> tuple[Host, ...]:
        """The same hosts, with what was noted at other addresses taken in."""
        for target, channels in noted._channels.items():
            self._channels[target] = self._shared.setdefault(channels, channels)
        self._endpoints |= noted._endpoints
        return hosts

    def merged(self, device: Device) -> Merged:
        """A device with what was noted at its addresses."""
        from camscan.store.packed import Merged

        channels = frozenset[str]().union(*(self._channels.get(address, ()) for address in device.addresses))
        endpoints = dict.fromkeys(e for address in device.addresses for e in self._endpoints.get(address, ()))
        return Merged(device, self._shared.setdefault(channels, channels), tuple(endpoints))


def hosts_in(rules: Library, observations: Iterable[Observation]) -> Iterator[Host]:
    """What answers at each address, by the rules."""

    def identify(seen: Sequence[Observation]) -> tuple[Identification, ...]:
        return rules.identify((*seen, *_registrations(seen)))

    return hosts_of(observations, identify)


def _registrations(seen: Iterable[Observation]) -> Iterator[Observation]:
    """Whom the IEEE registry names for each MAC in the answers, as if it had been observed where the MAC was."""
    known: set[str] = set()
    for observation in seen:
        mac = source_mac(observation) or next(embeddedmac.macs(observation.fields), "") or _address_mac(observation)
        if mac and mac not in known and "mac.organization" not in observation.fields:
            known.add(mac)
            try:
                fields = oui.decode(mac)
            except DecodeError:
                continue
            yield replace(observation, channel="mac", asked=observation.channel, fields=fields)


def _address_mac(observation: Observation) -> str:
    """The MAC in the IPv6 address of a device that answers there; across a router nothing else may tell it."""
    return mac_in_address(observation.target) if observation.outcome.has_answer else ""
