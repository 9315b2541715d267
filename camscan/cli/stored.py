"""Which stored scan a command means."""

from __future__ import annotations

from camscan.errors import UsageError
from camscan.records import Scan
from camscan.store import Store


def scan_of(store: Store, reference: str | None, site: str | None = None) -> Scan:
    """The scan of that id or prefix, else the latest one (of a site, where one is named).

    Raises:
        StoreError: there is no such scan, or more than one.
        UsageError: no scan of that site is stored.
    """
    if reference or site is None:
        return store.scan(reference)
    newest = next(iter(store.scans(site)), None)
    if newest is None:
        raise UsageError(f"no scan of site {site!r} is stored: see `camscan scans`")
    return newest
