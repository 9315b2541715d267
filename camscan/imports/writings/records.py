"""Answers within JSON and mappings that programs print: whole, escaped, or behind the lead of a log."""

from __future__ import annotations

import ast
import json
import re
from contextlib import suppress

from camscan.imports.writings.base import ANSWER_LINE, BEGIN, FEW, HEADER, MAX_JSON, REQUEST, objects, unescaped
from camscan.imports.writings.encodings import decoded

_ESCAPED_QUOTE = re.compile(r'(?<!\\)\\"')
_FEW_QUOTES = 4  # below which they may be those of a value
_ESCAPED_VALUE = re.compile(r'\b[A-Za-z]{2,24}=\\"[^"\\\r\n]{0,256}\\"')
_OWNED = re.compile(r'((?<!\\)"(?:[^"\\\r\n]|\\.){0,1024}+")\.(?:into|to_string|to_owned)\(\)')
_OPTION = re.compile(r'\b(?:Some|String::from)\(("(?:[^"\\\r\n]|\\.){0,1024}+")\)')
_UNICODE = re.compile(r"(?<=[\[{(,:\s])u(?=['\"])")
_PRINTED = re.compile(r"\A(?:\{|\[\{|\[\()'")
_LEAD = re.compile(r"\A[^\r\n\[{]{0,256}(?:\d\d:\d\d:\d\d|[:=<])[^\r\n{]{0,256}?\s{0,32}(?=\[?\s{0,32}\{\s{0,32}[\"'])")
_DUMPED = re.compile(r"\s*(?:0x)?[0-9A-Fa-f]{4,8}:? {1,8}[0-9A-Fa-f]{2}")
_CALL = re.compile(r"[^\r\n{\[]{1,80}\(\s*[{\[]")  # whose argument the record is
_MEMBERS = re.compile(r'\A\s*"[\w.@ -]{1,40}"\s*:\s*[\["{\dtfn]')
_LIST = re.compile(rf"\A\s*\[\s*[\"'](?:{BEGIN}|(?i:{HEADER}): )")
_FRAMED = re.compile(r"\{[^{}]{0,64}\"[\w.@ -]{1,40}\"+\s*:")
_NUMBERS = re.compile(r"\d+")
_ELEMENT = re.compile(r"'([^'\r\n]*)'(?=[,\]])")
_ENDED = re.compile(r"(?:\\r)?\\n|<br ?/?>")
_NAME = re.compile(HEADER, re.IGNORECASE)
_MAX_FRAME = 512  # characters around a record
_MAX_CLOSED = 16  # brackets that close more than the members opened; answers nest about four deep
_HOLDING = ("banner", "data", "response", "raw", "output", "stdout", "text", "content")
"""Names under which JSON holds what a device said."""
_ALWAYS = frozenset({"banner", "response", "raw", "output", "stdout"})
"""Those of them that stand for nothing else, where there is no other member."""
_SPOKEN = re.compile(
    rf"\A\s*(?:<[?!\w]|{BEGIN}|(?i:{HEADER})[ \t]?:|{REQUEST})|\Aonvif://|\brealm=|\A[A-Za-z][\w.\[\]]{{2,80}}=\S"
)
"""What a single line begins with, or holds, that no person would write there."""
_TEXT = re.compile(r"[\t\r\n -~\xa0-\U0010ffff]+")
_HELD = re.compile(
    r"""(["'])((?:(?:HTTP|RTSP)/\d\.\d \d{3}|(?:SDP:\\n)?v=0(?=\\[rn]))(?:(?!\1)[^\\\r\n]|\\.){1,65536}+)\1"""
)


def escaped_json(text: str) -> str:
    """JSON, or a text with named values, within a string all of whose quotes are escaped, without the escapes."""
    if "\\" not in text or '"' in _ESCAPED_QUOTE.sub("", text):
        return text
    if len(_ESCAPED_QUOTE.findall(text)) < _FEW_QUOTES and not _ESCAPED_VALUE.search(text):
        return text
    return re.sub(r'\\(["\\/])', r"\1", text)


def rust_strings(text: str) -> str:
    """What the source of a Rust program makes of a text: a value of its own, or one that may be missing."""
    return _OPTION.sub(r"\1", _OWNED.sub(r"\1", text))


