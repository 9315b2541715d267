"""Prefixes of lines: indents, comment marks, prefixes of logs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import dedent

from camscan.imports.notations.base import (
    ANSWER_LINE,
    BEGIN,
    HEADER,
    MANY,
    MAX_LINES,
    REQUEST,
    has_answer_line,
    nonblank_lines,
)

_MARKS = (
    re.compile(r"[ \t]*// ?"),
    *(
        re.compile(rf"[ \t]*{mark}(?: |(?=\t)|$)")
        for mark in ("#", r"\*", r"\+(?= \S)", "--", "<{1,3}", "<[-=]", ";(?!.*; )")
    ),
)
_BAR = re.compile(r"[ \t]*\|(?: |$)")
_BARRED = re.compile(rf"\A\s*\|\s*(?:<[!?A-Za-z]|{BEGIN}|{HEADER}: |[A-Za-z][\w.:\[\]]{{1,80}}=\S|\{{\")")
"""A page, an answer, settings or JSON with bars before the lines; any other text with bars is output of nmap."""
_STAMP = re.compile(r"\d:\d\d:\d\d|\[[^\]\r\n]{1,64} @ 0x|\A[\w.-]{1,64}[ \t]{1,16}\| ")
_STAMP_END = re.compile(r"(?:[:\]|>DFP] |\t)(?=\S)")
_TIME_END = re.compile(r":\d\d(?:[.,]\d{1,9})?Z? {1,2}(?=\S)")
_TRACED = re.compile(r"^[ \t]*+\[\w+ @ 0x[0-9a-f]+\] line='", re.MULTILINE)
"""Lines of a trace of ffmpeg, which are recognised by this prefix elsewhere."""
_MAX_PREFIX = 256  # characters; a container's name, two times and the name of a program take about 120
_DIGITS = re.compile(r"\d+")

_HEADER_LINE = re.compile(rf"{HEADER}[ \t]?:", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:{REQUEST}|(?:Authorization|{HEADER})[ \t]?:|v=0\s*$)", re.IGNORECASE)
_MARK = re.compile(r"\s*(?://|#|;|\*|--|%|>)\s*|(?:[^\"'{}<>]*\d\d:\d\d:\d\d|\s*\[[^\]]*\])[^\"'{}<>]*")
_QUOTING = re.compile(r"[\"'{}<>|]")
_DEEPER = re.compile(
    r"(?:\A[A-Z]|^[ \t]+(?:RTSP|HTTP)/\d\.\d[ \t]+\d{3}\b)[^\r\n]*\r?\n"
    rf"[ \t]++(?:{HEADER}[ \t]?:|Via[ \t]?:[ \t]?SIP/)",
    re.IGNORECASE | re.MULTILINE,
)
_HEADED = re.compile(r"^(?:RTSP|HTTP)/\d\.\d[ \t]+\d{3}\b", re.IGNORECASE | re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def unmarked(text: str) -> str:
    """Lines without the mark of a comment, or of a client, if each of them has it."""
    lines = nonblank_lines(text)
    for mark in (*_MARKS, *([_BAR] if _BARRED.match(text) else [])):
        if lines and all(map(mark.match, lines)):
            return "\n".join(_behind(mark, line) for line in text.splitlines())
    return text


def _behind(mark: re.Pattern[str], line: str) -> str:
    """A line without the mark that it begins with; not looked for elsewhere, as blanks might take time."""
    found = mark.match(line)
    return line[found.end() :] if found else line


def stamped(text: str) -> str:
    """Lines without the longest common prefix of a log; numbers in it may differ."""
    lines = nonblank_lines(text)
    if len(lines) < MANY or (" @ 0x" in text and _TRACED.search(text)):
        return text
    ends = [match.end() for match in _STAMP_END.finditer(lines[0][:_MAX_PREFIX])]
    if not has_answer_line(text):  # before whose lines a time is found below
        ends = sorted([*ends, *(match.end() for match in _TIME_END.finditer(lines[0][:_MAX_PREFIX]))])
    for end in reversed(ends):
        stamp = lines[0][:end]
        lead = re.compile(_DIGITS.sub(r"\\d+", re.escape(stamp)))
        if _STAMP.search(stamp) and all(map(lead.match, lines)):
            return "\n".join(_behind(lead, line) for line in text.splitlines())
    return text


def indented(text: str) -> str:
    """Lines without their common indent."""
    return dedent(text) if text.lstrip("\r\n")[:1] in (" ", "\t") else text


def logged(text: str) -> str:
    """Lines without the prefix of a log or comment before each line of an answer, or before its first."""
    if not ANSWER_LINE.search(text):
        return text
    lines = text.splitlines()[:MAX_LINES]
    marked = ((place, line, ANSWER_LINE.search(line)) for place, line in enumerate(lines))
    place, line, found = next(((at, line, found) for at, line, found in marked if found), (0, "", None))
    prefix = line[: found.start()] if found else ""
    if not prefix.strip() or len(prefix) > _MAX_PREFIX:
        return text
    if _HEADER_LINE.match(lines[place + 1].lstrip(" \t") if place + 1 < len(lines) else ""):
        return "\n".join(_without(prefix, lines)[place:])
    bare = _without(prefix, lines)
    shared = bare[place + 1 : place + 2] != lines[place + 1 : place + 2]
    if not _MARK.fullmatch(prefix) and (not shared or _QUOTING.search(prefix)):
        return text
    first = next((at for at, line in enumerate(bare[:place]) if _BEFORE.match(line)), place)
    return "\n".join(bare[first:])


def _without(prefix: str, lines: Sequence[str]) -> list[str]:
    """Lines without this prefix, or twice of it; numbers in it may differ."""
    mask = _DIGITS.sub(r"\\d+", re.escape(prefix.strip())).replace(r"\.\d+", r"(?:\.\d+)?")
    room = len(prefix) - len(prefix.rstrip())
    lead = re.compile(rf"[ \t]*{mask}(?:[ \t]+{mask})?[ \t]{{0,{room}}}")
    return [_behind(lead, line) for line in lines]


def deeper(text: str) -> str:
    """A head whose lines are indented more than its first line, or than the line above it."""
    is_indented = "\n " in text or "\n\t" in text
    return _INDENT.sub("", text) if is_indented and _DEEPER.search(text) and not _is_apart(text) else text


def _is_apart(text: str) -> bool:
    """Whether the text has another head without an indent."""
    return _DEEPER.match(text) is None and _HEADED.search(text) is not None
