"""What logs, comments, source code and tables write around the lines of an answer, taken off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from camscan.imports.forms.wrapped import printed, unescaped

_HEADER = (
    r"(?:WWW-Authenticate|Server|CSeq|Public|Content-[A-Za-z]{4,8}|Location|Set-Cookie|Date|Connection|Session|Transport"
    r"|Cache-Control|ETag|Last-Modified|Keep-Alive|Accept-Ranges|Pragma|Expires|Vary|X-[A-Za-z-]{3,40})"
)
_TOLD = re.compile(
    r"(?:RTSP|HTTP)/\d\.\d[ \t]+\d{3}\b"
    r"|(?:WWW-Authenticate|Server|CSeq|Public|Content-(?:Base|Type)|Location|Set-Cookie)[ \t]?:[ \t]?\S"
    r"|\ba=(?:control|rtpmap|fmtp|range|recvonly|x-dimensions|Media_header|packetization-supported)\b",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(rf"{_HEADER}[ \t]?:", re.IGNORECASE)
_BEFORE = re.compile(
    rf"(?:[A-Z_]{{3,16}} \S{{1,1024}} (?:RTSP|HTTP)/\d|(?:Authorization|{_HEADER})[ \t]?:|v=0\s*$)", re.IGNORECASE
)
_MARK = re.compile(r"\s*(?://|#|;|\*|--|%|>)\s*|(?:[^\"'{}<>]*\d\d:\d\d:\d\d|\s*\[[^\]]*\])[^\"'{}<>]*")
_JOURNAL = re.compile(
    r"^(?:(?:[A-Z][a-z]{2} [ \d]\d|\d{4}-\d\d-\d\dT?) ?\d\d:\d\d:\d\d\S{0,16} [\w.-]{1,64} [\w./@-]{1,64}\[\d{1,8}\]:"
    r"|[\w.-]{1,64}[ \t]{1,16}\|)[ \t]?",
    re.MULTILINE,
)
_LOGGED = re.compile(
    r"\A[^\r\n\[{]{0,256}(?:\d\d:\d\d:\d\d|[:=<])[^\r\n{]{0,256}?\s{0,32}(?=\[?\s{0,32}\{\s{0,32}[\"'])"
)
_DUMPED = re.compile(r"\s*(?:0x)?[0-9A-Fa-f]{4,8}:? {1,8}[0-9A-Fa-f]{2}")
_CALL = re.compile(r"[^\r\n{\[]{1,80}\(\s*[{\[]")  # whose argument the record is
_QUOTING = re.compile(r"[\"'{}<>|]")
_MAX_PREFIX = 256  # characters; a container's name, two times and the name of a program take about 120
_DIGITS = re.compile(r"\d+")
_GAP = re.compile(rf"(?<=\S)[ \t]*\r?\n[ \t]*\r?\n(?={_HEADER}[ \t]?:)", re.IGNORECASE)
_FLAT = re.compile(rf"(?:RTSP|HTTP)/\d\.\d[ \t]+\d{{3}}\b[^\r\n:]{{0,64}}?(?=[ \t]++{_HEADER}[ \t]?:)", re.IGNORECASE)
_FLAT_END = re.compile(rf"(?<![ \t])[ \t]++(?={_HEADER}[ \t]?:)", re.IGNORECASE)
_NAMES = (
    r"(?:WWW-Authenticate|C-?Seq|Date|Server|Public|Session|Transport|Cache-Control|Set-Cookie|Content-[A-Z]\w{2,12}): "
)
_RUN_ON = re.compile(rf"^.*?(?:HTTP|RTSP)/\d\.\d \d{{3}} [A-Z ]{{2,30}}?{_NAMES}.*$", re.MULTILINE | re.IGNORECASE)
_GLUED = re.compile(rf"(?<!-)(?={_NAMES})", re.IGNORECASE)
_CLOSE = re.compile(r"\S[ \t]*\r?\n[ \t]*\S")
_SPACED = re.compile(r"\r?\n[ \t]*\r?\n")
_SPACED_LINES = 4  # from which on an empty line behind each is no chance
_TELNET = re.compile(
    r"^(?:Trying |Connected to |Escape character is |Connection closed by )[^\r\n]*\r?\n?", re.MULTILINE
)
_PARTED = re.compile(
    r"(\brealm *= *\"[^\"\r\n]{1,64}?)[ \t]*+\r?\n[ \t]*+(?:(?://|#|\*)[ \t]*+)?"
    r"(?=[^\"\r\n:| ]{1,32}(?: [^\"\r\n:| ]{1,32}){0,4}\")"
)
_INDENTED = re.compile(rf"[A-Z][^\r\n]*\r?\n[ \t]++{_HEADER}[ \t]?:", re.IGNORECASE)
_DEEPER = re.compile(
    rf"^[ \t]+(?:RTSP|HTTP)/\d\.\d[ \t]+\d{{3}}\b[^\r\n]*\r?\n[ \t]++{_HEADER}[ \t]?:", re.IGNORECASE | re.MULTILINE
)
_HEADED = re.compile(r"^(?:RTSP|HTTP)/\d\.\d[ \t]+\d{3}\b", re.IGNORECASE | re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_MAX_LINES = 4096  # of one paste
_STRING = re.compile(r"""\s*+(?:(?:\+|<<)\s*+)?[bfr]?(["'])(.*)\1\s*+(?:[+;,\\)]{1,3}+\s*+)?""")
_ASSIGNED = re.compile(r"\A\s*(?:[a-z]{3,6} )?[\w.]{1,64} ?:?= ?(?=[\"'])")
_CONTINUED = re.compile(r"\\n|^\s*\+|\+\s*$")


def plain(text: str) -> str:
    """The lines of an answer as the device sent them; any other text as it is."""
    text = _PARTED.sub(r"\1 ", text)
    for undo in (_of_terminal, _of_journal, _of_record, _of_source, _of_row, _bare):
        text = undo(text)
    return _GAP.sub("\n", _level(text))


def _level(text: str) -> str:
    """Lines that begin at the margin, where those of the head stand deeper than one before them, as in a report."""
    deeper = _INDENTED.match(text) or (_DEEPER.search(text) and not _HEADED.search(text))
    return _INDENT.sub("", text) if deeper else text


def _of_terminal(text: str) -> str:
    """Lines without the empty one that a web page puts behind each, and without what telnet says around an answer."""
    if len(_SPACED.findall(text)) >= _SPACED_LINES and not _CLOSE.search(text):
        text = _SPACED.sub("\n", text)
    return _TELNET.sub("", text).strip() if "\nEscape character is " in text else text


def _of_journal(text: str) -> str:
    """Lines without what the journal of a system, or of a set of containers, puts before each of them."""
    lines = [line for line in text.splitlines() if line.strip()]
    return _JOURNAL.sub("", text) if len(lines) > 1 and all(map(_JOURNAL.match, lines)) else text


def _of_record(text: str) -> str:
    """JSON, or a mapping that a program printed, without what its log puts before it."""
    record = text.rstrip()
    record = record.rstrip("); ") if _CALL.match(record) else record
    if not record.endswith(("}", "]")) or _TOLD.search(text) or _DUMPED.match(record):
        return text
    found = _LOGGED.match(record)
    return printed(record[found.end() :]) if found else text


def _of_source(text: str) -> str:
    """A text that source code builds of one string a line: each has its own line end in it, or a sign that adds it."""
    lines = [line for line in _ASSIGNED.sub("", text, count=1).splitlines()[:_MAX_LINES] if line.strip()]
    if len(lines) < 2 or sum(map(bool, map(_CONTINUED.search, lines))) * 2 < len(lines):
        return text
    parts = [part[2] for line in lines if (part := _STRING.fullmatch(line))]
    if len(parts) * 4 < len(lines) * 3:  # a few lines of code may stand around them
        return text
    return unescaped("".join(parts))


def _of_row(text: str) -> str:
    """A head whose lines were joined to one, as in a table of banners; what is before it in the line is left out."""
    found = _FLAT.search(text)
    if not found:
        return _RUN_ON.sub(lambda match: _GLUED.sub("\r\n", match[0]), text)  # nothing is left of the ends of lines
    before, head = text[: found.start()], text[found.start() :]
    line, end, rest = head.partition("\n")
    return before[: before.rfind("\n") + 1] + _FLAT_END.sub("\r\n", line) + end + rest


def _bare(text: str) -> str:
    """Lines without what a log or a comment puts before each line of an answer, or before its first."""
    lines = text.splitlines()[:_MAX_LINES]
    marked = ((place, line, _TOLD.search(line)) for place, line in enumerate(lines))
    place, line, told = next(((at, line, told) for at, line, told in marked if told), (0, "", None))
    prefix = line[: told.start()] if told else ""
    if not prefix.strip() or len(prefix) > _MAX_PREFIX:
        return text
    if _HEADER_LINE.match(lines[place + 1] if place + 1 < len(lines) else ""):
        return "\n".join(_without(prefix, lines)[place:])
    bare = _without(prefix, lines)
    shared = bare[place + 1 : place + 2] != lines[place + 1 : place + 2]
    if not _MARK.fullmatch(prefix) and (not shared or _QUOTING.search(prefix)):
        return text
    first = next((at for at, line in enumerate(bare[:place]) if _BEFORE.match(line)), place)
    return "\n".join(bare[first:])


def _without(prefix: str, lines: Sequence[str]) -> list[str]:
    """Lines without a prefix like this one; numbers in it may differ, and two logs may each have put theirs."""
    mask = _DIGITS.sub(r"\\d+", re.escape(prefix.strip())).replace(r"\.\d+", r"(?:\.\d+)?")
    room = len(prefix) - len(prefix.rstrip())
    lead = re.compile(rf"[ \t]*{mask}(?:[ \t]+{mask})?[ \t]{{0,{room}}}")
    return [lead.sub("", line, count=1) if lead.match(line) else line for line in lines]
