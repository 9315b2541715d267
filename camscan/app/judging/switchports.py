"""Where devices are connected: to which ports of which switches, as tables say that were imported into the store."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from camscan.records import Device, Judged, Observation, Scan
from camscan.scansettings import SWITCH_PORTS
from camscan.summaries import SwitchPort

if TYPE_CHECKING:  # SQLAlchemy takes a quarter of a second
    from camscan.store.store import Store

_PORT, _SWITCH, _MACS, _MAC = "switch.port", "switch.name", "switch.macs", "mac.address"
_SAME_TIME = timedelta(days=1)  # of tables that were read within this of each other, none is out of date


class _Entry(NamedTuple):
    mac: str
    switch_port: SwitchPort


class _Tables(NamedTuple):
    by_mac: Mapping[str, Sequence[SwitchPort]]
    by_address: Mapping[tuple[str | None, str], Sequence[_Entry]]
    """By site and address: the same address may be in use at several."""


class SwitchPortLookup:
    """Looks up where devices are connected. All tables of the store are read once, when the first device asks."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def with_ports(self, scan: Scan, devices: Sequence[Judged]) -> Iterator[Judged]:
        """The devices of a scan, each with the switch port that it is connected to, where a table tells."""
        tables = self._tables
        if not tables.by_mac:
            yield from devices
            return
        macs = Counter(judged.device.mac for judged in devices)
        for judged in devices:
            if judged.device.mac is None:
                ports = list(_by_address(tables, scan.site, judged.device, macs))
            else:
                ports = list(tables.by_mac.get(judged.device.mac, ())) if macs[judged.device.mac] == 1 else []
            yield replace(judged, switch_port=_nearest(ports)) if ports else judged

    @cached_property
    def _tables(self) -> _Tables:
        by_mac = defaultdict[str, list[SwitchPort]](list)
        by_address = defaultdict[tuple[str | None, str], list[_Entry]](list)
        for scan in self._store.newest(setting=SWITCH_PORTS):
            for address, entry in _entries(scan, self._store.observations(scan.id)):
                by_mac[entry.mac].append(entry.switch_port)
                by_address[scan.site, address].append(entry)
        return _Tables(by_mac, by_address)


def with_ports_of(scan: Scan, devices: Iterable[Judged], observations: Iterable[Observation]) -> Iterator[Judged]:
    """Devices that one table tells of, each with its switch port, where the table tells."""
    at = {address: entry.switch_port for address, entry in _entries(scan, observations)}
    for judged in devices:
        found = [at[address] for address in judged.device.addresses if address in at]
        yield replace(judged, switch_port=_nearest(found)) if found else judged


def has_switch_port(observation: Observation) -> bool:
    """Whether it says which port of a switch a device is connected to."""
    return _PORT in observation.fields


def _entries(scan: Scan, observations: Iterable[Observation]) -> Iterator[tuple[str, _Entry]]:
    """What an import says: address, MAC and place of each device."""
    seen = [one for one in observations if has_switch_port(one) and _MAC in one.fields]
    listed = defaultdict[tuple[str, str], set[str]](set)
    for one in seen:
        listed[_first(one, _SWITCH), _first(one, _PORT)].add(_first(one, _MAC))
    for one in seen:
        switch, port, mac = _first(one, _SWITCH), _first(one, _PORT), _first(one, _MAC)
        stated = _first(one, _MACS)
        count = max(len(listed[switch, port]), int(stated) if stated.isdecimal() else 0)
        yield one.target, _Entry(mac, SwitchPort(port, switch, count - 1, one.at, scan.id))


def _first(observation: Observation, name: str) -> str:
    return next(iter(observation.fields.get(name, ())), "")


def _by_address(
    tables: _Tables, site: str | None, device: Device, others: Mapping[str | None, int]
) -> Iterator[SwitchPort]:
    """Where a device is connected that shows no MAC: where its address did, by the tables of its site.

    A MAC that another device of the scan shows had that address when the table was made, and no longer has it.
    """
    found = [entry for address in device.addresses for entry in tables.by_address.get((site, address), ())]
    newest = max(found, key=lambda entry: entry.switch_port.at, default=None)
    if newest and newest.mac not in others:
        yield from (replace(entry.switch_port, by_address=True) for entry in found if entry.mac == newest.mac)


def _nearest(ports: Sequence[SwitchPort]) -> SwitchPort:
    """Of the ports in the newest tables, the one with the fewest MACs: others lead to the switch that has it."""
    newest = max(port.at for port in ports)
    current = (port for port in ports if newest - port.at <= _SAME_TIME)
    return min(current, key=lambda port: (port.others, newest - port.at))
