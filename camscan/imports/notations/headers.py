"""Headers as programs in Java, C#, Swift, Elixir and others print a list of them, and PowerShell's whole answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from textwrap import dedent

from camscan.imports.notations.base import ANSWER_START, FEW, HEADER, MAX_JSON, unescaped, unquoted

_NAME = r"[A-Za-z][\w-]{1,40}"
_STATUS = re.compile(r"(?:HTTP|RTSP)/\d(?:\.\d)? \d{3}(?: [A-Za-z ]{2,40})?")
_LISTS = re.compile(rf"(?<=[{{ ,])(null|{_NAME})=\[([^\[\]\r\n]{{0,1024}})\](?=[,}}])")
"""A map of lists, as of Java's clients; the status line has no name: {null=[HTTP/1.1 200 OK], Server=[A]}."""
_ROW = re.compile(rf"\[((?:{HEADER}): [^\[\]\r\n]{{1,8192}})\]", re.IGNORECASE)
_NEXT = re.compile(rf", (?={_NAME}: )")
_PAIRS = re.compile(rf"\[({_NAME}), ([^\[\]\r\n]{{0,1024}})\]")
_TABLE = re.compile(rf"@\{{({_NAME}=[^{{}}\r\n]{{0,8192}})\}}")
_CELL = re.compile(rf"({_NAME})=(.{{0,1024}}?)(?:; (?={_NAME}=)|$)")
_MESSAGE = re.compile(
    r"\AStatusCode: (\d{3}), ReasonPhrase: '([^'\r\n]{0,64})', Version: (\d\.\d),[^{]{0,512}\{([^{}]{0,8192})\}"
)
_SAID = r'"((?:[^"\\\r\n]|\\.){0,1024})"'
_ARROWS = re.compile(rf'"({_NAME})"(?:\] ?= ?| ?=>\s{{0,8}}\[?|:[\w.\[\]]{{1,24}}\{{){_SAID}')
"""Pairs, as of Ruby, Crystal, Julia and Go."""
_TUPLES = re.compile(rf'(?:\{{|(?<!\w)\(|[Pp]air\()(?:<<)?"({_NAME})"(?:>>)?,\s{{0,8}}(?:<<)?{_SAID}(?:>>)?[}})]')
"""Pairs, as of Elixir, Erlang, Haskell and Qt."""
_ASSIGNED = re.compile(
    rf'^ {{4,8}}"?({_NAME})"? = +(?:\(\s{{1,16}})?(?:{_SAID}|([\w./-]{{1,64}}))(?:\s{{1,16}}\))?;', re.MULTILINE
)
_COCOA = re.compile(r"\{ Status Code: \d{3}, Headers \{\s", re.IGNORECASE)
"""An answer as Swift and Objective-C print it."""
_KEYWORDS = re.compile(rf'"({_NAME})" {_SAID}')
_CLOJURE = re.compile(r":headers \{")
_BODY = re.compile(r'\bbody(?::|"?=>)? ?"((?:[^"\\]|\\.){1,65536}+)"')
_QUOTED = re.compile(rf'(?<=[{{ ])"({_NAME})": {_SAID}')
_TYPED = re.compile(rf'\bHeaderName\("({_NAME})"\): HeaderValue\({_SAID}\)')
_OF_HEADERS = re.compile(r"\A\w[^\r\n{]{0,64}\{[^\r\n]{0,64}?\b(?:headers|inner): \{")
"""A structure that a program prints with its name, in which braces do not begin JSON."""
_BARE = re.compile(
    rf"(?i:\bheaders?)[:=]? ?\{{((?:{_NAME}: [^{{}},\r\n]{{0,256}}(?:, (?={_NAME}: )|(?=\}}))){{1,64}})\}}"
)
_MEMBER = re.compile(r"^([A-Z][A-Za-z]{3,20}) +: ((?:[^\r\n]*\r?\n(?: {4,40}|(?=\r?\n)))*[^\r\n]*)", re.MULTILINE)
"""What Invoke-WebRequest shows: a name, and a value whose further lines are indented."""
_KNOWN = re.compile(HEADER, re.IGNORECASE)
_IN_TURN = re.compile(
    r"""\brawHeaders["']?: ?\[\s{0,32}((?:(?:"[^"\r\n]{0,1024}"|'[^'\r\n]{0,1024}'),?\s{0,32}){2,128})\]"""
)
"""Names and values in turn, as Node.js holds them."""
_STRING = re.compile(r"""["]([^"\r\n]{0,1024})["]|[']([^'\r\n]{0,1024})[']""")
_NUMBER = re.compile(r"""\bstatusCode["']?: ?(\d{3})\b""")


