"""When the devices of an inventory that were not found were last seen, as the register knows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from camscan.app.reporting.registering import track_of
from camscan.inventory.reconcile import Class, Result
from camscan.inventory.rows import Row
from camscan.records import Scan
from camscan.register.names import asked, key, names, shared
from camscan.store.queries import latest_at
from camscan.store.registered import Entry
from camscan.store.store import Store

_WITHOUT = (Class.NOT_FOUND, Class.NOT_COVERED)


def with_last_seen(store: Store, scans: Sequence[Scan], results: Sequence[Result]) -> tuple[Result, ...]:
    """The results, in which a row without a device says when a scan before these saw it.

    Of a row that was not found and that nothing is known of by a serial or a MAC, it is what was seen at its address.
    """
    without = [one for one in results if one.row is not None and one.cls in _WITHOUT]
    if not without:
        return tuple(results)
    until: dict[str, datetime] = {}
    for scan in scans:
        until[scan.register_site] = min(latest_at(scan), until.get(scan.register_site, latest_at(scan)))
    known = _Known.of(store, without, until)
    return tuple(_told(one, known) if one.cls in _WITHOUT else one for one in results)


def _told(result: Result, known: _Known) -> Result:
    seen = result.row and (known.named_by(result.row) or (result.cls is Class.NOT_FOUND and known.there(result)))
    return replace(result, reason=f"{result.reason}; {seen}") if seen else result


@dataclass(frozen=True, slots=True)
class _Known:
    """The entries of the register that some rows may mean, by the keys of their names, and by site and address."""

    named: Mapping[str, Sequence[Entry]]
    standing: Mapping[tuple[str, str], Sequence[Entry]]
    until: Mapping[str, datetime]

    @classmethod
    def of(cls, store: Store, without: Sequence[Result], until: Mapping[str, datetime]) -> _Known:
        wanted = {key(name) for one in without if one.row for name in _names(one.row)}
        named, standing = defaultdict[str, list[Entry]](list), defaultdict[tuple[str, str], list[Entry]](list)
        missing = (one.row for one in without if one.row and one.cls is Class.NOT_FOUND)
        addresses = {address for row in missing for address in row.addresses}
        for entry in store.register.bearing(wanted, addresses):
            standing[entry.site, entry.address].append(entry)
            for name in {key(name) for name in names(track_of(entry))} & wanted:
                named[name].append(entry)
        return cls(named, standing, until)

    def named_by(self, row: Row) -> str:
        """When the device with the serial or a MAC of a row was seen, and where: a sentence, or ""."""
        wanted = _names(row)
        bearers = (one for name in wanted for one in self.named.get(key(name), ()))
        entry = self._latest(one for one in bearers if shared(names(track_of(one)), wanted))
        if entry is None:
            return ""
        there = f" of site {entry.site}" if entry.site and entry.site not in self.until else ""
        return f"it was last seen on {_when(entry)}, at {entry.address}{there}"

    def there(self, result: Result) -> str:
        """What was seen at the address of a row: a sentence, or ""."""
        sites = self.until if result.site is None else (result.site,)
        addresses = result.row.addresses if result.row else ()
        spots = ((site, address) for site in sites for address in addresses)
        entry = self._latest(one for spot in spots for one in self.standing.get(spot, ()))
        return "" if entry is None else f"a device ({entry.verdict}) was last seen at {entry.address} on {_when(entry)}"

    def _latest(self, entries: Iterable[Entry]) -> Entry | None:
        """The one that was seen last, of those that were seen before the scans that are compared."""
        newest = max(self.until.values())
        before = (one for one in entries if one.last_seen < self.until.get(one.site, newest))
        return max(before, key=lambda one: one.last_seen, default=None)


def _names(row: Row) -> tuple[str, ...]:
    """The names by which the register knows the device of a row."""
    return tuple(name for text in (row.serial, *row.macs) if text for name in asked(text))


def _when(entry: Entry) -> str:
    return f"{entry.last_seen:%Y-%m-%d %H:%M} UTC"
