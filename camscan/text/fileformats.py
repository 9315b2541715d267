"""What a file is that is no text, by how it begins, in words for whoever gave it."""

from __future__ import annotations

PICTURE, BUNDLE, DATABASE = "a picture", "a bundle of evidence", "a database"
OF_CAMSCAN = {
    BUNDLE: "`camscan evidence verify` checks it, and `camscan db merge` takes it into the store",
    DATABASE: "a store of camscan's is read by --db, or by `camscan db merge`",
}
"""What to do with files that camscan may have written itself."""
_ARCHIVE, _IN_BUNDLE = b"PK\x03\x04", b"README.txt"

_BEGINNINGS = (
    *((_ARCHIVE, "a ZIP archive or a workbook"), (b"PK\x05\x06", "an empty ZIP archive"), (b"%PDF", "a PDF")),
    *((b"\x1f\x8b", "packed with gzip"), (b"\xfd7zXZ\0", "packed with xz")),
    *((b"BZh%d1AY" % level, "packed with bzip2") for level in range(1, 10)),
    *((b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"), (b"Rar!\x1a\x07", "a RAR archive"), (b"\x7fELF", "a program")),
    *((b"SQLite format 3\0", DATABASE), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document")),
    *((start, PICTURE) for start in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")),
)


def format_of(start: bytes) -> str:
    """What a file is that begins so, as "a PDF"; "" where it may be text."""
    if start.startswith(_ARCHIVE) and start[30:].startswith(_IN_BUNDLE):
        return BUNDLE
    return next((what for beginning, what in _BEGINNINGS if start.startswith(beginning)), "")
