"""From the stored observations of a scan to its devices, before any policy: derived once, and read again after that.

What is kept is used only while nothing has changed of what it follows from: the observations, the rule files, the code
that reads and merges, and the libraries that it uses. So it never has to be thrown away by hand.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from camscan.errors import StoreError
from camscan.identify.library import Library
from camscan.identify.sourcecode import code_digest
from camscan.records import Scan, ScanStatus
from camscan.rulefiles.folder import OVERLAY, fingerprints_folder
from camscan.store.packed import LazyDevice, Merged, pack, unpack_lazily

if TYPE_CHECKING:  # SQLAlchemy takes a quarter of a second
    from camscan.store.derived import PackedDevices
    from camscan.store.store import Store

CODE = (
    *(
        "records.py",
        "scansettings.py",
        "summaries.py",
        "answers.py",
        "text",
        "rulefiles",
        "codecs",
        "devices",
        "identify",
    ),
    *("system/files.py", "app/judging/identifying.py"),
    *(f"store/{name}.py" for name in ("packed", "rows", "text")),
)
"""What makes devices of stored observations: files and rooms of this package."""
LIBRARIES = ("PyYAML", "aiooui", "cryptography", "google-re2", "lxml", "mmh3", "zeep")
"""The distributions that this code uses."""

_log = logging.getLogger(__name__)


def merged(store: Store, scan: Scan, rules: Library) -> Sequence[Merged]:
    """The devices of a stored scan by today's codecs and rules, in order of address.

    What was derived is kept in the store where that can be written; that it cannot is no fault.
    """
    stamp = basis(rules)
    kept = store.derived.read(scan.id, stamp) if stamp else None
    return derive(store, scan, rules, stamp) if kept is None else kept


def merged_lazily(store: Store, scan: Scan, rules: Library) -> Sequence[LazyDevice]:
    """The devices of a stored scan, as `merged`; of those that are kept, no record is made before it is opened."""
    stamp = basis(rules)
    kept = store.derived.read_lazily(scan.id, stamp) if stamp else None
    return list(unpack_lazily(pack(derive(store, scan, rules, stamp)))) if kept is None else kept


def derive(store: Store, scan: Scan, rules: Library, stamp: str) -> Sequence[Merged]:
    """The devices of a scan as they follow now, kept on the basis `stamp` (not at all for "")."""
    extent = store.derived.extent(scan.id)
    from camscan.app.judging.identifying import derived
    from camscan.store.derived import PackedDevices
    from camscan.store.packed import in_parts

    found = derived(store.stored(scan.id), rules)
    if stamp and scan.status is not ScanStatus.RUNNING:
        keep(store, [PackedDevices(extent, in_parts(found))], stamp)
    return found


def keep(store: Store, new: Sequence[PackedDevices], stamp: str) -> None:
    """Keep what was derived, if the store can be written."""
    try:
        store.derived.keep(new, stamp)
    except StoreError as error:
        scans = ", ".join(one.extent.scan for one in new)
        _log.info("what follows from scan %s is not kept: %s", scans, error)


def basis(rules: Library) -> str:
    """What devices follow from beside the observations, as one hash; "" where that cannot be told."""
    code = _code()
    if not (code and rules.digest):
        return ""
    overlay = (fingerprints_folder() / OVERLAY).read_bytes()
    return sha256("\n".join((code, rules.digest, sha256(overlay).hexdigest())).encode()).hexdigest()


@cache
def _code() -> str:
    """Which code derives devices, and on which libraries; "" where its sources are not there to be looked at."""
    code = code_digest(CODE)
    return code and " ".join((code, platform.python_version(), *map(_version, LIBRARIES)))


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "none"
