"""Devices as bytes, and back: exact, small and quick to read, for what is derived and kept.

A part holds some hundreds of devices as zlib over JSON. What many devices have in common (a rule with its maker, a
question with the field that answered it) stands once in a part and is pointed at.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from types import MappingProxyType
from typing import Any, TypeAlias

from camscan.records import Device, Evidence, Identification, Level, Slot, Slots

_QUICK = 1
"""Of zlib's levels the one that takes a third of the usual time, and makes a tenth more of it."""

_Row: TypeAlias = list[Any]
_Rule: TypeAlias = tuple[str, Level, str | None, str | None]
_Shared: TypeAlias = tuple[Sequence[_Rule], Sequence[_Row], Sequence[frozenset[str]]]
"""What many devices of a part have in common: rules, questions, and which channels answered."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A device as observations show it, before any policy has a say.

    `channels` are those that answered at its addresses, `endpoints` the endpoint addresses (UUIDs) told there.
    """

    device: Device
    channels: frozenset[str] = frozenset()
    endpoints: tuple[str, ...] = ()

    @property
    def places(self) -> Sequence[str]:
        """Its addresses or, of one that only a recorder knows, its place."""
        return self.device.addresses or (self.device.place,)

    @property
    def macs(self) -> Sequence[str | None]:
        """Its MAC, where it is known."""
        return (self.device.mac,)

    @property
    def serials(self) -> Sequence[str | None]:
        """Its serial, and what each rule read as one."""
        return (self.device.serial, *(found.attributes.get("serial") for found in self.device.identifications))

    def open(self) -> Merged:
        """All of it, as `Sealed.open`."""
        return self


def pack(devices: Iterable[Merged]) -> bytes:
    """Some devices as bytes."""
    rules, asks, sets = _Table(), _Table(), _Table()
    rows = [_to_row(one, rules, asks, sets) for one in devices]
    text = json.dumps([rules.rows, asks.rows, sets.rows, rows], ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair, which a hostile name may hold, stays what it is.
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _QUICK)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A device that was read and of which no record was made yet: of a thousand, often a few are wanted."""

    row: _Row
    found: Sequence[_Row]
    shared: _Shared
    channels: int
    endpoints: Sequence[str]

    @property
    def places(self) -> Sequence[str]:
        """Its addresses or, of one that only a recorder knows, its place."""
        addresses: Sequence[str] = self.row[_ADDRESSES]
        return addresses or self.open().places

    @property
    def macs(self) -> Sequence[str | None]:
        """Its MAC, where it is known."""
        return (self.row[_MAC],)

    @property
    def serials(self) -> Sequence[str | None]:
        """Its serial, and what each rule read as one."""
        return (self.row[_SERIAL], *(attributes.get("serial") for _, attributes, _ in self.found))

    def open(self) -> Merged:
        """All of it."""
        rules, asks, sets = self.shared
        identifications = tuple(_to_identification(one, rules, asks) for one in self.found)
        return Merged(_to_device(self.row, identifications), sets[self.channels], tuple(self.endpoints))


def unpack(data: bytes) -> Iterator[Merged]:
    """What `pack` was given; ValueError, TypeError or LookupError for bytes that it did not make."""
    return (one.open() for one in sealed(data))


def sealed(data: bytes) -> Iterator[Sealed]:
    """The same, no more opened than it takes to tell the devices apart."""
    try:
        plain = zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    rules, asks, sets, rows = json.loads(plain.decode("utf-8", "surrogatepass"))
    levels = [(rule, Level(level), maker, brand) for rule, level, maker, brand in rules]
    shared = [frozenset(channels) for channels in sets]
    common = (levels, asks, shared)
    return (Sealed(row, found, common, channels, endpoints) for row, found, channels, endpoints in rows)


class _Table:
    """Rows that are written once, by their number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, ...], int] = {}

    def number(self, row: tuple[Any, ...]) -> int:
        return self._numbers.setdefault(row, len(self._numbers))

    @property
    def rows(self) -> Sequence[tuple[Any, ...]]:
        return list(self._numbers)


def _to_row(one: Merged, rules: _Table, asks: _Table, sets: _Table) -> _Row:
    device = [getattr(one.device, name) for name in _NAMES]
    for place, kind in _RECORDS.items():
        if device[place] is not None:
            device[place] = int(device[place]) if kind is Level else astuple(device[place])
    found = [_to_proof(identification, rules, asks) for identification in one.device.identifications]
    return [device, found, sets.number(tuple(sorted(one.channels))), one.endpoints]


def _to_proof(found: Identification, rules: _Table, asks: _Table) -> _Row:
    evidence = [
        (asks.number((item.channel, item.port, item.field, item.asked)), item.value, item.sha256)
        for item in found.evidence
    ]
    number = rules.number((found.rule, int(found.level), found.maker, found.brand))
    return [number, dict(found.attributes), evidence]


def _to_identification(row: _Row, rules: Sequence[_Rule], asks: Sequence[_Row]) -> Identification:
    number, attributes, proofs = row
    rule, level, maker, brand = rules[number]
    evidence = []
    for ask, value, digest in proofs:
        channel, port, field, asked = asks[ask]
        evidence.append(Evidence(channel, port, field, value, digest, asked))
    return Identification(rule, level, maker, brand, attributes, tuple(evidence))


def _to_device(row: _Row, identifications: tuple[Identification, ...]) -> Device:
    values = row.copy()
    for place in _TUPLES:
        values[place] = tuple(values[place])
    for place, kind in _RECORDS.items():
        if values[place] is not None:
            values[place] = _MADE[kind](values[place])
    values.insert(_PLACE, identifications)
    return Device(*values)


def _slots(row: Sequence[Any]) -> Slots:
    total, empty, elsewhere, *counts = row
    return Slots(total, empty, tuple(elsewhere), *counts)


_ALL = tuple(field.name for field in fields(Device))
_PLACE = _ALL.index("identifications")
_NAMES = tuple(name for name in _ALL if name != "identifications")
"""What stands in the row of a device; its identifications stand beside it."""
_ADDRESSES, _MAC, _SERIAL = (_NAMES.index(name) for name in ("addresses", "mac", "serial"))
_TUPLES = tuple(_NAMES.index(name) for name in ("addresses", "ports", "conflicts"))
_RECORDS: Mapping[int, type] = MappingProxyType(
    {_NAMES.index(name): kind for name, kind in (("level", Level), ("slots", Slots), ("behind", Slot))}
)
_MADE: Mapping[type, Callable[[Any], Any]] = MappingProxyType(
    {Level: Level, Slots: _slots, Slot: lambda row: Slot(*row)}
)
