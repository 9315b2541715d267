"""What logs, comments and packet printers write around each line of an answer, taken off again."""

from __future__ import annotations

import re

_HEADER = (
    r"(?:WWW-Authenticate|Server|CSeq|Public|Content-[A-Za-z]{4,8}|Location|Set-Cookie|Date|Connection|Session|Transport"
    r"|Cache-Control|ETag|Last-Modified|Keep-Alive|Accept-Ranges|Pragma|Expires|Vary|X-[A-Za-z-]{3,40})"
)
_TOLD = re.compile(
    r"(?:RTSP|HTTP)/\d\.\d[ \t]+\d{3}\b"
    r"|(?:WWW-Authenticate|Server|CSeq|Public|Content-(?:Base|Type)|Location|Set-Cookie)[ \t]?:[ \t]?\S",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"(?:[A-Z_]{{3,16}} \S{{1,1024}} (?:RTSP|HTTP)/\d|{_HEADER}[ \t]?:)", re.IGNORECASE)
_MARK = re.compile(r"\s*(?://|#|;|\*|--|%)\s*|[^\"'{}<>]*(?:\d\d:\d\d:\d\d|\[[^\]]*\])[^\"'{}<>]*")
_MAX_PREFIX = 256  # characters; a container's name, two times and the name of a program take about 120
_DIGITS = re.compile(r"\d+")
_GAP = re.compile(rf"(?<=\S)[ \t]*\r?\n[ \t]*\r?\n(?={_HEADER}[ \t]?:)", re.IGNORECASE)
_PACKET = re.compile(r"^[TU] \S{3,80} -> \S{3,80}(?: \[[A-Z]*\])?(?: #\d+)?[ \t]*\r?$", re.MULTILINE)
_MAX_LINES = 4096  # of one paste


def plain(text: str) -> str:
    """The text without prefixes of a log or of comments, without the empty lines between headers, packets unfolded."""
    if _PACKET.search(text):
        text = _unfolded(text)
    return _GAP.sub("\n", _bare(text))


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
