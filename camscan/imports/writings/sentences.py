"""Sentences that quote a value of an answer, in a log or in prose, as the header lines and the title it had."""

from __future__ import annotations

import re
from html import escape

from camscan.imports.writings.base import ANSWER_START, HEADER

MAX_SENTENCE = 2048  # characters; a longer text is a document
_MAX_LINES = 12

_QUOTES = "\"'`\u2018\u2019\u201c\u201d"
_SAYS = (
    r"(?: (?:header|banner|string|name|field|value|prompt)s?)?(?: ?[:=]| (?:is|was|of|reads?|says?|said|set to))? {0,4}"
)
_QUOTED = rf"[{_QUOTES}]([^{_QUOTES}\r\n]{{2,128}}?)\\?[{_QUOTES}](?![A-Za-z])"
_REALM = re.compile(rf"\brealms?{_SAYS}\\?{_QUOTED}", re.IGNORECASE)
_TITLE = re.compile(rf"\btitle{_SAYS}{_QUOTED}", re.IGNORECASE)
_SERVER = re.compile(rf"\bserver{_SAYS}{_QUOTED}", re.IGNORECASE)
_HEADER = re.compile(
    rf"[{_QUOTES}]Server: ?([^{_QUOTES}\r\n]{{2,128}})[{_QUOTES}]"
    r"|(?<=\w )\bServer: ([^\s,;()\"'`]{3,64})(?=,? (?:and|but|with|so|on|at|from|then|which) )"
)
_WHOLE = re.compile(
    rf"\A\s*(?:{HEADER}: |[<{{(]|\[(?![\w:. +*!-]{{1,24}}\])|[\w.-]{{1,40}}\s?[=(]|\|)"
    r"|\bnonce ?=|=>|[\"'] ?:|(?<!`)\brealm=\"",
    re.IGNORECASE,
)
"""What is no sentence: header lines, markup, JSON, source code, and challenges, which others read in full."""
_STATUS = re.compile(r"`(?:HTTP|RTSP)/\d\.\d \d{3} [A-Za-z ]{2,30}`")
"""A status line as code in a sentence, where none begins an answer."""
_WORDS = re.compile(r"(?<![\w/.-])[A-Za-z]?[a-z]{1,14}(?![\w/.=-])")
_FEWEST = 3  # words by which a sentence is told from notes in key words


def said(text: str) -> str:
    """The lines that a sentence quotes; any other text as it is."""
    if (
        len(text) > MAX_SENTENCE
        or text.count("\n") > _MAX_LINES
        or ANSWER_START.search(_STATUS.sub("", text))
        or _WHOLE.search(text)
    ):
        return text
    if len(_WORDS.findall(text)) < _FEWEST:
        return text
    server, realm, title = _HEADER.search(text) or _SERVER.search(text), _REALM.search(text), _TITLE.search(text)
    head = [f"Server: {next(filter(None, server.groups())).strip()}"] if server else []
    if realm:
        head.append(f'WWW-Authenticate: Digest realm="{realm[1].strip()}"')
    page = ["", f"<title>{escape(title[1].strip())}</title>"] if title else []
    return "\r\n".join([*head, *page]).strip() or text
