"""Whether a stored scan can go on."""

from __future__ import annotations

from camscan.errors import StoreError
from camscan.records import Scan, ScanStatus
from camscan.scansettings import MERGING, THINNED


def check_resumable(scan: Scan) -> None:
    """See that a scan can go on. Raises StoreError if it cannot."""
    if scan.status is ScanStatus.COMPLETE:
        raise StoreError(f"scan {scan.id} is complete, nothing is left to resume: begin a new scan")
    if THINNED in scan.settings:
        raise StoreError(f"scan {scan.id} was thinned, most of it is gone: begin a new scan")
    if MERGING in scan.settings:
        raise StoreError(f"scan {scan.id} is half taken from another store: `camscan db merge` that again")
