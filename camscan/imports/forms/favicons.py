"""Hashes of favicons as lists and scanners write them, and favicons themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from camscan.codecs import favicon
from camscan.imports.forms.base import Answer, answer, fields_of

MAX_NOTED = 16  # hashes of one record

_MD5 = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32}(?![0-9A-Fa-f])")
_MMH3 = re.compile(r"(?<![\w.+-])(?:-?[0-9]{4,10}|0x[0-9A-Fa-f]{7,8})(?![\w.])")
_NOTED = re.compile(
    r"""["'](?:favicon|icon)s?(?:_?(?:mmh3|md5|hash))?["'] ?:(?:[\s\[{]{0,64}["']\w{1,16}["'] ?:)?[\s\[{"']{0,64}"""
    r"""((?:mmh3:|md5:)?(?:-?\d{6,10}|[0-9a-f]{32})\b)""",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"^[ \t|_]{0,16}favicon[._-]?(?:mmh3|mmhash|murmur3?|hash|md5)[ \t]{0,4}[:=][ \t]{0,4}[\"']?"
    r"(-?\d{6,10}|[0-9a-f]{32})\b",
    re.IGNORECASE | re.MULTILINE,
)
_ALONE = re.compile(
    r"\W{0,2}(?:[\w.]{0,64}(?:icon|md5|mmh3)[\w.]{0,16}[\"']?[\s:=]{1,6}[\"']?)?(?:-?\d{7,10}|[0-9a-f]{32})[\"']?\s*",
    re.IGNORECASE,
)


_MINUS = str.maketrans("\u2012\u2013\u2212\uff0d", "----")
"""What editors make of a minus."""


def is_icon(text: str) -> bool:
    """Whether a text is the hash of a favicon, perhaps with a label."""
    return _ALONE.fullmatch(text.translate(_MINUS)) is not None


def icon(text: str) -> Iterator[Answer]:
    """Hashes of an icon: "md5:" and 32 digits, "mmh3:" and a number, or either alone."""
    md5 = tuple(value.lower() for value in _MD5.findall(text))
    mmh3 = tuple(filter(None, map(_signed, _MMH3.findall(_MD5.sub(" ", text.translate(_MINUS))))))
    found = {"http.favicon.md5": md5, "http.favicon.mmh3": mmh3}
    yield from answer("http", {name: values for name, values in found.items() if values})


def _signed(number: str) -> str:
    """A 32-bit hash as Shodan writes it, with its sign; "" for what is too large for one."""
    value = int(number, 16 if number[:2].lower() == "0x" else 10)
    return str(value - (1 << 32) if value >= 1 << 31 else value) if -(1 << 31) <= value < 1 << 32 else ""


def noted_icons(text: str) -> Iterator[Answer]:
    """Hashes of a favicon in JSON of search engines and scanners, and in lines of their notes."""
    form = _NOTED if text.lstrip()[:1] in ("{", "[") else _LISTED
    yield from icon("\n".join(islice(form.findall(text), MAX_NOTED)))


def icon_bytes(data: bytes) -> Iterator[Answer]:
    """The icon itself."""
    yield from answer("http", fields_of(favicon.decode, data), raw=data)
