"""Keys for signing, in files that nobody else may read."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from camscan.errors import HostError, UsageError
from camscan.evidence import keys
from camscan.system.userdirs import data_file

_OTHERS = 0o077
_FINGERPRINT = re.compile(r"[0-9a-fA-F]{64}")


def default_file() -> Path:
    """The user's own key."""
    return data_file("evidence.key")


def public_file(private: Path) -> Path:
    """Where the public half of a key lies."""
    return private.with_name(f"{private.name}.pub")


def write(private: Path, signer: keys.Signer) -> None:
    """Write a new key and its public half; what is there already is never replaced.

    Raises UsageError if one of the files is there, or the key is named like a public one; HostError if they cannot be
    written.
    """
    public = public_file(private)
    if private.suffix == ".pub":  # by which a public one is told
        raise UsageError(f"{private} would be the private key: name it without .pub, as {private.with_suffix('')}")
    if public.exists():
        raise UsageError(
            f"{public} already exists: keep it, to verify what its key has signed, and choose another --output"
        )
    try:
        private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(private, signer.pem(), 0o600)
        try:
            _create(public, signer.public.pem, 0o644)
        except BaseException:  # no key is left with which nobody has signed, for none would be made in its place
            private.unlink()
            raise
    except FileExistsError as error:
        raise UsageError(
            f"{error.filename} already exists: camscan never replaces a key; choose another --output"
        ) from error
    except OSError as error:
        raise HostError(f"cannot write {private}: {error.strerror}: choose another --output") from error


def private_key(file: Path) -> keys.Signer:
    """The private key of a file that its owner alone can read.

    Raises UsageError if it is missing, others may read it, or it holds no such key.
    """
    if file.suffix == ".pub":
        raise UsageError(f"{file} is a public key: give the private one, {file.with_suffix('')}")
    try:
        with file.open("rb") as opened:
            about = os.fstat(opened.fileno())
            if about.st_mode & _OTHERS and stat.S_ISREG(about.st_mode):
                raise UsageError(
                    f"{file} can be read or written by other users: `chmod 600` it, or make a new key if anyone did"
                )
            pem = opened.read(keys.MAX_BYTES)
    except FileNotFoundError as error:
        raise UsageError(
            f"{file} does not exist: make a key with `camscan evidence keygen`, or give one with --key"
        ) from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}: give a readable key with --key") from error
    return keys.load_private(pem, str(file))


def fingerprint(text: str) -> str:
    """The fingerprint written out, or that of the public key in the file named. Raises UsageError if it is neither."""
    if _FINGERPRINT.fullmatch(text):
        return text.lower()
    try:
        with Path(text).open("rb") as opened:
            pem = opened.read(keys.MAX_BYTES)
    except OSError as error:
        raise UsageError(
            f"{text} is neither a readable file ({error.strerror}) nor a fingerprint of 64 digits: give a .pub file"
        ) from error
    return keys.load_public(pem, text).fingerprint


def _create(file: Path, data: bytes, mode: int) -> None:
    handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(handle)
    except BaseException:
        file.unlink()
        raise
