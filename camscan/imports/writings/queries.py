"""What people ask search engines for a product: the answers that they look for, as the device would give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import count, islice

from camscan.imports.writings.base import ANSWER_START, HEADER

MAX_QUERIES = 64  # of one paste
MAX_LENGTH = 16 * 1024  # characters of a text in which they are looked for, and a fourth of them of one query

_ENGINE = (
    r"(?:(?:shodan|fofa|zoomeye|hunter|google|censys|quake|netlas|criminalip|odin|driftnet)"
    r"(?:[-_ ]?(?:query|queries|dorks?|search))?|rule|query|dork)"
)
_LABEL = re.compile(
    rf"(?:^[ \t]*(?:-[ \t]{{1,4}})?|[{{,][ \t]*(?=[\"']?[rqd]))"
    rf"[\"']?{_ENGINE}[\"']?[ \t]*[:=][ \t]*([^\r\n]{{0,2048}})",
    re.IGNORECASE | re.MULTILINE,
)
_ITEM = re.compile(r"[ \t]*-[ \t]{1,4}([^\r\n]{2,2048})\r?\n?")
_ITEMS = re.compile(rf"\r?\n(?:{_ITEM.pattern.replace('(', '(?:')}){{1,64}}")
_CONDITION = re.compile(
    r"(?P<not>[-!])?\b(?P<name>[a-z][\w.]{1,63})(?P<sign>[ \t]?!?[:=]{1,2}[ \t]?)"
    r"(?:(?P<quote>\\?[\"'])(?P<quoted>(?:(?!(?P=quote))(?:\\.|[^\\])){1,512})(?P=quote)|(?P<bare>[^\s\"'&|()]{2,128}))",
    re.IGNORECASE,
)
_ELSE = re.compile(r"(?:[\s()\"']|-(?=\s)|&&|\|\||\b(?:and|or)\b)*", re.IGNORECASE)
"""What may stand between conditions."""
_NAMES = {
    name: kind
    for kind, names in {
        "icon": "http.favicon.hash icon_hash iconhash web.icon favicon favicon.hash",
        "product": "product app app.name services.software.product services.software.vendor",
        "title": "http.title title intitle web.title html.title services.http.response.html_title",
        "server": "http.server server header.server services.http.response.headers.server",
        "header": "header http.header web.header headers response services.http.response.headers",
        "body": "http.html html body web.body inbody intext http.body services.http.response.body",
        "path": "inurl http.location",
        "holder": "ssl cert tls cert.subject cert.subject.org services.tls.certificates.leaf_data.subject.organization",
    }.items()
    for name in names.split()
}
"""What the engines call what they look for, in lower case."""
_WHOLE = re.compile(r"^(?:id: [\w-]{2,64}|info:[ \t]*|[ \t]*(?:vendor|product):[ \t]+\S.{0,80})\r?$", re.MULTILINE)
"""Of a whole template, which tells of a weakness and of what has it, not of a device."""
_LISTED = re.compile(
    r"\b(?:favicon_hash|favicon|icon_hash):\s{1,16}(?:- )?[\"']?(-?\d{5,10}|[0-9a-f]{32})\b", re.IGNORECASE
)
"""An icon in a list of them."""
_OUTER = re.compile(r"\A([\"'])(.*)\1\Z", re.DOTALL)
_ICON = re.compile(r"-?\d{4,10}|[0-9a-f]{32}", re.IGNORECASE)
_PATH = re.compile(r"[\w./%~-]*/[\w./%~-]+")
_CHALLENGE = re.compile(r"(?:(?:Basic|Digest) )?realm=", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\"'\\])")
_SERVED = re.compile(rf"{HEADER}: ?[^\s\"']", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z][A-Za-z-]{1,40}: ?\S")


def search(text: str) -> str:
    """What queries look for: an icon, or else a product, or a page with its headers, or whom a certificate names."""
    if len(text) > MAX_LENGTH or ANSWER_START.search(text) or _WHOLE.search(text):
        return text
    listed = _LISTED.search(text)
    return f"http.favicon.hash:{listed[1]}" if listed else _of_queries(text) or text


def _of_queries(text: str) -> str:
    queries = list(_labelled(text))
    alone = "\n" not in text.strip()
    if not queries and (not alone or len(text) > MAX_LENGTH // 4):
        return ""
    wanted: dict[str, str] = {}
    products: dict[str, None] = {}
    for query in queries or [text]:
        for name, value in _conditions(query, whole=not queries):
            wanted.setdefault(name, value)
            if name == "product":
                products[value] = None
    if not queries and wanted.keys() <= {"title", "server"}:  # of which notes are made
        return ""
    return _answer(wanted, products) or (_OUTER.sub(r"\2", queries[0].strip()) if queries and alone else "")


def _labelled(text: str) -> Iterator[str]:
    for label in islice(_LABEL.finditer(text), MAX_QUERIES):
        if label[1].strip():
            yield label[1]
        elif items := _ITEMS.match(text, label.end()):
            yield from (item[1] for item in islice(_ITEM.finditer(items[0]), MAX_QUERIES))


def _conditions(query: str, *, whole: bool) -> Iterator[tuple[str, str]]:
    """What is asked for by name; of a query that is not labelled, only where there is nothing else in it."""
    conditions = list(_CONDITION.finditer(query))
    if whole and not (_ELSE.fullmatch(_CONDITION.sub(" ", query)) and all(map(_is_plain, conditions))):
        return
    if not whole and _SERVED.match(line := _OUTER.sub(r"\2", query.strip())):
        yield "header", line
        return
    for found in conditions:
        name = _NAMES.get(found["name"].lower())
        if name and not found["not"] and "!" not in found["sign"]:
            yield name, _ESCAPED.sub(r"\1", found["quoted"] or found["bare"])


def _is_plain(condition: re.Match[str]) -> bool:
    """Whether it is a condition and no line of an answer: its value in quotes, or the name one of an icon's."""
    return bool(condition["quoted"]) or _NAMES.get(condition["name"].lower()) == "icon"


def _answer(wanted: dict[str, str], products: Iterable[str]) -> str:
    if _ICON.fullmatch(icon := wanted.get("icon", "")):
        return f"http.favicon.hash:{icon}"
    if "product" in wanted:
        beside = {"http-title": wanted.get("title"), "http-server-header": wanted.get("server")}
        told = [f"|_{script}: {value}" for script, value in beside.items() if value]
        ports = count(80 if told else 0)  # one after the other for the products that a query names as alternatives
        return "\n".join([*(f"{next(ports)}/tcp open unknown {product}" for product in products), *told])
    if not wanted.keys() & {"title", "server", "header", "body", "path"}:
        return f"subject: O = {wanted['holder']}" if "holder" in wanted else ""
    header, body = wanted.get("header", ""), wanted.get("body", "")
    if _CHALLENGE.match(header):
        header = f"WWW-Authenticate: {header if ' ' in header else f'Digest {header}'}"
    lines = [header if _HEADER.match(header) else f"Server: {wanted.get('server', header)}"]
    lines += [f"Location: {wanted['path']}"] if "path" in wanted else []
    body = f'<a href="{body}"></a>' if _PATH.fullmatch(body) else body
    title = f"<title>{escape(wanted['title'])}</title>" if "title" in wanted else ""
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", f"<html>{title}<body>{body}</body></html>"])
