"""What somebody noted of a web server in one line, its server and its title by name, as the lines that it had."""

from __future__ import annotations

import re
from html import escape

MAX_LINE = 1024  # characters of a line that are read as notes

_NOTED = re.compile(
    r"(?:\A|[|,;(&\s])(?:http[. ])?(server|title|realm)[ \t]?[:=][ \t]?"
    r"(?:\"([^\"\r\n]{1,256})\"|([^\s\"'|;()&][^\"|;()&\r\n]{0,255}?)"
    r"(?=[ \t]*(?:\Z|[|;()&]|, |[ \t](?:server|title|realm|status)[:=])))",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(r"authenticate:|\b(?:Digest|Basic) ", re.IGNORECASE)
_SHAPES = {
    "server": "Server: {}",
    "realm": 'WWW-Authenticate: Basic realm="{}"',
}


def plain(text: str) -> str:
    """The lines that are named in a line of notes or in a query of a search engine; any other text as it is.

    One name alone must have its value in quotes: a header line has not, and descriptions of other things may.
    """
    line = text.strip()
    if len(line) > MAX_LINE or "\n" in line or line.startswith(("{", "<", "[{")) or _CHALLENGE.search(line):
        return text
    found = _NOTED.findall(line)
    told = {name.lower(): (quoted or bare).strip() for name, quoted, bare in reversed(found)}
    if not {"server", "title"} & told.keys() or (len(found) == 1 and not found[0][1]):
        return text
    head = [shape.format(told[name]) for name, shape in _SHAPES.items() if name in told]
    page = f"<title>{escape(told['title'])}</title>" if "title" in told else ""
    return "\r\n".join([*head, "", page]) if head else page
