"""One value by itself: behind a name or a label that says nothing of it, a stamp, or in a block of code."""

from __future__ import annotations

import re

from camscan.imports.writings.base import SENT, is_answer, told, unescaped

_WORD = (
    r"(?:raw|text|data|body|resp|response|answer|reply|output|banner|sample|input|payload|content|message|msg|str|value"
    r"|expected|result|example|fixture|got|want)"
)
_ASSIGNED = re.compile(
    r"\A\s*(?:(?:pub|export|public|private|static|final|const|let|var|val|mut|auto|string|char|char\*) +){0,4}"
    rf"(?:(?<=[a-z] )[a-z](?!\w)|(?:[A-Za-z]{{1,24}}_){{0,3}}{_WORD}(?:_?\d{{1,3}})?)(?:\[\d{{0,4}}\])?"
    r"(?: ?: ?[&'\w<>]{1,24})? ?:?= ?"
    r"(?:r(?P<marks>#{1,4})\"(?P<raw>.*)\"(?P=marks)|(?:[bru]{0,2})(?P<quote>[\"'`])(?P<text>(?:(?!(?P=quote))[^\\]|\\.)*+)(?P=quote))"
    r"\)?;?\s*\Z",
    re.DOTALL | re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\A\s*(?:answer|response|reply|output|result|returns|received|example)[ \t]*:[ \t]+(?=\S)", re.IGNORECASE
)
_STAMP = re.compile(
    r"[ \t]*\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S{0,16} +(?:\[?(?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR)\]?:? +)?"
    r"(?:\([\w.-]{1,40}\) +)?(?:\[[\w.:-]{1,64}\] +)?(?=\S)"
)
_STRONG = re.compile(r"\A\s*\*\*(?![\s*])([^*\r\n]{2,4096})(?<!\s)\*\*\s*\Z")
_BLOCK = re.compile(r"^[ \t]*```[\w-]{0,16}[ \t]*\r?\n(.*?)\r?\n[ \t]*```[ \t]*\r?$", re.DOTALL | re.MULTILINE)


def valued(text: str) -> str:
    """What is assigned to a name; any other text as it is, and an answer, whose lines are read elsewhere."""
    assigned = None if is_answer(text) else _ASSIGNED.match(text)
    if not assigned:
        return text
    return assigned["raw"] if assigned["marks"] else unescaped(assigned["text"])


def marked(text: str) -> str:
    """One line or two without the stamp of a log, one line without marks of stress, and what stands behind a label."""
    lines = told(text)
    if len(lines) == 1 and (strong := _STRONG.match(text)):
        return strong[1]
    if (labelled := _LABELLED.match(text)) and (len(lines) == 1 or SENT.match(text, labelled.end())):
        return text[labelled.end() :]
    if 1 <= len(lines) <= 2 and all(map(_STAMP.match, lines)):
        return "\n".join(_STAMP.sub("", line, count=1) for line in lines)
    return text


def blocked(text: str) -> str:
    """The only block of code in a text, whatever stands around it."""
    found = _BLOCK.findall(text) if text.count("```") == 2 else []
    return found[0] if len(found) == 1 else text
