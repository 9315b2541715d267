"""Single values of an answer of HTTP or RTSP, without the lines around them: a server, a realm, a title, a path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from itertools import islice

from camscan.codecs import html, http, rtsp
from camscan.codecs.layout import fields as as_fields
from camscan.imports.forms.base import Answer, answer, fields_of
from camscan.records import Fields

_CHALLENGE = re.compile(
    r"""(?:Digest|Basic)\s+[a-z]{3,9}\s*=|(?:\w{1,32}\s*=\s*"?[^",]{0,256}"?\s*,\s*){0,8}realm\s*=""", re.IGNORECASE
)
_TOLD = re.compile(
    r"\A[<{]|[\[({\uff08][^\w\s]?\s?[\"']|[\"']\s*[:\])]|[=!]=|=>| = [\"']|,~?\w{2,32}=\w|\w=\"[^\"]{0,64}\"\s+\w+="
    r"|;\s*\Z|\w\(\)|\A\[?\d{4}-\d\d-\d\d|\b(?:the|was|is|found|detected|like)\b",
    re.IGNORECASE,
)
"""Signs of source code, logs and sentences, which are not in the name of a server."""
_SERVER_LABEL = re.compile(
    r"\A[\"']?(?:(?:http|rtsp)(?:[ -]server(?:-header)?)?|server(?: (?:header|banner))?)[\"']?\s*[:=]>?\s*(?!//)",
    re.IGNORECASE,
)
_REALM_LABEL = re.compile(
    r"""\A\{?\s*["']?(?:auth(?:entication)?[ _-])?realm["']?\s*:\s*["']?([^"'\r\n{}]{1,256})["']?\s*\}?\Z""",
    re.IGNORECASE,
)
_VALUE = r"""[a-z]{3,9}\s?=\s?(?:"[^"\r\n]{0,512}+"|'[^',\r\n]{1,512}+'|[^\s"',;=<>]{1,256}+)"""
_CHALLENGED = re.compile(
    rf"""\b(?:(Digest|Basic)\s+|(?=realm\s?=))({_VALUE}(?:[\s'"+\\]{{0,64}}+,[\s'"+\\]{{0,64}}+{_VALUE}){{0,12}})""",
    re.IGNORECASE,
)
_PARAMETER = re.compile(_VALUE, re.IGNORECASE)
_SETTING = re.compile(r"\A\s*[A-Za-z][\w.\[\]]{1,64}=(?![\"'])[^=\r\n]{0,128}\s*\Z")
_SETTINGS = re.compile(r"\A\s*[A-Za-z]\w{1,64}=[^\s=;,]{1,128}[\s;,]{1,4}[A-Za-z]\w{1,64}=[^\s=;,]")
"""The beginning of several settings in one line."""
_PATH = re.compile(r"(?:https?://[^\s/]{1,256})?/[\w./-]{1,256}\.(?:asp|html?|cgi|php|js|shtml)(?:[?#][!-~]{0,256})?")
_TITLE_TAG = re.compile(r"<title", re.IGNORECASE)
_TITLE_HELD = re.compile(
    r"""["'](?:html_|http\.)?title["'] ?: ?"((?:[^"\\\r\n]|\\.){1,256}+)["]"""
    r"""|\A[|_ \t]{0,4}(?:(?:html|http|page|web)[ _.-]?)?title[ \t]*[:=][ \t]*["']?([^\r\n"]{1,256})""",
    re.IGNORECASE,
)
"""A title with its label, in the output of scanners and in source code."""
_DECODERS = {"http": http.decode_headers, "rtsp": rtsp.decode_headers}


def server(channel: str, text: str) -> Iterator[Answer]:
    """A single line as the value of a header without its name: a challenge, or else Server."""
    line = _SERVER_LABEL.sub("", text.strip()).strip("\"',")
    if "\n" not in line and len(line) <= 256 and not _TOLD.search(line):
        name = "WWW-Authenticate" if _CHALLENGE.match(line) else "Server"
        if name != "Server" or not (is_setting(line) or _SETTINGS.match(line)):
            yield from answer(channel, fields_of(_DECODERS[channel], f"{name}: {line}"))


def is_setting(text: str) -> bool:
    """One line with the name of something and its value, as interfaces of devices answer."""
    return bool(_SETTING.match(text))


def challenge(channel: str, text: str) -> Iterator[Answer]:
    """A challenge with a realm anywhere in a text, as in source code and notes, whatever stands between its parts."""
    if alone := _REALM_LABEL.match(text.strip()):
        text = f'Digest realm="{alone[1].strip()}"'
    for scheme, told in islice(_CHALLENGED.findall(text), 1):
        parameters = _PARAMETER.findall(told)
        names = {parameter.partition("=")[0].strip().lower() for parameter in parameters}
        if "realm" in names and (scheme or "nonce" in names):
            line = f"WWW-Authenticate: {scheme or 'Digest'} {', '.join(parameters)}"
            yield from answer(channel, fields_of(_DECODERS[channel], line))


def path(text: str) -> Iterator[Answer]:
    """A single line that is the path of a page on a device, with or without its address: where an answer led to."""
    if _PATH.fullmatch(text.strip()):
        yield from answer("http", as_fields([("http.location", text.strip())]))


def title_fields(text: str) -> Fields:
    """The fields of a page title, which is in its element or alone."""
    if _TITLE_TAG.search(text):
        return html.decode(text)
    held = _TITLE_HELD.search(text)
    told = next(filter(None, held.groups())) if held else text.strip()
    return html.decode(f"<title>{escape(unescape(told))}</title>")
