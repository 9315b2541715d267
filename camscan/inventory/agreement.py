"""Compares a row of the inventory with a device, key by key."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from camscan.inventory.keys import address_key, key, site_key
from camscan.inventory.makes import SAME, UNKNOWN, Compared, Makes, compare_models
from camscan.inventory.rows import Row
from camscan.records import Device, Judged
from camscan.text.serials import LISTED_SERIAL, end_of, same_serial


class Key(StrEnum):
    """The keys by which a row and a device are compared; their texts appear in reasons."""

    SERIAL = "serial"
    MAC = "MAC"
    ENDPOINT = "endpoint"
    ADDRESS = "address"
    HOSTNAME = "host name"
    MODEL = "model"
    MAKE = "make"


_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""A UUID of version 4, as databases give their records (RFC 9562, 5.4); most devices put their MAC in theirs."""

_NO_DOMAIN = re.compile(r"\.(?:local|localdomain|lan|home|home\.arpa|internal)$")
"""What routers call every network behind them (RFC 6762, RFC 8375)."""

UNIQUE = (Key.SERIAL, Key.MAC, Key.ENDPOINT)
"""Keys that identify one device at any address."""

_AGREE = {
    Key.SERIAL: 0.95,
    Key.MAC: 0.9,
    Key.ENDPOINT: 0.9,
    Key.ADDRESS: 0.5,
    Key.HOSTNAME: 0.4,
    Key.MODEL: 0.4,
    Key.MAKE: 0.2,
}
_DIFFER = {Key.SERIAL: 0.6, Key.MAC: 0.7, Key.MODEL: 0.7, Key.MAKE: 0.6, Key.ENDPOINT: 0.8}


