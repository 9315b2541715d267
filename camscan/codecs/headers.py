"""Header blocks of the protocols that borrow HTTP's form: RTSP (RFC 2326) and SSDP (UPnP Device Architecture 1.1).

Forgiven: LF alone, a CR too many, folded lines, any case, spaces around and inside names, lines that are no header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from camscan.codecs.text import clip, to_text

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""(name in lower case, value) of every header, in the order in which they came."""

MAX_HEAD = 64 * 1024  # bytes of a head; real ones stay below 2 KiB
MAX_HEADERS = 200  # lines that are read; real answers have about ten
MAX_NAME = 128  # characters of a header's name
MAX_VALUE = 4096  # characters of a header's value

_HEAD_END = re.compile(rb"\n[ \t]*+\r{0,2}+\n")
_FIRST_HEADER = re.compile(r"[^\s:/]++[ \t]*+:")
_LINE_END = re.compile(r"\r{0,2}\n|\r")
_PADDED = re.compile(rb"^[ \t]*+([A-Za-z][A-Za-z0-9-]*+):  ++(?=[^ \t\r\n])", re.MULTILINE)


def head_end(data: bytes) -> int | None:
    """Where the body begins, behind the empty line that ends the head; None where the head is not complete."""
    end = _HEAD_END.search(data, 0, MAX_HEAD)
    return end.end() if end else None


def parse(head: bytes) -> tuple[str, Headers]:
    """The start line ("" where the block begins with a header) and (name in lower case, value) of every header."""
    lines = _unfolded(_LINE_END.split(to_text(head[:MAX_HEAD]).lstrip()))
    first = next(lines, "")
    if _FIRST_HEADER.match(first):
        return "", _headers((first, *lines))
    return clip(first, MAX_VALUE), _headers(lines)


def values(headers: Headers, name: str) -> tuple[str, ...]:
    """The values of every header with that name, which is given in lower case."""
    return tuple(value for found, value in headers if found == name and value)


def lines(headers: Headers) -> tuple[str, ...]:
    """Every header as "name: value"."""
    return tuple(f"{name}: {value}" for name, value in headers)


def padded(head: bytes) -> tuple[str, ...]:
    """The names, in lower case, of the headers whose values stand behind two spaces or more."""
    names = (match[1][:MAX_NAME].decode("ascii").lower() for match in _PADDED.finditer(head, 0, MAX_HEAD))
    return tuple(dict.fromkeys(names))[:MAX_HEADERS]


def _unfolded(raw: Iterable[str]) -> Iterator[str]:
    """The lines up to the first empty one, each joined with those that go on with it (RFC 2616 section 2.2)."""
    line = ""
    for count, text in enumerate(raw):
        if count > MAX_HEADERS or not text.strip():
            break
        if line and text[0] in " \t" and len(line) < MAX_VALUE:
            line = f"{line} {text.strip()}"
        else:
            if line:
                yield line
            line = text.strip()
    if line:
        yield line


def _headers(raw: Iterable[str]) -> Headers:
    parts = (line.partition(":") for line in raw)
    named = ((name.strip().lower(), clip(value, MAX_VALUE)) for name, colon, value in parts if colon)
    return tuple((name, value) for name, value in named if 0 < len(name) <= MAX_NAME)
