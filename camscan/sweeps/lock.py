"""One sweep of a site at a time: a file that is locked for as long as the sweep's process lives.

The kernel drops a flock(2) when the process ends, however it ends, so that no stale lock has to be told from a held
one. The file stays; what it holds is only for telling who has it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from camscan.errors import HostError

_MAX_HOLDER = 200


def lock_file(beside: Path, site: str) -> Path:
    """The lock of a site, beside another file. Its name is a hash, since the site's may hold anything."""
    digest = sha256(site.encode("utf-8", "surrogatepass")).hexdigest()
    return beside.with_name(f"{beside.name}-site-{digest[:12]}.lock")


@contextmanager
def held(path: Path, holder: str) -> Iterator[str | None]:
    """Hold a lock during the body, which is given None; or, where another has it, what that one calls itself.

    Raises:
        HostError: the file cannot be made, or not be locked.
    """
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise HostError(
            f"cannot create the lock {path}: {error.strerror}: check the folder and its permissions"
        ) from error
    try:
        if not _locked(handle, path):
            yield os.read(handle, _MAX_HOLDER).decode("utf-8", "replace").strip() or "another process"
            return
        _write(handle, holder)
        try:
            yield None
        finally:
            _write(handle, "")
    finally:
        os.close(handle)


def _write(handle: int, holder: str) -> None:
    """Say who has it, as far as the disk has room: a full one takes nothing from the lock."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.write(handle, holder.encode("utf-8", "replace")[:_MAX_HOLDER])


def _locked(handle: int, path: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:  # such as ENOLCK, of NFS
        raise HostError(f"cannot lock {path}: {error.strerror}: keep the store on a local disk") from error
    return True
