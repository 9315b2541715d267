"""What stands around a whole text: a fence of code, a citation, the quotes of a string, the markup of a page."""

from __future__ import annotations

import ast
import json
import re
from contextlib import suppress
from html import unescape
from textwrap import dedent
from warnings import catch_warnings, simplefilter

from camscan.imports.writings.base import BEGIN, FEW, HEADER, MAX_JSON
from camscan.imports.writings.line_ends import escaped

_FENCED = re.compile(
    r"\A\s{0,64}(?:\[source[^\]\r\n]{0,40}\]\r?\n)?(?:(?P<mark>`{3,8}|~{3,8}|-{4,8}(?=\r?\n))[^\r\n`]{0,64}|\{code[^}\r\n]{0,80}\})\r?\n"
    r"(?P<lines>.*?)\r?\n?[ \t]{0,64}(?(mark)(?P=mark)|\{code\})\s{0,64}\Z",
    re.DOTALL,
)
_FENCE = re.compile(r"^[ \t]{0,64}(?:```|~~~)", re.MULTILINE)
_BLOCK = re.compile(r"^[ \t]*```[\w-]{0,16}[ \t]*\r?\n(.*?)\r?\n[ \t]*```[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_HERE = re.compile(r"\A[^\r\n]{0,80}<<<?[~-]?(['\"]?)(\w{2,16})\1\r?\n(.*?)\r?\n[ \t]{0,64}\2;?\s{0,64}\Z", re.DOTALL)
_BOTH = 2  # its begin and its end
_SPAN = re.compile(r"\A\s{0,64}(?:`([^`]+)`|\*\*(?![\s*])([^*\r\n]{2,4096})(?<!\s)\*\*)\s{0,64}\Z")
_CITED = re.compile(r"[ \t]{0,3}>(?: |$)")
_CITATION = re.compile(r"^[ \t]{0,3}> ?", re.MULTILINE)
_STRING = re.compile(
    r"\A\s{0,64}(?:[bru]{0,2}\"(?:[^\"\\\r\n]|\\[^\r\n])*+\"|[bru]{0,2}'(?:[^'\\\r\n]|\\[^\r\n])*+')\s{0,64}\Z"
)
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f\ufffd]")
"""What bytes have that are no text: those are decoded elsewhere."""

_TAG = r"</?(?:pre|code|p|div|span|td|li|blockquote|samp|tt)\b[^<>]{0,200}>"
_OPENED = re.compile(rf"\A\s*(?:{_TAG}\s*){{1,4}}(?={BEGIN}|{HEADER}[ \t]?:|&lt;[?\w]|[{{\[]\s*&quot;)", re.IGNORECASE)
_TAGS = re.compile(rf"{_TAG}(?:\s*\Z)?", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>(?:\r?\n)?", re.IGNORECASE)
_HELD = re.compile(rf"[\">]((?:&lt;[?\w]|\{{\s*&quot;|{BEGIN})[^<>\"]{{16,65536}})(?=\"|</|\Z)")
"""A document, or an answer, whose marks are references, as an element or an attribute of XML holds it."""
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_COMMENT = re.compile(
    rf"\A\s*<!--\s*((?:{BEGIN}|{HEADER}[ \t]?:|[A-Za-z+.-]+://|(?:Digest|Basic) )(?:(?!--)[^<>])*?)\s*-->\s*\Z",
    re.IGNORECASE,
)
"""A remark that is all there is of a document."""
_REFERENCE = re.compile(r"&(?:lt|gt|quot|#39|#x27|#1[03]|#x0?[ad]);", re.IGNORECASE)
_CAPTION = re.compile(
    rf"\A(?:(?!{HEADER}[ \t]?:)(?:[$#] [^\r\n]{{1,256}}|[^\r\n<>{{}}\[\]=\"]{{1,80}}:(?:[ \t]*[|>][+-]?)?)"
    rf"[ \t]*(?:\r?\n)+){{1,3}}(?=[ \t]*(?:<[?!\w]|{BEGIN}|\{{[^\0]*\}}\s*\Z|{HEADER}[ \t]?:))",
    re.IGNORECASE,
)
"""What somebody wrote over an answer, or the command that asked for it."""


def enclosed(text: str) -> str:
    """What a fence of code, a citation of every line or one string of a program holds, where it is all there is."""
    text = fenced(escaped(_of_string(text)))
    lines = [line for line in text.splitlines() if line.strip()]
    return _CITATION.sub("", text) if len(lines) >= FEW and all(map(_CITED.match, lines)) else text


def fenced(text: str) -> str:
    """A block of code, or a document within a script, that is all there is, or the only block in a text."""
    if (found := _FENCED.match(text)) and not _FENCE.search(found["lines"]):
        return found["lines"]
    if here := _HERE.match(text):
        return dedent(here[3])
    if span := _SPAN.match(text):
        return span[1] or span[2]
    return found[1] if text.count("```") == _BOTH and (found := _BLOCK.search(text)) else text


def _of_string(text: str) -> str:
    """The text that a string of JSON or of Python stands for; bytes that are no text stay as they are written."""
    if len(text) > MAX_JSON or not _STRING.match(text):
        return text
    string = text.strip()
    for read in (_of_json, ast.literal_eval) if string.startswith('"') else (ast.literal_eval,):
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError), catch_warnings():
            simplefilter("ignore")  # of escapes that Python does not know
            value = read(string)
            told = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
            if isinstance(told, str):
                return text if _NO_TEXT.search(told) else told
    return text


def _of_json(string: str) -> object:
    return json.loads(string, strict=False)


def captioned(text: str) -> str:
    """An answer without the line that somebody wrote over it."""
    caption = _CAPTION.match(text)
    return dedent(text[caption.end() :]) if caption else text


def markup(text: str) -> str:
    """An answer as the text of a page, its source, a remark in it, or what an element or an attribute of XML holds."""
    if comment := _COMMENT.match(text):
        return comment[1]
    if opened := _OPENED.match(text):
        return unescape(_TAGS.sub("", _BREAK.sub("\n", text[opened.end() :])))
    if (held := _HELD.search(text)) and _REFERENCE.search(held[1]):
        return unescape(held[1])
    return unescape(text) if _REFERENCE.search(text) and not _MARKUP.search(text) else text
