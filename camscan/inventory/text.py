"""Reads delimited text in any encoding and with any delimiter.

A quote that is never closed, or a line in another encoding, affects only its own row.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from camscan.errors import UsageError
from camscan.inventory.alphabets import in_one_language
from camscan.inventory.delimited import rows
from camscan.inventory.tables import Sheet

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

MAX_LINE = 1 << 20
"""Bytes of one line; what is longer has no place in an inventory."""
_CHUNK = 1 << 20
_HEAD = 100
"""Lines that are looked at to find the delimiter."""
_SAMPLE = 64 * 1024
_BEGINNING = 16
_DELIMITERS = ",;\t|^~\x1f\u00a6"
_OLD = ("cp850", "mac_roman")
"""Those of DOS and old Macs, which Excel offers beside the plain "CSV": only where names of columns speak for one."""
_SINGLE_BYTE = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", *_OLD)
_CANDIDATES = ("gb18030", "big5", "cp949", *_SINGLE_BYTE, "shift_jis")
"""The encodings, beside Unicode's, in which spreadsheets save text where cameras are bought most."""
_USUAL = "cp1252"
_SEPARATORS = re.compile(rf'"?[{re.escape(_DELIMITERS)}]"?')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"[,;]*\s*')
"""A line that is one quoted cell, with blank cells after it."""
_INSIDE = re.compile(f"[{re.escape(_DELIMITERS)}]")
_UTF8 = "utf-8-sig"
_OF_DOMAINS = ("idna", "punycode")  # which Python has among the encodings of text, too
_BOMS = (
    (codecs.BOM_UTF8, _UTF8),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before that of UTF-16, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

Score = Callable[[Sequence[Sequence[str]]], int]
"""How much the column names among some rows tell."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is encoded. Lines that are not in `name` are read as `other`, where it is set."""

    name: str
    other: str | None = None

    @property
    def is_wide(self) -> bool:
        """Whether every character takes two bytes or four, among which any may be."""
        return self.name.lower().startswith(("utf-16", "utf_16", "utf-32", "utf_32", "u16", "u32"))

    def __str__(self) -> str:
        return f"{self.name}, some lines {self.other}" if self.other else self.name


def find_encoding(path: Path, score: Score) -> Encoding:
    """The encoding: by its mark, else UTF-8 where it holds, else the likeliest (a guess, to be shown).

    Of several that are likely it is the one in which the column names tell most, as `score` judges them.

    Where some lines are UTF-8 and some are not, the file is taken to be put together from two.
    """
    with path.open("rb") as file:
        head = file.read(4096)
        marked = next((name for bom, name in _BOMS if head.startswith(bom)), None) or _wide(head)
        if marked and marked != _UTF8:
            return Encoding(marked)
        file.seek(0)
        found = _by_line(byte_lines(file), score)
        return Encoding(marked, found.other) if marked else found


def byte_lines(file: BinaryIO) -> Iterator[bytes]:
    r"""The lines of a file, ended by \n, \r\n or \r; of a line that is too long, its beginning."""
    rest = b""
    skipping = False
    while chunk := file.read(_CHUNK):
        lines = (rest + chunk).splitlines(keepends=True)
        # The last line may go on, and a \r may be half of a line's end.
        rest = lines.pop() if not lines[-1].endswith(b"\n") else b""
        for one in lines:
            if not skipping:
                yield one[:MAX_LINE]
            skipping = False
        if len(rest) > MAX_LINE:
            if not skipping:
                yield rest[:MAX_LINE]
            rest, skipping = rest[-1:] if rest.endswith(b"\r") else b"", True
    if rest and not skipping:
        yield rest[:MAX_LINE]


def _codec(name: str) -> str:
    """The encoding of text with this name, or one of its other spellings. Raises LookupError or ValueError."""
    found = codecs.lookup(name).name
    if found in _OF_DOMAINS:
        raise LookupError(name)
    b"\xffa".decode(found, "replace")
    return found


def text_lines(path: Path, encoding: Encoding) -> Iterator[str]:
    """The lines of a file as text; bytes that are in no encoding become U+FFFD.

    Raises UsageError if the encoding does not exist.
    """
    try:
        name = _codec(encoding.name)
    except (LookupError, ValueError) as error:
        raise UsageError(f"no such encoding: {encoding.name!r}: write a name such as cp1252 or gb18030") from error
    with path.open("rb") as file:
        if name.startswith(("utf-16", "utf-32")):
            name = _ordered(name, file.read(_BEGINNING))
            file.seek(0)
            with io.TextIOWrapper(file, name, errors="replace", newline=None) as text:
                yield from iter(lambda: text.readline(MAX_LINE), "")
                return
        for number, data in enumerate(byte_lines(file)):
            yield _decoded(data.removeprefix(codecs.BOM_UTF8) if number == 0 else data, encoding)


def read_text(path: Path, encoding: Encoding, score: Score) -> Sheet:
    """The table in a text file; `score` judges which delimiter makes columns whose names tell something."""
    lines = text_lines(path, encoding)
    head = list(islice(lines, _HEAD))
    if _is_quoted_whole(head):
        head, lines = list(map(_unquoted, head)), map(_unquoted, lines)
    told = _told(head[0]) if head else None
    delimiter = told or _delimiter(head, score)
    numbered = enumerate(chain(head, lines), start=1)
    if told:
        next(numbered)
    notes: list[str] = []
    return Sheet("", rows(numbered, delimiter, notes), notes)


def _wide(head: bytes) -> str | None:
    """UTF-16 without its mark, where the text begins with Latin letters: every second byte is zero, and no other."""
    low, high = head[0:_BEGINNING:2], head[1:_BEGINNING:2]
    if len(head) < 4:
        return None
    if all(low) and not any(high):
        return "utf-16-le"
    return "utf-16-be" if all(high) and not any(low) else None


def _ordered(name: str, head: bytes) -> str:
    """The encoding with its order of bytes, where no mark tells it: as the text shows, else as Windows writes it."""
    if name not in {"utf-16", "utf-32"} or any(head.startswith(bom) for bom, marked in _BOMS if marked == name):
        return name
    return (name == "utf-16" and _wide(head)) or f"{name}-le"


def _by_line(lines: Iterable[bytes], score: Score) -> Encoding:
    sample = bytearray()
    utf8 = False
    for data in lines:
        if data.isascii():
            continue
        try:
            data.decode("utf-8")
            utf8 = True
        except UnicodeDecodeError:
            if len(sample) < _SAMPLE:
                sample += data
    if not sample:
        return Encoding("utf-8")
    guess = _guess(bytes(sample[:_SAMPLE]), score)
    return Encoding("utf-8", guess) if utf8 else Encoding(guess)


def _guess(sample: bytes, score: Score) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415  files in UTF-8 do not need it

    # In the encodings of East Asia, bytes above 127 come in pairs at least once in a line or two.
    pairs = any(one > 127 and other > 127 for one, other in pairwise(sample))
    found = list(from_bytes(sample, cp_isolation=list(_CANDIDATES if pairs else _SINGLE_BYTE)))  # the likeliest first
    found.sort(key=lambda one: one.encoding in _OLD)

    def merit(one: CharsetMatch) -> tuple[int, bool]:
        named = score([_SEPARATORS.split(text) for text in str(one).splitlines()])
        return named, in_one_language(str(one), one.encoding)

    best = max(found, key=merit, default=None)
    if best is None or (best.encoding in _OLD and not merit(best)[0] and _is_usual(sample)):
        return _USUAL
    # Where another one reads the same, the more usual is named.
    return _USUAL if _USUAL in best.could_be_from_charset else best.encoding


def _is_usual(sample: bytes) -> bool:
    """Whether a text that may be too short to look like one is of a language in the usual encoding."""
    text = sample.decode(_USUAL, "replace")
    return in_one_language(text, _USUAL) and any(letter.isalpha() and not letter.isascii() for letter in text)


def _decoded(data: bytes, encoding: Encoding) -> str:
    if encoding.other is None:
        return data.decode(encoding.name, "replace")
    try:
        return data.decode(encoding.name)
    except UnicodeDecodeError:
        return data.decode(encoding.other, "replace")


def _is_quoted_whole(head: Sequence[str]) -> bool:
    """Whether each line stands in quotes as a whole: so a spreadsheet saves what it has opened with one column."""
    filled = [text for text in head if text.strip()]
    inside = [found[1] for text in filled if (found := _QUOTED.fullmatch(text))]
    return len(filled) == len(inside) > 0 and all(_INSIDE.search(text) for text in inside)


def _unquoted(text: str) -> str:
    found = _QUOTED.fullmatch(text)
    return found[1].replace('""', '"') if found else text


def _told(text: str) -> str | None:
    """The delimiter in the first line that Excel writes and reads: `sep=;`."""
    text = text.strip('\ufeff\r\n"')
    return text[4] if text[:4].lower() == "sep=" and len(text) == 5 else None


def _delimiter(head: Sequence[str], score: Score) -> str:
    """The delimiter that gives the best names, then the most rows of one width.

    csv.Sniffer gives up where titles stand above the table, or where it has one column.
    """

    def merit(delimiter: str) -> tuple[int, int, int]:
        found = [row.cells for row in rows(enumerate(head), delimiter, [])]
        widths = Counter(width for row in found if (width := len(row)) > 1)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return score(found), count, width

    return max(_DELIMITERS, key=merit)
