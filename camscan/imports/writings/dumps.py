"""What programs of several languages print of an object about a device, or set and expect of it, as one of JSON."""

from __future__ import annotations

import json
import re

from camscan.imports.writings.base import FEW, HEADER, MAX_JSON, has_answer_line, unquoted

_NAMES = re.compile(
    r"(?:(?:device|camera|onvif)[_-]?)?(?:manufacturer|make|brand|vendor|model(?:[_-]?(?:name|number|description))?"
    r"|(?:firmware|software|hardware)(?:[_-]?(?:version|id))?|serial(?:[_-]?(?:number|no))?|type|class|description"
    r"|name|mac(?:[_-]?address)?|version|friendly[_-]?name|ipv4[_-]?address)",
    re.IGNORECASE,
)
"""Names that objects about devices have."""
_TELLING = re.compile(
    r"(?:device[_-]?)?(?:manufacturer|model(?:[_-]?name)?|vendor)|device[_-]?(?:type|description)", re.IGNORECASE
)
"""Those of them without which an object may be about anything."""
_QUOTED = r"(?:\"([^\"\r\n]{0,256})\"|'([^'\r\n]{0,256})')"
_PAIRS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^[ \t]*\[(\w{2,40})\] => (?!Array[ \t]*$|[\w\\]+ Object[ \t]*$)(\S.{0,255}?)()[ \t]*\r?$",  # PHP
        r"\[\"?(\w{2,40})\"?(?::\w+)?\][ \t]?=>\s{0,8}string\(\d{1,4}\) \"([^\"\r\n]{0,256})\"()",
        rf":(\w{{2,40}}) ?=> ?{_QUOTED}",  # Ruby
        rf"(?<!\w):([\w-]{{2,40}}) {_QUOTED}",  # Clojure
        rf"\((?:\"(?=\w+\")|')(\w{{2,40}})[\"'], ?{_QUOTED}\)",  # pairs of Python and Swift
        rf"\b(\w{{2,40}}): Some\(\s{{0,32}}{_QUOTED},?\s{{0,32}}\)",
        rf"(?:\.|->)(\w{{2,40}})(?:\(\))?(?:\)\.to\w{{2,16}}\(| ?={{1,3}} ?|, ?){_QUOTED}",  # what a test expects
        rf"(?:\.|->)set_?(\w{{2,40}})\({_QUOTED}\)",
        rf"\[[\"'](\w{{2,40}})[\"']\](?:\)\.to\w{{2,16}}\(| ?={{1,3}} ?|, ?){_QUOTED}",
        rf"(?<=\(){_QUOTED}, ?\w{{1,40}}(?:\.|->)(?:get_?)?(\w{{2,40}})",
        r"^[ \t]*[\"']?(\w{2,40})[\"']?[ \t]+(?:->|\u2192)[ \t]+[\"']?(\S.{0,255}?)[\"']?()[ \t]*\r?$",
        r"^[ \t]*(\w{2,40})[ \t]{2,40}([^\s:=|,].{0,255}?)()[ \t]*\r?$",  # columns
        r"^[ \t]*\"(\w{2,40})\"[ \t]+\"([^\"\r\n]{0,256})\"()[ \t]*\r?$",
    )
)
_CODE = range(6, 10)  # what is set and expected
_ASKED = re.compile(r"\b(?:if|elif|when|case|unless|while|match|switch)\b|\|\||&&")
"""By what code is told to ask about devices, not to hold one."""
_LAST = 9  # the pattern whose name stands last
_STRUCT = re.compile(r"\A\s*(?:&?[\w.*]{0,40}\{|map\[)(\w{2,40}:[^\s\"'{}\[\]][^\"'{}\[\]\r\n]{1,2000})[}\]]\s*\Z")
_NAMED = re.compile(r"\A\s*(?:[\w.:%@&]{1,40} ?[({]|#<\w{1,40} )([^\0]{1,4096}?)[)}>]\s*\Z")
_FIELDS = (
    re.compile(rf"\b(\w{{2,40}})(?:=|: ?|: Some\(){_QUOTED}"),
    re.compile(r"\b(\w{2,40})=([^=,;(){}\r\n]{1,256})()(?=[,;] ?\w{2,40}=|\Z)"),
)
"""A value of a class, and its fields."""
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_MEMBER = re.compile(r"(\w{2,40}):(.{0,256}?)(?= \w{2,40}:|\Z)")

