"""The part of a program, of its output or of notes in which an answer stands, taken out of what is around it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from html import unescape

from camscan.imports.writings.base import unescaped

MAX_TEXT = 64 * 1024  # characters of a paste that are looked into

_STATUS = r"(?:RTSP|HTTP)/\d\.\d \d{3}\b"
_HOLDING = frozenset({"banner", "data", "response", "raw", "output", "text", "content"})
"""Names under which JSON holds what a device said."""
_MEMBERS = re.compile(r'\A\s*"[\w.@ -]{1,40}"\s*:\s*[\["{\dtfn]')
_BLOCK = re.compile(
    rf"^[ \t]*(?:[a-z]{{3,6}} )?[\w.]{{1,64}} ?:?= ?[bfru]{{0,2}}(\"{{3}}|'{{3}})\\?\s{{0,8}}"
    rf"((?:{_STATUS}|(?:Server|WWW-Authenticate|CSeq): |v=0\s|<\?xml )(?:(?!\1).)*+)\1",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_SAID = re.compile(rf"^[ \t]*[A-Za-z][\w ]{{1,30}}: ({_STATUS}[^\r\n]*?\\r\\n[^\s\\][^\r\n]*)$", re.MULTILINE)
_SPAN = re.compile(r"`([A-Za-z][\w.]{1,40}=[^`\r\n]{1,200})`")
_CODED = re.compile(r"`[^`\r\n]{1,200}`")
_CELL = re.compile(
    r"^[ \t]*\|[ \t*]*(?:HTTP|Web)?[ -]?(server|title|realm)(?: header| name)?[ \t*]*"
    r"\|[ \t]*`?([^|`\r\n]{1,200}?)`?[ \t]*\|[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADS = {"server": "Server: {}", "realm": 'WWW-Authenticate: Basic realm="{}"'}
_ELEMENT = re.compile(
    r"\A\s*<(banner|data|response|raw|output|text|content|value)(?: [^<>]{0,200})?>"
    r"(?:\s*<!\[CDATA\[(?P<marked>.*)\]\]>\s*|(?P<coded>[^<]*))</\1>\s*\Z",
    re.DOTALL | re.IGNORECASE,
)
_TABLE = re.compile(
    r"\A(?=[^\r\n]{0,400}\b(?:banner|data|response|raw|output|text|content|value)\b)[\w .,-]{3,400}\r?\n"
    r"[^\"\r\n]{0,200},\"((?:[^\"]|\"\")++)\"(?:,[^\"\r\n]{0,200})?\s*\Z"
)
"""A table with commas that has one row, and in it one text in quotes."""
_REMARK = re.compile(r"\A\s*/\*+[ \t]*([^\r\n]*?)[ \t]*\*+/\s*\Z")
_MAX_CLOSED = 16  # brackets that close more than the members opened; answers nest about four deep
_FEWEST = 2  # spans or cells by which notes are told from a sentence with one


def taken(text: str) -> str:
    """The answer alone; any other text as it is."""
    if len(text) > MAX_TEXT:
        return text
    if remark := _REMARK.match(text):
        text = remark[1]
    if held := _ELEMENT.match(text):
        text = held["marked"] or unescape(held["coded"] or "")
    if row := _TABLE.match(text):
        text = row[1].replace('""', '"')
    for undo in (_of_members, _of_block, _of_output, _of_spans, _of_cells):
        text = undo(text)
    return text


def _of_members(text: str) -> str:
    """Members of an object of JSON, without the braces around them or with more that close than open."""
    if not _MEMBERS.match(text):
        return text
    line = text.rstrip().rstrip(",")
    for closed in range(_MAX_CLOSED):
        with suppress(ValueError, RecursionError):
            members = json.loads(f"{{{line}}}")
            is_plain = not closed and not any(isinstance(value, list | dict) for value in members.values())
            return text if is_plain and _HOLDING.isdisjoint(members) else json.dumps(members, ensure_ascii=False)
        if not line.endswith(("]", "}")):
            break
        line = line[:-1].rstrip()
    return text


def _of_block(text: str) -> str:
    """What a program holds as a text of several lines, beside other things that it holds."""
    block = _BLOCK.search(text)
    return block[2] if block else text


def _of_output(text: str) -> str:
    """An answer that a scanner prints in one of its lines, with its line ends as codes."""
    if text.lstrip().startswith(("{", "[{", "HTTP/", "RTSP/")):
        return text
    said = _SAID.search(text)
    return unescaped(said[1]) if said and "\n" in text.strip() else text


def _of_spans(text: str) -> str:
    """Names with values that notes quote as code, one beside the other."""
    spans = _SPAN.findall(text)
    return "\n".join(spans) if len(spans) >= _FEWEST and len(spans) * 2 >= len(_CODED.findall(text)) else text


def _of_cells(text: str) -> str:
    """A table of notes that names the server, the realm and the title of a web page."""
    cells = {name.lower(): value.strip() for name, value in _CELL.findall(text)}
    if len(cells) < _FEWEST:
        return text
    head = [_HEADS[name].format(cells[name]) for name in _HEADS if name in cells]
    return "\r\n".join([*head, "", f"<title>{cells['title']}</title>"] if "title" in cells else head)
