"""Ends of lines, and marks within lines, that something else has put in the place of those that were sent."""

from __future__ import annotations

import re
from urllib.parse import unquote

from camscan.imports.writings.base import BEGIN, FEW, HEADER, REQUEST, has_answer_line, unescaped

_COLOUR = re.compile(r"\x1b\[[0-9;]{0,16}[A-Za-z]")
_CARET = re.compile(r"\^M(?=\r?\n|\Z)")
_GLYPH = re.compile(
    r"(?:␍?␊|␍|↵|⏎|¶|[<\[({](?:CR(?:[>\])}] ?[<\[({]|[ /]?))?LF[>\])}]|[<\[]0[Dd][>\]][<\[]0[Aa][>\]])[ \t]*(?:\r?\n)?"
)
_CONTINUED = re.compile(r"(?:\\r)?\\n(?:\\\r?\n[ \t]*|[\\\"]?[,;)]{0,2}\s*\Z)")
"""An end of a line within a string that goes on in the next line, and the end of that string."""
_CURLED = re.compile("[“”][^“”\r\n]{0,4096}”")
_STRAIGHT = str.maketrans("“”„", '"""')
_VALUE = re.compile(
    r"=(?:[“”„]([^“”\"\r\n]{0,256})[“”]|\"\"([^\"\r\n]{0,256})\"\")"
    r"|(?<=realm=)'([^'\"\\\r\n]{0,256})'|(?<=nonce=)'([^'\"\\\r\n]{0,256})'",
    re.IGNORECASE,
)
"""Values whose quotes a letter has curled, a table has doubled or a program has made single ones."""

_CHALLENGED = re.compile(r"\b(?:Digest|Basic) [^\r\n]{0,80}\brealm='", re.IGNORECASE)

_BEGUN = re.compile(rf"\A\s*(?:{BEGIN}|{HEADER}[ \t]?:|{REQUEST})", re.IGNORECASE)
_CODED = re.compile(
    r"(?:\\{1,2}(?:r|015|x0d|u000d))?\\{1,2}(?:n|012|x0a|u000a)|(?:%0d)?%0a|<br ?/?>|(?:&#(?:13|x0?d);)?&#(?:10|x0?a);",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"\\{1,2}(?:x22|u0022|042)", re.IGNORECASE)
_ESCAPED = re.compile(r"(?:\\r)?\\n")
_ESCAPED_ALONE = re.compile(r"\\r\\n|\\n(?![a-z\\])")  # no folder of Windows begins with it
_SETTINGS = re.compile(r"\A\s*[\w.\[\]]{2,80}=[^\r\n\\]{0,200}(?:\\r)?\\n(?:[\w.\[\]]{2,80}=|\s*\Z)")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_MARKUP = re.compile(r"<(?!br ?/?>)[A-Za-z/!?]", re.IGNORECASE)
_CODE = re.compile(r"[\"'`][;,)\s]*\Z|\\\"|\A\s*(?:[\"'{\[]|\Z)")
"""By what one line is told to be code, in which escapes stand within strings."""
_LABELLED = re.compile(
    r"^[ \t]*[A-Za-z][\w ]{1,30}: ?((?:RTSP|HTTP)/\d\.\d \d{3}\b(?=[^\r\n]*?\\n[A-Za-z])[^\r\n]*+)$", re.MULTILINE
)
_NAMED = r"(?!realm|title|status)[A-Za-z][\w-]{1,30}: "  # which notes name beside a server
_JOINED = re.compile(
    rf"\A((?:RTSP|HTTP)/\d\.\d \d{{3}}(?: [A-Za-z-]+){{0,4}}?|{HEADER}: [^\r\n]{{1,200}}?|v=0)"
    rf"( {{0,8}}[|;,] {{1,8}}|\.\.)(?={_NAMED}|o=|<)",
    re.IGNORECASE,
)

