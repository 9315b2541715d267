"""Texts as programs hold, print and log them: strings of source code, mappings, and JSON with an answer within."""

from __future__ import annotations

import ast
import json
import re
from contextlib import suppress

from camscan.imports.writings.base import BEGIN, FEW, HEADER, MAX_JSON, REQUEST, SENT, TOLD, told, unescaped
from camscan.imports.writings.wrapped import spelled_out

_OWNED = re.compile(r'((?<!\\)"(?:[^"\\\r\n]|\\.){0,1024}+")\.(?:into|to_string|to_owned)\(\)')
_OPTION = re.compile(r'\b(?:Some|String::from)\(("(?:[^"\\\r\n]|\\.){0,1024}+")\)')
_UNICODE = re.compile(r"(?<=[\[{(,:\s])u(?=['\"])")
_ITEM = re.compile(r"\((['\"][@#]?[\w.:-]{1,64}['\"]), ")
_ITEM_END = re.compile(r"(?<=['\"}e])\)(?=,)")
_PRINTED = re.compile(r"\A(?:\{|\[\{|\[\()'")

_LEAD = re.compile(r"\A[^\r\n\[{]{0,256}(?:\d\d:\d\d:\d\d|[:=<])[^\r\n{]{0,256}?\s{0,32}(?=\[?\s{0,32}\{\s{0,32}[\"'])")
_DUMPED = re.compile(r"\s*(?:0x)?[0-9A-Fa-f]{4,8}:? {1,8}[0-9A-Fa-f]{2}")
_CALL = re.compile(r"[^\r\n{\[]{1,80}\(\s*[{\[]")  # whose argument the record is

_LOGGED = ("log", "MESSAGE", "message", "msg")
_HOLDING = ("banner", "data", "response", "raw", "output", "stdout", "text", "content")
"""Names under which JSON holds what a device said."""
_SPOKEN = re.compile(
    rf"\A\s*(?:<[?!\w]|{BEGIN}|(?i:{HEADER})[ \t]?:|{REQUEST})|\Aonvif://|\brealm=|\A[A-Za-z][\w.\[\]]{{2,80}}=\S"
)
"""What a single line begins with, or holds, that no person would write there."""
_MEMBER = re.compile(
    r'"(?:server|(?:html_)?title|headers|favicon\w*|product|cpe|method|deviceInfo)"\s*:', re.IGNORECASE
)
_KEYS = re.compile(r"\A(?:\w[\w.\[\]]{0,80}=[^\r\n]*\r?\n){2,}")
_TEXT = re.compile(r"[\t\r\n -~\xa0-\U0010ffff]+")
_HELD = re.compile(
    r"""(["'])((?:(?:HTTP|RTSP)/\d\.\d \d{3}|(?:SDP:\\n)?v=0(?=\\[rn]))(?:(?!\1)[^\\\r\n]|\\.){1,65536}+)\1"""
)

_ESCAPED_QUOTE = re.compile(r'(?<!\\)\\"')
_FEW_QUOTES = 4  # below which they may be those of a value
_OPENED = re.compile(r"\A[^\r\n\"'`]{0,64}?[=(:,] ?[bfr]?(`|\"{3}|'{3})(?=(?:HTTP|RTSP)/\d|v=0\r?\n)")

_LISTED = re.compile(r"\[(?=(?:HTTP|RTSP)/\d\.\d \d{3} [^\r\n,:]{1,40}, [A-Z][\w-]{1,30}: )([^\r\n]*)")
_LISTED_ITEM = re.compile(r", (?=[A-Za-z][\w-]{1,30}: )")
_STRINGS = re.compile(
    r"""^[^\r\n"']{0,64}[bf]?(["'])(?:(?:HTTP|RTSP)/\d\.\d[ ]\d{3}|v=0(?=\1|\\r))"""
    r"""(?:(?!\1)[^\\\r\n]|\\.)*+\1[ \t]*+(?:[,+\\][ \t]*+)?\r?\n"""
    r"""(?:[ \t]*+(?:[+.][ \t]*+)?[bf]?\1(?:(?!\1)[^\\\r\n]|\\.)*+\1[^\r\n"']{0,32}(?:\r?\n|\Z)){1,128}""",
    re.MULTILINE,
)
_STRING = re.compile(r"""(["'])((?:(?!\1)[^\\\r\n]|\\.)*)\1""")
_LINE = re.compile(r"""\s*+(?:(?:\+|<<)\s*+)?[bfr]?(["'])(.*)\1\s*+(?:[+;,\\)]{1,3}+\s*+)?""")
_ASSIGNED = re.compile(r"\A\s*(?:[a-z]{3,6} )?[\w.]{1,64} ?:?= ?(?=[\"'])")
_CONTINUED = re.compile(r"\\n|^\s*\+|\+\s*$")
_AROUND = re.compile(r"\s*(?:[\w.]{1,64} ?:?= ?[(\[]|[)\]];?,?)\s*")
"""A line of code that opens or closes the strings of a text."""


