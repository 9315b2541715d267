"""Which row means which device: by serial, MAC and endpoint, then by address and model, address, host name.

Every step takes what the ones before left over, so a device that has moved is found by its serial before another one
is found at its old address. A row and a device are joined once. All steps go through tables: none compares every row
with every device.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

from camscan.inventory.agreement import (
    UNIQUE,
    Agreement,
    Found,
    Key,
    compare,
    contradict,
    host_key,
    host_labels,
    serial_keys,
)
from camscan.inventory.keys import key, site_key
from camscan.inventory.makes import Makes
from camscan.inventory.rows import Row
from camscan.text.serials import LISTED_SERIAL, end_of

_MAX_PAIRS = 256
"""Rows times devices with one key that are compared in all points; where there are more, the address must tell."""


@dataclass(frozen=True, slots=True)
class SiteScope:
    """What was asked: about the sites that were scanned, which are some of all that are `stored`.

    `narrow`: the user has named them, so that any other is of no interest.
    """

    stored: frozenset[str | None] = frozenset()
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Where rows are looked for: `sites` holds those of the devices, by their names without case and punctuation."""

    sites: Mapping[str, str | None]
    others: frozenset[str] = frozenset()
    """Sites that are known, and were not asked about; likewise."""
    by_site: bool = False
    """Whether the sites that rows name count: some of them are among `sites` or `others`."""
    narrow: bool = False
    """Whether nothing but `sites` was asked about."""

    @classmethod
    def of(cls, rows: Iterable[Row], sites: Iterable[str | None], scope: SiteScope) -> Places:
        """The places of a reconciliation."""
        named = {site_key(site or ""): site for site in sites}
        # What was scanned without a site may be anywhere: of that, a row that names one tells nothing.
        others = frozenset(site_key(site) for site in scope.stored if site and any(named)) - named.keys()
        known = named.keys() | others
        by_site = any(row.site is not None and site_key(row.site) in known for row in rows)
        return cls(named, others, by_site, scope.narrow)

    def is_beside(self, row: Row) -> bool:
        """Whether the row is of a site that was not asked about."""
        name = site_key(row.site or "")
        return not self.is_open(row) and name not in self.sites and (self.narrow or name in self.others)

    def of_row(self, row: Row) -> tuple[str | None, ...]:
        """The sites in which the addresses of a row may be; none where it names one that is not among them."""
        if self.is_open(row):
            return tuple(self.sites.values())
        name = site_key(row.site or "")
        return (self.sites[name],) if name in self.sites else ()

    def is_open(self, row: Row) -> bool:
        """Whether the row leaves open at which site it is."""
        return not self.by_site or row.site is None

    def admit(self, row: Row, site: str | None) -> bool:
        """Whether an address of the row may be one of this site: at once, also where there are thousands."""
        return self.is_open(row) or site_key(row.site or "") == site_key(site or "")


_ANY, _SOME = "any site", "some site"
"""In place of the key of a site, which has no spaces: the row leaves it open, or names one."""

_WHOLE, _IN_FULL, _SHORT = "whole name", "with a domain", "without one"
"""What of a host name two rows share; one without a domain may be any that begins so."""

_Keys: TypeAlias = Callable[[Any], Iterable[Hashable]]
_Admits: TypeAlias = Callable[[Row, Found, Agreement], bool]
"""Whether a row and a device that share a key may be joined."""


