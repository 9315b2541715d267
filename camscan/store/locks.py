"""Which scans and sites have a living process: one file beside the database for each, locked for as long as that lives.

The kernel drops a flock(2) when the process ends, however it ends. So no heartbeat, process number or clock has to be
believed, and a scan in another container that shares the folder is seen as well. A database server has locks of its own
that do the same for scans of other hosts.
"""

from __future__ import annotations

import fcntl
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zlib import crc32

from camscan.errors import StoreError, on_os_error
from camscan.store.engine import Database
from camscan.store.sessionlocks import SessionLocks

_TRIES = 5
_PAUSE = 0.02  # seconds between two tries: one who only looks (`is_held`) may have the lock for a moment
_MAX_HOLDER = 200


class ScanLocks(Protocol):
    """The locks that this process has on the scans and sites of one store, from any thread."""

    def acquire(self, number: int) -> bool:
        """Lock a scan for this process; False where a living one has it. Raises StoreError if it cannot be locked."""

    def renew(self) -> None:
        """See that this process still has what it locked, where that may have been lost without its doing.

        Raises StoreError if another process has a scan now.
        """

    def is_held(self, number: int) -> bool:
        """Whether some living process, this one included, has the scan."""

    def holder(self, number: int) -> str:
        """What is known of the other process that has it."""

    def release(self, number: int) -> None:
        """Let a scan go, if this process has it."""

    def close(self) -> None:
        """Let every scan go."""


@contextmanager
def site_held(locks: ScanLocks, site: str) -> Iterator[str | None]:
    """Hold a site during the body, which is given None; or, where another process has it, what is known of that one.

    In the rare case that the names of two sites have one checksum, one of them is not swept while the other is. Raises
    StoreError if it cannot be locked here at all.
    """
    number = -1 - crc32(site.encode("utf-8", "surrogatepass")) % 2**31  # scans have numbers above zero
    if not locks.acquire(number):
        yield locks.holder(number)
        return
    try:
        yield None
    finally:
        locks.release(number)


def locks_on(database: Database) -> ScanLocks:
    """The locks on the scans of a database."""
    return SessionLocks(database) if database.file is None else FileLocks(database.file)


class FileLocks:
    """Locks on the scans of a database file."""

    def __init__(self, database: Path) -> None:
        self._database = Path(os.path.realpath(database))  # so that it is the same by whichever link
        self._open: dict[int, int] = {}

    def acquire(self, number: int) -> bool:
        """See `ScanLocks.acquire`."""
        if number in self._open:
            return True
        for _ in range(_TRIES):
            path = self._path(number)
            with on_os_error(StoreError, f"{path} cannot be created", "check the folder's permissions and free space"):
                handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
            # A file without a name is one that its holder has just let go: the next one makes a new file.
            try:
                is_ours = _flock(handle, fcntl.LOCK_EX) and os.fstat(handle).st_nlink
            except OSError as error:  # such as ENOLCK, of NFS
                os.close(handle)
                raise StoreError(
                    f"{path} cannot be locked: {error.strerror}: keep the store on a local disk"
                ) from error
            if is_ours:
                self._open[number] = handle
                _sign(handle)
                return True
            os.close(handle)
            time.sleep(_PAUSE)
        return False

    def renew(self) -> None:
        """See `ScanLocks.renew`; the kernel takes no lock back."""

    def is_held(self, number: int) -> bool:
        """See `ScanLocks.is_held`."""
        try:
            handle = os.open(self._path(number), os.O_RDONLY | os.O_NONBLOCK)  # a pipe of others is not waited for
        except OSError:
            return False
        try:
            return not _flock(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)

    def holder(self, number: int) -> str:
        """See `ScanLocks.holder`."""
        with suppress(OSError), self._path(number).open("rb") as file:
            if said := file.read(_MAX_HOLDER).decode("utf-8", "replace").strip():
                return said
        return "another process"

    def release(self, number: int) -> None:
        """See `ScanLocks.release`."""
        handle = self._open.pop(number, None)
        if handle is not None:
            self._path(number).unlink(missing_ok=True)
            os.close(handle)

    def close(self) -> None:
        """See `ScanLocks.close`."""
        for number in tuple(self._open):
            self.release(number)

    def _path(self, number: int) -> Path:
        return Path(f"{self._database}-{f'scan{number}' if number > 0 else f'site{-number}'}.lock")


def _sign(handle: int) -> None:
    """Say in the file who has it, as far as the disk has room: a full one takes nothing from the lock."""
    said = f"process {os.getpid()} on {platform.node()} since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.write(handle, said.encode("utf-8", "replace")[:_MAX_HOLDER])


def _flock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
