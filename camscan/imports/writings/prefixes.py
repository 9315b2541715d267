"""What stands before each line: an indent, a number, the mark of a citation, a list, a log or a comment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from textwrap import dedent

from camscan.imports.writings.base import ANSWER_LINE, BEGIN, FEW, HEADER, MANY, MAX_LINES, REQUEST, nonblank_lines

_BLOCK = re.compile(r"\A\s*/\*+[ \t]*(?:\r?\n)?(.*?)(?:\r?\n)?[ \t]*\*+/\s*\Z", re.DOTALL)
_BOLD = re.compile(r"\*{2,4}([^*\r\n]{1,200}?)\*{2,4}")
_BOLD_ANSWER = re.compile(rf"^[ \t]*\*\*[ \t]*(?:{BEGIN}|{HEADER}[ \t]?:)", re.MULTILINE | re.IGNORECASE)
_MARKS = (
    (re.compile(r"[ \t]*(?:[-*+] )?`([^`\r\n]*)`[ \t]*\Z"), 1),
    *((re.compile(rf"[ \t]*{mark}(?: |(?=\t)|$)"), 1) for mark in ("#", r"\*", "--", ";(?!.*; )", "<", ">(?=.*:)")),
    (re.compile(r"[ \t]*// ?"), 1),
    (re.compile(r"> ?(?:[ \t]*> ?)*"), FEW),
    *((re.compile(mark), MANY) for mark in (r"\+(?! )", "[-•] ", r"-(?![- ])")),
)
"""Marks of a comment, a citation, a list, a difference, and how many lines must have the same one."""
_NUMBER = re.compile(r"[ \t]*\d{1,6}(?:[:\t]|[.)] | ?[|\u2502](?: |(?=\r?$)))")
_BAR = re.compile(r"[ \t]*(?:(?:> ?)+|\| ?)")
_BARRED = re.compile(rf"\A\s*(?:(?:> ?)+|\| ?)(?:\s*<[!?A-Za-z]|(?i:{BEGIN}|{HEADER}[ \t]?:|{REQUEST}))")
_FOUND = re.compile(
    r"\A[ \t]{0,8}(?:\d{1,6}(?::|[ \t]?[|\u2502])[ \t]?(?![0-9A-Fa-f]{2}[:-])|\|[ \t](?![^\r\n]*\|))"
    r"(?=[A-Za-z<\"])"
)
"""How a tool shows a line that it found, by its number, or the only line of an output."""

_STAMP = re.compile(r"\d:\d\d:\d\d|\[[^\]\r\n]{1,64} @ 0x|\A[\w.-]{1,64}[ \t]{1,16}\| ")
_STAMP_END = re.compile(r"(?:[:\]|>DFP] |\t)(?=\S)")
_DATED = re.compile(
    r"[ \t]*\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,16} +(?:\[?(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR)\]?:? +)?"
    r"(?:\([\w.-]{1,40}\) +)?(?:\[[\w.:-]{1,64}\] +)?(?=\S)"
)
"""How a single line of a log begins."""
_TRACED = re.compile(r"^[ \t]*+\[\w+ @ 0x[0-9a-f]+\] line='", re.MULTILINE)
"""Lines of a trace, which tell what was sent by this very mark."""
_MAX_PREFIX = 256  # characters; a container's name, two times and the name of a program take about 120
_DIGITS = re.compile(r"\d+")

_HEADER_LINE = re.compile(rf"{HEADER}[ \t]?:", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:{REQUEST}|(?:Authorization|{HEADER})[ \t]?:|v=0\s*$)", re.IGNORECASE)
_MARK = re.compile(r"\s*(?://|#|;|\*|--|%|>)\s*|(?:[^\"'{}<>]*\d\d:\d\d:\d\d|\s*\[[^\]]*\])[^\"'{}<>]*")
_QUOTING = re.compile(r"[\"'{}<>|]")
_INDENTED = re.compile(rf"[A-Z][^\r\n]*\r?\n[ \t]++{HEADER}[ \t]?:", re.IGNORECASE)
_DEEPER = re.compile(
    rf"^[ \t]+(?:RTSP|HTTP)/\d\.\d[ \t]+\d{{3}}\b[^\r\n]*\r?\n[ \t]++{HEADER}[ \t]?:", re.IGNORECASE | re.MULTILINE
)
_HEADED = re.compile(r"^(?:RTSP|HTTP)/\d\.\d[ \t]+\d{3}\b", re.IGNORECASE | re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def unmarked(text: str) -> str:
    """Lines without the mark, or the number, that each of them has."""
    if block := _BLOCK.match(text):
        text = block[1]
    if _BOLD_ANSWER.search(text):
        text = _BOLD.sub(r"\1", text)
    lines = nonblank_lines(text)
    numbers = [int(found[0].strip(" \t:.)|\u2502")) for found in map(_NUMBER.match, lines) if found]
    are_numbered = len(numbers) >= MANY and all(after > before for before, after in pairwise(numbers))
    marks = (*_MARKS, *([(_NUMBER, MANY)] if are_numbered else []), *([(_BAR, FEW)] if _BARRED.match(text) else []))
    for mark, fewest in marks:
        if len(lines) >= fewest and all(map(mark.match, lines)):
            return "\n".join(mark.sub(r"\1" if mark.groups else "", line, count=1) for line in text.splitlines())
    return _FOUND.sub("", text, count=1) if len(lines) == 1 else text


def stamped(text: str) -> str:
    """Lines without what a log writes before each, the more of it the better; numbers in it may differ."""
    lines = nonblank_lines(text)
    if lines and len(lines) < MANY and all(map(_DATED.match, lines)):
        return "\n".join(_DATED.sub("", line, count=1) for line in lines)
    if len(lines) < MANY or _TRACED.search(text):
        return text
    for end in reversed([match.end() for match in _STAMP_END.finditer(lines[0][:_MAX_PREFIX])]):
        stamp = lines[0][:end]
        lead = re.compile(_DIGITS.sub(r"\\d+", re.escape(stamp)))
        if _STAMP.search(stamp) and all(map(lead.match, lines)):
            return "\n".join(lead.sub("", line, count=1) for line in text.splitlines())
    return text


def indented(text: str) -> str:
    """Lines without the indent that all of them have."""
    return dedent(text) if text.lstrip("\r\n")[:1] in (" ", "\t") else text


def commented(text: str) -> str:
    """Lines without what a log or a comment puts before each line of an answer, or before its first."""
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
    """Lines without a prefix like this one; numbers in it may differ, and two logs may each have put theirs."""
    mask = _DIGITS.sub(r"\\d+", re.escape(prefix.strip())).replace(r"\.\d+", r"(?:\.\d+)?")
    room = len(prefix) - len(prefix.rstrip())
    lead = re.compile(rf"[ \t]*{mask}(?:[ \t]+{mask})?[ \t]{{0,{room}}}")
    return [lead.sub("", line, count=1) if lead.match(line) else line for line in lines]


def level(text: str) -> str:
    """Lines that begin at the margin, where those of the head stand deeper than one before them, as in a report."""
    deeper = _INDENTED.match(text) or (_DEEPER.search(text) and not _HEADED.search(text))
    return _INDENT.sub("", text) if deeper else text
