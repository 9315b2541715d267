"""How terminals, web pages and programs write an answer down: other line ends, marks, markup, codes, pairs."""

from __future__ import annotations

import base64
import binascii
import json
import quopri
import re
from contextlib import suppress
from html import unescape
from itertools import pairwise
from textwrap import dedent
from urllib.parse import unquote

from camscan.imports.forms import paired
from camscan.imports.forms.paired import HEADER, SENT

MAX_TEXT = 256 * 1024  # characters of a paste that are looked into
_MAX_LINES = 4096

_BEGIN = r"(?:(?:RTSP|HTTP)/\d\.\d[ \xa0]\d{3}\b|v=0(?!\w|\.\d))"
_BEGUN = re.compile(rf"\A\s*{_BEGIN}")
_TOLD = re.compile(rf"^\W{{0,16}}+{HEADER}[ \t\xa0]?:", re.IGNORECASE | re.MULTILINE)
_INNER = re.compile(rf"\A\s*(?:{_BEGIN}|{HEADER}[ \t]?:|[A-Z_]{{3,16}} \S{{1,1024}} (?:RTSP|HTTP)/\d)", re.IGNORECASE)
_DOCUMENT = re.compile(r"&lt;[?\w]|[{\[]\s*&quot;")
_LINES = re.compile(r"\A(?:\w[\w.\[\]]{0,80}=[^\r\n]*\r?\n){2,}")

_COLOUR = re.compile(r"\x1b\[[0-9;]{0,16}[A-Za-z]")
_CARET = re.compile(r"\^M(?=\r?\n|\Z)")
_GLYPH = re.compile(r"(?:␍?␊|␍|↵|⏎|¶)[ \t]*(?:\r?\n)?")
_DOUBLED = re.compile(r'=""([^"\r\n]{0,256})""')  # of a table with commas
_CONTINUED = re.compile(r"(?<=\\n)\\\r?\n[ \t]*")
_MAILED = re.compile(r"\w=3D\"")
_BLOCK = re.compile(rf"\A[^\r\n]{{1,60}}:[ \t]*[|>][+-]?[ \t]*\r?\n(?=[ \t]+{_BEGIN})")
_CURLY = re.compile(r"=[“”„]([^“”\"\r\n]{0,256})[“”]")

_TICKED = re.compile(r"[ \t]*(?:[-*+] )?`([^`\r\n]*)`[ \t]*")
_BARRED = re.compile(r"[ \t]*(?:>[> ]*|\| ?)")
_MARGIN = re.compile(r"\A[^\r\n]{0,80}\"\"\"\r?\n((?:[ \t]*\|[^\r\n]*\r?\n)+)[ \t]*\"\"\"[^\r\n]*\Z")

