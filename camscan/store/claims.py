"""Which scans have a living process: one file beside the database for each, locked for as long as its process lives.

The kernel drops a flock(2) when the process ends, however it ends. So no heartbeat, process number or clock has to be
believed, and a scan in another container that shares the folder is seen as well. A database server has locks of its own
that do the same for scans of other hosts.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from zlib import crc32

from camscan.errors import StoreError
from camscan.store.engine import Database
from camscan.store.sessionlocks import SessionLocks

_TRIES = 5
_PAUSE = 0.02
"""Seconds between two tries: one who only looks (`held`) may have the lock for a moment."""


class Claims(Protocol):
    """The claims on the scans of one store, from any thread."""

    def take(self, number: int) -> bool:
        """Claim a scan for this process; False where another living one has it.

        Raises:
            StoreError: it cannot be claimed here at all.
        """

    def renew(self) -> None:
        """See that this process still has what it claimed, where that may have been lost without its doing.

        Raises:
            StoreError: another process has a scan now.
        """

    def held(self, number: int) -> bool:
        """Whether some living process, this one included, has the scan."""

    def drop(self, number: int) -> None:
        """Let a scan go, if this process has it."""

    def close(self) -> None:
        """Let every scan go."""


@contextmanager
def site_claimed(claims: Claims, site: str) -> Iterator[bool]:
    """Claim a site during the body, against processes of every host; the body is given whether that succeeded.

    In the rare case that the names of two sites have one checksum, one of them is not swept while the other is.
    """
    number = -1 - crc32(site.encode()) % 2**31  # scans have numbers above zero
    is_ours = claims.take(number)
    try:
        yield is_ours
    finally:
        if is_ours:
            claims.drop(number)


def claims_on(database: Database) -> Claims:
    """The claims on the scans of a database."""
    return SessionLocks(database) if database.file is None else FileLocks(database.file)


class FileLocks:
    """Claims on the scans of a database file."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._open: dict[int, int] = {}

    def take(self, number: int) -> bool:
        """See `Claims.take`."""
        if number in self._open:
            return True
        for _ in range(_TRIES):
            handle = _create(self._path(number))
            # A file without a name is one that its holder has just let go: the next one makes a new file.
            if _lock(handle, fcntl.LOCK_EX) and os.fstat(handle).st_nlink:
                self._open[number] = handle
                return True
            os.close(handle)
            time.sleep(_PAUSE)
        return False

    def renew(self) -> None:
        """See `Claims.renew`; the kernel takes no lock back."""

    def held(self, number: int) -> bool:
        """See `Claims.held`."""
        try:
            handle = os.open(self._path(number), os.O_RDONLY | os.O_NONBLOCK)  # a pipe of others is not waited for
        except OSError:
            return False
        try:
            return not _lock(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)

    def drop(self, number: int) -> None:
        """See `Claims.drop`."""
        handle = self._open.pop(number, None)
        if handle is not None:
            self._path(number).unlink(missing_ok=True)
            os.close(handle)

    def close(self) -> None:
        """See `Claims.close`."""
        for number in tuple(self._open):
            self.drop(number)

    def _path(self, number: int) -> Path:
        return Path(f"{self._database}-scan{number}.lock")


def _create(path: Path) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be created: {error.strerror}: check the folder's permissions and free space"
        ) from error


def _lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
