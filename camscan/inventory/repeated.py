"""Rows that name a device which another row has named: exports of recording programs have a row for each channel."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from camscan.inventory.agreement import contradict
from camscan.inventory.keys import key, site_key
from camscan.inventory.rows import Row


def count_repeated(rows: Iterable[Row]) -> int:
    """How many rows share a serial, a MAC or an address at its site with an earlier one, and contradict it in none."""
    first: dict[Hashable, Row] = {}
    count = 0
    for row in rows:
        keys = list(_keys(row))
        earlier = (first[name] for name in keys if name in first)
        count += any(not contradict(row, other) for other in earlier)
        for name in keys:
            first.setdefault(name, row)
    return count


def _keys(row: Row) -> Iterator[Hashable]:
    yield from (("serial", key(serial)) for serial in filter(None, (row.serial,)))
    yield from (("mac", mac) for mac in row.macs)
    yield from (("place", site_key(row.site or ""), address) for address in row.addresses)
