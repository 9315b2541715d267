"""A bundle of evidence as a store for a while, to be merged into another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from camscan.app.annotating import with_states_by
from camscan.app.bundling import derive, versions
from camscan.errors import EvidenceError
from camscan.evidence import contents
from camscan.evidence.archive import Archive
from camscan.evidence.export import Derivation
from camscan.evidence.verify import Trust, verify
from camscan.records import ScanStatus
from camscan.register.names import key
from camscan.store import Store
from camscan.store.batches import batched

_MARK = b"PK"
_RECORDS = 500
"""Records that are stored together."""


def is_bundle(file: Path) -> bool:
    """Whether a file may be a bundle: an archive, and no store.

    Raises:
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        return opened.read(len(_MARK)) == _MARK


@contextmanager
def as_store(file: Path, fingerprint: str | None) -> Iterator[Store]:
    """A store with the scan of a bundle that holds, and with what people said of its devices.

    Raises:
        EvidenceError: it does not hold, or was not signed by the key of this fingerprint.
    """
    with file.open("rb") as opened, TemporaryDirectory(prefix="camscan-") as folder:
        try:
            verify(opened, Trust(fingerprint, versions=versions()), Derivation(derive, with_states_by))
        except EvidenceError as error:
            raise EvidenceError(f"{file} was not merged, because it fails verification: {error}") from error
        with Store.open(Path(folder, file.name), where=str(file)) as store:
            _fill(store, Archive(opened))
            yield store


def _fill(store: Store, archive: Archive) -> None:
    scan = contents.scan(archive)
    store.begin(replace(scan, status=ScanStatus.RUNNING))
    for seen in batched(contents.observations(archive), _RECORDS):
        store.append(scan.id, seen)
    for entries in batched(contents.entries(archive), _RECORDS):
        store.append(scan.id, entries=entries)
    store.finish(scan)
    store.register.add((one, {key(name) for name in one.names}) for one in contents.state_changes(archive))
