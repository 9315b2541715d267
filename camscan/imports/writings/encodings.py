"""Bytes written down as text: base64, hex digits, hex dumps, literals, arrays, escapes of addresses."""

from __future__ import annotations

import ast
import base64
import re
from urllib.parse import unquote, unquote_plus

MAX_WRAPPED = 256 * 1024  # characters of a wrapping that are undone; datagrams and certificates need a fraction

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_DUMP = re.compile(r"([ \t]*)(?:0x)?([0-9A-Fa-f]{4,8}):?[ \t]{1,8}([0-9A-Fa-f]{2}.*)")
_CAPTION = re.compile(
    r"[ \t]*+(?:[^\r\n]{0,512}\b(?:length|bytes)\b[^\r\n]{0,512}|(?:0x)?[0-9A-F]{4,8}:?)?", re.IGNORECASE
)
"""A line of a dump that stands over a packet, between two of them, or at the end with the count of the bytes."""
_COLUMNS = re.compile(r"[ \t]{2,}|[ \t]*\|")
_ROW_OCTETS = 16
_FULL_COLUMNS = (11, 23)  # characters of the columns that dumps part a row into: four or eight bytes
_OCTETS = re.compile(r"(?:[0-9A-Fa-f]{2}){1,4}(?: (?:[0-9A-Fa-f]{2}){1,4})*")
_DIGITS = re.compile(r"(?:0x)?((?:[0-9A-Fa-f]{2}[\s:,-]{0,4}(?:0x|\\x)?){8,})")
_ESCAPED = re.compile(r"(?:\\x[0-9A-Fa-f]{2}){4}")
_LITERAL = re.compile(r"[bru]{0,2}(?P<quote>['\"]).*(?P=quote)", re.DOTALL | re.IGNORECASE)
_PREFIX = re.compile(r"(?:base64|b64|hex)[ \t]*:[ \t]*", re.IGNORECASE)
_QUOTED = re.compile(r"(?!/|[a-z][\w+.-]{0,16}://)(?:[^\s%\"<>{}\\]|%[0-9a-f]{2})++", re.IGNORECASE)
_QUOTED_SIGN = re.compile(r"%(?:2[02cf]|0[ad]|3[acd]|[57]b)", re.IGNORECASE)
"""A space, a quote, a sign between values, the end of a line, what opens a tag or an object, as escapes."""

_POINTS = re.compile(r"(?<!\\)(?:\\u(?:0[1-9a-f]|[1-9a-f][0-9a-f])[0-9a-f]{2}){2,}", re.IGNORECASE)


def percent_encoded(text: str) -> str:
    """A text that is written as in an address or a form, with "%20" or "+" for its spaces; an address as it is."""
    line = text.strip()
    if "%" not in line or not _QUOTED_SIGN.search(line) or not _QUOTED.fullmatch(line):
        return text
    return unquote(line) if "%20" in line else unquote_plus(line)


def code_points(text: str) -> str:
    """A text with the escapes of source code and JSON for letters beyond ASCII as these letters."""
    return _POINTS.sub(_letters, text) if "\\u" in text else text


def _letters(escapes: re.Match[str]) -> str:
    units = bytes.fromhex(escapes[0].replace("\\u", ""))
    try:
        return units.decode("utf-16-be")
    except UnicodeDecodeError:
        return escapes[0]


def decoded(text: str) -> bytes:
    """The bytes that a text spells out; none where it is no wrapping, or spells out nothing but more text of its kind.

    >>> decoded("MDEyMzQ1Njc4OWFiY2RlZg==")
    b'0123456789abcdef'
    """
    text = _PREFIX.sub("", text.strip()[:MAX_WRAPPED], count=1)
    for undo in (_of_literal, _of_dump, _of_digits, _of_base64):
        if data := undo(text):
            return data
    return b""


def _of_literal(text: str) -> bytes:
    """A bytes or string literal, or text with escapes for bytes."""
    if _ESCAPED.search(text) and not _LITERAL.fullmatch(text):
        text = "b'" + text.replace("'", "\\'") + "'"
    if not _LITERAL.fullmatch(text):
        return b""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return b""
    if isinstance(value, str):
        return value.encode("latin_1", "ignore")
    return value if isinstance(value, bytes) else b""


def _of_dump(text: str) -> bytes:
    """xxd, hexdump -C, tcpdump -x, Wireshark: an offset, then up to sixteen bytes a line, then what they look like.

    Several packets under captions follow each other, as do the two sides of a talk, one of them set deeper.
    """
    data = bytearray()
    ends: dict[str, int] = {}  # indent -> offset of the next row
    for line in text.splitlines():
        match = _DUMP.fullmatch(line)
        if match is None:
            if _CAPTION.fullmatch(line):
                continue
            return b""
        indent, at, row = match[1], int(match[2], 16), _row(match[3])
        cut = 0 if at % _ROW_OCTETS or len(row) != _ROW_OCTETS else at  # where a dump lacks its head
        if at not in (0, ends.get(indent, cut)):
            return b""
        ends[indent] = at + len(row)
        data += row
    return bytes(data)


def _row(written: str) -> bytes:
    """The bytes of a row, which may be parted into columns; what they look like stands in the last one."""
    row = b""
    for column in _COLUMNS.split(written):
        octets = column.strip()
        if not _OCTETS.fullmatch(octets) or len(row) >= _ROW_OCTETS:
            break
        row += bytes.fromhex(octets)
        if len(octets) not in _FULL_COLUMNS:
            break
    return row


def _of_digits(text: str) -> bytes:
    match = _DIGITS.fullmatch(text)
    digits = re.sub(r"0x|\\x|[\s:,-]", "", match[1]) if match else ""
    return bytes.fromhex(digits) if len(digits) % 2 == 0 else b""


def _of_base64(text: str) -> bytes:
    packed = "".join(line.strip() for line in text.splitlines())
    if not _BASE64.fullmatch(packed) or len(packed) % 4 == 1:
        return b""
    try:
        return _base64(packed)
    except ValueError:
        return b""


def _base64(digits: str) -> bytes:
    """The bytes of base64 in either alphabet, with the padding that it may lack."""
    return base64.b64decode(digits + "=" * (-len(digits) % 4), altchars=b"-_" if {"-", "_"} & set(digits) else None)