_NEXT = (
    r"(?=(?:[,;] ?| )(?!(?:realm|nonce|stale|algorithm|qop|opaque|charset)\b)[\w-]{2,40} ?="
    r"|\s?[)}\]]\s*\Z|[ \t]*\r?$)"
)
"""The name of the next member, which is none of a challenge, or the end."""
_ESCAPED = r"(?:\"((?:[^\"\\\r\n]|\\.){1,512})\"|'((?:[^'\\\r\n]|\\.){1,512})')"
_HEADERS = tuple(
    re.compile(pattern, re.MULTILINE | re.IGNORECASE)
    for pattern in (
        rf"^[ \t]*\[({HEADER})\] => (\S[^\r\n]*?)()[ \t]*\r?$",  # PHP
        rf"(?:^[ \t]*|[{{(\[,; ] ?)({HEADER}) ?= ?([^\s;{{}}\"'][^;{{}}\r\n]{{0,511}}?)(){_NEXT}",  # Java
        rf"(?:\bmap\[|(?<=\S) )({HEADER}):([^\s\"'][^\[\]{{}}\r\n]{{0,255}}?)()(?= [\w-]{{2,40}}:|\]\s*\Z)",  # Go
        (
            rf"^[ \t]*(?:[-*+\u2022][ \t]+)?(?=[*`]|[\w-]+: ?`)[*`]{{0,3}}({HEADER})[*`]{{0,3}}:[*`]{{0,3}}[ \t]*"
            r"`?(\S[^\r\n]*?)()`?[ \t]*\r?$"
        ),
        rf"<t[dh]>({HEADER}):?</t[dh]>\s{{0,16}}<td>([^<\r\n]{{1,512}})()</td>",
        rf"^[ \t]*({HEADER})(?:[ \t]+(?:->|\u2192)[ \t]+|[ \t]{{2,40}})([^\s:=][^\r\n]*?)()[ \t]*\r?$",
        rf"[\"']({HEADER})[\"'] ?(?:=>|,)? ?{_ESCAPED}",  # Clojure, Ruby
        rf"[\"']({HEADER})[\"'][\])]{{1,2}}(?:\)?\.to\w{{2,16}}\(| ?={{2,3}} ?|, ?){_ESCAPED}",  # what a test expects
    )
)
"""A header as a program shows it, its value bare."""
_OWN = re.compile(r"(?:Server|WWW-Authenticate|Public|Content-Base)", re.IGNORECASE)
_SENT = re.compile(rf"^(?:[ \t]*(?:HTTP|RTSP)/\d\.\d \d{{3}}|{HEADER}:[ \t](?!`))", re.MULTILINE | re.IGNORECASE)
_ITEM = re.compile(rf"\A[ \t]*- (?={HEADER}:)([^\r\n]*(?:\r?\n[ \t]+{HEADER}:[^\r\n]*){{1,64}})\s*\Z", re.IGNORECASE)


def printed(text: str) -> str:
    """The object about a device that a program printed, with each name once."""
    if len(text) > MAX_JSON or has_answer_line(text):
        return text
    if struct := _STRUCT.match(text):
        return _object(_MEMBER.findall(struct[1])) or text
    if named := _NAMED.match(text):
        for fields in _FIELDS:
            if made := _object([(name, one or two) for name, one, two in fields.findall(named[1])]):
                return made
    for place, pattern in enumerate(_PAIRS):
        if place in _CODE and _ASKED.search(text):
            continue
        found = pattern.findall(text)
        pairs = (
            [(last, one or two) for one, two, last in found]
            if place == _LAST
            else [(name, one or two) for name, one, two in found]
        )
        if made := _object(pairs):
            return made
    return text


def headers(text: str) -> str:
    """The header lines of which a program or a table shows the names and the bare values."""
    if item := _ITEM.match(text):
        return _INDENT.sub("", item[1])
    if len(text) > MAX_JSON or _SENT.search(text):
        return text
    for pattern in _HEADERS:
        found = [(name, unquoted(one or two)) for name, one, two in pattern.findall(text)]
        if any(_OWN.fullmatch(name) for name, _ in found) and (len(found) >= FEW or "\n" not in text.strip()):
            return "\r\n".join(f"{name}: {value}" for name, value in found)
    return text


def _object(pairs: list[tuple[str, str]]) -> str:
    """The pairs as an object; nothing where a name comes twice, or where it is about no device."""
    names = [name for name, _ in pairs]
    known = [name for name in names if _NAMES.fullmatch(name)]
    if len(known) < FEW or len(names) > len(set(names)) or not any(map(_TELLING.fullmatch, known)):
        return ""
    return json.dumps({name: value.strip() for name, value in pairs}, ensure_ascii=False)
