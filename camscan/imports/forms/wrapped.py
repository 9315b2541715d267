"""Bytes written down as text: base64, hex digits, hex dumps, and the literals of programming languages."""

from __future__ import annotations

import ast
import base64
import json
import re
from contextlib import suppress

MAX_WRAPPED = 256 * 1024  # characters of a wrapping that are undone; datagrams and certificates need a fraction

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_DUMP = re.compile(r"[ \t]*(?:0x)?([0-9A-Fa-f]{4,8}):?[ \t]{1,8}([0-9A-Fa-f]{2}.*)")
_COLUMNS = re.compile(r"[ \t]{2,}|[ \t]*\|")
_OCTETS = re.compile(r"(?:[0-9A-Fa-f]{2}){1,4}(?: (?:[0-9A-Fa-f]{2}){1,4})*")
_DIGITS = re.compile(r"(?:0x)?((?:[0-9A-Fa-f]{2}[\s:,-]{0,4}(?:0x|\\x)?){8,})")
_ESCAPED = re.compile(r"(?:\\x[0-9A-Fa-f]{2}){4}")
_LITERAL = re.compile(r"[bru]{0,2}(?P<quote>['\"]).*(?P=quote)", re.DOTALL | re.IGNORECASE)
_PREFIX = re.compile(r"(?:base64|b64|hex)[ \t]*:[ \t]*", re.IGNORECASE)
_BREAK = re.compile(r"\\r\\n|\\n")
_SIMPLE = re.compile(r"\\([rnt\"'/])")
_OPENING = re.compile(r"\A[^\r\n]{0,64}?[\"'`](?=(?:HTTP|RTSP)/\d)")
_SIMPLE_VALUES = {"r": "\r", "n": "\n", "t": "\t"}
_FENCE = re.compile(r"\A\s*```[\w-]*[ \t]*\r?\n(.*?)\r?\n[ \t]*```\s*\Z", re.DOTALL)
_ASSIGNED = r"\A\s*(?:[a-z]{3,6} )?(?:[\w.]{1,64} ?:?= ?)?(?:\[\]byte\()?[bru]{0,2}"
_QUOTED_LINES = re.compile(
    _ASSIGNED + r"""(\"{3}|'{3}|`)\\?((?:(?!\1).)*+)\1\)?;?\s*\Z""",
    re.DOTALL,
)
_VERBOSE = re.compile(r"^< (?:HTTP|RTSP)/", re.MULTILINE)
_TALK = re.compile(r"^(?:[>*] .*\n|[{}] \[\d+ bytes data\]\s*\n|>?\r?\n|<(?: |\r?$))", re.MULTILINE)
_STAMP = re.compile(
    r"^(?:[\[(]?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?[\])]?"
    r"(?:[ \t]{1,4}|$)){1,2}",
    re.MULTILINE,
)
_STARTS = re.compile(r"^([^\n]{0,160}?)(?:(?:HTTP|RTSP)/\d\.\d \d{3}\b|v=0\r?$)", re.MULTILINE)
_LOGGED = re.compile(r"[^\n]{1,160}?\] \S")
_MORE = re.compile(r"\r?\n[A-Za-z][A-Za-z0-9-]{1,40}:[ \t]")
_SPELLED = re.compile(
    r"""^[ \t]*(?:\w+[ \t]*[:+]?=[ \t]*)?[([]?[bfr]?["']?(.*?)(?:\\r)?\\n["'\\]?[ \t]*[+\\),;]{0,3}[ \t]*$""",
    re.MULTILINE,
)
_TRACED = re.compile(r"^\[\w+ @ 0x[0-9a-f]+\] line='(.*)'\s*?$", re.MULTILINE)  # what ffmpeg traces
_PRINTED = re.compile(r"""\bsession_?name: *"((?:[^"\\]|\\.){1,200})\"""", re.IGNORECASE)
_ORIGIN = re.compile(r"""\borigin: *Origin *\{ *username: *"([^"\\]{0,64})\"""", re.IGNORECASE)
_PLAYED = re.compile(r"^Input #0, (?:rtsp|sdp)\b.*?^ {2,8}title +: ([^\r\n]{1,200})", re.MULTILINE | re.DOTALL)
_HELD = re.compile(r'"((?:HTTP|RTSP)/\d\.\d \d{3}(?:[^"\\\r\n]|\\.){1,65536}+)"')
_NAMES = (
    r"(?:WWW-Authenticate|C-?Seq|Date|Server|Public|Session|Transport|Cache-Control|Set-Cookie|Content-[A-Z]\w{2,12}): "
)
_RUN_ON = re.compile(rf"^.*?(?:HTTP|RTSP)/\d\.\d \d{{3}} [A-Z ]{{2,30}}?{_NAMES}.*$", re.MULTILINE | re.IGNORECASE)
_GLUED = re.compile(rf"(?<!-)(?={_NAMES})", re.IGNORECASE)
_MANY = 3  # lines of a kind from which on the whole text is of it