def logged(text: str) -> str:
    """Lines that a log holds as JSON, one object for each."""
    lines = told(text)
    if len(lines) < FEW or not all(line.startswith("{") and line.rstrip().endswith("}") for line in lines):
        return text
    said = []
    with suppress(ValueError, RecursionError):
        for line in lines:
            record = json.loads(line)
            said += [record[name].rstrip("\r\n") for name in _LOGGED if isinstance(record.get(name), str)][:1]
    return "\n".join(said) if len(said) == len(lines) else text


def nested(text: str) -> str:
    """What a device said, as a string in JSON that tells nothing else of it."""
    if not text.startswith("{") or SENT.search(text) or _MEMBER.search(text):
        return text
    text = printed(text)
    with suppress(ValueError, RecursionError):
        waiting: list[object] = [json.loads(text)]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                if (held := _held(value)) and not SENT.search(held):
                    return held
                waiting += value.values()
            elif isinstance(value, list):
                waiting += value
            elif isinstance(value, str) and (value.startswith('{"') or _KEYS.match(value)):
                return value
    return text


def _held(record: dict[str, object]) -> str:
    """What a device said, in several lines, as a header or encoded, under a name for that."""
    for name in _HOLDING:
        value = record.get(name)
        if isinstance(value, str):
            value = spelled_out(value)
            if ("\n" in value.strip() or _SPOKEN.search(value)) and _TEXT.fullmatch(value):
                return value
    return ""


def requoted(text: str) -> str:
    """JSON within a string, all of whose quotes are escaped, as the JSON."""
    if len(_ESCAPED_QUOTE.findall(text)) < _FEW_QUOTES or '"' in _ESCAPED_QUOTE.sub("", text):
        return text
    return re.sub(r'\\(["\\/])', r"\1", text)


def opened(text: str) -> str:
    """An answer behind the quote that opens it in a program, of which nothing closes it."""
    found = _OPENED.match(text)
    return text[found.end() :] if found and found[1] not in text[found.end() :] else text


def rust(text: str) -> str:
    """What the source of a Rust program makes of a text: a value of its own, or one that may be missing."""
    return _OPTION.sub(r"\1", _OWNED.sub(r"\1", text))


def printed(text: str) -> str:
    """A mapping that Python printed, of an older one with marks of its texts and of its order, as JSON."""
    if "{u'" in text or "(u'" in text:
        text = _UNICODE.sub("", text)
    if "OrderedDict([(" in text:
        text = _ITEM_END.sub("", _ITEM.sub(r"\1: ", text.replace("OrderedDict([", "{").replace(")])", "}")))
    if _PRINTED.match(text) and len(text) <= MAX_JSON:
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            value = ast.literal_eval(text)
            return json.dumps(dict(value) if text.startswith("[(") else value, ensure_ascii=False)
    return text


def recorded(text: str) -> str:
    """JSON, or a mapping that a program printed, without what its log puts before it."""
    record = text.rstrip()
    record = record.rstrip("); ") if _CALL.match(record) else record
    if not record.endswith(("}", "]")) or TOLD.search(text) or _DUMPED.match(record):
        return text
    found = _LEAD.match(record)
    return printed(record[found.end() :]) if found else text


def itemized(text: str) -> str:
    """An answer whose lines a program printed as a list."""
    listed = _LISTED.search(text)
    return _LISTED.sub(lambda match: _items(match[1]), text[listed.start() :]) if listed else text


def _items(listed: str) -> str:
    return _LISTED_ITEM.sub("\r\n", listed.replace(", , ", "\r\n\r\n").removesuffix("]").rstrip(", "))


def answers(text: str) -> str:
    """An answer whose lines source code holds as a string each."""
    if text.startswith(("HTTP/", "RTSP/", "v=0")) or not (held := _STRINGS.search(text)):
        return text
    lines = (unescaped(line) for _, line in _STRING.findall(held[0]))
    return "".join(line if line.endswith("\n") else line + "\r\n" for line in lines).removesuffix("\r\n")


def held(text: str) -> str:
    """An answer that JSON, or what a program printed, holds as a string."""
    found = _HELD.search(text)
    if found and "\\n" in found[2][:-2]:  # with more than its own line end, as one line of program code has
        with suppress(ValueError):
            return str(json.loads(f'"{found[2]}"')) if found[1] == '"' else unescaped(found[2])
    return text


def source(text: str) -> str:
    """A text that source code builds of one string a line: each has its own line end in it, or a sign that adds it."""
    lines = [_ASSIGNED.sub("", line, count=1) for line in told(text)]
    lines = [line for line in lines if line.strip() and not _AROUND.fullmatch(line)]
    if len(lines) < FEW or sum(map(bool, map(_CONTINUED.search, lines))) * 2 < len(lines):
        return text
    parts = [part[2] for line in lines if (part := _LINE.fullmatch(line))]
    if len(parts) * 4 < len(lines) * 3:  # a few lines of code may stand around them
        return text
    return unescaped("".join(parts))
