"""XML and JSON that break off before their end: whoever copied an answer left the rest out, or its capture was cut.

Of a value that breaks off within, what is there counts as in a scan: not of a number, which would pass for another one.
"""

from __future__ import annotations

import re

from camscan.codecs.xml import in_part
from camscan.imports.writings.base import MAX_JSON

_TAIL = 8192
"""Characters at the end that are looked at."""
_LEFT_OUT = re.compile(
    r"(?<![\s.])(?:\s{0,64}(?:\.{2,6}|\u2026|[\[(<]{1,2}(?:\.\.\.|\u2026|snip(?:ped)?|cut|more|truncated)[\])>]{1,2}))"
    r"{1,3}\s{0,64}\Z",
    re.IGNORECASE,
)
"""How people write that there was more."""
_CUT = re.compile(r"(?<=[^.\s…])[ \t]*(?:\.{3}|…)\Z")
_TORN_TAG = re.compile(r"</?(?:[\w.:-]{1,128}(?:\s[^<>]{0,512})?)?\Z")
_OPEN_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]{0,63}(?::[\w.-]{1,64})?)(?:\s[^<>]{0,1024})?(?<!/)>([^<>]{1,4096})\Z")
_XML = re.compile(r"\A\s*<|</")  # and not what people write for something that they keep to themselves
_PAGE = re.compile(r"<(?:!doctype|html|body|script|head|title|div|p|br|span|td)(?![\w:.-])", re.IGNORECASE)
_BEGUN = re.compile(
    r"\A(?:\s{0,64}(?=\[\s{0,64}[{\"'])"
    r"|\s{0,64}[^\r\n{<]{0,256}(?=\{\s{0,64}(?:\"[^\"\r\n]{1,64}\"|'[^'\r\n]{1,64}')\s{0,8}:))"
)
"""What may stand before it: in the same line, as logs have it."""
_ENDS = {"{": "}", "[": "]"}
_HALF_MEMBER = re.compile(
    r"(?:,|(?<=[{\[]))\s*(?:(?:\"(?:[^\"\\]|\\.){0,256}\"|'(?:[^'\\]|\\.){0,256}')\s*(?::\s*(?:[a-zA-Z]{1,5})?)?)?\s*\Z"
)
"""A name without its value, or with one of which only a part is there; or nothing behind a comma."""
_WHOLE_ALONE = re.compile(
    r"(?P<quote>[\"'])\w{0,24}?(?:serial(?:_?(?:no|num(?:ber)?))?|sn|mac|uuid|udn|version|address|ip)"
    r"(?P=quote)\s{0,8}:\s{0,8}\Z",
    re.IGNORECASE,
)
"""Members of which a part would pass for the whole of another value."""
_MEMBER = re.compile(r"[\"']\s{0,8}:\s{0,8}[^\s{\[\]},]")
_WORDS = re.compile(r"[:\[,]\s*(?:true|false|null|True|False|None)\s*\Z")


def elements(text: str) -> str:
    """XML whose last element was cut off in its text, with that element ended; pages are read without this.

    What is there of the text counts as the whole where its end tag has begun, or where the rest was left out from a new
    line; else only as far as the codecs let it.
    """
    begin, end = text[:-_TAIL], text[-_TAIL:]
    left_out = _LEFT_OUT.search(end)
    whole = _LEFT_OUT.sub("", end).rstrip()
    shown = _TORN_TAG.sub("", whole)
    found = _OPEN_ELEMENT.search(shown)
    if not found or not found[2].strip() or _PAGE.search(text) or not _XML.search(text):
        return text
    is_whole = len(shown) < len(whole) or (left_out and left_out[0].lstrip(" \t")[:1] in "\r\n")
    told = shown if is_whole else shown[: found.start(2)] + in_part(found[1], found[2])
    return f"{begin}{told.rstrip()}</{found[1]}>"


def members(text: str) -> str:
    """JSON, or what Python prints of it, that was cut off: with its texts, objects and arrays ended."""
    begun = _BEGUN.match(text)
    if not begun or len(text) > MAX_JSON:
        return text
    rest = text[:-_TAIL] + _LEFT_OUT.sub("", text[-_TAIL:].rstrip()).rstrip()
    open_ones, quote, place = _open(rest, begun.end())
    if not open_ones:
        return text
    if quote:
        begins = rest[:place].rstrip()
        is_value = open_ones[-1] == "[" or (begins[-1:] == ":" and not _WHOLE_ALONE.search(begins[-64:]))
        rest = f"{rest.rstrip(chr(92))}{quote}" if is_value else rest[:place]
    if not _WORDS.search(rest[-16:]):
        rest = rest if quote and rest[-1:] == quote else rest[:-_TAIL] + _HALF_MEMBER.sub("", rest[-_TAIL:])
    ended = rest.rstrip().rstrip(",") + "".join(_ENDS[one] for one in reversed(open_ones))
    return ended if _MEMBER.search(ended, begun.end()) else text


def ellipsis(text: str) -> str:
    """A line without the dots that say that it went on."""
    return _CUT.sub("", text.rstrip()) if text.rstrip().endswith(("...", "…")) else text


def _open(text: str, begin: int) -> tuple[list[str], str, int]:
    """The brackets that are open at the end, and the quote of a text that is, with its place; none if any is wrong."""
    open_ones: list[str] = []
    quote, place, is_escaped = "", 0, False
    for at, sign in enumerate(text[begin:], begin):
        if quote:
            if is_escaped:
                is_escaped = False
            elif sign == "\\":
                is_escaped = True
            elif sign == quote:
                quote = ""
        elif sign in "\"'":
            quote, place = sign, at
        elif sign in "{[":
            open_ones.append(sign)
        elif sign in "}]" and (not open_ones or _ENDS[open_ones.pop()] != sign):
            return [], "", 0
    return open_ones, quote, place
