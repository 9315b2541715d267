"""Ends of lines, and marks within lines, that something else has put in the place of those that were sent."""

from __future__ import annotations

import quopri
import re
from urllib.parse import unquote

from camscan.imports.writings.base import BEGIN, HEADER, REQUEST, is_answer, unescaped

_COLOUR = re.compile(r"\x1b\[[0-9;]{0,16}[A-Za-z]")
_CARET = re.compile(r"\^M(?=\r?\n|\Z)")
_GLYPH = re.compile(r"(?:␍?␊|␍|↵|⏎|¶)[ \t]*(?:\r?\n)?")
_DOUBLED = re.compile(r'=""([^"\r\n]{0,256})""')  # of a table with commas
_CONTINUED = re.compile(r"(?<=\\n)\\\r?\n[ \t]*")
_STRUNG = re.compile(r"(?:\\r)?\\n\\\r?\n[ \t]*")
_STRUNG_LINES = 2  # from which on they are those of a string, whose begin or end may be missing
_OPENED = re.compile(r"\A(?:[^\r\n]{0,80}\r?\n){0,4}?[^\r\n]{0,64}?\"(?=(?:HTTP|RTSP)/\d|v=0\r\n)")
_CLOSED = re.compile(r"(?:(?:\\r)?\\n)?(?:\"[,;)]{0,2}|\\)\s*\Z")
_MAILED = re.compile(r"\w=3D\"")
_CURLED = re.compile("[“”][^“”\r\n]{0,4096}”")
_STRAIGHT = str.maketrans("“”„", '"""')
_SINGLE = re.compile(r"\b(realm|nonce|qop|opaque|stale|domain)='([^'\"\\\r\n]{0,256})'", re.IGNORECASE)
_CURLY = re.compile(r"=[“”„]([^“”\"\r\n]{0,256})[“”]")
_PARTED = re.compile(
    r"(\brealm *= *\"[^\"\r\n]{1,64}?)[ \t]*+\r?\n[ \t]*+(?:(?://|#|\*)[ \t]*+)?"
    r"(?=[^\"\r\n:| ]{1,32}(?: [^\"\r\n:| ]{1,32}){0,4}\")"
)

_BEGUN = re.compile(rf"\A\s*(?:{BEGIN}|{HEADER}[ \t]?:|{REQUEST})", re.IGNORECASE)
_CODED_END = re.compile(
    r"(?:\\{1,2}(?:r|015|x0d|u000d))?\\{1,2}(?:n|012|x0a|u000a)|(?:%0d)?%0a|<br ?/?>|(?:&#(?:13|x0?d);)?&#(?:10|x0?a);",
    re.IGNORECASE,
)
_ESCAPED_END = re.compile(r"(?:\\\\x0d)?\\\\x0a", re.IGNORECASE)  # of masscan, held by JSON
_BREAK = re.compile(r"\\r\\n|\\n")
_LITERAL = re.compile(r"[bru]{0,2}(?P<quote>['\"]).*(?P=quote)", re.DOTALL | re.IGNORECASE)
_OPENING = re.compile(r"\A[^\r\n]{0,64}?[\"'`](?=(?:HTTP|RTSP)/\d|v=0\r?\n)")
_NAMED = r"(?!realm|title|status)[A-Za-z][\w-]{1,30}: "  # which notes name beside a server
_LABELLED = re.compile(
    r"(?:Banner|Response|Data|Raw): ?((?:HTTP|RTSP)/\d\.\d \d{3}(?=[^\r\n]*\\n[A-Za-z])[^\r\n]*+)\r?\n", re.IGNORECASE
)
_JOINED = re.compile(
    rf"\A((?:RTSP|HTTP)/\d\.\d \d{{3}}(?: [A-Za-z-]+){{0,4}}?|{HEADER}: [^\r\n]{{1,200}}?)"
    rf"( {{0,8}}[|;,] {{1,8}}|\.\.)(?={_NAMED})",
    re.IGNORECASE,
)
_DESCRIBED = re.compile(r"\Av=0( ?[|;,] |\.\.| )(?=o=)")