class Matcher:
    """Joins rows and devices. `device_of` and `row_of` hold the pairs, by number; `agreement_of` is by row."""

    def __init__(self, rows: Sequence[Row], found: Sequence[Found], places: Places, makes: Makes) -> None:
        self._rows, self._found, self._places, self._makes = rows, found, places, makes
        self.device_of: dict[int, int] = {}
        self.row_of: dict[int, int] = {}
        self.agreement_of: dict[int, Agreement] = {}
        self._kinds = sorted({row.retired is not None for row in rows})  # retired or not: few lists have both
        self.twin_of: dict[int, int] = {}
        """Rows that name a device which another row (the value) names too."""

    def run(self) -> None:
        """Take the steps in order."""
        for retired in self._kinds:
            for of_device, of_row in _UNIQUE_STEPS:
                self._join(of_device, of_row, _admits_unique, retired=retired)
        self._find_twins(_unique_keys, _unique_keys, joined_only=True)
        for retired in self._kinds:
            for admits in (self._admits_surely, self._admits_here):
                self._join(_addresses, _addresses, admits, retired=retired)
            for of_device, of_row in _HOST_STEPS:
                self._join(of_device, of_row, self._admits_undisputed, retired=retired)
        self._find_twins(self._own_keys, self._keys_of_twins, joined_only=False)

    def _join(self, of_device: _Keys, of_row: _Keys, admits: _Admits, *, retired: bool) -> None:
        """Join devices and rows that share a key: those that say that their device is no longer in use, or the others.

        The others come first: what stands now where a device was removed has a row of its own.
        """
        devices: dict[Hashable, list[int]] = {}
        for number, found in enumerate(self._found):
            if number not in self.row_of:
                for value in of_device(found):
                    devices.setdefault(value, []).append(number)
        rows: dict[Hashable, list[int]] = {}
        for number, row in enumerate(self._rows):
            is_alone = number not in self.device_of and number not in self.twin_of
            if is_alone and (row.retired is not None) is retired:
                for value in of_row(row):
                    if value in devices:
                        rows.setdefault(value, []).append(number)
        for value, numbers in rows.items():
            self._pair(numbers, devices[value], admits)

    def _pair(self, rows: Sequence[int], devices: Sequence[int], admits: _Admits) -> None:
        """Join rows and devices that share one key, those first that agree best; none where several devices do."""
        rows = [row for row in rows if row not in self.device_of]
        devices = [device for device in devices if device not in self.row_of]
        found: dict[int, dict[int, Agreement]] = {}
        for row, device in self._candidates(rows, devices):
            agreement = compare(self._rows[row], self._found[device], self._makes)
            if admits(self._rows[row], self._found[device], agreement):
                found.setdefault(row, {})[device] = agreement
        undecided = set(found)
        ranked = sorted((-one.score, r, d) for r, of_row in found.items() for d, one in of_row.items())
        for negative, row, device in ranked:
            if row not in undecided or device in self.row_of:
                continue
            undecided.remove(row)
            rivals = (d for d, one in found[row].items() if one.score == -negative and d not in self.row_of)
            if all(self._are_alike(row, device, rival) for rival in rivals if rival != device):
                self.device_of[row], self.row_of[device] = device, row
                self.agreement_of[row] = found[row][device]

    def _candidates(self, rows: Sequence[int], devices: Sequence[int]) -> Iterator[tuple[int, int]]:
        if len(rows) * len(devices) <= _MAX_PAIRS or len(rows) == 1 or len(devices) == 1:
            yield from ((row, device) for row in rows for device in devices)
            return
        at: dict[str, int] = {}
        for device in devices:
            for address in self._found[device].addresses:
                at.setdefault(address, device)
        for row in rows:
            yield from ((row, at[address]) for address in self._rows[row].addresses if address in at)

    def _are_alike(self, row: int, one: int, other: int) -> bool:
        """Whether two devices that agree as well with a row are both at its address: then either will do."""
        first, second = self._found[one], self._found[other]
        here = [set(found.addresses) & set(self._rows[row].addresses) for found in (first, second)]
        return first.site == second.site and all(here)

    def _admits_here(self, row: Row, found: Found, agreement: Agreement) -> bool:
        is_stale = row.retired is not None and _is_another(agreement)
        return self._places.admit(row, found.site) and not is_stale

    def _admits_surely(self, row: Row, found: Found, agreement: Agreement) -> bool:
        agrees = Key.MODEL in agreement.agreeing or Key.MAKE in agreement.agreeing
        return agrees and not agreement.differing and self._admits_here(row, found, agreement)

    def _admits_undisputed(self, row: Row, found: Found, agreement: Agreement) -> bool:
        is_other = Key.HOSTNAME not in agreement.agreeing or not set(UNIQUE).isdisjoint(agreement.differing)
        return not is_other and self._admits_here(row, found, agreement)

    def _find_twins(self, own: _Keys, wanted: _Keys, *, joined_only: bool) -> None:
        """Mark rows without a device of which a `wanted` key is another row's `own`, and that contradict it in none.

        The other row is one that has a device, else (unless `joined_only`) the first one that shares the key.
        """
        alone = [n for n in range(len(self._rows)) if n not in self.device_of and n not in self.twin_of]
        shared = {value for number in alone for value in wanted(self._rows[number])}
        first: dict[Hashable, int] = {}
        rest = () if joined_only else (n for n in range(len(self._rows)) if n not in self.device_of)
        for number in chain(sorted(self.device_of), rest):
            if self._rows[number].retired is not None and number not in self.device_of:
                continue
            for value in own(self._rows[number]):
                if value in shared:
                    first.setdefault(value, number)
        for number in alone:
            row = self._rows[number]
            others = (first.get(value, number) for value in wanted(row))
            earlier = (other for other in others if other in self.device_of or other < number)
            twin = next((other for other in earlier if not contradict(row, self._rows[other])), None)
            if twin is not None:
                self.twin_of[number] = twin

    def _own_keys(self, row: Row) -> Iterator[Hashable]:
        """What a row is found by as a twin: its address at its site, or at any."""
        yield from _unique_keys(row)
        for address in row.addresses:
            if self._places.is_open(row):
                yield _ANY, address
            else:
                yield from ((_SOME, address), (site_key(row.site or ""), address))
        if row.hostname and not row.addresses:
            labels = host_labels(row.hostname)
            yield from ((_WHOLE, tuple(labels)), (_IN_FULL if len(labels) > 1 else _SHORT, labels[0]))

    def _keys_of_twins(self, row: Row) -> Iterator[Hashable]:
        """By what a row finds its twins: one that leaves its site open may be any that has the address."""
        yield from _unique_keys(row)
        for address in row.addresses:
            yield (_SOME if self._places.is_open(row) else site_key(row.site or "")), address
            yield _ANY, address
        if row.hostname and not row.addresses:
            labels = host_labels(row.hostname)
            yield from ((_WHOLE, tuple(labels)), (_SHORT if len(labels) > 1 else _IN_FULL, labels[0]))


