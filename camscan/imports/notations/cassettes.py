"""Answers that test tools recorded as YAML: cassettes of VCR, in Python and Ruby."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from camscan.imports.notations.base import HEADER

_HEADERS = re.compile(
    r"^(?P<indent>[ \t-]{0,32})headers:[ \t]*\r?\n(?P<lines>(?:(?P=indent)[ \t][^\r\n]*(?:\r?\n|\Z))+)", re.MULTILINE
)
_VALUE = re.compile(
    r"""^[ \t]{1,32}["']?([A-Za-z][\w-]{1,40})["']?:[ \t]*(?:\r?\n[ \t]{1,32}- |\[?(?=["']))([^\r\n]*)\r?$""",
    re.MULTILINE,
)
_STATUS = re.compile(r"^[ \t]{0,32}status:[ \t]*(?:\{code: |\r?\n[ \t]{1,32}code: )(\d{3})\b", re.MULTILINE)
_BODY = re.compile(
    r"""^[ \t]{1,32}string: !*\w*[ \t]*("(?:[^"\\]|\\.){1,65536}+"|'(?:[^']|''){1,65536}+')""", re.MULTILINE
)
_KNOWN = re.compile(HEADER, re.IGNORECASE)


def recorded(text: str) -> str:
    """The recorded answer; any other text as it is."""
    _, _, answer = text.rpartition("response:")
    head = _HEADERS.search(answer)
    pairs = [(name, _plain(value)) for name, value in _VALUE.findall(head["lines"])] if head else []
    if not any(_KNOWN.fullmatch(name) for name, _ in pairs):
        return text
    status, body = _STATUS.search(answer), _BODY.search(answer)
    told = [f"HTTP/1.1 {status[1]} -"] if status else []
    shown = ["", _plain(body[1])] if body else []
    return "\r\n".join([*told, *(f"{name}: {value}" for name, value in pairs), *shown])


def _plain(value: str) -> str:
    """A scalar of YAML without its quotes."""
    value = value.strip().removesuffix("]").strip()
    if value.startswith('"'):
        with suppress(ValueError):
            return str(json.loads(value, strict=False))
    return value[1:-1].replace("''", "'") if value.startswith("'") and value.endswith("'") else value
