"""What somebody noted of a web server, by name or as a program holds it, as the header lines and the title it had."""

from __future__ import annotations

import re
from html import escape

from camscan.imports.writings.base import ANSWER_START, HEADER, unquoted

MAX_NOTE = 1024  # characters of what is read as notes
MAX_CODE = 64 * 1024  # characters of code in which headers are looked for

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
_SHAPES = {"server": "Server: {}\r\n", "realm": 'WWW-Authenticate: Basic realm="{}"\r\n'}
_CHALLENGE = re.compile(r"authenticate:|\b(?:Digest|Basic) ", re.IGNORECASE)
_MARK = re.compile(
    rf"^[ \t]*(?:[-*<+][ \t]+|headers?:[ \t]+)(?={HEADER}: )(?!Server: No banner)", re.IGNORECASE | re.MULTILINE
)
_PAIR = re.compile(
    rf"""(["']?)\b({HEADER})\1[\]\s]{{0,4}}(?:,|=>|:|=)\s{{0,8}}(?:(?:\[\]string\{{|string\(\d{{1,4}}\)\s?|[\[(]){{0,2}}"""
    r"""(?:"((?:[^"\\\r\n]|\\.){1,512}+)"|'((?:[^'\\\r\n]|\\.){1,512}+)')|\[([^\[\]\r\n]{1,512})\](?=[ ,\]}]))""",
    re.IGNORECASE,
)
"""A header as programs of several languages hold and print it, its value in quotes or in brackets."""
_ENTRY = re.compile(
    rf"()\{{\s*\"name\"\s*:\s*\"({HEADER})\"\s*,\s*\"value\"\s*:\s*\"((?:[^\"\\\r\n]|\\.){{0,1024}})()()\"",
    re.IGNORECASE,
)
_ROW = re.compile(
    rf"^[ \t]*\|()[ \t]*[`*]{{0,2}}({HEADER})[`*]{{0,2}}[ \t]*\|[ \t]*+([^|\r\n]+?)[ \t]*+\|()()[ \t]*+\r?$",
    re.MULTILINE | re.IGNORECASE,
)
_OWN = {"server", "www-authenticate", "content-type", "set-cookie"}
"""Headers whose names nothing else has."""
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
_SPAN = re.compile(r"`([A-Za-z][\w.]{1,40}=[^`\r\n]{1,200})`")
_CODED = re.compile(r"`[^`\r\n]{1,200}`")
_CELL = re.compile(
    r"^[ \t]*\|[ \t*]*(?:HTTP|Web)?[ -]?(server|title|realm)(?: header| name)?[ \t*]*"
    r"\|[ \t]*`?([^|`\r\n]{1,200}?)`?[ \t]*\|[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_CELL = re.compile(
    r"\|[ \t]*[`*]{0,2}((?:Server|WWW-Authenticate): [^|\r\n]{1,512}?)[`*]{0,2}[ \t]*\|[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
"""A header line as the last cell of a row."""
_FEWEST = 2  # headers, spans or cells by which notes are told from a sentence with one


def pairs(text: str) -> str:
    """The header lines of a mapping, a list or a call in a program."""
    if len(text) > MAX_CODE or ANSWER_START.search(text):
        return text
    found = _ENTRY.findall(text) or _ROW.findall(text)
    if not found and not text.startswith(('{"', "{'", "<!", "<html")):  # which are read elsewhere
        found = _PAIR.findall(text)
    is_code = len(found) >= _FEWEST or "headers" in text.lower() or any(quote for quote, *_ in found)
    if not is_code or _OWN.isdisjoint(name.lower() for _, name, *_ in found):
        return text
    return "\r\n".join(f"{name}: {unquoted(double or single or bare)}" for _, name, double, single, bare in found)


def noted(text: str) -> str:
    """The header lines of short notes; any other text as it is."""
    if len(text) > MAX_NOTE:
        return text
    for undo in (_of_spans, _of_cells, _of_search, _of_label, _of_line):
        text = undo(text)
    return text


def _of_spans(text: str) -> str:
    """Names with values that notes quote as code, one beside the other."""
    spans = _SPAN.findall(text)
    return "\n".join(spans) if len(spans) >= _FEWEST and len(spans) * 2 >= len(_CODED.findall(text)) else text


def _of_cells(text: str) -> str:
    """A table of notes that names the server, the realm and the title of a web page."""
    cells = {name.lower(): value.strip() for name, value in _CELL.findall(text)}
    if len(cells) >= _FEWEST:
        return _page(cells)
    lines = _LINE_CELL.findall(text)
    return lines[0] if len(lines) == 1 and text.lstrip().startswith("|") else text


def _of_search(text: str) -> str:
    """Header lines without the marks of a list, or without what narrows a search for one."""
    return _MARK.sub("", _NARROWED.sub("", text, count=1) if _SEARCHED.match(text) else text)


def _of_label(text: str) -> str:
    """The one value of a server's name or of a realm under a name that scanners and notes give it."""
    line = text.strip()
    if labelled := _LABELLED.match(line):
        realm = f'"{labelled[2].strip()}"' if labelled[2] else line[labelled.end() :]
        return f"WWW-Authenticate: {labelled[1]}{realm}"
    if refused := _REFUSED.match(line):
        status = f"{refused[1]}{refused[2]}\r\n" if refused[1] else ""
        return f'{status}WWW-Authenticate: Digest realm="{refused[3]}"{refused[4]}'
    found = _LONE.match(line)
    return _page({name: value.strip() for name, value in found.groupdict().items() if value}) if found else text


def _of_line(text: str) -> str:
    """A line of notes. One name alone must have its value in quotes: a header line has not, and a text may."""
    line = text.strip()
    if "\n" in line or line.startswith(("{", "<", "[{")) or _CHALLENGE.search(line):
        return text
    found = _NOTED.findall(line)
    told = {name.lower(): (quoted or bare).strip() for name, quoted, bare in reversed(found)}
    return text if not {"server", "title"} & told.keys() or (len(found) == 1 and not found[0][1]) else _page(told)


def _page(told: dict[str, str]) -> str:
    """What has the server's name, the realm and the title that were noted."""
    head = "".join(shape.format(told[name]) for name, shape in _SHAPES.items() if name in told)
    title = f"<title>{escape(told['title'])}</title>" if "title" in told else ""
    return f"{head}\r\n{title}" if head and title else head.rstrip() or title