_FLAT = re.compile(rf"(?:RTSP|HTTP)/\d\.\d[ \t]+\d{{3}}\b[^\r\n:]{{0,64}}?(?=[ \t]++{HEADER}[ \t]?:)", re.IGNORECASE)
_FLAT_END = re.compile(rf"(?<![ \t])[ \t]++(?={HEADER}[ \t]?:)", re.IGNORECASE)
_NAMES = (
    r"(?:WWW-Authenticate|C-?Seq|Date|Server|Public|Session|Transport|Cache-Control|Set-Cookie|Content-[A-Z]\w{2,12}): "
)
_RUN_ON = re.compile(rf"^.*?(?:HTTP|RTSP)/\d\.\d \d{{3}} [A-Z ]{{2,30}}?{_NAMES}.*$", re.MULTILINE | re.IGNORECASE)
_GLUED = re.compile(rf"(?<!-)(?={_NAMES})", re.IGNORECASE)
_CLOSE = re.compile(r"\S[ \t]*\r?\n[ \t]*\S")
_SPACED = re.compile(r"\r?\n[ \t]*\r?\n")
_SPACED_LINES = 4  # from which on an empty line behind each is no chance
_SINGLE = re.compile(r"\b(realm|nonce|opaque|qop|domain|algorithm|stale)= ?'([^'\"\r\n]{0,256})'", re.IGNORECASE)
_GAP = re.compile(rf"(?<=\S)[ \t]*\r?\n[ \t]*\r?\n(?={HEADER}[ \t]?:)", re.IGNORECASE)


def replaced(text: str) -> str:
    """What a terminal, an editor, a letter or a web page has put in the place of line ends, spaces and quotes."""
    text = _COLOUR.sub("", text).replace("\r\r\n", "\r\n")
    if '"' not in text and _CURLED.search(text):
        text = text.translate(_STRAIGHT)
    if len(_STRUNG.findall(text)) >= _STRUNG_LINES:
        text = _OPENED.sub("", _CLOSED.sub("", _STRUNG.sub("\r\n", text)))
    if not is_answer(text):
        return text if " " in text else text.replace("\xa0", " ")
    if "\n" not in text and "\r" in text.strip():
        text = text.replace("\r", "\r\n")
    if _MAILED.search(text):
        text = quopri.decodestring(text.encode()).decode("utf-8", "replace")
    text = _GLYPH.sub("\n", _CARET.sub("", _CONTINUED.sub("", text)))
    text = _SINGLE.sub(r'\1="\2"', _CURLY.sub(r'="\1"', text.replace("\xa0", " ")))
    return _DOUBLED.sub(r'="\1"', text)


def coded(text: str) -> str:
    """Line ends that are written as codes, or in the source of a web page."""
    if text.lstrip().startswith(("{", "[")):
        return _ESCAPED_END.sub(r"\\r\\n", text)
    if "\n" in text.strip() or not _BEGUN.match(text) or not _CODED_END.search(text):
        return text
    return _CODED_END.sub("\r\n", unquote(text) if "%20" in text else text)


def joined(text: str) -> str:
    """A head, or a session description, whose lines were joined with a sign between them."""
    line = text.strip()
    if "\n" in line:
        return text
    if found := _JOINED.match(line):
        end = re.escape(found[2].strip()) + r" {0,8}"
        more = "|[a-z]=" if "v=0" in line else ""
        return re.sub(rf" {{0,8}}{end}(?={_NAMED}|{end}|[<{{]|v=0|\Z{more})", "\r\n", line)
    if found := _DESCRIBED.match(line):
        return re.sub(rf"{re.escape(found[1])}(?=[a-z]=|\Z)", "\r\n", line)
    return text


def escaped(text: str) -> str:
    """One line with escapes for its ends, perhaps behind the quote that opened it, or behind a label among others."""
    if labelled := _LABELLED.match(text):
        return unescaped(labelled[1])
    if "\n" in text.strip() or not _BREAK.search(text) or _LITERAL.fullmatch(text.strip()):
        return text
    return _OPENING.sub("", unescaped(text), count=1)


def parted(text: str) -> str:
    """A realm that was written in two lines."""
    return _PARTED.sub(r"\1 ", text)


def spaced(text: str) -> str:
    """Lines without the empty one that a web page puts behind each."""
    return _SPACED.sub("\n", text) if len(_SPACED.findall(text)) >= _SPACED_LINES and not _CLOSE.search(text) else text


def flat(text: str) -> str:
    """A head whose lines were joined to one, as in a table of banners; what is before it in the line is left out."""
    found = _FLAT.search(text)
    if not found:
        return _RUN_ON.sub(lambda match: _GLUED.sub("\r\n", match[0]), text)  # nothing is left of the ends of lines
    before, head = text[: found.start()], text[found.start() :]
    line, end, rest = head.partition("\n")
    return before[: before.rfind("\n") + 1] + _FLAT_END.sub("\r\n", line) + end + rest


def gaps(text: str) -> str:
    """Headers without an empty line between them."""
    return _GAP.sub("\n", text)


def single(text: str) -> str:
    """A challenge whose values stand in single quotes."""
    return _SINGLE.sub(r'\1="\2"', text)
