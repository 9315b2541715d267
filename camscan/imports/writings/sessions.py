"""A session description as a program holds or shows it: the fields by their names, in JSON, in pairs, or dissected."""

from __future__ import annotations

import json
import re

from camscan.imports.writings.base import FEW, MANY, MAX_JSON, MAX_LINES, has_answer_line, objects

_DISSECTED = re.compile(r"^[ \t]*[A-Z][\w ,/-]{2,60} \(([vosietbamc])\): (\S.*?)[ \t]*$", re.MULTILINE)
_TITLE = re.compile(r"^[ \t]*Session Description Protocol[ \t]*\r?\n", re.MULTILINE)
_PAIRED = re.compile(r"\bPair[{(]([vosietbamcu])(?: |, ?|=)([^{}()\r\n]{1,512})[})]")
_HELD = re.compile(
    r"\bsession_?name[\"']?(?:[:=][ \t]?|[ \t][:=]{1,2}[ \t])"
    r"(?:\"([^\"\r\n]{1,200})\"|'([^'\r\n]{1,200})'"
    r"|([^\s\"',;{}()][^\"',;{}()\r\n]{0,199}?)(?=[,;})]|\s\w{2,40}[:=]|[ \t]*$))",
    re.IGNORECASE | re.MULTILINE,
)
_BESIDE = re.compile(r"\b(?:origin|sdp|session_?description|connection_?data)\b|\.session_?name\b", re.IGNORECASE)
_WRITTEN = re.compile(r"^[ \t]*s=", re.MULTILINE)


def described(text: str) -> str:
    """The lines of a session description of which a program shows the fields."""
    if _WRITTEN.search(text):
        return text
    lines = _DISSECTED.findall(text[:MAX_JSON])[:MAX_LINES]
    is_dissected = len(lines) >= FEW or any(field == "s" for field, _ in lines)
    if has_answer_line(text):
        return _DISSECTED.sub(r"\1=\2", _TITLE.sub("\r\n", text)) if is_dissected else text
    if not is_dissected:
        lines = _PAIRED.findall(text[:MAX_JSON])[:MAX_LINES]
        if len(lines) < MANY:
            lines = _of_json(text) or _of_members(text)
    if not lines:
        return text
    return "\r\n".join([*([] if lines[0][0] == "v" else ["v=0"]), *(f"{field}={value}" for field, value in lines), ""])


def _of_json(text: str) -> list[tuple[str, str]]:
    """The fields in an object with the letters of a description, or with the names that a parser gives them."""
    if not text.lstrip().startswith("{") or len(text) > MAX_JSON:
        return []
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return []
    for held in objects(parsed):
        if {"v", "o", "s"} <= held.keys() and isinstance(held["s"], str):
            return [(field, value) for field in "vosi" if isinstance(value := held.get(field), str)]
        if isinstance(held.get("origin"), dict) and isinstance(held.get("name"), str):
            tool = held.get("tool")
            return [("s", str(held["name"])), *([("a", f"tool:{tool}")] if isinstance(tool, str) else [])]
    return []


def _of_members(text: str) -> list[tuple[str, str]]:
    """The name of the session in what a program printed of the description, or tests of it."""
    held = _HELD.search(text[:MAX_JSON]) if _BESIDE.search(text[:MAX_JSON]) else None
    return [("s", next(filter(None, held.groups())))] if held else []
