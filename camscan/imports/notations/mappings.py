"""JSON, and dictionaries as Python prints them: after the prefix of a log, or with an answer in one of the values."""

from __future__ import annotations

import ast
import json
import re
from contextlib import suppress

from camscan.imports.notations.base import ANSWER_LINE, BEGIN, HEADER, MAX_JSON, REQUEST, objects, unescaped
from camscan.imports.notations.encodings import decoded

_UNICODE = re.compile(r"(?<=[\[{(,:\s])u(?=['\"])")
_PRINTED = re.compile(r"\A(?:\{|\[\{|\[\()'")
_LEAD = re.compile(r"\A[^\r\n\[{]{0,256}(?:\d\d:\d\d:\d\d|[:=<])[^\r\n{]{0,256}?\s{0,32}(?=\[?\s{0,32}\{\s{0,32}[\"'])")
_DUMPED = re.compile(r"\s*(?:0x)?[0-9A-Fa-f]{4,8}:? {1,8}[0-9A-Fa-f]{2}")
_HOLDING = ("banner", "data", "response", "raw", "output", "stdout", "text", "content")
"""Names of JSON members with an answer of a device."""
_ALWAYS = frozenset({"banner", "response", "raw", "output", "stdout"})
"""Those of them that always mean an answer if there is no other member."""
_SPOKEN = re.compile(
    rf"\A\s*(?:<[?!\w]|{BEGIN}|(?i:{HEADER})[ \t]?:|{REQUEST})|\Aonvif://|\brealm=|\A[A-Za-z][\w.\[\]]{{2,80}}=\S"
)
"""What shows that a single line is an answer, and not a remark of a person."""
_CODE = re.compile(r"[1-5]\d\d")
_TEXT = re.compile(r"[\t\r\n -~\xa0-\U0010ffff]+")
_OVER_HTTP = re.compile(
    r"^[ \t<>*|]{0,16}HTTP/\d(?:\.\d)? \d{3} ?[^\r\n]{0,64}\r?\n[ \t<>*|]{0,16}[\w-]{1,64}:", re.MULTILINE
)
"""The head of an answer over HTTP, perhaps with the mark of a program before its lines."""
_HELD = re.compile(
    r"""(?<!\\)(["'])((?:(?:HTTP|RTSP)/\d\.\d \d{3}|(?:SDP:\\n)?v=0(?=\\[rn]))(?:(?!\1)[^\\\r\n]|\\.){1,65536}+)\1"""
)


def printed(text: str) -> str:
    """A dictionary that Python 2 or 3 printed, as JSON."""
    if "{u'" in text or "(u'" in text:
        text = _UNICODE.sub("", text)
    if _PRINTED.match(text) and len(text) <= MAX_JSON:
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            value = ast.literal_eval(text)
            return json.dumps(dict(value) if text.startswith("[(") else value, ensure_ascii=False)
    return text


def logged(text: str) -> str:
    """JSON, or a printed dictionary, without the prefix of a log."""
    record = text.rstrip()
    if not record.endswith(("}", "]")) or ANSWER_LINE.search(text) or _DUMPED.match(record):
        return text
    found = _LEAD.match(record)
    return printed(record[found.end() :]) if found else text


def held(text: str) -> str:
    """An answer in a string of JSON or of printed data, perhaps encoded.

    What a web server quotes of others is none of its own, as the streams that a recorder program lists.
    """
    found = _HELD.search(text) if "HTTP/" in text or "RTSP/" in text or "v=0\\" in text else None
    if found and _OVER_HTTP.search(text, 0, found.start()):
        return text
    if found and "\\n" in found[2][:-2]:  # with more than its own line end, as one line of program code has
        with suppress(ValueError):
            return str(json.loads(f'"{found[2]}"')) if found[1] == '"' else unescaped(found[2])
    if text.startswith("{") and len(text) <= MAX_JSON and any(f'"{name}"' in text for name in _HOLDING):
        with suppress(ValueError, RecursionError):
            records = list(objects(json.loads(text)))
            bodies = {id(one.get("content")) for one in records if _is_recorded(one)}
            return next(filter(None, (_said(one) for one in records if id(one) not in bodies)), text)
    return text


def _said(record: dict[str, object]) -> str:
    """The answer in a JSON object: in several lines, recognisable by its beginning, the only member, or JSON itself."""
    alone = len(record) == 1 and not record.keys().isdisjoint(_ALWAYS)
    is_body = _is_recorded(record)  # then the headers belong to the answer, too
    for value in map(record.get, _HOLDING):
        if isinstance(value, str) and not (is_body and value.lstrip().startswith("<")):
            with suppress(ValueError):
                said = decoded(value).decode() or value
                if (alone or "\n" in said.strip() or _SPOKEN.search(said)) and _TEXT.fullmatch(said):
                    return said
    return ""


def _is_recorded(record: dict[str, object]) -> bool:
    """Whether an object has the headers and the status of an answer in members of their own."""
    has_head = any(isinstance(record.get(name), (dict, list)) for name in ("headers", "header"))
    return has_head and any(
        _CODE.fullmatch(str(record.get(name))) for name in ("status_code", "statusCode", "status", "code")
    )