@dataclass(frozen=True, slots=True)
class Found:
    """A device as it is compared with an inventory.

    `endpoints` are its UUIDs, `channels` those that showed it. `counts`: it belongs in an inventory of surveillance
    devices, and is undeclared where no row names it.
    """

    judged: Judged
    site: str | None = None
    endpoints: tuple[str, ...] = ()
    channels: frozenset[str] = frozenset()
    counts: bool = True
    serials: tuple[str, ...] = field(init=False)
    """The serials that it states, the best first."""
    macs: tuple[str, ...] = field(init=False)
    """The MACs that it states, the best first."""

    def __post_init__(self) -> None:
        """Gather what every step of the matching asks for."""
        device = self.judged.device
        object.__setattr__(self, "serials", _stated(device, "serial", device.serial))
        object.__setattr__(self, "macs", _stated(device, "mac", device.mac))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its addresses, without zones."""
        return tuple(dict.fromkeys(map(address_key, self.judged.device.addresses)))

    @property
    def places(self) -> tuple[str, ...]:
        """Where a list may have it: at its addresses or, behind a recorder, at its private one or the recorder's.

        A private address is in use elsewhere too: it confirms what a serial or MAC has shown, and shows nothing itself.
        """
        device = self.judged.device
        behind = (device.address, device.behind.address) if device.behind else ()
        return (*self.addresses, *map(address_key, behind))


class Agreement(NamedTuple):
    """What a row and a device have in common, in what they differ, and in words what a reader should know of it."""

    agreeing: tuple[Key, ...] = ()
    differing: tuple[Key, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """From 0 to 1, for ranking; not a probability. Agreements combine as if independent, differences reduce it."""
        return _score(self.agreeing, self.differing)


@lru_cache(maxsize=1024)
def _score(agreeing: Iterable[Key], differing: Iterable[Key]) -> float:
    doubt = 1.0
    for which in agreeing:
        doubt *= 1 - _AGREE[which]
    score = 1 - doubt
    for which in differing:
        score *= _DIFFER.get(which, 1.0)
    return round(score, 2)


def _stated(device: Device, name: str, best: str | None) -> tuple[str, ...]:
    """The values of an attribute in all that was read of a device, the best first."""
    said = [text for found in device.identifications if (text := found.attributes.get(name)) and text != best]
    return tuple(dict.fromkeys((best, *said) if best else said))


def compare(row: Row, found: Found, makes: Makes) -> Agreement:
    """Compares a row and a device in every key that both have."""
    device = found.judged.device
    make, model = makes.split(row)
    compared = (
        (Key.SERIAL, _compare_serials(row.serial, found.serials)),
        (Key.MAC, _compare_sets(row.macs, found.macs, Key.MAC)),
        (Key.ENDPOINT, _compare_endpoints(row.endpoint, found.endpoints)),
        (Key.ADDRESS, UNKNOWN if set(row.addresses).isdisjoint(found.places) else SAME),
        (Key.HOSTNAME, SAME if are_one_host(row.hostname, device.hostname) else UNKNOWN),
        (Key.MODEL, compare_models(model, device.model)),
        (Key.MAKE, makes.compare(make, device)),
    )
    agreeing = _one(tuple([which for which, (same, _) in compared if same]))
    differing = _one(tuple([which for which, (same, _) in compared if same is False]))
    return Agreement(agreeing, differing, tuple([note for _, (_, note) in compared if note]))


@lru_cache(maxsize=1024)
def _one(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """One object for equal keys, which a large list has very often."""
    return keys


def _compare_serials(text: str | None, serials: Sequence[str]) -> Compared:
    """A serial and those of a device; a short form is the end of the long one."""
    if not text or not serials:
        return UNKNOWN
    if any(same_serial(key(text), key(serial), LISTED_SERIAL) for serial in serials):
        return SAME
    return Compared(False, f"inventory says serial {text}, device says {serials[0]}")


def _compare_endpoints(text: str | None, endpoints: Sequence[str]) -> Compared:
    """An endpoint and those of a device; a random UUID beside others may be that of the row in its own database."""
    compared = _compare_sets((text,) if text else (), endpoints, Key.ENDPOINT)
    is_own = bool(text and _RANDOM.fullmatch(text)) and not any(map(_RANDOM.fullmatch, endpoints))
    return UNKNOWN if compared.same is False and is_own else compared


def _compare_sets(one: Sequence[str], other: Sequence[str], what: Key) -> Compared:
    if not one or not other:
        return UNKNOWN
    if not set(one).isdisjoint(other):
        return SAME
    return Compared(False, f"inventory says {what} {one[0]}, device says {other[0]}")


def contradict(one: Row, other: Row) -> bool:
    """Whether two rows name different devices by a key that is unique."""
    serials = (other.serial,) if other.serial else ()
    endpoints = tuple((row.endpoint,) if row.endpoint else () for row in (one, other))
    return False in (
        _compare_serials(one.serial, serials).same,
        _compare_sets(one.macs, other.macs, Key.MAC).same,
        _compare_sets(endpoints[0], endpoints[1], Key.ENDPOINT).same,
    )


def are_one_host(one: str | None, other: str | None) -> bool:
    """Whether both are known, and name one host: where both have a domain, it is the same."""
    if not one or not other:
        return False
    short, long = sorted((host_labels(one), host_labels(other)), key=len)
    return long[: len(short)] == short


def host_labels(name: str) -> Sequence[str]:
    """The labels of a host name, in lower case, without a domain that means none."""
    return _NO_DOMAIN.sub("", name.casefold().rstrip(".")).split(".")


def host_key(name: str) -> str:
    """The first label of a host name, in lower case: lists often leave out the domain."""
    return host_labels(name)[0]


def count_repeated(rows: Iterable[Row]) -> int:
    """How many rows share a serial, a MAC or an address at its site with an earlier one, and contradict it in none."""
    first: dict[Hashable, Row] = {}
    count = 0
    for row in rows:
        keys = list(_keys_of(row))
        earlier = (first[name] for name in keys if name in first)
        count += any(not contradict(row, other) for other in earlier)
        for name in keys:
            first.setdefault(name, row)
    return count


def serial_keys(row: Row) -> Iterator[Hashable]:
    """What two rows with one serial share: all of it, or its end, which proves nothing before `contradict` looks."""
    if row.serial:
        yield from ((Key.SERIAL, key(row.serial)), ("end", end_of(key(row.serial))))


def _keys_of(row: Row) -> Iterator[Hashable]:
    yield from serial_keys(row)
    yield from (("mac", mac) for mac in row.macs)
    yield from (("place", site_key(row.site or ""), address) for address in row.addresses)
