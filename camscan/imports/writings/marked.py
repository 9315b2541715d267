"""Answers within the remarks of a program, under a caption, or with their lines joined into one."""

from __future__ import annotations

import re

from camscan.imports.writings.base import MAX_LINES

MAX_TEXT = 256 * 1024  # characters of a paste that are looked into

_NAME = r"(?!(?:Unauthorized|OK|Forbidden|Found)[A-Z])[A-Za-z][A-Za-z0-9-]{2,40}"
"""The name of a header; not one that is glued to the word before it."""
_KNOWN = (
    r"(?:WWW-Authenticate|Server|CSeq|Public|Content-(?:Type|Length|Base)|Location|Set-Cookie|Transport|Date"
    r"|Connection)"
)
"""Names of headers that tell an answer from other lines with a colon."""
_MARKS = ("//", "#", "*", "--", ";", "<", ">")
_BOLD = re.compile(r"\*{2,4}([^*\r\n]{1,200}?)\*{2,4}")
_BOLD_ANSWER = re.compile(
    rf"^[ \t]*\*\*[ \t]*(?:(?:RTSP|HTTP)/\d\.\d \d{{3}}|{_KNOWN}[ \t]?:)", re.MULTILINE | re.IGNORECASE
)
_BLOCK = re.compile(r"\A\s*/\*+[ \t]*\r?\n(.*)\r?\n[ \t]*\*+/\s*\Z", re.DOTALL)
_CAPTION = re.compile(
    rf"\A(?!{_KNOWN}[ \t]?:)[^\r\n<>{{}}\[\]=\"]{{1,80}}:[ \t]*\r?\n\s*(?=<[?!\w]|\{{[^\0]*\}}\s*\Z|{_KNOWN}[ \t]?:)",
    re.IGNORECASE,
)
_JOINED = re.compile(rf"\A(?:RTSP|HTTP)/\d\.\d \d{{3}}(?: [A-Za-z'-]+){{0,4}}? {{1,4}}(?={_NAME}: |<[?!\w]|\{{\")")
_BREAK = re.compile(rf" +(?={_NAME}:(?: |\Z))")
_DESCRIPTION = re.compile(r" +(?=v=0 +o=)")
_BODY = re.compile(r"(?<![: ]) {2,8}(?=\S)| (?=<[?!a-zA-Z]|\{\"|[\w.\[\]]{3,80}=[^\s\",;]{1,80} [\w.\[\]]{3,80}=)")
_SETTINGS = re.compile(
    r"[A-Za-z][\w.\[\]:-]{2,80}=[^\s\"']{0,200}(?: [A-Za-z][\w.\[\]:-]{2,80}=[^\s\"']{0,200}){2,200}"
)
_FIELD = re.compile(r" +(?=[a-z]=)")


def unmarked(text: str) -> str:
    """The lines of the answer; any other text as it is."""
    if len(text) > MAX_TEXT:
        return text
    if "\n" not in text and "\r" in text.strip():
        text = text.replace("\r", "\r\n")
    for undo in (_of_emphasis, _of_remarks, _of_caption, _of_one_line):
        text = undo(text)
    return text


def _of_emphasis(text: str) -> str:
    """An answer of which notes print some words in bold letters."""
    return _BOLD.sub(r"\1", text) if _BOLD_ANSWER.search(text) else text


def _of_remarks(text: str) -> str:
    """Lines without the mark of a remark, or of a direction, that each of them has."""
    if block := _BLOCK.match(text):
        text = block[1]
    lines = text.splitlines()[:MAX_LINES]
    told = [line.lstrip() for line in lines if line.strip()]
    mark = next((mark for mark in _MARKS if told and all(_has(line, mark) for line in told)), "")
    if mark == ">" and len(told) == 1 and ":" not in told[0]:
        return text
    return "\n".join(line.lstrip().removeprefix(mark).removeprefix(" ") for line in lines) if mark else text


def _has(line: str, mark: str) -> bool:
    if mark == ";" and "; " in line[1:]:
        return False  # a list, whose first value is empty
    return line == mark or line.startswith((f"{mark} ", f"{mark}\t")) or (mark == "//" and line.startswith(mark))


def _of_caption(text: str) -> str:
    """An answer without the line that somebody wrote over it."""
    caption = _CAPTION.match(text)
    return text[caption.end() :] if caption else text


def _of_one_line(text: str) -> str:
    """An answer whose line ends a web page made into spaces."""
    line = text.strip()
    if _SETTINGS.fullmatch(line):
        return "\n".join(line.split(" "))
    if "\n" in line or not _JOINED.match(line):
        return text
    head, *described = _DESCRIPTION.split(line, maxsplit=1)
    if described:
        return "\r\n".join([*_BREAK.split(head), "", _FIELD.sub("\r\n", described[0])])
    head, *body = _BODY.split(line, maxsplit=1)
    if body and all("=" in word for word in body[0].split()):
        body = body[0].split()
    return "\r\n".join([*_BREAK.split(head), "", *body])
