"""The container: a ZIP archive of one exact form, so that not one byte of it can differ unseen.

Every part is stored as it is (large ones are gzip files themselves), nothing lies between, before or behind the parts,
and every header is what `Entry` makes of name, size and checksum (APPNOTE.TXT 6.3.10, 4.3.7, 4.3.12 and 4.3.16; no
ZIP64, so an archive ends below 4 GiB). The general-purpose library reads many forms of an archive, guesses where it is
damaged, and may write another form in its next release: it could not tell an altered header.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from camscan.errors import EvidenceError

MAX_PARTS = 10_000
MAX_BYTES = 0xFFFF_FFFE
MAX_NAME = 200
MAX_LINE = 8 << 20  # bytes of one line: up to 1 MiB of an answer, in base64, and what the codecs read in it
GZIP = ".gz"  # what the name of a part ends in that is packed

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*){0,3}")
_LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
_VERSION, _MADE_BY = 20, 3 << 8 | 20
_MIDNIGHT, _FIRST_DAY = 0, 1 << 5 | 1  # 1980-01-01, in DOS's form: an archive is the same whenever it is made
_MODE = 0o100644 << 16


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
        return CENTRAL.pack(*head, len(name), 0, 0, 0, 0, _MODE, self.start) + name

    @property
    def contents(self) -> int:
        """Where the contents begin."""
        return self.start + _LOCAL.size + len(self.name)


def is_name(name: str) -> bool:
    """Whether a part may be called so: no absolute path, no "..", nothing that a file system reads in its own way."""
    return len(name) <= MAX_NAME and _NAME.fullmatch(name) is not None


def entry_at(directory: bytes, at: int) -> Entry:
    """The entry that begins at a place in a directory. Raises EvidenceError if none does."""
    if len(directory) - at < CENTRAL.size:
        raise EvidenceError("the archive: its directory is cut short")
    values = CENTRAL.unpack_from(directory, at)
    crc, size, length, start = values[7], values[8], values[10], values[16]
    name = directory[at + CENTRAL.size :][:length].decode("ascii", "replace")
    if not is_name(name):
        raise EvidenceError(f"the archive: no part of a bundle is called {name[:100]!r}")
    return Entry(name, crc, size, start)


def end(count: int, length: int, start: int) -> bytes:
    """What stands behind a directory: of how many entries and bytes it is, and where it begins."""
    return END.pack(b"PK\x05\x06", 0, 0, count, count, length, start, 0)