_OPENED = re.compile(
    r"\A\s*(?:<(?:pre|code|p|div|span|td|li|blockquote|samp|tt)\b[^<>]{0,200}>\s*){1,4}"
    rf"(?={_BEGIN}|&lt;[?\w]|[{{\[]\s*&quot;|[A-Z_]{{3,16}} \S{{1,1024}} (?:RTSP|HTTP)/\d)",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\A\s*<pre\b[^<>]{0,200}>(?:\s*<code\b[^<>]{0,200}>)?([^<>]+)(?:</code>\s*)?</pre>\s*\Z", re.IGNORECASE
)
_PROMPT = re.compile(r"\A(?:>>> |In \[\d{1,5}\]: )[^\r\n]{1,256}\r?\n(?:Out\[\d{1,5}\]: )?(?=\S)")
_HOLDER = re.compile(r"<(\w[\w.:-]{0,40})(?: [^<>]{0,200})?>\s*((?:&lt;[?\w]|\{\s*&quot;)[^<]{16,65536})</\1>")
_VALUE = re.compile(r"=\s?\"((?:&lt;[?\w]|\{\s*&quot;)[^\"<>]{16,65536})\"")
_FENCED = re.compile(
    r"\A\s*(?:\[source[^\]\r\n]{0,40}\]\r?\n)?(?:\{code[^}\r\n]{0,80}\}|-{4,}|~{3,}\w{0,16}|\[code\])[ \t]*\r?\n"
    r"(.*?)\r?\n?(?<![ \t])[ \t]*+(?:\{code\}|(?<!-)-{4,}+|(?<!~)~{3,}+|\[/code\])\s*+\Z",
    re.DOTALL,
)
_HERE = re.compile(
    r"\A[^\r\n]{0,80}<<<?[~-]?(['\"]?)(\w{2,16})\1\r?\n(.*?)\r?\n?(?<![ \t])[ \t]*+\2;?\s*+\Z", re.DOTALL
)
_CLOSED = re.compile(r"(?<!\s)(?:\s*+</\w{1,16}>){1,8}+\s*+\Z")
_LINE_BREAK = re.compile(r"<br ?/?>(?:\r?\n)?", re.IGNORECASE)
_ELEMENT = re.compile(
    r"<(\w[\w.:-]{0,40})(?: [^<>]{0,200})?>\s*"
    r"((?:RTSP|HTTP)/\d\.\d \d{3}(?=[^<]{1,65536}?&(?:quot|#13|#39|lt);)[^<]{1,65536}+)</\1>"
)
_ATTRIBUTE = re.compile(
    rf"=\s?\"({_BEGIN}(?=[^\"<>]{{0,4096}}?&#(?:1[03]|x0?[ad]);)[^\"<>]{{0,65536}}+)\"", re.IGNORECASE
)

_CODED_END = re.compile(r"(?:\\015)?\\012|(?:\\u000d)?\\u000a|(?:\\x0d)?\\x0a|(?:%0d)?%0a", re.IGNORECASE)
_ESCAPED_END = re.compile(r"(?:\\\\x0d)?\\\\x0a", re.IGNORECASE)  # of masscan, held by JSON
_PACKED = re.compile(
    r"\"(?:((?:UlRTUC8x|SFRUUC8x|dj0w|PD[\w+/]|eyJ)[\w+/-]{16,}={0,2})|((?:525453502f|485454502f|763d30|3c|7b22)[0-9a-f]{16,}))\""
)
"""Base64 or hex digits of "RTSP/1", "HTTP/1", "v=0", a tag or an object of JSON, and what follows."""
_ARRAY = re.compile(
    r"\A[^{}\r\n]{0,120}=\s*\{\s*+((?:0x[0-9a-f]{2}(?:\s*+,)?\s*+){16,}+)\}\s*+(?:;\s*+)?\Z", re.IGNORECASE
)
_LOGGED = ("log", "MESSAGE", "message", "msg")
_HOLDING = ("banner", "data", "response", "raw", "output", "stdout", "text", "content")
"""Names under which JSON holds what a device said."""
_MEMBER = re.compile(
    r'"(?:server|(?:html_)?title|headers|favicon\w*|product|cpe|method|deviceInfo)"\s*:', re.IGNORECASE
)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_DIGITS = re.compile(r"(?:[0-9A-Fa-f]{2}){16,}")
_TEXT = re.compile(r"[\t\r\n -~\xa0-\U0010ffff]+")

_NUMBER = re.compile(r"[ \t]*(\d{1,6})(?:[:\t]|[.)] )")
_SAME_MARK = re.compile(r"\+(?! )|[-*•] |-(?![- ])")
_STAMP = re.compile(r"\d:\d\d:\d\d|\[[^\]\r\n]{1,64} @ 0x")
_STAMP_END = re.compile(r"(?:[:\]|>DFP] |\t)(?=\S)")
_MAX_STAMP = 256  # characters
_FIGURES = re.compile(r"\d+")
_MANY = 3  # lines from which on what each of them begins with is no chance

