"""Line ends that were replaced or removed."""

from __future__ import annotations

import re

from camscan.imports.notations.base import BEGIN, FEW, HEADER, REQUEST, has_answer_line, unescaped, unquoted

_COLOUR = re.compile(r"\x1b\[[0-9;]{0,16}[A-Za-z]")
_CARET = re.compile(r"\^M(?=\r?\n|\Z)")
_CURLED = re.compile("[“”][^“”\r\n]{0,4096}”")
_STRAIGHT = str.maketrans("“”„\xa0", '""" ')
_BEGUN = re.compile(rf"\A\s*(?:{BEGIN}|{HEADER}[ \t]?:|{REQUEST})", re.IGNORECASE)
_CODED = re.compile(r"(?:\\{1,2}(?:r|x0d|u000d))?\\{1,2}(?:n|x0a|u000a)", re.IGNORECASE)
_CONTINUED = re.compile(r"(?:\\r)?\\n\\[ \t]{0,8}(?:\r?\n|\Z)")
"""The end of a line in a string of C that goes on in the next line."""
_ESCAPED = re.compile(r"(?:\\r)?\\n")
_ESCAPED_ALONE = re.compile(r"\\r\\n|\\n(?![a-z\\])")  # no folder of Windows begins with it
_SETTINGS = re.compile(r"\A\s*[\w.\[\]]{2,80}=[^\r\n\\]{0,200}(?:\\r)?\\n(?:[\w.\[\]]{2,80}=|\s*\Z)")
_CODE = re.compile(r"[\"'`][;,)\s]*\Z|\\\"|\A\s*(?:[\"'{\[]|\Z)|\bservicefp=\"")
"""Signs that a line is source code, or what nmap quotes of an answer: in strings, to which the escapes belong."""
_NAMED = rf"(?:{HEADER}|EXT|ST|USN|NTS?|HOST)[ \t]?:"
_FLAT = re.compile(
    r"(?:(?:RTSP|HTTP)/\d\.\d[ \t]+\d{3}\b[^\r\n:]{0,64}?|NOTIFY \* HTTP/1\.1)"
    rf"(?=(?:[ \t]{{0,8}}[;,|])?[ \t]++{_NAMED})",
    re.IGNORECASE,
)
_FLAT_END = re.compile(rf"(?<![ \t])[ \t]*+(?:[;,|][ \t]++|(?<=[ \t]))(?={_NAMED})", re.IGNORECASE)
_NAMES = (
    r"(?:WWW-Authenticate|C-?Seq|Date|Server|Public|Session|Transport|Cache-Control|Set-Cookie|Content-[A-Z]\w{2,12}"
    r"|ETag|Last-Modified|Connection|Expires|Accept-Ranges|Keep-Alive): "
)
_RUN_ON = re.compile(rf"^.*?(?:HTTP|RTSP)/\d\.\d \d{{3}} [A-Z ]{{2,30}}?{_NAMES}.*$", re.MULTILINE | re.IGNORECASE)
_GLUED = re.compile(rf"(?<!-)(?={_NAMES})", re.IGNORECASE)
_SDP_RUN_ON = re.compile(r"[ \t]{0,2}(?<![A-Za-z])v=0[ \t]{0,2}o=[^\r\n]{3,120}?\bIN\b[^\r\n]{4,}")
_SDP_GLUED = re.compile(
    r"(?<=[^\s:])[ \t]{0,2}(?=[osei]=|[ct]=(?:IN\b|\d)|m=(?:video|audio|application)\b|b=[A-Z]{2}:"
    r"|a=(?:[cr]\w{1,12}|tool|type|fmtp|sendonly|x-|[Mm]edia|framerate|packetization|source-filter)\b)"
    r"|(?<=\S)[ \t]{1,2}(?=a=(?:[a-z][\w-]{1,30})(?:[: \t]|\Z))"
)
_CLOSE = re.compile(r"\S[ \t]*\r?\n[ \t]*\S")
_SPACED = re.compile(r"\r?\n[ \t]*\r?\n")
_SPACED_LINES = 4  # from which on an empty line behind each is no chance
_GAP = re.compile(rf"(?<=\S)[ \t]*\r?\n[ \t]*\r?\n(?={HEADER}[ \t]?:)", re.IGNORECASE)


def plain(text: str) -> str:
    """A text without what terminals, editors and mail programs add: colours, "^M", typographic quotes."""
    text = _COLOUR.sub("", text).replace("\r\r\n", "\r\n")
    if "\n" not in text and "\r" in text.strip():
        text = text.replace("\r", "\r\n")
    if '"' not in text and _CURLED.search(text):
        text = text.translate(_STRAIGHT)
    if "\xa0" in text and (has_answer_line(text) or " " not in text):
        text = text.replace("\xa0", " ")
    return _CARET.sub("", text) if text.count("^M") >= FEW else text


def escaped(text: str) -> str:
    """Lines whose ends are written as escapes: all in one line, or each before a backslash, as in strings of C."""
    if "\n" in text.strip():
        return unquoted(_CONTINUED.sub("\r\n", text)) if len(_CONTINUED.findall(text)) >= FEW else text
    if _BEGUN.match(text):
        return unquoted(_CODED.sub("\r\n", text))
    if "\\n" not in text or _CODE.search(text):
        return text
    is_one = len(_ESCAPED.findall(text)) >= FEW or _ESCAPED_ALONE.search(text) or _SETTINGS.match(text)
    return unescaped(text) if is_one else text


def flattened(text: str) -> str:
    """Lines that were joined into one, as in a table of banners; text before the status line is left out."""
    if "v=0" in text:
        text = _SDP_RUN_ON.sub(lambda found: "\r\n" + _SDP_GLUED.sub("\r\n", found[0].strip()), text)
    folded = text.casefold()
    has_status = "http/" in folded or "rtsp/" in folded
    if not has_status:
        return text
    found = _FLAT.search(text)
    if not found:
        return _RUN_ON.sub(lambda match: _GLUED.sub("\r\n", match[0]), text)  # nothing is left of the ends of lines
    before, head = text[: found.start()], text[found.start() :]
    line, end, rest = head.partition("\n")
    return before[: before.rfind("\n") + 1] + _FLAT_END.sub("\r\n", line) + end + rest


def spaced(text: str) -> str:
    """Lines with an empty one after each, or between headers."""
    gaps = len(_SPACED.findall(text)) if text.count("\n") > 1 else 0
    if gaps >= _SPACED_LINES and not _CLOSE.search(text):
        text = _SPACED.sub("\n", text)
    return _GAP.sub("\n", text) if gaps else text
