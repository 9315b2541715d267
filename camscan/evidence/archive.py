"""Reads the container of a bundle, without believing it."""

from __future__ import annotations

import gzip
import io
import math
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from camscan.errors import EvidenceError
from camscan.evidence import container
from camscan.evidence.container import CENTRAL, END, GZIP, MAX_LINE, MAX_NAME, MAX_PARTS, Entry, Part, entry_at

_CHUNK = 1 << 18


class Archive:
    """An archive that is read. Nothing is unpacked or held in memory beyond the directory and what is asked for.

    Raises EvidenceError if it is not of the one form that `Writer` makes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.entries = tuple(self._directory())
        self._by_name = {entry.name: entry for entry in self.entries}

    def measure(self, name: str) -> Part:
        """Read a part through, and take its measures. Raises EvidenceError if its checksum does not hold."""
        entry, crc, hashed = self._by_name[name], 0, sha256()
        for chunk in self._chunks(entry):
            crc = zlib.crc32(chunk, crc)
            hashed.update(chunk)
        if crc != entry.crc:
            raise EvidenceError(f"{name}: its checksum in the archive is wrong")
        return Part(name, hashed.hexdigest(), entry.size)

    def read(self, name: str, limit: int) -> bytes:
        """A part as a whole. Raises EvidenceError if it is missing, or larger than `limit` bytes."""
        entry = self._by_name.get(name)
        if entry is None:
            raise EvidenceError(f"{name}: is missing")
        if entry.size > limit:
            raise EvidenceError(f"{name}: has {entry.size:,} bytes, but no more than {limit:,} are read")
        return b"".join(self._chunks(entry))

    def lines(self, name: str, most: float = math.inf) -> Iterator[bytes]:
        """The lines of a part, each with its LF, of at most so many bytes; a packed part is unpacked as it is read.

        How many times its size a part unfolds to proves nothing: where a device answers with zeros, that is as much as
        DEFLATE can. So no more than a line is held, and whoever reads stops at the first that is no record. Raises
        EvidenceError if it cannot be unpacked, unfolds to too much, or a line is too long or does not end.
        """
        entry = self._by_name[name]
        raw = io.BufferedReader(_Window(self._file, entry))
        try:
            stream = gzip.GzipFile(fileobj=raw, mode="rb") if name.endswith(GZIP) else raw
            while line := stream.readline(MAX_LINE + 1):
                most -= len(line)
                if len(line) > MAX_LINE or most < 0:
                    raise EvidenceError(f"{name}: unpacks to more than camscan writes")
                if not line.endswith(b"\n"):
                    raise EvidenceError(f"{name}: its last line does not end")
                yield line
        except (OSError, EOFError, zlib.error) as error:
            raise EvidenceError(f"{name}: cannot be unpacked: {error}") from error

    def _chunks(self, entry: Entry) -> Iterator[bytes]:
        at, end = entry.contents, entry.contents + entry.size
        while at < end:
            self._file.seek(at)
            chunk = self._file.read(min(_CHUNK, end - at))
            if not chunk:
                raise EvidenceError(f"{entry.name}: is cut short")
            yield chunk
            at += len(chunk)

    def _directory(self) -> Iterator[Entry]:
        size = self._file.seek(0, io.SEEK_END)
        self._file.seek(max(0, size - END.size))
        end = self._file.read(END.size)
        if len(end) < END.size or not end.startswith(b"PK\x05\x06"):
            raise EvidenceError("the archive: does not end like a bundle: it is cut short, or not a bundle")
        count, length, start = END.unpack(end)[4:7]
        if end != container.end(count, length, start) or count > MAX_PARTS or start + length + END.size != size:
            raise EvidenceError("the archive: its end does not match what is before it")
        if length > count * (CENTRAL.size + MAX_NAME):
            raise EvidenceError("the archive: its directory does not match the number of its parts")
        self._file.seek(start)
        yield from self._checked(self._file.read(length), count, start)

    def _checked(self, directory: bytes, count: int, end: int) -> Iterator[Entry]:
        """The entries of a directory, each compared with what is written for it; they fill the file up to `end`."""
        at = offset = 0
        seen: set[str] = set()
        while at < len(directory):
            entry = entry_at(directory, at)
            if entry.name in seen:
                raise EvidenceError(f"{entry.name}: appears twice")
            if not directory.startswith(entry.central, at) or entry.start != offset:
                raise EvidenceError(f"{entry.name}: its entry in the directory is not as camscan writes it")
            self._file.seek(offset)
            if self._file.read(len(entry.local)) != entry.local:
                raise EvidenceError(f"{entry.name}: its header is not as camscan writes it")
            seen.add(entry.name)
            at += len(entry.central)
            offset = entry.contents + entry.size
            yield entry
        if offset != end or len(seen) != count:
            raise EvidenceError("the archive: holds more or less than its parts")


class _Window(io.RawIOBase):
    """The contents of one part as a file of their own."""

    def __init__(self, file: BinaryIO, entry: Entry) -> None:
        self._file = file
        self._at = entry.contents
        self._end = entry.contents + entry.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # any writable buffer
        self._file.seek(self._at)
        chunk = self._file.read(min(len(buffer), self._end - self._at))
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)
