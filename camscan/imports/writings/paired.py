"""Names with their values, whatever the language or the table that they stand in."""

from __future__ import annotations

import re
from textwrap import dedent

from camscan.imports.writings.base import HEADER, SENT, unquoted

_QUOTED = re.compile(rf"(['\"]?)\b({HEADER})\1\s*[:,]\s*(['\"])((?:(?!\3)[^\\\r\n]|\\.){{0,1024}})\3", re.IGNORECASE)
_ENTRY = re.compile(
    rf"\{{\s*\"name\"\s*:\s*\"({HEADER})\"\s*,\s*\"value\"\s*:\s*\"((?:[^\"\\\r\n]|\\.){{0,1024}})\"", re.IGNORECASE
)
_BRACKETED = re.compile(rf"\b({HEADER})[=:]\[([^\[\]]{{0,1024}})\](?=, |[ \]}}])", re.IGNORECASE)
_ROW = re.compile(
    rf"^[ \t]*\|[ \t]*[`*]{{0,2}}({HEADER})[`*]{{0,2}}[ \t]*\|[ \t]*+(\S[^\r\n]*?)(?<![ \t])[ \t]*+\|[ \t]*+\r?$",
    re.MULTILINE | re.IGNORECASE,
)
_COLUMN = re.compile(rf"^({HEADER}) {{2,64}}(\S[^\r\n]*?)(?<![ \t])[ \t]*+\r?$", re.MULTILINE | re.IGNORECASE)
_RULED = re.compile(r"^-{2,64} {1,64}-{2,64}[ \t]*\r?$", re.MULTILINE)
_LABELLED = re.compile(rf"\A[^\r\n:]{{1,60}}:[ \t]*\r?\n(?=[ \t]+{HEADER}[ \t]?:)", re.IGNORECASE)
_STATUS = re.compile(r"(?:\bstatus(?:_?code)?['\"]?\s*[:=]\s*|\[)(\d{3})\b", re.IGNORECASE)
_DUMPED = re.compile(
    r"^[ \t]*\[\"?([A-Za-z][\w-]{1,63})\"?(?::[\w\":]{1,64})?\] ?=>\s{1,80}(?!Array\b|[\w\\]{1,64} Object\b)"
    r"(?:string\(\d{1,6}\) \"([^\"\r\n]{0,1024})\"|(\S[^\r\n]{0,1023}))[ \t]*\r?$",
    re.MULTILINE,
)
"""Of an array or an object of PHP: `[Name] => value`, or `["Name"]=>` and on the next line `string(5) "value"`."""
_ENOUGH = 2  # headers from which on pairs are those of an answer
_TELLING = {"server", "www-authenticate"}
_HEADED = re.compile(r"headers|MultiDict", re.IGNORECASE)
"""Where one of them is enough."""


def dumped(text: str) -> str:
    """What PHP prints of an array or an object, as names with their values."""
    found = _DUMPED.findall(text) if "=>" in text else []
    return "\n".join(f"{name}: {quoted or bare}" for name, quoted, bare in found) if len(found) >= _ENOUGH else text


def pairs(text: str) -> str:
    """The lines of a head; any other text as it is."""
    if labelled := _LABELLED.match(text):
        return dedent(text[labelled.end() :])
    if SENT.search(text):
        return text
    found = _pairs(text)
    names = {name.lower() for name, _ in found}
    if len(names) < _ENOUGH and not (names & _TELLING and _HEADED.search(text)):
        return text
    lines = [f"{name}: {unquoted(value)}" for name, value in found]
    if {"cseq", "public"} & names:
        return "\r\n".join(["RTSP/1.0 200 -", *lines, "", ""])
    if text.lstrip().startswith("{") and not _ENTRY.search(text) and not _BRACKETED.search(text):
        return text  # a mapping, which is read elsewhere
    status = _STATUS.search(text)
    return "\r\n".join([f"HTTP/1.1 {status[1]} -", *lines, "", ""] if status else lines)


def _pairs(text: str) -> list[tuple[str, str]]:
    for pattern in (_ENTRY, _BRACKETED, _ROW):
        if found := pattern.findall(text):
            return found
    if _RULED.search(text) and (found := _COLUMN.findall(text)):
        return found
    return [(name, value) for _, name, _, value in _QUOTED.findall(text)]