_COLUMNS = re.compile(r"\A\s{0,64}Key {2,64}Value[ \t]{0,64}\r?\n-{3} {2,64}-{3,64}[ \t]{0,64}\r?\n")
_COLUMN = re.compile(rf"^({_NAME}) {{1,64}}(\S[^\r\n]*)$", re.MULTILINE)
"""A row of a table that PowerShell prints, which puts the values of a list into braces."""
_BELOW = re.compile(
    r"^[ \t]{0,16}(?:(?:response[_ ]?)?headers:[ \t]{0,8}(?:(?:Object \[\w{3,32}\] )?\{)?"
    r"|(?:Headers|Object \[\w{3,32}\]) \{)[ \t]{0,8}\r?\n"
    rf"((?:[ \t]{{1,32}}[\"']?{_NAME}[\"']?:[ \t]{{1,8}}[^\r\n]*(?:\r?\n|\Z))+)",
    re.MULTILINE | re.IGNORECASE,
)
"""Headers below a key of YAML, or in an object of JavaScript."""
_BELOW_PAIR = re.compile(
    rf"^[ \t]{{1,32}}[\"']?({_NAME})[\"']?:[ \t]{{1,8}}(?:(?:{_SAID}|'([^'\r\n]*)'),?|([^\r\n]*))[ \t]*\r?$",
    re.MULTILINE,
)
_BELOW_STATUS = re.compile(
    r"^[ \t]{0,16}(?:status(?:[_ ]?code)?|code):[ \t]{1,8}(\d{3})\b", re.MULTILINE | re.IGNORECASE
)
_BELOW_BODY = re.compile(r"^(?:body|content|html):[ \t]{1,8}(?:[|>][+-]?[ \t]*\r?\n)?([^\0]+)", re.MULTILINE)
_WHOLE = re.compile(
    r'"(?:response_?)?headers?"\s{0,8}:\s{0,8}'
    r'(\[(?:\s{0,32}+"[\w-]{1,41}:(?:[^"\\]|\\.){0,2048}+",?){1,128}+\s{0,32}\])',
    re.IGNORECASE,
)
"""A list of whole lines in JSON."""
_IN_JSON = (("name", "value"), ("key", "value"), ("Name", "Value"), ("Key", "Value"))


def tabled(text: str) -> str:
    """Headers that PowerShell shows in a table; any other text as it is."""
    head = _COLUMNS.match(text)
    return (
        _lined([(name, _unbraced(value)) for name, value in _COLUMN.findall(text[head.end() :])]) or text
        if head
        else text
    )


def _unbraced(value: str) -> str:
    value = value.strip()
    return value[1:-1] if value.startswith("{") and value.endswith("}") else value


def below(text: str) -> str:
    """An answer in YAML or JavaScript, with its headers below a key of their own; any other text as it is."""
    if ANSWER_START.search(text) or "response:" in text or not (head := _BELOW.search(text)):
        return text
    pairs = [(found[1], "".join(found.groups("")[1:])) for found in _BELOW_PAIR.finditer(head[1])]
    lines = _lined([(name, unquoted(value.strip())) for name, value in pairs])
    rest = text[: head.start()] + text[head.end() :]
    status, body = _BELOW_STATUS.search(rest), _BELOW_BODY.search(rest)
    protocol = "RTSP/1.0" if any(name.lower() in ("cseq", "public") for name, _ in pairs) else "HTTP/1.1"
    told = f"{protocol} {status[1]} -\r\n" if status else ""
    return told + lines + (f"\r\n\r\n{dedent(body[1])}" if body else "") if lines else text


def paired(text: str) -> str:
    """Headers in JSON as a list of lines, of pairs, or of objects with names and values; any other text as it is."""
    if len(text) <= MAX_JSON and text.lstrip()[:1] == "{" and (whole := _WHOLE.search(text)):
        with suppress(ValueError):
            return _lined([(name, value.strip()) for name, _, value in map(_split, json.loads(whole[1]))]) or text
    if text.lstrip()[:1] != "[" or len(text) > MAX_JSON:
        return text
    with suppress(ValueError, RecursionError):
        return _lined([*map(_pair, json.loads(text))]) or text
    return text


