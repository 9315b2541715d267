"""Compares a manual inventory with the devices found: every row and every device gets a class and a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from camscan.inventory.agreement import UNIQUE, Agreement, Found, Key, are_one_host, compare
from camscan.inventory.coverage import AddressCoverage, Coverage, CoverageStatus
from camscan.inventory.keys import address_key, key, site_key
from camscan.inventory.makes import Find, Makes
from camscan.inventory.matching import Matcher, Places, SiteScope
from camscan.inventory.rows import Row
from camscan.inventory.values import shown
from camscan.records import Judged, Verdict
from camscan.text.serials import same_serial

_FEW = 16
"""Sites in each of which an address is looked up."""
_ON_LINK = ("fe8", "fe9", "fea", "feb", "169.254.")
"""How link-local addresses begin (RFC 4291, 2.5.6; RFC 3927)."""
_EVERYWHERE = SiteScope()
_GRAVEST = {verdict: place for place, verdict in enumerate(Verdict)}


class Class(StrEnum):
    """The class of a row, or of a device that no row names."""

    MATCHED = "matched"
    UNDECLARED = "undeclared"
    NOT_FOUND = "not-found"
    NOT_COVERED = "not-covered"
    CONFLICT = "conflict"
    MOVED = "moved"
    DUPLICATE = "duplicate"
    RETIRED = "retired"
    UNUSABLE = "unusable"
    OTHER_SITE = "other-site"


@dataclass(frozen=True, slots=True)
class Result:
    """One row, one device, or both. `score` (0 to 1) ranks how certain it is that both are the same device."""

    cls: Class
    reason: str
    row: Row | None = None
    found: Found | None = None
    score: float | None = None
    site: str | None = None
    """The site of the device, or of the row; None also where the row names none."""
    twin: Row | None = None
    """Of a duplicate, the row that is taken for the device."""

    @property
    def judged(self) -> Judged | None:
        """The device, where there is one."""
        return self.found.judged if self.found else None

    @property
    def address(self) -> str | None:
        """Where the device is, else where the inventory says that it is."""
        if self.found:
            return self.found.judged.device.place
        return next(iter(self.row.addresses), None) if self.row else None


def reconcile(
    rows: Sequence[Row], found: Sequence[Found], coverage: Coverage, find: Find, scope: SiteScope = _EVERYWHERE
) -> tuple[Result, ...]:
    """A result for each row, in their order, then one for each device that `counts` and that no row names, by verdict.

    `find` gives the label that a text names (`camscan.identify.labels.Labels.find`).
    """
    work = _Reconciliation(rows, found, coverage, find, scope)
    return (*work.of_rows(), *work.undeclared())


class _Reconciliation:
    def __init__(
        self, rows: Sequence[Row], found: Sequence[Found], coverage: Coverage, find: Find, scope: SiteScope
    ) -> None:
        self._rows, self._found, self._coverage = rows, found, coverage
        self._makes = Makes(find)
        self._places = Places.of(rows, {*(one.site for one in found), *coverage.sites}, scope)
        self._matcher = Matcher(rows, found, self._places, self._makes)
        self._matcher.run()
        self._row_at: dict[tuple[str | None, str], int | None] = {}
        """The row of the device at an address; None for one that has no row."""
        for number, device in enumerate(found):
            for address in device.addresses:
                self._row_at.setdefault((device.site, address), self._matcher.row_of.get(number))

        self._behind_at: dict[tuple[str | None, str], str] = {}
        """What a private address behind a recorder belongs to, as far as no row names it."""
        for number, device in enumerate(found):
            if device.judged.device.behind and number not in self._matcher.row_of:
                address = address_key(device.judged.device.address)
                self._behind_at.setdefault((device.site, address), device.judged.device.place)

        self._known_at: dict[str, dict[str | None, None]] = {}
        """The sites that know of an address, made when it is asked for."""

    def of_rows(self) -> Iterator[Result]:
        for number, row in enumerate(self._rows):
            if number in self._matcher.device_of:
                found = self._found[self._matcher.device_of[number]]
                yield self._joined(row, found, self._matcher.agreement_of[number])
                continue
            cls, reason = self._alone(number, row)
            sites = self._places.of_row(row)
            twin = self._rows[self._matcher.twin_of[number]] if cls is Class.DUPLICATE else None
            site = sites[0] if len(sites) == 1 else None
            yield Result(cls, _with_faults(reason, row), row, site=site, twin=twin)

    def undeclared(self) -> Iterator[Result]:
        unnamed = [found for n, found in enumerate(self._found) if found.counts and n not in self._matcher.row_of]
        rows_at: dict[str, list[int]] = {}
        for number in self._matcher.device_of if unnamed else ():
            for address in self._rows[number].addresses:
                rows_at.setdefault(address, []).append(number)
        for found in sorted(unnamed, key=lambda found: _GRAVEST[found.judged.verdict]):
            numbers = (number for address in found.addresses for number in rows_at.get(address, ()))
            taken = next((n for n in numbers if self._places.admit(self._rows[n], found.site)), None)
            reason = f"{self._taken(taken)}; its verdict is {found.judged.verdict}"
            yield Result(Class.UNDECLARED, reason, found=found, site=found.site)

    def _taken(self, number: int | None) -> str:
        """Why no row is for a device: none has its address, or that which has is for another device."""
        if number is None:
            return "no row names this device"
        other = self._found[self._matcher.device_of[number]].judged.device.place
        return f"{self._rows[number].where} names its address, but is for the device at {other}"

    def _joined(self, row: Row, found: Found, agreement: Agreement) -> Result:
        cls = _class(row, found, agreement, self._places)
        reason = _with_faults(_reason(row, found, agreement, cls), row)
        return Result(cls, reason, row, found, agreement.score, found.site)

    def _alone(self, number: int, row: Row) -> tuple[Class, str]:
        if self._is_beside(number, row):
            is_known = site_key(row.site or "") in self._places.others
            known = "" if is_known else ", and no scan is of a site with that name"
            return Class.OTHER_SITE, f"it is of site {shown(row.site or '')}, which was not asked about{known}"
        if row.retired is not None:
            return Class.RETIRED, f"{_over(row)}, and it was not found; {self._looked(row)}"
        if not row.usable:
            return Class.UNUSABLE, "it names no address, MAC, serial, UUID or host name that can be used"
        if number in self._matcher.twin_of:
            other = self._matcher.twin_of[number]
            twin = self._rows[other]
            device = self._matcher.device_of.get(other)
            notes = () if device is None else self._notes(row, self._found[device])
            same = f"it names the same device as {twin.where}: {_shared(row, twin)}"
            return Class.DUPLICATE, "; ".join((same, *notes))
        return self._unmatched(row)

    def _notes(self, row: Row, found: Found) -> Sequence[str]:
        """In what a second row of a device is wrong: its copy may be out of date."""
        agreement = compare(row, found, self._makes)
        return (*agreement.notes, *_elsewhere(row, found, agreement))

    def _is_beside(self, number: int, row: Row) -> bool:
        """Whether a row is of no interest: of another site, and no second row of a device that is."""
        twin = self._matcher.twin_of.get(number)
        if twin is not None and (twin in self._matcher.device_of or not self._places.is_beside(self._rows[twin])):
            return False
        return self._places.is_beside(row)

    def _unmatched(self, row: Row) -> tuple[Class, str]:
        if not row.addresses:
            return (
                Class.NOT_COVERED,
                "it names no address, and nothing that was found has what it does name: it cannot be located",
            )
        sites = self._places.of_row(row)
        if not sites:
            return Class.NOT_COVERED, f"its site {shown(row.site or '')} is not among those that were scanned"
        spots = self._spots(row, sites)
        if open_ := sorted(
            {site or "no site" for site, address in spots if self._row_at.get((site, address), 0) is None}
        ):
            where = " and ".join(open_)
            return (
                Class.NOT_COVERED,
                f"devices are at {row.addresses[0]} of {where}: the row does not say which is meant",
            )
        for spot in spots:
            if (other := self._row_at.get(spot)) is not None:
                return Class.NOT_FOUND, f"the device at {spot[1]} is a different one, that of {self._rows[other].where}"
        behind = (self._behind_at[spot] for spot in spots if spot in self._behind_at)
        if (place := next(behind, None)) is not None:
            text = f"{row.addresses[0]} is the private address of a camera on {place}: its serial or MAC would tell"
            return Class.NOT_COVERED, f"{text} whether it is the one that is meant"
        looks = defaultdict[str, list[AddressCoverage]](list)
        for site, address in spots:
            looks[address].append(self._coverage.look(site, address))
        return _seen(looks.values())

    def _looked(self, row: Row) -> str:
        """How far a device was looked for that is said to be no longer in use."""
        if not row.usable:
            return "it names nothing that can be looked for"
        taken = next((spot for spot in self._spots(row, self._places.of_row(row)) if spot in self._row_at), None)
        return f"another device is at {taken[1]}" if taken else self._unmatched(row)[1]

    def _spots(self, row: Row, sites: Sequence[str | None]) -> Sequence[tuple[str | None, str]]:
        """Where a row may be. Of very many sites those alone that know of an address, or the first where none does."""
        # No scan asks the address that a device has on its own link beside another.
        addresses = [one for one in row.addresses if not one.startswith(_ON_LINK)] or row.addresses
        if len(sites) <= _FEW:
            return [(site, address) for site in sites for address in addresses]
        return [(site, address) for address in addresses for site in self._sites_at(address) or sites[:1]]

    def _sites_at(self, address: str) -> Collection[str | None]:
        if not self._known_at:
            for place, there in chain(self._row_at, self._behind_at, self._coverage.spots):
                self._known_at.setdefault(there, {})[place] = None
        return self._known_at.get(address, {})


def _with_faults(reason: str, row: Row) -> str:
    return "; ".join((reason, *row.faults))


def _seen(each: Iterable[Sequence[AddressCoverage]]) -> tuple[Class, str]:
    """The class of a row whose device was not found, by what became of each of its addresses at each site.

    An address is covered where it was at one of the sites; the row only where all its addresses were.
    """
    best = [_best(looks) for looks in each]
    statuses = {look.status for looks in best for look in looks}
    cls = Class.NOT_FOUND if statuses == {CoverageStatus.SILENT} else Class.NOT_COVERED
    telling = next(
        status for status in (CoverageStatus.ALIVE, CoverageStatus.MISSED, CoverageStatus.SILENT) if status in statuses
    )
    return cls, "; ".join(dict.fromkeys(look.reason for looks in best for look in looks if look.status is telling))


def _best(looks: Sequence[AddressCoverage]) -> list[AddressCoverage]:
    best = min((look.status for look in looks), key=list(CoverageStatus).index)
    return [look for look in looks if look.status is best]


def _class(row: Row, found: Found, agreement: Agreement, places: Places) -> Class:
    differing = set(agreement.differing)
    if not set(UNIQUE).isdisjoint(agreement.agreeing):
        differing -= {Key.MAC, Key.ENDPOINT}  # one device may have several cards, and an endpoint changes with firmware
    if differing or row.retired is not None:
        return Class.CONFLICT
    return Class.MOVED if _has_moved(row, found, agreement, places) else Class.MATCHED


def _has_moved(row: Row, found: Found, agreement: Agreement, places: Places) -> bool:
    elsewhere = bool(row.addresses) and Key.ADDRESS not in agreement.agreeing
    return elsewhere or (places.by_site and row.site is not None and site_key(row.site) != site_key(found.site or ""))


def _reason(row: Row, found: Found, agreement: Agreement, cls: Class) -> str:
    agreeing = agreement.agreeing
    texts = [f"{', '.join(agreeing)} agree{'s' if len(agreeing) == 1 else ''}"]
    if len(agreeing) == 1 and not found.counts:
        texts.append("nothing shows that it is a camera")
    if row.retired is not None:
        texts.append(f"{_over(row)}, and it answers")
    texts += agreement.notes
    texts += _elsewhere(row, found, agreement)
    if cls is Class.MOVED and Key.ADDRESS in agreeing:
        texts.append(f"inventory says site {row.site}, found at {found.site}")
    return "; ".join(texts)


def _elsewhere(row: Row, found: Found, agreement: Agreement) -> list[str]:
    """That the device is at none of the addresses of its row."""
    is_there = not row.addresses or Key.ADDRESS in agreement.agreeing
    return [] if is_there else [f"inventory says {row.addresses[0]}, found at {found.judged.device.place}"]


def _over(row: Row) -> str:
    return f"the list says that it is no longer in use ({row.retired})"


def _shared(one: Row, other: Row) -> str:
    """What two rows have in common, in words."""
    same = [
        (Key.SERIAL, one.serial and other.serial and same_serial(key(one.serial), key(other.serial))),
        (Key.MAC, set(one.macs) & set(other.macs)),
        (Key.ENDPOINT, one.endpoint and one.endpoint == other.endpoint),
        (Key.ADDRESS, set(one.addresses) & set(other.addresses)),
        (Key.HOSTNAME, are_one_host(one.hostname, other.hostname)),
    ]
    return f"same {', '.join(which for which, shared in same if shared)}"
