"""What somebody noted of a web server, by name or as a program holds it, as the header lines and the title it had."""

from __future__ import annotations

import re
from html import escape

from camscan.imports.writings.base import HEADER, unquoted

MAX_NOTE = 1024  # characters of what is read as notes

_NOTED = re.compile(
    r"(?:\A|[|,;(&\s])(?:http[. ])?(server|title|realm)[ \t]?[:=][ \t]?"
    r"(?:\"([^\"\r\n]{1,256})\"|([^\s\"'|;()&][^\"|;()&\r\n]{0,255}?)"
    r"(?=[ \t]*(?:\Z|[|;()&]|, |[ \t](?:server|title|realm|status)[:=])))",
    re.IGNORECASE,
)
_NARROWED = re.compile(
    r"(?<=\S)(?: {1,8}(?:-?\d{3}(?: OK)?|-?(?:country|city|port|org|net|os|asn|isp|title|hostname|has_screenshot)"
    r":(?:\"[^\"\r\n]{1,64}\"|\S{1,64})|#[^\r\n]{0,80})){1,6}\s*\Z",
    re.IGNORECASE,
)
_SEARCHED = re.compile(r"\A\s*(?:Server: |[\w-]{1,24}(?:-Webs|-webs/?)\b)[^\r\n]*\Z")
"""What narrows a search for a server further: a status, a country, a remark."""
_CHALLENGE = re.compile(r"authenticate:|\b(?:Digest|Basic) ", re.IGNORECASE)
_SHAPES = {
    "server": "Server: {}",
    "realm": 'WWW-Authenticate: Basic realm="{}"',
}
_OWN = ("server", "www-authenticate", "content-type", "set-cookie")
"""Headers whose names nothing else has."""
_LEAD = re.compile(
    rf"\A(?:(?:[$#] [^\r\n]{{1,256}}|[A-Za-z][\w ]{{0,40}}:)[ \t]*\r?\n){{1,3}}(?=[ \t]*{HEADER}: )", re.IGNORECASE
)
"""The command, or the heading, over header lines."""
_MARK = re.compile(
    rf"^[ \t]*(?:[-*<+][ \t]+|headers?:[ \t]+)(?={HEADER}: )(?!Server: No banner)", re.IGNORECASE | re.MULTILINE
)
_HELD = re.compile(
    rf"""["']({HEADER})["'][\]\s]{{0,4}}(?:,|=>|:|=)\s{{0,8}}(?:\[\]string\{{|string\(\d{{1,4}}\)\s?|[\[(]){{0,2}}"""
    r"""(?:"((?:[^"\\\r\n]|\\.){1,512}+)"|'((?:[^'\\\r\n]|\\.){1,512}+)')""",
    re.IGNORECASE,
)
_LONE = re.compile(
    r"\A(?:(?:(?:http|rtsp)[.-]server(?:-header)?[ \t]*[:=][ \t]*|HTTPServer\[)(?P<server>[^\r\n\]]{1,256})\]?"
    r"|(?:realm[ \t]*[:=][ \t]*|(?=Login to (?:[0-9][A-Z0-9]{9,23}|[A-Z][A-Z0-9]{0,4}[0-9][A-Z0-9]{8,18})\Z))"
    r"(?P<realm>[^\"\r\n,]{1,128}))\Z",
    re.IGNORECASE,
)

_LABELLED = re.compile(
    r"\A(?!www-authenticate|proxy-|authorization)[\w.-]{2,24}:[ \t]+"
    r"((?:Digest|Basic)[ \t]+realm[ \t]?=[ \t]?)(?:([^\"',\r\n=]{1,128})\Z|(?=\"))",
    re.IGNORECASE,
)
"""A challenge behind the name of the program that shows it; the realm may be without its quotes."""
_REFUSED = re.compile(
    r"\A((?:RTSP|HTTP)/\d\.\d )?(401[\w ]{0,32}?)[ \t]*\([^()\r\n]{0,64}?"
    r"realm[ =:]{1,3}\"([^\"\r\n]{1,128})\"\)[ \t]*((?:\r?\n[^\0]*)?)\Z",
    re.IGNORECASE,
)


def noted(text: str) -> str:
    """The header lines of short notes; any other text as it is."""
    if len(text) > MAX_NOTE:
        return text
    text = _NARROWED.sub("", text, count=1) if _SEARCHED.match(text) else text
    return _of_line(_of_label(_of_code(_MARK.sub("", _LEAD.sub("", text)))))


def _of_code(text: str) -> str:
    """Headers as programs of several languages hold and print them: each name and value in quotes."""
    if text.startswith(("{", "<", "HTTP/", "RTSP/")):
        return text
    held = _HELD.findall(text)
    if not any(name.lower() in _OWN for name, *_ in held):
        return text
    return "\r\n".join(f"{name}: {unquoted(first or second)}" for name, first, second in held)


def _of_label(text: str) -> str:
    """The one value of a server's name or of a realm under a name that scanners and notes give it."""
    line = text.strip()
    if labelled := _LABELLED.match(line):
        realm = f'"{labelled[2].strip()}"' if labelled[2] else line[labelled.end() :]
        return f"WWW-Authenticate: {labelled[1]}{realm}"
    if refused := _REFUSED.match(line):
        status = f"{refused[1]}{refused[2]}\r\n" if refused[1] else ""
        return f'{status}WWW-Authenticate: Digest realm="{refused[3]}"{refused[4]}'
    if not (found := _LONE.match(line)):
        return text
    return next(_SHAPES[name].format(value.strip()) for name, value in found.groupdict().items() if value)


def _of_line(text: str) -> str:
    """A line of notes. One name alone must have its value in quotes: a header line has not, and a text may."""
    line = text.strip()
    if "\n" in line or line.startswith(("{", "<", "[{")) or _CHALLENGE.search(line):
        return text
    found = _NOTED.findall(line)
    told = {name.lower(): (quoted or bare).strip() for name, quoted, bare in reversed(found)}
    if not {"server", "title"} & told.keys() or (len(found) == 1 and not found[0][1]):
        return text
    head = [shape.format(told[name]) for name, shape in _SHAPES.items() if name in told]
    page = f"<title>{escape(told['title'])}</title>" if "title" in told else ""
    return "\r\n".join([*head, "", page]) if head else page