def plain(text: str) -> str:
    """The text as the device sent it: without a code fence or quotes, escapes for line ends, and curl's marks."""
    if fence := _FENCE.match(text):
        text = fence[1]
    elif quoted := _QUOTED_LINES.match(text):
        text = quoted[2]
    text = _of_lines(text)
    if "\n" not in text.strip() and _BREAK.search(text) and not _LITERAL.fullmatch(text.strip()):
        text = _OPENING.sub("", _SIMPLE.sub(lambda match: _SIMPLE_VALUES.get(match[1], match[1]), text), count=1)
    if _VERBOSE.search(text):
        text = _TALK.sub("", text)
    text = _RUN_ON.sub(lambda match: _GLUED.sub("\r\n", match[0]), text)  # a client lost the ends of the lines
    return _unprefixed(text).strip()


def _of_lines(text: str) -> str:
    """An answer that JSON holds as a string, that program code spells out, or that a client traced or printed."""
    if len(traced := _TRACED.findall(text)) >= _MANY:
        return "\r\n".join(traced)
    if printed := _PRINTED.search(text):
        origin = _ORIGIN.search(text)
        return f"v=0\r\no={origin[1] if origin else '-'} 0 0 IN IP4 0.0.0.0\r\ns={printed[1]}\r\n".replace('\\"', '"')
    if played := _PLAYED.search(text):
        return f"v=0\r\ns={played[1]}\r\n"
    if "\n" in text.strip() and len(spelled := _SPELLED.findall(text)) >= _MANY:
        return "\r\n".join(line.replace('\\"', '"') for line in spelled)
    held = _HELD.search(text)
    if held and "\\n" in held[1]:
        with suppress(ValueError):
            return str(json.loads(f'"{held[1]}"'))
    return text


def _unprefixed(text: str) -> str:
    """Lines without what a log, a comment or an indent puts before each line of an answer, or before its first."""
    if len(_STAMP.findall(text)) >= _MANY:
        text = _STAMP.sub("", text)
    start = _STARTS.search(text)
    prefix = start[1] if start else _shared(text)
    if not prefix or prefix.lstrip().startswith("|"):  # output of a script below a port has marks of its own
        return text
    if start is None:
        return "\n".join(line.removeprefix(prefix) for line in text.split("\n"))
    following = text[start.end() :].partition("\n")[2].partition("\n")[0]
    if following.startswith(prefix.rstrip()):
        return "\n".join(_bare(line, prefix) for line in text.split("\n"))
    if _MORE.match(text, text.find("\n", start.end())):
        return text[start.end(1) :]
    return text


def _bare(line: str, prefix: str) -> str:
    """A line without a log's prefix, after which logs leave more or less room."""
    mark = prefix.rstrip()
    if line.startswith(prefix) or not mark:
        return line.removeprefix(prefix)
    return line.removeprefix(mark).lstrip(" \t") if line.startswith(mark) else line


def _shared(text: str) -> str:
    """What a log puts before every line of a text; "" where it is no log."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < _MANY or not _LOGGED.match(text):
        return ""
    low, high = min(lines), max(lines)
    shared = low[: next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))]
    return shared[: shared.rfind("] ") + 2] if "] " in shared else ""


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
    """xxd, hexdump -C, tcpdump -x, Wireshark: an offset, then up to sixteen bytes a line, then what they look like."""
    data = bytearray()
    for line in text.splitlines():
        match = _DUMP.fullmatch(line)
        if match is None or int(match[1], 16) != len(data):
            return b""
        first, *rest = _COLUMNS.split(match[2])
        half = rest[0].strip() if rest and len(first) == 23 else ""  # hexdump parts sixteen bytes in the middle
        for column in (first.strip(), half):
            if _OCTETS.fullmatch(column):
                data += bytes.fromhex(column)
    return bytes(data)


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