def _unique_keys(row: Row) -> Iterator[Hashable]:
    yield from serial_keys(row)
    yield from ((Key.MAC, mac) for mac in row.macs)
    if row.endpoint:
        yield Key.ENDPOINT, row.endpoint


def _tail(serial: str) -> Iterator[str]:
    if len(end := end_of(key(serial), LISTED_SERIAL)) == LISTED_SERIAL:
        yield end


_UNIQUE_STEPS: tuple[tuple[_Keys, _Keys], ...] = (
    (lambda found: map(key, found.serials), lambda row: map(key, filter(None, (row.serial,)))),
    (
        lambda found: {tail for serial in found.serials for tail in _tail(serial)},
        lambda row: _tail(row.serial or ""),
    ),
    (lambda found: found.macs, lambda row: row.macs),
    (lambda found: found.endpoints, lambda row: filter(None, (row.endpoint,))),
)


def _admits_unique(_row: Row, _found: Found, agreement: Agreement) -> bool:
    return any(which in agreement.agreeing for which in UNIQUE)


def _is_another(agreement: Agreement) -> bool:
    """Whether the device at the address of a row is another one: an identifier or the model differs, or the make does.

    Where the model agrees, the make may only be misspelt.
    """
    agreeing, differing = set(agreement.agreeing), set(agreement.differing)
    return not differing.isdisjoint({*UNIQUE, Key.MODEL}) or (bool(differing) and Key.MODEL not in agreeing)


def _addresses(one: Row | Found) -> Iterable[str]:
    return one.addresses


def _name_of(one: Row | Found) -> str:
    return (one.judged.device.hostname if isinstance(one, Found) else one.hostname) or ""


def _whole_names(one: Row | Found) -> Iterator[Hashable]:
    if name := _name_of(one):
        yield tuple(host_labels(name))


def _first_labels(one: Row | Found) -> Iterator[Hashable]:
    if name := _name_of(one):
        yield host_key(name)


_HOST_STEPS: tuple[tuple[_Keys, _Keys], ...] = ((_whole_names, _whole_names), (_first_labels, _first_labels))
"""By whole names before first labels, which thousands of sites may share ("camera1")."""