_FLAT = re.compile(rf"(?:RTSP|HTTP)/\d\.\d[ \t]+\d{{3}}\b[^\r\n:]{{0,64}}?(?=[ \t]++{HEADER}[ \t]?:)", re.IGNORECASE)
_FLAT_END = re.compile(rf"(?<![ \t])[ \t]++(?={HEADER}[ \t]?:)", re.IGNORECASE)
_NAMES = (
    r"(?:WWW-Authenticate|C-?Seq|Date|Server|Public|Session|Transport|Cache-Control|Set-Cookie|Content-[A-Z]\w{2,12}"
    r"|ETag|Last-Modified|Connection|Expires|Accept-Ranges|Keep-Alive): "
)
_RUN_ON = re.compile(rf"^.*?(?:HTTP|RTSP)/\d\.\d \d{{3}} [A-Z ]{{2,30}}?{_NAMES}.*$", re.MULTILINE | re.IGNORECASE)
_GLUED = re.compile(rf"(?<!-)(?={_NAMES})", re.IGNORECASE)
_SDP_RUN_ON = re.compile(
    r"[ \t]{0,2}v=0[ \t]{0,2}(o=[^\r\n]{3,120}?\bIN(?: IP[46](?: [\w.:%]{1,45}?)?)?)[ \t]{0,2}(s=[^\r\n]{1,100}?)"
    r"(?=[ \t]{0,2}(?:[ei]=|[ct]=(?:IN|\d)|m=(?:video|audio)|a=[a-z]|b=[A-Z]))([^\r\n]{4,})"
)
_SDP_GLUED = re.compile(
    r"(?<=\S)[ \t]{0,2}(?=[ei]=|[ct]=(?:IN\b|\d)|m=(?:video|audio|application)\b|b=[A-Z]{2}:"
    r"|a=(?:[cr]\w{1,12}|tool|type|fmtp|sendonly|x-|[Mm]edia|framerate|packetization|source-filter|appversion)\b)"
)
_CELL = re.compile(
    rf"\|[ \t]*((?:{BEGIN}|(?i:{HEADER}):)[^|\r\n]{{1,4096}}?<br ?/?>[^|\r\n]{{1,4096}}?)[ \t]*\|[ \t]*\r?$",
    re.MULTILINE,
)
_PARTED = re.compile(
    r"(\brealm *= *\"[^\"\r\n]{1,64}?)[ \t]*+\r?\n[ \t]*+(?:(?://|#|\*)[ \t]*+)?"
    r"(?=[^\"\r\n:| ]{1,32}(?: [^\"\r\n:| ]{1,32}){0,4}\")"
)
_CLOSE = re.compile(r"\S[ \t]*\r?\n[ \t]*\S")
_SPACED = re.compile(r"\r?\n[ \t]*\r?\n")
_SPACED_LINES = 4  # from which on an empty line behind each is no chance
_VARIABLE = r"(?:[A-Z][\w-]{1,40}-(?:MIB|SMI)::[\w.-]{1,80}|\.?(?:1|iso)\.3\.6\.1[\d.]{0,80}) = "
_LISTED = re.compile(rf"(?:Nmap scan report |Host is up |\d{{1,5}}/(?:tcp|udp)[ \t]{{1,16}}open\b|{_VARIABLE})")
_LISTED_END = re.compile(
    r"[ \t]*[;,|]?[ \t]+(?=\d{1,5}/(?:tcp|udp)[ \t]{1,16}(?:open|closed|filtered)\b|\|[_ ][a-z]|\| \|"
    rf"|MAC Address: |Nmap scan report for |Host is up |Service Info: |Not shown: |{_VARIABLE})"
)
_GAP = re.compile(rf"(?<=\S)[ \t]*\r?\n[ \t]*\r?\n(?={HEADER}[ \t]?:)", re.IGNORECASE)


