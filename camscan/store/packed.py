"""Serialises devices for the cache of derived devices: exact, small and quick to read.

A part holds some hundreds of devices as zlib over JSON. What many devices have in common stands once in a part and is
pointed at by number: texts, what rules say, the questions that were answered. So it is once in memory, too.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from camscan.records import Device, Evidence, Identification, Level
from camscan.summaries import Slot, Slots

_QUICK = 1  # of zlib's levels the one that takes a third of the usual time, and makes a tenth more of it

PART = 500  # devices in one part

_Row: TypeAlias = list[Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """A device as observations show it, before any policy has a say.

    `channels` are those that answered at its addresses, `endpoints` the endpoint addresses (UUIDs) told there.
    """

    device: Device
    channels: frozenset[str] = frozenset()
    endpoints: tuple[str, ...] = ()


class _Said(NamedTuple):
    """What a rule says, whatever it was that it matched."""

    rule: str
    level: Level
    maker: str | None
    brand: str | None
    attributes: Mapping[str, str]


class _Shared(NamedTuple):
    """What many devices of a part have in common, each pointed at by its number."""

    texts: Sequence[Any]
    said: Sequence[_Said]
    asks: Sequence[_Row]
    sets: Sequence[frozenset[str]]


def in_parts(devices: Sequence[Merged]) -> list[bytes]:
    """The devices of a scan as parts, each of which can be read by itself."""
    return [pack(devices[start : start + PART]) for start in range(0, len(devices), PART)]


def pack(devices: Iterable[Merged]) -> bytes:
    """Some devices as bytes."""
    tables = _Tables()
    rows = [_to_row(one, tables) for one in devices]
    whole = [tables.texts.rows, tables.said.rows, tables.asks.rows, tables.sets.rows, rows]
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    # Half a surrogate pair, which a hostile name may hold, stays what it is.
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _QUICK)


@dataclass(frozen=True, slots=True)
class LazyDevice:
    """A device that was read and of which no record was made yet: of a thousand, often a few are wanted."""

    row: _Row
    found: Sequence[_Row]
    digests: Sequence[str]
    shared: _Shared
    channels: int
    endpoints: Sequence[str]

    @property
    def places(self) -> Sequence[str]:
        """Its addresses or, of one that only a recorder knows, its place."""
        return [self.shared.texts[number] for number in self.row[_ADDRESSES]] or (self.open().device.place,)

    @property
    def macs(self) -> Sequence[str | None]:
        """Its MAC, where it is known."""
        return (self.shared.texts[self.row[_MAC]],)

    @property
    def serials(self) -> Sequence[str | None]:
        """Its serial, and what each rule read as one."""
        texts, said = self.shared.texts, self.shared.said
        return (texts[self.row[_SERIAL]], *(said[number].attributes.get("serial") for number, *_ in self.found))

    def open(self) -> Merged:
        """The device as a record."""
        identifications = tuple([_to_identification(one, self.digests, self.shared) for one in self.found])
        device = _to_device(self.row, identifications, self.shared.texts)
        return Merged(device, self.shared.sets[self.channels], tuple(self.endpoints))


def unpack(data: bytes) -> Iterator[Merged]:
    """What `pack` was given; ValueError, TypeError or LookupError for bytes that it did not make."""
    return (one.open() for one in unpack_lazily(data))


def unpack_lazily(data: bytes) -> Iterator[LazyDevice]:
    """The same, no more opened than it takes to tell the devices apart."""
    try:
        plain = zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    texts, said, asks, sets, rows = json.loads(plain.decode("utf-8", "surrogatepass"))
    shared = _Shared(texts, [_to_said(row, texts) for row in said], asks, [frozenset(channels) for channels in sets])
    return (LazyDevice(row, found, digests, shared, channels, ends) for row, found, digests, channels, ends in rows)


class _Table:
    """Rows that are written once, by their number."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}

    def number(self, row: Any) -> int:
        return self._numbers.setdefault(row, len(self._numbers))

    @property
    def rows(self) -> Sequence[Any]:
        return list(self._numbers)


class _Tables:
    def __init__(self) -> None:
        self.texts, self.said, self.asks, self.sets = _Table(), _Table(), _Table(), _Table()


def _to_row(one: Merged, tables: _Tables) -> _Row:
    device, text = [getattr(one.device, name) for name in _NAMES], tables.texts.number
    for place in _ONE_TEXT:
        device[place] = text(device[place])
    for place in _MANY_TEXTS:
        device[place] = list(map(text, device[place]))
    for place, kind in _RECORDS.items():
        if device[place] is not None:
            device[place] = int(device[place]) if kind is Level else astuple(device[place])
    digests = _Table()
    found = [_to_proof(identification, tables, digests) for identification in one.device.identifications]
    return [device, found, digests.rows, tables.sets.number(tuple(sorted(one.channels))), one.endpoints]


def _to_proof(found: Identification, tables: _Tables, digests: _Table) -> _Row:
    """The number of what is said, then three numbers for each proof: of its question and file, value, digest."""
    text = tables.texts.number
    attributes = [text(part) for pair in found.attributes.items() for part in pair]
    said = (text(found.rule), int(found.level), text(found.maker), text(found.brand), *attributes)
    row = [tables.said.number(said)]
    for item in found.evidence:
        ask = (item.channel, item.port, item.field, item.asked, item.file)
        row += (tables.asks.number(ask), text(item.value), digests.number(item.sha256))
    return row


def _to_said(row: Sequence[int], texts: Sequence[Any]) -> _Said:
    rule, level, maker, brand, *attributes = row
    pairs = zip(attributes[::2], attributes[1::2], strict=True)
    said = {texts[name]: texts[value] for name, value in pairs}
    return _Said(texts[rule], Level(level), texts[maker], texts[brand], said)


def _to_identification(row: Sequence[int], digests: Sequence[str], shared: _Shared) -> Identification:
    evidence = []
    for at in range(1, len(row), 3):
        channel, port, field, *others = shared.asks[row[at]]
        evidence.append(Evidence(channel, port, field, shared.texts[row[at + 1]], digests[row[at + 2]], *others))
    return Identification(*shared.said[row[0]], tuple(evidence))


def _to_device(row: _Row, identifications: tuple[Identification, ...], texts: Sequence[Any]) -> Device:
    values = row.copy()
    for place in _ONE_TEXT:
        values[place] = texts[values[place]]
    for place in _MANY_TEXTS:
        values[place] = tuple([texts[number] for number in values[place]])
    values[_PORTS] = tuple(values[_PORTS])
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
_ADDRESSES, _MAC, _SERIAL, _PORTS = (_NAMES.index(name) for name in ("addresses", "mac", "serial", "ports"))
_ONE_TEXT = tuple(_NAMES.index(field.name) for field in fields(Device) if field.type in {"str", "str | None"})
_MANY_TEXTS = tuple(_NAMES.index(field.name) for field in fields(Device) if field.type == "tuple[str, ...]")
_RECORDS: Mapping[int, type] = MappingProxyType(
    {_NAMES.index(name): kind for name, kind in (("level", Level), ("slots", Slots), ("behind", Slot))}
)
_MADE: Mapping[type, Callable[[Any], Any]] = MappingProxyType(
    {Level: Level, Slots: _slots, Slot: lambda row: Slot(*row)}
)
