"""What logs, comments, source code, packet dissectors and browsers write around the lines of an answer, taken off."""

from __future__ import annotations

import re

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
_BEFORE = re.compile(rf"(?:[A-Z_]{{3,16}} \S{{1,1024}} (?:RTSP|HTTP)/\d|{_HEADER}[ \t]?:)", re.IGNORECASE)
_MARK = re.compile(r"\s*(?://|#|;|\*|--|%)\s*|(?:[^\"'{}<>]*\d\d:\d\d:\d\d|\s*\[[^\]]*\])[^\"'{}<>]*")
_MAX_PREFIX = 256  # characters; a container's name, two times and the name of a program take about 120
_DIGITS = re.compile(r"\d+")
_GAP = re.compile(rf"(?<=\S)[ \t]*\r?\n[ \t]*\r?\n(?={_HEADER}[ \t]?:)", re.IGNORECASE)
_FLAT = re.compile(rf"(?:RTSP|HTTP)/\d\.\d[ \t]+\d{{3}}\b[^\r\n:]{{0,64}}?(?=[ \t]+{_HEADER}[ \t]?:)", re.IGNORECASE)
_FLAT_END = re.compile(rf"[ \t]+(?={_HEADER}[ \t]?:)", re.IGNORECASE)
_INDENTED = re.compile(rf"[A-Z][^\r\n]*\r?\n[ \t]+{_HEADER}[ \t]?:", re.IGNORECASE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_PACKET = re.compile(r"^[TU] \S{3,80} -> \S{3,80}(?: \[[A-Z]*\])?(?: #\d+)?[ \t]*\r?$", re.MULTILINE)
_MAX_LINES = 4096  # of one paste
_STRING = re.compile(r"""\s*(?:\+|<<)?\s*[bfr]?(["'])(.*)\1\s*[+;,\\)]{0,3}\s*""")
_ASSIGNED = re.compile(r"\A\s*(?:[a-z]{3,6} )?[\w.]{1,64} ?:?= ?(?=[\"'])")
_CONTINUED = re.compile(r"\\n|^\s*\+|\+\s*$")
_ESCAPE = re.compile(r"\\([rnt\"'/])")
_ESCAPES = {"r": "\r", "n": "\n", "t": "\t"}
_SHOWN_END = r"\r\n"
_DISSECTED = re.compile(r"\s*(?:(?:Response|Request|Status-Line):[ \t]+)?(.*?)[ \t]*")
_DESCRIBED = re.compile(r"\s*[A-Z][\w ,/-]{2,60} \(([vosietbamc])\): (.*)")
_STATUS_CODE = re.compile(r"^\s*Status Code:?\s*(\d{3}\b.*)$", re.MULTILINE)
_RESPONSE_HEADERS = re.compile(r"^\s*Response Headers.*$", re.MULTILINE)
_REQUEST_HEADERS = re.compile(r"^\s*Request Headers.*$", re.MULTILINE)


def plain(text: str) -> str:
    """The lines of an answer as the device sent them; any other text as it is."""
    if _PACKET.search(text):
        text = _unfolded(text)
    for undo in (_of_source, _of_dissector, _of_browser, _of_row, _bare):
        text = undo(text)
    return _GAP.sub("\n", _INDENT.sub("", text) if _INDENTED.match(text) else text)


def _of_source(text: str) -> str:
    """A text that source code builds of one string a line: each has its own line end in it, or a sign that adds it."""
    lines = [line for line in _ASSIGNED.sub("", text, count=1).splitlines()[:_MAX_LINES] if line.strip()]
    if len(lines) < 2 or sum(map(bool, map(_CONTINUED.search, lines))) * 2 < len(lines):
        return text
    parts = [part[2] for line in lines if (part := _STRING.fullmatch(line))]
    if len(parts) * 4 < len(lines) * 3:  # a few lines of code may stand around them
        return text
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), "".join(parts))


def _of_dissector(text: str) -> str:
    """What Wireshark shows of a packet: it writes out the end of each line that was sent."""
    lines = text.splitlines()[:_MAX_LINES]
    sent = [line.rstrip().removesuffix(_SHOWN_END) for line in lines if line.rstrip().endswith(_SHOWN_END)]
    if len(sent) < 2:
        return text
    heads = [match[1] for line in sent if (match := _DISSECTED.fullmatch(line)) and not match[1].startswith("[")]
    body = [f"{match[1]}={match[2]}" for line in lines if (match := _DESCRIBED.fullmatch(line))]
    return "\r\n".join([*heads, *([""] if body and heads[-1:] != [""] else []), *body])


def _of_browser(text: str) -> str:
    """What the tools of browsers show of an answer: a status code by itself, then the headers of both directions."""
    status, headers = _STATUS_CODE.search(text), _RESPONSE_HEADERS.search(text)
    if not status or not headers:
        return text
    rest = text[headers.end() :]
    end = _REQUEST_HEADERS.search(rest)
    return f"HTTP/1.1 {status[1].strip()}\n{(rest[: end.start()] if end else rest).strip()}"


def _of_row(text: str) -> str:
    """A head whose lines were joined to one, as in a table of banners; what is before it in the line is left out."""
    found = _FLAT.search(text)
    if not found:
        return text
    before, head = text[: found.start()], text[found.start() :]
    line, end, rest = head.partition("\n")
    return before[: before.rfind("\n") + 1] + _FLAT_END.sub("\r\n", line) + end + rest


def _bare(text: str) -> str:
    lines = text.splitlines()[:_MAX_LINES]
    marked = ((place, line, _TOLD.search(line)) for place, line in enumerate(lines))
    place, line, told = next(((at, line, told) for at, line, told in marked if told), (0, "", None))
    prefix = line[: told.start()] if told else ""
    if not prefix.strip() or len(prefix) > _MAX_PREFIX or not _MARK.fullmatch(prefix):
        return text
    mask = _DIGITS.sub(r"\\d+", re.escape(prefix.strip()))
    lead = re.compile(rf"[ \t]*{mask}[ \t]{{0,{len(prefix) - len(prefix.rstrip())}}}")
    bare = [lead.sub("", line, count=1) if lead.match(line) else line for line in lines]
    while place and _BEFORE.match(bare[place - 1]):
        place -= 1
    return "\n".join(bare[place:])


def _unfolded(text: str) -> str:
    """What ngrep prints of packets: lines folded at the width of the screen, a full stop for each control character."""
    packets = _PACKET.split(text)[1:]
    joined = ("".join(line[2:] for line in packet.splitlines() if line.startswith("  ")) for packet in packets)
    return "\r\n".join(packet.replace("..", "\r\n") for packet in joined)
