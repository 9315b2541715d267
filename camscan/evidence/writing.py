"""Writes the container of a bundle, part by part."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import BinaryIO, Protocol

from camscan.errors import HostError
from camscan.evidence.container import GZIP, MAX_BYTES, MAX_PARTS, Entry, Part, end

_LEVEL = 6


class Sink(Protocol):
    """What the contents of a part are written to."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""


class Writer:
    """Writes an archive into a file that can be sought in, part by part."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[Entry] = []
        self.parts: list[Part] = []

    @contextmanager
    def part(self, name: str) -> Iterator[Sink]:
        """Take the contents of one part as they come; those of a name that ends in .gz are packed.

        Raises HostError if the archive would grow beyond what one may hold.
        """
        start = self._file.tell()
        self._file.write(Entry(name, 0, 0, start).local)
        tap = _Tap(self._file)
        if name.endswith(GZIP):
            with gzip.GzipFile("", "wb", _LEVEL, tap, mtime=0) as packed:
                yield packed
        else:
            yield tap
        entry = Entry(name, tap.crc, tap.size, start)
        behind = self._file.tell()
        if behind > MAX_BYTES or len(self._entries) >= MAX_PARTS:
            raise HostError(
                "a bundle holds at most 4 GiB and 10,000 parts, and this would be more: scan and export in parts"
            )
        self._file.seek(start)
        self._file.write(entry.local)
        self._file.seek(behind)
        self._entries.append(entry)
        self.parts.append(Part(name, tap.sha256.hexdigest(), tap.size))

    def add(self, name: str, data: bytes) -> None:
        """Take one part as a whole."""
        with self.part(name) as sink:
            sink.write(data)

    def finish(self) -> None:
        """Write the directory."""
        start = self._file.tell()
        directory = b"".join(entry.central for entry in self._entries)
        self._file.write(directory + end(len(self._entries), len(directory), start))


class _Tap:
    """Passes on what is written, and takes its measures."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = sha256()
        self.crc = 0
        self.size = 0

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        self.crc = zlib.crc32(data, self.crc)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()
