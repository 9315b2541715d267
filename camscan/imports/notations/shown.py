"""Answers in objects that programs in JavaScript, Python, Perl and Java show, and headers in lists of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from camscan.imports.notations.base import ANSWER_START, FEW, HEADER, unescaped

_NAME = r"[A-Za-z][\w-]{1,40}"
_SINGLE, _DOUBLE = r"'((?:[^'\\\r\n]|\\.){0,1024})'", r'"((?:[^"\\\r\n]|\\.){0,1024})"'
_PAIR = re.compile(rf"(?:'({_NAME})'|\b({_NAME}))\s{{0,8}}(?::|=>)\s{{0,8}}(?:{_SINGLE}|{_DOUBLE})")
_BLOCK = re.compile(
    r"\bheaders:\s{1,16}(?:\w{1,32} ?(?:\[[\w: ]{1,40}\] ?)?)?\{([^{}]{1,8192})\}"  # console.log, as of axios
    r"|<CIMultiDictProxy\(([^\r\n]{1,8192})\)>"  # aiohttp
    r"|\bbless\( ?\{([^{}]{1,8192})\}, '(?:HTTP::Headers|HTTP::Response)' ?\)"  # Data::Dumper of Perl
)
_STATUS = re.compile(r"\bstatus(?:Code)?: (\d{3})\b|<ClientResponse\([^\s()]{1,1024}\) \[(\d{3})\b")
_LITERAL = re.compile(r"'((?:[^'\\\r\n]|\\.){0,65536}+)'")
_BODY = re.compile(rf"\b(?:data|body): ({_LITERAL.pattern}(?:\s{{1,16}}\+\s{{1,32}}{_LITERAL.pattern}){{0,64}})")
_RESPONSE = re.compile(
    r"\bResponse\{protocol=http/1\.[01], code=(\d{3}), message=([A-Za-z ]{0,40}), url=[^\s{}]{1,1024}\}"
    rf"(?=\s{{1,16}}(?i:{HEADER}): )"
)
"""What OkHttp shows of an answer, with its headers below."""
_KNOWN = re.compile(HEADER, re.IGNORECASE)
_ASKING = frozenset({"accept", "authorization", "user-agent", "host"})
_MARKED = re.compile(
    rf"^[ \t]{{0,8}}(?:[-*][ \t]{{1,4}})?\*\*`?({_NAME})`?(?::\*\*|\*\*:)[ \t]{{1,4}}`?([^\r\n`]{{1,1024}})`?[ \t]*\r?$"
    rf"|^[ \t]{{0,8}}\|[ \t]*`?({_NAME})`?[ \t]*\|[ \t]*`?([^\r\n`|]{{1,1024}})`?[ \t]*\|[ \t]*\r?$",
    re.MULTILINE,
)


def inspected(text: str) -> str:
    """The answer in an object that a program shows with all that belongs to it; any other text as it is."""
    text = _RESPONSE.sub(r"HTTP/1.1 \1 \2", text, count=1)
    if ANSWER_START.search(text):
        return text
    for block in _BLOCK.finditer(text):
        pairs = _pairs("".join(block.groups("")))
        names = {name.lower() for name, _ in pairs}
        if any(map(_KNOWN.fullmatch, names)) and names.isdisjoint(_ASKING):
            over = "RTSP/1.0" if "cseq" in names else "HTTP/1.1"
            return "\r\n".join([*_status(text, over), *_lines(pairs), *_body(text)])
    return text


def marked(text: str) -> str:
    """Headers in a list, or a table of two columns, of Markdown; any other text as it is."""
    pairs = [tuple(filter(None, found)) for found in _MARKED.findall(text)]
    known = [name for name, _ in pairs if _KNOWN.fullmatch(name)]
    return text if len(known) < FEW or ANSWER_START.search(text) else "\r\n".join(_lines(pairs))


def _pairs(block: str) -> list[tuple[str, str]]:
    found = _PAIR.findall(block)
    return [(quoted or bare, unescaped(single or double)) for quoted, bare, single, double in found]


def _lines(pairs: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"{name}: {value.strip()}" for name, value in pairs]


def _status(text: str, over: str) -> list[str]:
    found = _STATUS.search(text)
    return [f"{over} {found[1] or found[2]} -"] if found else []


def _body(text: str) -> list[str]:
    found = _BODY.search(text)
    return ["", "".join(map(unescaped, _LITERAL.findall(found[1])))] if found else []
