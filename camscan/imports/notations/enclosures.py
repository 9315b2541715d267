"""What encloses a whole text: the quotes of a string, a quotation of every line, a code fence, HTML entities."""

from __future__ import annotations

import re
from html import unescape

from camscan.imports.notations.base import FEW
from camscan.imports.notations.encodings import literal

_FENCED = re.compile(
    r"\A\s{0,64}(`{3,8}|~{3,8})[^\r\n`]{0,64}\r?\n(?P<lines>.*?)\r?\n?[ \t]{0,64}\1\s{0,64}\Z", re.DOTALL
)
_SPAN = re.compile(r"\A\s{0,64}(?:[-*+\u2022] )?`([^`]+)`\s{0,64}\Z")
_FENCE = re.compile(r"^[ \t]{0,64}(?:```|~~~)", re.MULTILINE)
_CITED = re.compile(r"[ \t]{0,3}>(?: |$)")
_CITATION = re.compile(r"^[ \t]{0,3}> ?", re.MULTILINE)
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f\ufffd]")
"""Characters of binary data, which is decoded elsewhere."""

_REFERENCE = re.compile(r"&(?:lt|gt|quot|#39|#x27|#1[03]|#x0?[ad]);", re.IGNORECASE)
_MARKUP = re.compile(r"<[A-Za-z/!?]")


def enclosed(text: str) -> str:
    """The content of a string, of quoted lines, of a code fence or element, if the text is nothing else."""
    text = _of_string(text)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) >= FEW and all(map(_CITED.match, lines)):
        text = _CITATION.sub("", text)
    if (found := _FENCED.match(text)) and not _FENCE.search(found["lines"]):
        return found["lines"]
    span = _SPAN.match(text)
    return span[1] if span else text


def _of_string(text: str) -> str:
    """The value of a string in JSON or Python; binary data stays as it is written."""
    value = literal(text)
    told = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return text if told is None or NO_TEXT.search(told) else told


def referenced(text: str) -> str:
    """A text with its HTML entities replaced, if it has no other markup."""
    return unescape(text) if _REFERENCE.search(text) and not _MARKUP.search(text) else text
