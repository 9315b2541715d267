"""What the notations share: patterns that recognise an answer, and limits."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeAlias

from camscan.codecs.text import to_text

Undo: TypeAlias = Callable[[str], str]
"""Removes one notation from a text; returns any other text unchanged."""

MAX_LINES = 4096  # of one paste
MAX_JSON = 256 * 1024  # characters of JSON, or of what a program printed, that are parsed
FEW, MANY = 2, 3  # lines that must all have a mark so that it is no coincidence: in an answer, in any text

STATUS = r"(?:RTSP|HTTP)/\d\.\d[ \xa0]\d{3}\b"
BEGIN = rf"(?:{STATUS}|v=0(?!\w|\.\d))"
"""How an answer, or a session description, begins."""
REQUEST = r"[A-Z_]{3,16} \S{1,1024} (?:RTSP|HTTP)/\d"
ANSWER_START = re.compile(r"(?:RTSP|HTTP)/\d\.\d[ \t\xa0]+\d{3}\b|\bv=0(?!\w|\.\d)")
"""A status line, or the first line of a session description."""
HEADER = (
    r"(?:WWW-Authenticate|Server|CSeq|Public|Content-[A-Za-z]{4,8}|Location|Set-Cookie|Date|Connection|Session|Transport"
    r"|Cache-Control|ETag|Last-Modified|Keep-Alive|Accept-Ranges|Pragma|Expires|Vary|X-[A-Za-z-]{3,40})"
)
"""Names of headers that distinguish an answer from other pairs."""
ANSWER_LINE = re.compile(
    r"(?:RTSP|HTTP)/\d\.\d[ \t]+\d{3}\b"
    r"|(?<![A-Za-z])(?:WWW-Authenticate|Server|CSeq|Public|Content-(?:Base|Type)|Location|Set-Cookie)[ \t]?:[ \t]?\S"
    r"|\ba=(?:control|rtpmap|fmtp|range|recvonly|x-dimensions|Media_header|packetization-supported)\b",
    re.IGNORECASE,
)
"""What occurs only in lines of an answer."""
_HEADED = re.compile(rf"^\W{{0,16}}+{HEADER}[ \t\xa0]?:", re.IGNORECASE | re.MULTILINE)
_QUOTE = re.compile(r"\\([\"'/])")
_ESCAPE = re.compile(r"\\([rnt\"'/])")
_OCTETS = re.compile(r"(?:\\x[0-9A-Fa-f]{2}){1,1024}+")
_ESCAPES = {"r": "\r", "n": "\n", "t": "\t"}


def has_answer_line(text: str) -> bool:
    """Whether a text has a line of an answer: a status, a header, the beginning of a session description."""
    return has_start(text) or (":" in text and _HEADED.search(text) is not None)


def has_start(text: str) -> bool:
    """Whether an answer begins somewhere in a text; most others lack even these letters, which takes no time to see."""
    return ("TP/" in text or "SP/" in text or "v=0" in text) and ANSWER_START.search(text) is not None


def nonblank_lines(text: str) -> list[str]:
    """The lines that are not blank."""
    return [line for line in text.splitlines()[:MAX_LINES] if line.strip()]


def unescaped(text: str) -> str:
    """A text with its escapes for line ends, tabs and quotes undone."""
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)


def with_octets(text: str) -> str:
    r"""A text with what its escapes for bytes ("\xc3\xbc") spell, of which several may be one character."""
    return _OCTETS.sub(lambda match: to_text(bytes.fromhex(match[0].replace("\\x", ""))), text)


def objects(parsed: object, most: int = MAX_LINES) -> Iterator[dict[str, object]]:
    """The objects in a JSON value, the outer ones first; at most `most` values are looked at."""
    waiting = deque([parsed])
    for _ in range(most):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def unquoted(value: str) -> str:
    """A value with its escaped quotes unescaped."""
    return _QUOTE.sub(r"\1", value)
