"""The exceptions of camscan, grouped by who must act.

CamscanError
├── UsageError          the user: what was asked for cannot be done as written
│   ├── TargetError     a target or an exclusion that cannot be used
│   └── RuleError       a fingerprint, brand or policy file that cannot be used
├── HostError           the environment: privilege, route, disk, a missing part
│   └── StoreError      the store cannot be opened, read or written
│       └── DamageError a row of the store that holds what camscan does not write
├── EvidenceError       whoever handed it over: a bundle of evidence that does not hold
└── DecodeError         the peer: bytes that a codec cannot read; never leaves a probe

A message names what is wrong, where, and the remedy.
"""

from __future__ import annotations

import errno
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class CamscanError(Exception):
    """Base of every error that camscan raises on purpose."""


class UsageError(CamscanError):
    """What was asked for cannot be done as written."""


class TargetError(UsageError):
    """A target or an exclusion that cannot be used."""


class RuleError(UsageError):
    """A fingerprint, brand or policy file that cannot be used."""


class HostError(CamscanError):
    """This host cannot do what was asked: privilege, route, disk, or a missing part."""


class StoreError(HostError):
    """The store cannot be opened, read or written."""


class DamageError(StoreError):
    """A row of the store that holds what camscan does not write; `scan` is the scan that it is of, where there is one.

    The message names the store, the table and the row.
    """

    scan = ""


class EvidenceError(CamscanError):
    """A bundle of evidence that does not hold; the message begins with the first part that does not."""


class DecodeError(CamscanError):
    """Bytes that a codec cannot read."""


def of_host(error: OSError) -> HostError:
    """What this host refused, where nobody nearer to it has said so: mostly a file or a folder."""
    if error.errno == errno.ENOSPC:
        return HostError(f"cannot write: {error.strerror}: free some space, or write elsewhere")
    where = f"{error.filename}: " if error.filename else ""
    if where and error.errno in {errno.EACCES, errno.EPERM}:
        return HostError(f"{where}{error.strerror}: check who may use it and the folders above it, or choose another")
    return HostError(f"{where}{error.strerror or error}: run it with -vv before the command to see where")


def brought_by(extra: str) -> str:
    """The command that installs an extra of camscan into the environment that this process runs in.

    A bare `pip` belongs to some other environment, for which an index might offer something else of that name.
    """
    return f"{shlex.quote(sys.executable)} -m pip install 'camscan[{extra}]'"


@contextmanager
def on_os_error(kind: type[CamscanError], what: str, remedy: str) -> Iterator[None]:
    """Raise an error of that kind where the operating system refuses something: what, its reason, and the remedy."""
    try:
        yield
    except OSError as error:
        raise kind(f"{what}: {error.strerror}: {remedy}") from error