def python_repr(text: str) -> str:
    """A mapping that Python printed, of an older one with marks of its texts, as JSON."""
    if "{u'" in text or "(u'" in text:
        text = _UNICODE.sub("", text)
    if _PRINTED.match(text) and len(text) <= MAX_JSON:
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            value = ast.literal_eval(text)
            return json.dumps(dict(value) if text.startswith("[(") else value, ensure_ascii=False)
    return text


def log_line(text: str) -> str:
    """JSON, or a mapping that a program printed, without what its log puts before it."""
    record = text.rstrip()
    record = record.rstrip("); ") if _CALL.match(record) else record
    if not record.endswith(("}", "]")) or ANSWER_LINE.search(text) or _DUMPED.match(record):
        return text
    found = _LEAD.match(record)
    return python_repr(record[found.end() :]) if found else text


def bare_members(text: str) -> str:
    """Members of an object of JSON, without the braces around them or with more that close than open."""
    if not _MEMBERS.match(text) or len(text) > MAX_JSON:
        return text
    line = text.rstrip().rstrip(",")
    for closed in range(_MAX_CLOSED):
        with suppress(ValueError, RecursionError):
            found = json.loads(f"{{{line}}}")
            is_plain = not closed and not any(isinstance(value, list | dict) for value in found.values())
            return text if is_plain and found.keys().isdisjoint(_HOLDING) else json.dumps(found, ensure_ascii=False)
        if not line.endswith(("]", "}")):
            break
        line = line[:-1].rstrip()
    return text


def lines(text: str) -> str:
    """The lines of an answer, of which a program printed a list."""
    if not _LIST.match(text) or len(text) > MAX_JSON:
        return text
    for read in (json.loads, ast.literal_eval):
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
            found = read(text)
            is_list = isinstance(found, list) and all(isinstance(line, str) for line in found)
            return "\r\n".join(found) if is_list else text
    return text


def framed(text: str) -> str:
    """The object of JSON within marks of its lines, a list of them, a cell of a table or a statement."""
    if len(text) > MAX_JSON or not _FRAMED.search(text):
        return text
    with suppress(ValueError, RecursionError):
        json.loads(text)
        return text
    lead = re.compile(_NUMBERS.sub(r"\\d+", re.escape(text.lstrip().partition("{")[0])) or r"\Z")
    cut = "\n".join(lead.sub("", line, count=1) for line in text.splitlines())
    listed = "\n".join(_ELEMENT.findall(text)) if text.lstrip().startswith("[") else ""
    for plain in (text, cut, text.replace("**", ""), _ENDED.sub("\n", text), text.replace('""', '"'), listed):
        start, end = plain.find("{"), plain.rfind("}") + 1
        outside = plain[:start] + plain[end:]
        if 0 <= start < end and len(outside) <= min(_MAX_FRAME, end - start) and not ANSWER_LINE.search(outside):
            with suppress(ValueError, RecursionError):
                found = json.loads(plain[start:end])
                if any(map(_NAME.fullmatch, found)):
                    return text  # headers, which are read elsewhere
                if len(found) >= FEW or any(isinstance(value, list | dict) for value in found.values()):
                    return plain[start:end]
    return text


def embedded(text: str) -> str:
    """An answer that JSON, or what a program printed, holds as a string, perhaps encoded."""
    found = _HELD.search(text)
    if found and "\\n" in found[2][:-2]:  # with more than its own line end, as one line of program code has
        with suppress(ValueError):
            return str(json.loads(f'"{found[2]}"')) if found[1] == '"' else unescaped(found[2])
    if text.startswith("{") and len(text) <= MAX_JSON and any(f'"{name}"' in text for name in _HOLDING):
        with suppress(ValueError, RecursionError):
            return next(filter(None, map(_said, objects(json.loads(text)))), text)
    return text


def _said(record: dict[str, object]) -> str:
    """What a device said under a name for that: in several lines, as a header, encoded, or with nothing beside it."""
    alone = len(record) == 1 and not record.keys().isdisjoint(_ALWAYS)
    for value in map(record.get, _HOLDING):
        if isinstance(value, str):
            with suppress(ValueError):
                said = decoded(value).decode() or value
                if (alone or "\n" in said.strip() or _SPOKEN.search(said)) and _TEXT.fullmatch(said):
                    return said
    return ""
