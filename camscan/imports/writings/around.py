"""What stands around an answer: the fences of a block of code, markup, quotes, and the talk of a client."""

from __future__ import annotations

import ast
import json
import re
from contextlib import suppress
from html import unescape
from textwrap import dedent
from warnings import catch_warnings, simplefilter

from camscan.imports.writings.base import BEGIN, FEW, MAX_JSON, REQUEST, unescaped

_FENCED = re.compile(
    r"\A\s*(?:\[source[^\]\r\n]{0,40}\]\r?\n)?(?:\{code[^}\r\n]{0,80}\}|-{4,}|~{3,}\w{0,16}|\[code\])[ \t]*\r?\n"
    r"(?P<lines>.*?)\r?\n?(?<![ \t])[ \t]*+(?:\{code\}|(?<!-)-{4,}+|(?<!~)~{3,}+|\[/code\])\s*+\Z",
    re.DOTALL,
)
_FENCE = re.compile(r"\A\s*```[\w-]*[ \t]*\r?\n(?P<lines>.*?)\r?\n[ \t]*```\s*\Z", re.DOTALL)
_HERE = re.compile(
    r"\A[^\r\n]{0,80}<<<?[~-]?(['\"]?)(\w{2,16})\1\r?\n(.*?)\r?\n?(?<![ \t])[ \t]*+\2;?\s*+\Z", re.DOTALL
)
_BLOCK = re.compile(
    rf"\A[^\r\n]{{1,60}}:[ \t]*[|>][+-]?[ \t]*\r?\n"
    rf"(?=[ \t]+{BEGIN}|(?:[ \t]++\S[^\r\n]*+(?:\r?\n|\Z)|[ \t]*+\r?\n)++\Z)"
)
_MARGIN = re.compile(r"\A[^\r\n]{0,80}\"\"\"\r?\n((?:[ \t]*\|[^\r\n]*\r?\n)+)[ \t]*\"\"\"[^\r\n]*\Z")
_ASSIGNED = r"\A\s*(?:[a-z]{3,6} )?(?:[\w.]{1,64} ?:?= ?)?(?:\[\]byte\()?[bru]{0,2}"
_QUOTED = re.compile(_ASSIGNED + r"""(\"{3}|'{3}|`)\\?(?P<lines>(?:(?!\1).)*+)\1\)?;?\s*\Z""", re.DOTALL)

_OPENED = re.compile(
    r"\A\s*(?:<(?:pre|code|p|div|span|td|li|blockquote|samp|tt)\b[^<>]{0,200}>\s*){1,4}"
    rf"(?={BEGIN}|&lt;[?\w]|[{{\[]\s*&quot;|{REQUEST})",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\A\s*<pre\b[^<>]{0,200}>(?:\s*<code\b[^<>]{0,200}>)?([^<>]+)(?:</code>\s*)?</pre>\s*\Z", re.IGNORECASE
)
_BEGUN = re.compile(rf"\A\s*{BEGIN}")
_HOLDER = re.compile(r"<(\w[\w.:-]{0,40})(?: [^<>]{0,200})?>\s*((?:&lt;[?\w]|\{\s*&quot;)[^<]{16,65536})(?:</\1>|\Z)")
_VALUE = re.compile(r"=\s?\"((?:&lt;[?\w]|\{\s*&quot;)[^\"<>]{16,65536})\"")
_CLOSED = re.compile(r"(?<!\s)(?:\s*+</\w{1,16}>){1,8}+\s*+\Z")
_LINE_BREAK = re.compile(r"<br ?/?>(?:\r?\n)?", re.IGNORECASE)
_ELEMENT = re.compile(
    r"<(\w[\w.:-]{0,40})(?: [^<>]{0,200})?>\s*"
    r"((?:RTSP|HTTP)/\d\.\d \d{3}(?=[^<]{1,65536}?&(?:quot|#13|#39|lt);)[^<]{1,65536}+)</\1>"
)
_ATTRIBUTE = re.compile(
    rf"=\s?\"({BEGIN}(?=[^\"<>]{{0,4096}}?&#(?:1[03]|x0?[ad]);)[^\"<>]{{0,65536}}+)\"", re.IGNORECASE
)
_MARKUP = re.compile(r"<[A-Za-z/!?]")
_REFERENCE = re.compile(r"&(?:lt|gt|quot|#39|#x27);")
_CODED = re.compile(r"\\u00(3[ce]|2[267f])", re.IGNORECASE)  # in JSON that may stand within a page

