"""The file in which enrolments are kept: plain for its owner alone, or encrypted with age (a name ending in .age)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
from pydantic import SecretStr

from camscan.credentials.enrolment import Book, parse
from camscan.credentials.sources import read_private
from camscan.errors import HostError, UsageError, on_os_error
from camscan.system.files import is_there, replacing

MAX_FILE = 16 * 1024 * 1024  # bytes; 2,000 enrolments have about half of one

Unlock = Callable[[], SecretStr]
"""Gives the key of an encrypted file when it is needed: an age identity (AGE-SECRET-KEY-1...), or a passphrase."""

_IDENTITY = "AGE-SECRET-KEY-1"


class CredentialFile:
    """One file of enrolments. The key of an encrypted one is asked for at its first use, and once."""

    def __init__(self, path: Path, unlock: Unlock) -> None:
        self.path = path
        self._unlock = unlock
        self._key: SecretStr | None = None

    @property
    def encrypted(self) -> bool:
        """Whether it is encrypted, which its name says."""
        return self.path.suffix == ".age"

    def load(self, *, missing_ok: bool = False) -> Book:
        """What is enrolled; `missing_ok`: nothing, where there is no file.

        Raises UsageError if others can read it, the key is wrong, or its content cannot be used; HostError if it cannot
        be read.
        """
        if missing_ok and not is_there(self.path):
            return Book()
        data = read_private(self.path, MAX_FILE)
        return parse(self._decrypted(data) if self.encrypted else data, str(self.path))

    def save(self, book: Book) -> None:
        """Replace the file as a whole; only its owner can read it.

        Raises HostError if it cannot be written; UsageError if the key cannot be used.
        """
        data = book.to_json()
        if self.encrypted:
            data = self._encrypted(data)
        with on_os_error(HostError, f"cannot write {self.path}", "choose another file"):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with replacing(self.path) as file:
                file.write(data)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let no other process load and save it during the body: else one would lose what the other enrols.

        Raises HostError if it cannot be locked; UsageError if the key cannot be used.
        """
        if self.encrypted:
            self._unlocked()  # before the lock: others do not wait while somebody types
        with on_os_error(HostError, f"cannot lock {self.path}", "choose another file"):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = _lock_beside(self.path)
        try:
            yield
        finally:
            os.close(handle)

    def _decrypted(self, data: bytes) -> bytes:
        key = self._unlocked()
        try:
            identity = _identity(key)
            if identity is None:
                return bytes(pyrage.passphrase.decrypt(data, key.get_secret_value()))
            return bytes(pyrage.decrypt(data, [identity]))
        except pyrage.DecryptError:
            raise UsageError(
                f"{self.path} cannot be decrypted with this key: give the right one with --unlock"
            ) from None

    def _encrypted(self, data: bytes) -> bytes:
        key = self._unlocked()
        identity = _identity(key)
        if identity is None:
            return bytes(pyrage.passphrase.encrypt(data, key.get_secret_value()))
        return bytes(pyrage.encrypt(data, [identity.to_public()]))

    def _unlocked(self) -> SecretStr:
        if self._key is None:
            self._key = self._unlock()
        return self._key


def _lock_beside(path: Path) -> int:
    """Wait for the lock of a file, which lasts until what is returned is closed. Raises OSError.

    It is a file of its own, and stays: the file itself is replaced at each change.
    """
    lock = path.with_name(f"{path.name}.lock")
    handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _identity(key: SecretStr) -> pyrage.x25519.Identity | None:
    """The age identity in the text of a key file; None where it is a passphrase."""
    lines = key.get_secret_value().splitlines()
    found = next((line.strip() for line in lines if line.strip().startswith(_IDENTITY)), None)
    if found is None:
        return None
    try:
        return pyrage.x25519.Identity.from_str(found)
    except pyrage.IdentityError:
        raise UsageError("the key is not an age identity: make one with age-keygen, or use a passphrase") from None