_NAMED = r"[A-Za-z][\w-]{1,30}: "
_JOINED = re.compile(
    rf"\A((?:RTSP|HTTP)/\d\.\d \d{{3}}(?: [A-Za-z-]+){{0,4}}?|{HEADER}: [^\r\n]{{1,200}}?)( ?[|;,] |\.\.)(?={_NAMED})",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(r"\Av=0( ?[|;,] |\.\.| )(?=o=)")

_FEWEST = 2  # lines by which a form of many lines is told


def plain(text: str) -> str:
    """The lines of an answer as the device sent them; any other text as it is."""
    if len(text) > MAX_TEXT:
        return text
    if "\x1b[" in text:
        text = _COLOUR.sub("", text)
    text = text.replace("\r\r\n", "\r\n")
    if SENT.search(text) or _TOLD.search(text):
        for undo in (_of_line_ends, _of_fences, _of_marks, _of_markup, _of_codes, _of_one_line):
            text = undo(text)
    elif _DOCUMENT.search(text):
        text = _of_markup(text)
    else:
        for undo in (_of_fences, _of_page, _of_list):
            text = undo(text)
    for undo in (_of_log, _of_packed, _of_nested, paired.plain):
        text = undo(text)
    return text


def _of_line_ends(text: str) -> str:
    """Line ends, spaces and quotes that an editor or a web page has put in the place of what was sent."""
    if "\n" not in text and "\r" in text.strip():
        text = text.replace("\r", "\r\n")
    if _MAILED.search(text):
        text = quopri.decodestring(text.encode()).decode("utf-8", "replace")
    text = _GLYPH.sub("\n", _CARET.sub("", _CONTINUED.sub("", text)))
    return _DOUBLED.sub(r'="\1"', _CURLY.sub(r'="\1"', text.replace("\xa0", " ")))


def _of_fences(text: str) -> str:
    """The lines of a block of code, of YAML, or of a document within a script."""
    if fenced := _FENCED.match(text):
        return fenced[1]
    if here := _HERE.match(text):
        return dedent(here[3])
    block = _BLOCK.match(text)
    return dedent(text[block.end() :]) if block else text


def _of_marks(text: str) -> str:
    """Lines without the mark that each of them has: of a citation, a margin, or code in a sentence."""
    if margin := _MARGIN.match(text):
        text = margin[1]
    lines = [line for line in text.splitlines()[:_MAX_LINES] if line.strip()]
    if len(lines) < _FEWEST:
        return text
    if all(map(_TICKED.fullmatch, lines)):
        return "\n".join(match[1] if (match := _TICKED.fullmatch(line)) else line for line in text.splitlines())
    if all(map(_BARRED.match, lines)) and _INNER.match(_BARRED.sub("", lines[0], count=1)):
        return "\n".join(_BARRED.sub("", line, count=1) for line in text.splitlines())
    return text


def _of_markup(text: str) -> str:
    """An answer as the text of a page, or as what an element or an attribute of XML holds."""
    if opened := _OPENED.match(text):
        return unescape(_LINE_BREAK.sub("\n", _CLOSED.sub("", text[opened.end() :])))
    if _BEGUN.match(text) and "\n" not in text.strip():
        return _LINE_BREAK.sub("\n", text)
    if text.lstrip().startswith(("<?xml", "<!", "<html", "<nmaprun")):
        return text
    if held := _ELEMENT.search(text) or _HOLDER.search(text):
        return unescape(held[2])
    held = _ATTRIBUTE.search(text) or _VALUE.search(text)
    return unescape(held[1]) if held else text


def _of_codes(text: str) -> str:
    """Line ends that are written as codes."""
    if text.lstrip().startswith(("{", "[")):
        return _ESCAPED_END.sub(r"\\r\\n", text)
    if "\n" in text.strip() or not _INNER.match(text) or not _CODED_END.search(text):
        return text
    return _CODED_END.sub("\r\n", unquote(text) if "%20" in text else text)


def _of_one_line(text: str) -> str:
    """A head, or a session description, whose lines were joined with a sign between them."""
    line = text.strip()
    if "\n" in line:
        return text
    if joined := _JOINED.match(line):
        end = re.escape(joined[2].strip()) + r" ?"
        return re.sub(rf" ?{end}(?={_NAMED}|{end}|[<{{]|v=0|\Z)", "\r\n", line)
    if joined := _DESCRIBED.match(line):
        return re.sub(rf"{re.escape(joined[1])}(?=[a-z]=|\Z)", "\r\n", line)
    return text


def _of_list(text: str) -> str:
    """Lines without their numbers, the mark of a list or of a difference, or what a log writes before each."""
    lines = text.splitlines()[:_MAX_LINES]
    told = [line for line in lines if line.strip()]
    if len(told) < _MANY:
        return text
    numbers = [match for line in told if (match := _NUMBER.match(line))]
    if len(numbers) == len(told) and all(int(b[1]) > int(a[1]) for a, b in pairwise(numbers)):
        return "\n".join(_NUMBER.sub("", line, count=1) for line in lines)
    mark = _SAME_MARK.match(told[0])
    if mark and all(line.startswith(mark[0]) for line in told):
        return "\n".join(line.removeprefix(mark[0]) for line in lines)
    if all(line.startswith(">") for line in told):
        return "\n".join(_BARRED.sub("", line, count=1) for line in lines)
    for end in reversed([match.end() for match in _STAMP_END.finditer(told[0][:_MAX_STAMP])]):
        stamp = told[0][:end]
        lead = re.compile(_FIGURES.sub(r"\\d+", re.escape(stamp)))
        if _STAMP.search(stamp) and all(map(lead.match, told)) and not told[0].startswith("line='", end):
            return "\n".join(lead.sub("", line, count=1) for line in lines)
    return text


def _of_page(text: str) -> str:
    """Text without the element of a page around it, the spaces of a page, or the prompt before it."""
    if whole := _WHOLE.match(text):
        return unescape(_LINE_BREAK.sub("\n", whole[1]))
    if "\xa0" in text and " " not in text:
        text = text.replace("\xa0", " ")
    if _TICKED.match(text) and all(_TICKED.fullmatch(line) for line in text.splitlines()[:_MAX_LINES] if line.strip()):
        return "\n".join(match[1] if (match := _TICKED.fullmatch(line)) else line for line in text.splitlines())
    return _PROMPT.sub("", text, count=1)


def _of_log(text: str) -> str:
    """Lines that a log holds as JSON, one object for each."""
    lines = [line for line in text.splitlines()[:_MAX_LINES] if line.strip()]
    if len(lines) < _FEWEST or not all(line.startswith("{") and line.rstrip().endswith("}") for line in lines):
        return text
    told = []
    with suppress(ValueError, RecursionError):
        for line in lines:
            record = json.loads(line)
            told += [record[name].rstrip("\r\n") for name in _LOGGED if isinstance(record.get(name), str)][:1]
    return "\n".join(told) if len(told) == len(lines) else text


def _of_packed(text: str) -> str:
    """An answer in base64 or hex digits that JSON holds, or in the bytes of an array in C."""
    with suppress(ValueError, binascii.Error):
        if array := _ARRAY.match(text):
            return bytes.fromhex("".join(re.findall(r"0x([0-9A-Fa-f]{2})", array[1]))).decode()
        if packed := _PACKED.search(text):
            data = base64.b64decode(packed[1] + "=" * (-len(packed[1]) % 4)) if packed[1] else bytes.fromhex(packed[2])
            return data.decode()
    return text


def _of_nested(text: str) -> str:
    """What a device said, as a string in JSON that tells nothing else of it."""
    if not text.startswith("{") or SENT.search(text) or _MEMBER.search(text):
        return text
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
            elif isinstance(value, str) and (value.startswith('{"') or _LINES.match(value)):
                return value
    return text


def _held(record: dict[str, object]) -> str:
    """What a device said, in several lines or encoded, under a name for that."""
    for name in _HOLDING:
        value = record.get(name)
        if not isinstance(value, str):
            continue
        data = b""
        with suppress(ValueError, binascii.Error):
            if _DIGITS.fullmatch(value):
                data = bytes.fromhex(value)
            elif _BASE64.fullmatch(value):
                data = base64.b64decode(value + "=" * (-len(value) % 4))
            value = data.decode() if data else value
        if "\n" in value.strip() and _TEXT.fullmatch(value):
            return value
    return ""
