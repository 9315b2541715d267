"""What a file is that is no text, by how it begins, in words for whoever gave it."""

from __future__ import annotations

PICTURE = "a picture"

_BEGINNINGS = (
    *((b"PK\x03\x04", "a ZIP archive or a workbook"), (b"PK\x05\x06", "an empty ZIP archive"), (b"%PDF", "a PDF")),
    *((b"\x1f\x8b", "packed with gzip"), (b"\xfd7zXZ\0", "packed with xz")),
    *((b"BZh%d1AY" % level, "packed with bzip2") for level in range(1, 10)),
    *((b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"), (b"Rar!\x1a\x07", "a RAR archive"), (b"\x7fELF", "a program")),
    *((b"SQLite format 3\0", "a database"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document")),
    *((start, PICTURE) for start in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")),
)


def format_of(start: bytes) -> str:
    """What a file is that begins so, as "a PDF"; "" where it may be text."""
    return next((what for beginning, what in _BEGINNINGS if start.startswith(beginning)), "")
