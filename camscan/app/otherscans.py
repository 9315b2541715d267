"""Which stored scan knows the addresses of an inventory that the scans which it is held against do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from camscan.inventory.reconcile import Class, Result
from camscan.records import Scan
from camscan.store import Store

_SAMPLED = 300
"""Addresses that are looked for: what knows most of so many knows most of all."""
_LOOKED_AT = 30
"""The newest scans that know an address, of which one is to be of the right site."""


def knowing_most(store: Store, scans: Sequence[Scan], results: Sequence[Result]) -> tuple[str, int] | None:
    """The scan, beside these, that knows most of the addresses which they do not cover, and how many of them it knows.

    It is of a site of these scans, since addresses repeat from site to site, or of the one that a row names.
    """
    sites, taken = {scan.site for scan in scans}, {scan.id for scan in scans}
    missing = (one for one in results if one.cls is Class.NOT_COVERED and one.address)
    known = Counter[str]()
    for one in islice(missing, _SAMPLED):
        there = islice(store.holding(one.site, one.address), _LOOKED_AT)
        of_site = (scan.id for scan in there if scan.site in sites | {one.site} and scan.id not in taken)
        known.update(islice(of_site, 1))
    return next(iter(known.most_common(1)), None)