def replaced(text: str) -> str:
    """What a terminal, an editor, a letter or a table has put in the place of line ends, spaces and quotes."""
    text = _COLOUR.sub("", text).replace("\r\r\n", "\r\n")
    if len(_CARET.findall(text)) >= FEW:
        text = _CARET.sub("", text)
    if "\n" not in text and "\r" in text.strip():
        text = text.replace("\r", "\r\n")
    if '"' not in text and _CURLED.search(text):
        text = text.translate(_STRAIGHT)
    if len(_CONTINUED.findall(text)) >= FEW and "\n" in text:
        text = _CONTINUED.sub("\r\n", text)
    if not has_answer_line(text) and not _CHALLENGED.search(text):
        return text if " " in text else text.replace("\xa0", " ")
    text = _GLYPH.sub("\n", _CARET.sub("", text.replace("\xa0", " ")))
    return _VALUE.sub(lambda found: f'{found[0][:1].strip(chr(39))}"{next(filter(None, found.groups()), "")}"', text)


def coded(text: str) -> str:
    """Line ends of an answer that are written as codes, all in one line: of it, or behind a label in one of several."""
    if cell := _CELL.search(text):
        return _BREAK.sub("\r\n", cell[1])
    if labelled := _LABELLED.search(text):
        return unescaped(labelled[1]) if not _BEGUN.match(text) else text
    if "\n" in text.strip():
        return text
    if _BEGUN.match(text) and _CODED.search(text):
        return _QUOTE.sub('"', _CODED.sub("\r\n", unquote(text) if "%20" in text else text))
    return escaped(text)


def escaped(text: str) -> str:
    """Lines whose ends are written as escapes, all in one."""
    if "\n" in text.strip() or _CODE.search(text):
        return text
    if len(_BREAK.findall(text)) >= FEW and not _MARKUP.search(text):
        return _BREAK.sub("\n", text)
    is_one = len(_ESCAPED.findall(text)) >= FEW or _ESCAPED_ALONE.search(text) or _SETTINGS.match(text)
    return unescaped(text) if is_one else text


def joined(text: str) -> str:
    """A head, or a session description, whose lines were joined with a sign between them."""
    line = text.strip()
    if "\n" in line or not (found := _JOINED.match(line)):
        return text
    end = re.escape(found[2].strip()) + r" {0,8}"
    more = "|[a-z]=" if "v=0" in line else ""
    return re.sub(rf" {{0,8}}{end}(?={_NAMED}|{end}|[<{{]|v=0|\Z{more})", "\r\n", line)


def flattened(text: str) -> str:
    """A head whose lines were joined to one, as in a table of banners; what is before it in the line is left out."""
    text = _SDP_RUN_ON.sub(_parted, text)
    found = _FLAT.search(text)
    if not found:
        return _RUN_ON.sub(lambda match: _GLUED.sub("\r\n", match[0]), text)  # nothing is left of the ends of lines
    before, head = text[: found.start()], text[found.start() :]
    line, end, rest = head.partition("\n")
    return before[: before.rfind("\n") + 1] + _FLAT_END.sub("\r\n", line) + end + rest


def _parted(found: re.Match[str]) -> str:
    """The lines of a session description of whose ends a space is left, or nothing."""
    rest = _SDP_GLUED.sub("\r\n", found[3]).strip()
    return "\r\n".join(("", "v=0", found[1], found[2].strip(), rest))


def one_per_line(text: str) -> str:
    """Ports and scripts of nmap, or variables of SNMP, that were joined to one line, on a line each."""
    line = text.strip()
    return text if "\n" in line or not _LISTED.match(line) else _LISTED_END.sub("\n", line)


def rejoined(text: str) -> str:
    """A realm that was written in two lines, and lines with an empty one behind each, or between headers."""
    if len(_SPACED.findall(text)) >= _SPACED_LINES and not _CLOSE.search(text):
        text = _SPACED.sub("\n", text)
    return _GAP.sub("\n", _PARTED.sub(r"\1 ", text))
