"""Compares a row of the inventory with a device, key by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from camscan.inventory.makes import Compared, Makes, compare_models
from camscan.inventory.rows import Row
from camscan.inventory.values import address_key, key
from camscan.records import Judged

TAIL = 8
"""Characters at the end of a serial by which its short form, which labels show, is found."""


class Key(StrEnum):
    """The keys by which a row and a device are compared; their texts appear in reasons."""

    SERIAL = "serial"
    MAC = "MAC"
    ENDPOINT = "endpoint"
    ADDRESS = "address"
    HOSTNAME = "host name"
    MODEL = "model"
    MAKE = "make"


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


@dataclass(frozen=True)
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

    @cached_property
    def serials(self) -> tuple[str, ...]:
        """The serials that it states, the best first."""
        return self._all("serial", self.judged.device.serial)

    @cached_property
    def macs(self) -> tuple[str, ...]:
        """The MACs that it states, the best first."""
        return self._all("mac", self.judged.device.mac)

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

    def _all(self, name: str, best: str | None) -> tuple[str, ...]:
        said = (found.attributes.get(name) for found in self.judged.device.identifications)
        return tuple(dict.fromkeys(filter(None, (best, *said))))


@dataclass(slots=True)
class Agreement:
    """What a row and a device have in common, and in what they differ."""

    agreeing: list[Key] = field(default_factory=list)
    differing: list[Key] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        """From 0 to 1, for ranking; not a probability. Agreements combine as if independent, differences reduce it."""
        doubt = 1.0
        for which in self.agreeing:
            doubt *= 1 - _AGREE[which]
        score = 1 - doubt
        for which in self.differing:
            score *= _DIFFER.get(which, 1.0)
        return round(score, 2)

    def take(self, which: Key, compared: Compared) -> None:
        """Note one comparison."""
        if compared.same is not None:
            (self.agreeing if compared.same else self.differing).append(which)
        if compared.note:
            self.notes.append(compared.note)


def compare(row: Row, found: Found, makes: Makes) -> Agreement:
    """Compares a row and a device in every key that both have."""
    device = found.judged.device
    result = Agreement()
    result.take(Key.SERIAL, _compare_serials(row.serial, found.serials))
    result.take(Key.MAC, _compare_sets(row.macs, found.macs, Key.MAC))
    result.take(Key.ENDPOINT, _compare_sets((row.endpoint,) if row.endpoint else (), found.endpoints, Key.ENDPOINT))
    if not set(row.addresses).isdisjoint(found.places):
        result.agreeing.append(Key.ADDRESS)
    if row.hostname and device.hostname and host_key(row.hostname) == host_key(device.hostname):
        result.agreeing.append(Key.HOSTNAME)
    make, model = makes.split(row)
    result.take(Key.MODEL, compare_models(model, device.model))
    result.take(Key.MAKE, makes.compare(make, device))
    return result


def _compare_serials(text: str | None, serials: Sequence[str]) -> Compared:
    """A serial and those of a device; a short form is the end of the long one."""
    if not text or not serials:
        return Compared(None)
    if any(_are_one_serial(key(text), key(serial)) for serial in serials):
        return Compared(True)
    return Compared(False, f"inventory says serial {text}, device says {serials[0]}")


def _are_one_serial(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= TAIL and long.endswith(short))


def _compare_sets(one: Sequence[str], other: Sequence[str], what: Key) -> Compared:
    if not one or not other:
        return Compared(None)
    if not set(one).isdisjoint(other):
        return Compared(True)
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


def host_key(name: str) -> str:
    """The first label of a host name, in lower case: lists often leave out the domain."""
    return name.casefold().partition(".")[0]