def _split(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _pair(item: object) -> tuple[str, str]:
    """Name and value of one header in JSON; raises ValueError for anything else."""
    found = item if isinstance(item, list) else []
    if isinstance(item, dict):
        found = next(([item[name], item[value]] for name, value in _IN_JSON if {name, value} <= item.keys()), [])
    if len(found) != len(_IN_JSON[0]) or not all(isinstance(part, str) for part in found):
        raise ValueError("no header")
    return found[0], found[1]


def _lined(pairs: list[tuple[str, str]]) -> str:
    """Headers in lines of their own; "" where none of them is known."""
    is_head = any(_KNOWN.fullmatch(name) for name, _ in pairs)
    return "\r\n".join(f"{name}: {value}" for name, value in pairs) if is_head else ""


def listed(text: str) -> str:
    """Headers in lines of their own, below the status if that is told; any other text as it is."""
    if message := _MESSAGE.match(text):
        code, reason, version, head = message.groups()
        return "\r\n".join([f"HTTP/{version} {code} {reason}", *(line.strip() for line in head.strip().splitlines())])
    if "\n" in text.strip():
        return _printed(text)
    pairs = list(_pairs(text))
    if not any(_KNOWN.fullmatch(name) for name, _ in pairs):
        return text
    told = [value for name, value in pairs if name == "null"] or _STATUS.findall(text)
    return "\r\n".join([*told[:1], *(f"{name}: {value}" for name, value in pairs if name != "null")])


def in_turn(text: str) -> str:
    """The headers of an answer that Node.js shows as one list of names and values; any other text as it is."""
    found = _IN_TURN.search(text) if "rawHeaders" in text else None
    told = [double or single for double, single in _STRING.findall(found[1])] if found else []
    lines = [f"{name}: {value}" for name, value in zip(told[::2], told[1::2], strict=False)]
    if not any(map(_KNOWN.fullmatch, told[::2])):
        return text
    number = _NUMBER.search(text)
    return "\r\n".join([*([f"HTTP/1.1 {number[1]} -"] if number else []), *lines])


def _printed(text: str) -> str:
    """Headers of an answer that a program prints in lines of its own, and its body; any other text as it is."""
    if ANSWER_START.match(text) or ('"' not in text and "{" not in text):
        return text
    quoted = [_TUPLES, _ARROWS, *[_ASSIGNED] * bool(_COCOA.search(text)), *[_KEYWORDS] * bool(_CLOJURE.search(text))]
    pairs = [(found[1], unquoted("".join(found.groups("")[1:]))) for one in quoted for found in one.finditer(text)]
    body = _BODY.search(text)
    if len(pairs) < FEW or not any(_KNOWN.fullmatch(name) for name, _ in pairs) or (not body and "</" in text):
        return text
    return "\r\n".join([*(f"{name}: {value}" for name, value in pairs), *(["", unescaped(body[1])] if body else [])])


def invoked(text: str) -> str:
    """The answer that PowerShell's Invoke-WebRequest shows; any other text as it is."""
    members = dict(_MEMBER.findall(text)) if "RawContent" in text else {}
    raw = re.sub(r"(?m)^ {4,40}", "", members.get("RawContent", "")).strip()
    if not _STATUS.match(raw) or "StatusCode" not in members:
        return text
    return raw if "\n\n" in raw.replace("\r", "") else f"{raw}\r\n\r\n{members.get('Content', '')}"


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Name and value of every header in whichever of the notations."""
    has_brackets, has_braces = "[" in text, "{" in text
    if has_brackets:
        yield from _LISTS.findall(text)
    for row in (*(_ROW.findall(text)[:1] if has_brackets else ()), *(_BARE.findall(text)[:1] if has_braces else ())):
        yield from ((name, value) for name, _, value in (one.partition(": ") for one in _NEXT.split(row)))
    if has_brackets:
        yield from _PAIRS.findall(text)
    if '"' in text:
        rare = [*[_QUOTED] * bool(_OF_HEADERS.match(text)), *[_KEYWORDS] * bool(_CLOJURE.search(text))]
        for quoted in (_ARROWS, _TUPLES, _TYPED, *rare):
            yield from ((name, unquoted(value)) for name, value in quoted.findall(text))
    for table in _TABLE.findall(text)[:1]:
        yield from _CELL.findall(table)
