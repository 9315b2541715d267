"""The container: a ZIP archive of one exact form, so that not one byte of it can differ unseen.

Every part is stored as it is (large ones are gzip files themselves), nothing lies between, before or behind the parts,
and every header is what `local` and `central` below make of name, size and checksum (APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12
and 4.3.16; no ZIP64, so an archive ends below 4 GiB). The general-purpose library reads many forms of an archive,
guesses where it is damaged, and may write another form in its next release: it could not tell an altered header.
"""

from __future__ import annotations

import gzip
import io
import math
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Protocol

from camscan.errors import EvidenceError, HostError

MAX_PARTS = 10_000
MAX_LINE = 8 << 20
"""Bytes of one line: 96 KB of an answer, and what the codecs read in it."""
MAX_RATIO = 500
"""How often its own size a packed part may unfold to; observations come to about 8, a ledger of equal lines to 150."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*){0,3}")
_MAX_NAME = 200
_MAX_BYTES = 0xFFFF_FFFE
_CHUNK = 1 << 18
_LEVEL = 6
_GZIP = ".gz"

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _MADE_BY = 20, 3 << 8 | 20
_MIDNIGHT, _FIRST_DAY = 0, 1 << 5 | 1
"""1980-01-01, in DOS's form: an archive is the same whenever it is made."""
_MODE = 0o100644 << 16


class Sink(Protocol):
    """What the contents of a part are written to."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part as the manifest lists it."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One part as the archive lists it; `start` is where its local header begins."""

    name: str
    crc: int
    size: int
    start: int

    @property
    def local(self) -> bytes:
        """The header before the contents."""
        name = self.name.encode("ascii")
        times, sizes = (_MIDNIGHT, _FIRST_DAY), (self.crc, self.size, self.size)
        return _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, *times, *sizes, len(name), 0) + name

    @property
    def central(self) -> bytes:
        """The entry in the directory."""
        name = self.name.encode("ascii")
        times, sizes = (_MIDNIGHT, _FIRST_DAY), (self.crc, self.size, self.size)
        head = (b"PK\x01\x02", _MADE_BY, _VERSION, 0, 0, *times, *sizes)
        return _CENTRAL.pack(*head, len(name), 0, 0, 0, 0, _MODE, self.start) + name

    @property
    def contents(self) -> int:
        """Where the contents begin."""
        return self.start + _LOCAL.size + len(self.name)


def is_name(name: str) -> bool:
    """Whether a part may be called so: no absolute path, no "..", nothing that a file system reads in its own way."""
    return len(name) <= _MAX_NAME and _NAME.fullmatch(name) is not None


class Writer:
    """Writes an archive into a file that can be sought in, part by part."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._entries: list[Entry] = []
        self.parts: list[Part] = []

    @contextmanager
    def part(self, name: str) -> Iterator[Sink]:
        """Take the contents of one part as they come; those of a name that ends in .gz are packed.

        Raises:
            HostError: the archive would grow beyond what one may hold.
        """
        start = self._file.tell()
        self._file.write(Entry(name, 0, 0, start).local)
        tap = _Tap(self._file)
        if name.endswith(_GZIP):
            with gzip.GzipFile("", "wb", _LEVEL, tap, mtime=0) as packed:
                yield packed
        else:
            yield tap
        entry = Entry(name, tap.crc, tap.size, start)
        end = self._file.tell()
        if end > _MAX_BYTES or len(self._entries) >= MAX_PARTS:
            raise HostError("one bundle holds 4 GiB and 10,000 parts, and this is more: scan and export in parts")
        self._file.seek(start)
        self._file.write(entry.local)
        self._file.seek(end)
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
        self._file.write(directory + _end(len(self._entries), len(directory), start))


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


class Archive:
    """An archive that is read. Nothing is unpacked or held in memory beyond the directory and what is asked for.

    Raises:
        EvidenceError: it is not of the one form that `Writer` makes.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.entries = tuple(self._directory())
        self._by_name = {entry.name: entry for entry in self.entries}

    def measure(self, name: str) -> Part:
        """Read a part through, and take its measures.

        Raises:
            EvidenceError: its checksum in the archive does not hold.
        """
        entry, crc, hashed = self._by_name[name], 0, sha256()
        for chunk in self._chunks(entry):
            crc = zlib.crc32(chunk, crc)
            hashed.update(chunk)
        if crc != entry.crc:
            raise EvidenceError(f"{name}: its checksum in the archive does not hold")
        return Part(name, hashed.hexdigest(), entry.size)

    def read(self, name: str, limit: int) -> bytes:
        """A part as a whole.

        Raises:
            EvidenceError: it is missing, or larger than `limit` bytes.
        """
        entry = self._by_name.get(name)
        if entry is None:
            raise EvidenceError(f"{name}: is missing")
        if entry.size > limit:
            raise EvidenceError(f"{name}: has {entry.size:,} bytes, and no more than {limit:,} are read")
        return b"".join(self._chunks(entry))

    def lines(self, name: str, most: float = math.inf) -> Iterator[bytes]:
        """The lines of a part, each with its LF, of at most so many bytes; a packed part is unpacked as it is read.

        Raises:
            EvidenceError: it cannot be unpacked, unfolds to too much, or a line is too long or does not end.
        """
        entry = self._by_name[name]
        raw = io.BufferedReader(_Window(self._file, entry))
        packed = name.endswith(_GZIP)
        left = min(entry.size * MAX_RATIO if packed else entry.size, most)
        try:
            stream = gzip.GzipFile(fileobj=raw, mode="rb") if packed else raw
            while line := stream.readline(MAX_LINE + 1):
                left -= len(line)
                if len(line) > MAX_LINE or left < 0:
                    raise EvidenceError(f"{name}: unfolds to more than camscan writes")
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
        self._file.seek(max(0, size - _END.size))
        end = self._file.read(_END.size)
        if len(end) < _END.size or not end.startswith(b"PK\x05\x06"):
            raise EvidenceError("the archive: does not end as a bundle does: it is cut short, or is none")
        count, length, start = _END.unpack(end)[4:7]
        if end != _end(count, length, start) or count > MAX_PARTS or start + length + _END.size != size:
            raise EvidenceError("the archive: its end does not fit what is before it")
        if length > count * (_CENTRAL.size + _MAX_NAME):
            raise EvidenceError("the archive: its directory does not fit the count of its parts")
        self._file.seek(start)
        yield from self._checked(self._file.read(length), count, start)

    def _checked(self, directory: bytes, count: int, end: int) -> Iterator[Entry]:
        """The entries of a directory, each compared with what is written for it; they fill the file up to `end`."""
        at = offset = 0
        seen: set[str] = set()
        while at < len(directory):
            entry = _entry(directory, at)
            if entry.name in seen:
                raise EvidenceError(f"{entry.name}: is there twice")
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


def _entry(directory: bytes, at: int) -> Entry:
    if len(directory) - at < _CENTRAL.size:
        raise EvidenceError("the archive: its directory is cut short")
    values = _CENTRAL.unpack_from(directory, at)
    crc, size, length, start = values[7], values[8], values[10], values[16]
    name = directory[at + _CENTRAL.size :][:length].decode("ascii", "replace")
    if not is_name(name):
        raise EvidenceError(f"the archive: no part of a bundle is called {name[:100]!r}")
    return Entry(name, crc, size, start)


def _end(count: int, length: int, start: int) -> bytes:
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, length, start, 0)
