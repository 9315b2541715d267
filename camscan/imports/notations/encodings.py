"""Bytes encoded as text: base64, hex digits, hex dumps, string literals, percent encoding."""

from __future__ import annotations

import ast
import base64
import json
import re
from contextlib import suppress
from warnings import catch_warnings, simplefilter

MAX_WRAPPED = 256 * 1024  # characters of a wrapping that are undone; datagrams and certificates need a fraction

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_DUMP = re.compile(r"([ \t]*)(?:0x)?([0-9A-Fa-f]{4,8}):?[ \t]{1,8}([0-9A-Fa-f]{2}.*)")
_CAPTION = re.compile(
    r"[ \t]*+(?:[^\r\n]{0,512}\b(?:length|bytes)\b[^\r\n]{0,512}|(?:0x)?[0-9A-F]{4,8}:?)?", re.IGNORECASE
)
"""A line of a dump before a packet, between two packets, or at the end with the number of bytes."""
_COLUMNS = re.compile(r"[ \t]{2,}|[ \t]*\|")
_ROW_OCTETS = 16
_FULL_COLUMNS = (11, 23)  # characters of the columns that dumps part a row into: four or eight bytes
_OCTETS = re.compile(r"(?:[0-9A-Fa-f]{2}){1,4}(?: (?:[0-9A-Fa-f]{2}){1,4})*")
_DIGITS = re.compile(r"(?:0x)?((?:[0-9A-Fa-f]{2}[\s:,-]{0,4}(?:0x|\\x)?){8,})")
_ESCAPED = re.compile(r"(?:\\x[0-9A-Fa-f]{2}){4}")
_STRING = re.compile(
    r"\s{0,64}[bru]{0,2}(?:\"(?:[^\"\\\r\n]|\\[^\r\n])*+\"|'(?:[^'\\\r\n]|\\[^\r\n])*+')\s{0,64}", re.IGNORECASE
)


def decoded(text: str) -> bytes:
    """The bytes that a text encodes; empty if it is not an encoding.

    >>> decoded("MDEyMzQ1Njc4OWFiY2RlZg==")
    b'0123456789abcdef'
    """
    text = text.strip()[:MAX_WRAPPED]
    for undo in (_of_string, _of_dump, _of_digits, _of_base64):
        if data := undo(text):
            return data
    return b""


def literal(text: str) -> str | bytes | None:
    """The value of a string literal in JSON or Python; None if the text is anything else."""
    if len(text) > MAX_WRAPPED or not _STRING.fullmatch(text):
        return None
    string = text.strip()
    for read in (json.loads, ast.literal_eval) if string.startswith('"') else (ast.literal_eval,):
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError), catch_warnings():
            simplefilter("ignore")  # of escapes that Python does not know
            value = read(string)
            return value if isinstance(value, str | bytes) else None
    return None


def _of_string(text: str) -> bytes:
    """A string literal, or a text with escapes for bytes."""
    if _ESCAPED.search(text) and not _STRING.fullmatch(text):
        text = "b'" + text.replace("'", "\\'") + "'"
    value = literal(text)
    return value.encode("latin_1", "ignore") if isinstance(value, str) else value or b""


def _of_dump(text: str) -> bytes:
    """xxd, hexdump -C, tcpdump -x, Wireshark: an offset, up to sixteen bytes a line, then the same as text.

    There may be several packets with captions, and two directions of a connection, one of them indented.
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
    """The bytes of a row, which may be in several columns; the last column is the same as text."""
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
    """Base64 in either alphabet, with the padding that it may lack."""
    digits = "".join(line.strip() for line in text.splitlines())
    if not _BASE64.fullmatch(digits) or len(digits) % 4 == 1:
        return b""
    with suppress(ValueError):
        return base64.b64decode(digits + "=" * (-len(digits) % 4), altchars=b"-_" if {"-", "_"} & set(digits) else None)
    return b""
