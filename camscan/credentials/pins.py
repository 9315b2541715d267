"""Certificates as they were when a login was first used over TLS, remembered beside the file of enrolments."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from camscan.credentials.sources import read_private
from camscan.errors import HostError, UsageError, on_os_error
from camscan.system.files import is_there, replacing

MAX_FILE = 16 * 1024 * 1024  # bytes; one certificate has about 170


@dataclass(frozen=True, slots=True)
class Pin:
    """The SHA-256 of the certificate that a device showed at a port when its login was first used."""

    site: str | None
    address: str
    port: int
    certificate: str
    since: str


def fingerprint(certificate: bytes) -> str:
    """The SHA-256 of a certificate (DER) in hexadecimal."""
    return hashlib.sha256(certificate).hexdigest()


class Pins:
    """The pins of one file. Each is written the moment it is learnt, and none is ever overwritten."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[tuple[str | None, str, int], Pin] = {}
        for pin in _read(path):  # where two processes have pinned one at the same time, the first counts
            self._known.setdefault((pin.site, pin.address, pin.port), pin)

    @classmethod
    def beside(cls, credentials: Path) -> Pins:
        """The pins that belong to a file of enrolments. Raises UsageError if the file of pins cannot be used."""
        return cls(credentials.with_name(f"{credentials.name}.pins"))

    def of(self, site: str | None) -> tuple[Pin, ...]:
        """The pins of one site."""
        return tuple(pin for pin in self._known.values() if pin.site == site)

    def at(self, site: str | None, address: str, port: int) -> Pin | None:
        """What is pinned there."""
        return self._known.get((site, address, port))

    def learn(self, site: str | None, address: str, port: int, certificate: str) -> None:
        """Pin a certificate where none is pinned. Raises HostError if it cannot be written down."""
        pin = Pin(site, address, port, certificate, datetime.now(UTC).isoformat(timespec="seconds"))
        with on_os_error(
            HostError,
            f"cannot write {self.path}",
            "free some space or fix its permissions, for certificates must be remembered",
        ):
            _append(self.path, _line(pin))
        self._known[site, address, port] = pin

    def forget(self, site: str | None, address: str) -> int:
        """Drop what is pinned of one device; gives how many pins that was. Raises OSError."""
        gone = [key for key, pin in self._known.items() if (pin.site, pin.address) == (site, address)]
        for key in gone:
            del self._known[key]
        if gone:
            with replacing(self.path) as file:
                file.writelines(map(_line, self._known.values()))
        return len(gone)


def _append(path: Path, line: bytes) -> None:
    """Add a line to a file, as a whole or not at all. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab", buffering=0) as file:
        before = os.fstat(descriptor).st_size
        if file.write(line) < len(line):  # what a disk that is full has taken of it
            file.truncate(before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _line(pin: Pin) -> bytes:
    given = {name: getattr(pin, name) for name in ("site", "address", "port", "certificate", "since")}
    return json.dumps(given, ensure_ascii=False).encode() + b"\n"


def _read(path: Path) -> Iterator[Pin]:
    if not is_there(path):
        return
    for number, line in enumerate(read_private(path, MAX_FILE).splitlines(), 1):
        try:
            given = json.loads(line)
            yield Pin(given["site"], given["address"], int(given["port"]), given["certificate"], given["since"])
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path}, line {number}: not a pinned certificate: fix the line, or delete it") from error
