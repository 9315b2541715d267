"""Bytes written down as text, and text in fences, quotes and escapes: base64, hex digits, hex dumps, literals."""

from __future__ import annotations

import ast
import base64
import json
import re
from contextlib import suppress
from html import unescape
from textwrap import dedent

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
_BREAK = re.compile(r"\\r\\n|\\n")
_END = (
    r"(?:(?:\\{1,2}(?:r|x0d|u000d))?\\{1,2}(?:n|x0a|u000a)|(?:%0d)?%0a|<br ?/?>|(?:&#(?:13|x0?d);)?&#(?:10|x0?a);"
    r"|[\u240a\u240d\u23ce\u21b5]{1,2}|[ \t]{1,8}\|[ \t]{1,8}(?=[a-z][\w-]{1,40}: )|;[ \t]{1,8}(?=[a-z][\w-]{1,40}: ))"
)
"""What stands for the end of a line where a whole answer is written in one."""
_ENDED = re.compile(rf"\A(?:HTTP|RTSP)/\d\.\d \d{{3}}[\w '-]{{0,64}}{_END}[a-z][\w-]{{1,40}}:", re.IGNORECASE)
_ENDS = re.compile(_END, re.IGNORECASE)
_SIMPLE = re.compile(r"\\([rnt\"'/])")
_OPENING = re.compile(r"\A[^\r\n]{0,64}?[\"'`](?=(?:HTTP|RTSP)/\d|v=0\r?\n)")
_SIMPLE_VALUES = {"r": "\r", "n": "\n", "t": "\t"}
_FENCE = re.compile(r"\A\s*```[\w-]*[ \t]*\r?\n(.*?)\r?\n[ \t]*```\s*\Z", re.DOTALL)
_OWNED = re.compile(r'((?<!\\)"(?:[^"\\\r\n]|\\.){0,1024}+")\.(?:into|to_string|to_owned)\(\)')
_HELD = re.compile(r'\b(?:Some|String::from)\(("(?:[^"\\\r\n]|\\.){0,1024}+")\)')
"""What the source of a Rust program makes of a text: a value of its own, or one that may be missing."""
_ASSIGNED = r"\A\s*(?:[a-z]{3,6} )?(?:[\w.]{1,64} ?:?= ?)?(?:\[\]byte\()?[bru]{0,2}"
_QUOTED_LINES = re.compile(
    _ASSIGNED + r"""(\"{3}|'{3}|`)\\?((?:(?!\1).)*+)\1\)?;?\s*\Z""",
    re.DOTALL,
)
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_REFERENCE = re.compile(r"&(?:lt|gt|quot|#39|#x27);")
_UNICODE = re.compile(r"(?<=[\[{(,:\s])u(?=['\"])")
_ITEM = re.compile(r"\((['\"][@#]?[\w.:-]{1,64}['\"]), ")
_PRINTED = re.compile(r"\A(?:\{|\[\{|\[\()'")
_ITEM_END = re.compile(r"(?<=['\"}e])\)(?=,)")
_CITED = re.compile(r"(?:>(?: [^\n]*+|[ \t]*+\r?)(?:\n|\Z)){2,}+")
_CITED_MARK = re.compile(r"^> ?", re.MULTILINE)
_VERBOSE = re.compile(r"^< (?:HTTP|RTSP)/", re.MULTILINE)
_TALK = re.compile(r"^(?:[>*] .*\n|[{}] \[\d+ bytes data\]\s*\n|>?\r?\n|<(?: |\r?$))", re.MULTILINE)


def plain(text: str) -> str:
    """The text as the device sent it: without an indent, a code fence or quotes, escapes, and marks of tools."""
    if text.lstrip("\r\n")[:1] in (" ", "\t"):
        text = dedent(text)
    if _CITED.fullmatch(text.strip() + "\n"):
        text = _CITED_MARK.sub("", text)
    if _REFERENCE.search(text) and not _MARKUP.search(text):  # copied out of the source of a web page
        text = unescape(text)
    if fence := _FENCE.match(text):
        text = fence[1]
    elif quoted := _QUOTED_LINES.match(text):
        text = quoted[2]
    if "\n" not in text and _ENDED.match(text):
        text = _ENDS.sub("\r\n", text)
    if "\n" not in text.strip() and _BREAK.search(text) and not _LITERAL.fullmatch(text.strip()):
        text = _OPENING.sub("", unescaped(text), count=1)
    if _VERBOSE.search(text):
        text = _TALK.sub("", text)
    text = _HELD.sub(r"\1", _OWNED.sub(r"\1", text))
    return printed(text.strip())


def printed(text: str) -> str:
    """A mapping that Python printed, of an older one with marks of its texts and of its order, as JSON."""
    if "{u'" in text or "(u'" in text:
        text = _UNICODE.sub("", text)
    if "OrderedDict([(" in text:
        text = _ITEM_END.sub("", _ITEM.sub(r"\1: ", text.replace("OrderedDict([", "{").replace(")])", "}")))
    if _PRINTED.match(text) and len(text) <= MAX_WRAPPED:
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            value = ast.literal_eval(text)
            return json.dumps(dict(value) if text.startswith("[(") else value, ensure_ascii=False)
    return text


def unescaped(text: str) -> str:
    """A text with its escapes for line ends, tabs and quotes undone."""
    return _SIMPLE.sub(lambda match: _SIMPLE_VALUES.get(match[1], match[1]), text)


def unwrapped(text: str) -> bytes:
    """The bytes that a text spells out; none where it is no wrapping, or spells out nothing but more text of its kind.

    >>> unwrapped("MDEyMzQ1Njc4OWFiY2RlZg==")
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
        return base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_" if {"-", "_"} & set(packed) else None)
    except ValueError:
        return b""
