"""Requests that logs and programs quote: one that was answered by "not found" says nothing of a device."""

from __future__ import annotations

import re

_METHOD = re.compile(r"\b(?:GET|HEAD|POST|PUT|OPTIONS|DESCRIBE)\b")
_PATH = re.compile(r"/\w")
_NOT_FOUND = re.compile(r"(?<![\w./-])(?<!\d:)4(?:04|10)(?![\w.:/-])")
_STATUS = re.compile(r"\b(?:HTTP|RTSP)/[12](?:\.[01])? (\d{3})\b")
_MAX_LINE = 4096  # characters of a line in which a request is looked for


def without_failed(text: str) -> str:
    """A text without the lines of requests that were answered so, there or in the next line with a status."""
    if not _NOT_FOUND.search(text):
        return text
    lines = text.splitlines(keepends=True)
    asked = None
    for number, line in enumerate(lines):
        start = line[:_MAX_LINE]
        failed = _NOT_FOUND.search(start) is not None
        if _METHOD.search(start) and _PATH.search(start):
            asked = number
        elif not _STATUS.search(start):
            continue
        if asked is not None and failed:
            lines[asked] = ""
        if asked != number or failed:
            asked = None
    return "".join(lines)