_PROMPT = re.compile(r"\A(?:>>> |In \[\d{1,5}\]: )[^\r\n]{1,256}\r?\n(?:Out\[\d{1,5}\]: )?(?=\S)")
_VERBOSE = re.compile(r"^< (?:HTTP|RTSP)/", re.MULTILINE)
_TALK = re.compile(r"^(?:[>*] .*\n|[{}] \[\d+ bytes data\]\s*\n|>?\r?\n|<(?: |\r?$))", re.MULTILINE)
_TELNET = re.compile(
    r"^(?:Trying |Connected to |Escape character is |Connection closed by )[^\r\n]*\r?\n?", re.MULTILINE
)

_ALL_FENCED = re.compile(
    r"\A\s{0,64}(`{3,8}|~{3,8})[^\r\n`]{0,64}\r?\n(.*?)\r?\n?[ \t]{0,64}\1[ \t]{0,64}\s{0,64}\Z", re.DOTALL
)
_FENCE_LINE = re.compile(r"^[ \t]{0,64}(?:```|~~~)", re.MULTILINE)
_CITED = re.compile(r"[ \t]{0,3}>(?: |$)")
_ALL_STRING = re.compile(
    r"\A\s{0,64}(?:[bru]{0,2}\"(?:[^\"\\\r\n]|\\[^\r\n])*+\"|[bru]{0,2}'(?:[^'\\\r\n]|\\[^\r\n])*+')\s{0,64}\Z"
)
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f\ufffd]")
"""What bytes have that are no text: those are decoded elsewhere."""
_END = re.compile(r"(?:\\r)?\\n")
_ENDS_STRING = re.compile(r"[\"'`][;,)\s]*\Z")
_CITED_LINE = re.compile(r"^[ \t]{0,3}> ?", re.MULTILINE)


def enclosed(text: str) -> str:
    """What a fence of code, a citation of every line or one string of a program holds, where it is all there is."""
    text = _unescaped(_of_string(text))
    found = _ALL_FENCED.match(text)
    if found and not _FENCE_LINE.search(found[2]):
        text = found[2]
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) >= FEW and all(map(_CITED.match, lines)):
        return _CITED_LINE.sub("", text)
    return text


def _of_string(text: str) -> str:
    """The text that a string of JSON or of Python stands for; bytes that are no text stay as they are written."""
    if len(text) > MAX_JSON or not _ALL_STRING.match(text):
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


def _unescaped(text: str) -> str:
    """Lines whose ends are written as escapes, all in one."""
    if (
        "\n" in text.strip()
        or text.lstrip()[:1] in ('"', "'", "{", "[", "")
        or len(_END.findall(text)) < FEW
        or '\\"' in text
        or _ENDS_STRING.search(text[-16:])
    ):
        return text
    return unescaped(text)


def _of_json(string: str) -> object:
    return json.loads(string, strict=False)


def fenced(text: str) -> str:
    """The lines of a block of code, of YAML, or of a document within a script or a program."""
    for pattern in (_FENCED, _FENCE, _QUOTED):
        if fence := pattern.match(text):
            return fence["lines"]
    if here := _HERE.match(text):
        return dedent(here[3])
    if margin := _MARGIN.match(text):
        return "\n".join(line.lstrip().removeprefix("|").removeprefix(" ") for line in margin[1].splitlines())
    block = _BLOCK.match(text)
    return dedent(text[block.end() :]) if block else text


def markup(text: str) -> str:
    """An answer as the text or the source of a page, or as what an element or an attribute of XML holds."""
    if whole := _WHOLE.match(text):
        return unescape(_LINE_BREAK.sub("\n", whole[1]))
    if opened := _OPENED.match(text):
        return unescape(_LINE_BREAK.sub("\n", _CLOSED.sub("", text[opened.end() :])))
    if _BEGUN.match(text) and "\n" not in text.strip():
        text = _LINE_BREAK.sub("\n", text)
    if text.lstrip().startswith(("<?xml", "<!", "<html", "<nmaprun")):
        return text
    if held := _ELEMENT.search(text) or _HOLDER.search(text):
        return unescape(held[2])
    if held := _ATTRIBUTE.search(text) or _VALUE.search(text):
        return unescape(held[1])
    return unescape(text) if _REFERENCE.search(text) and not _MARKUP.search(text) else text


def coded(text: str) -> str:
    """Signs of markup, and slashes, that some programs write as codes in JSON."""
    if "\\u003" in text and not _MARKUP.search(text):
        text = _CODED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\\/", "/") if ":\\/\\/" in text else text


def prompted(text: str) -> str:
    """What a prompt answered."""
    return _PROMPT.sub("", text, count=1)


def talked(text: str) -> str:
    """An answer without what curl or telnet says around it."""
    if _VERBOSE.search(text):
        text = _TALK.sub("", text)
    return _TELNET.sub("", text).strip() if "\nEscape character is " in text else text
