"""An answer that source code holds as strings: one after the other, in calls, in a list, or of several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from camscan.imports.writings.base import nonblank_lines, unescaped

MAX_TEXT = 64 * 1024  # characters of a paste that are looked into
_MAX_LITERALS = 2048
_RAW = ('R"(', 'r#"')
_MAX_RAW = 32  # of those whose end is looked for in the whole text

_HEADER = r"(?:Server|WWW-Authenticate|CSeq|Public|Content-(?:Type|Length|Base)|Location|Set-Cookie|Date)[ \t]?:"
_BEGIN = rf"(?:(?:RTSP|HTTP)/\d\.\d \d{{3}}\b[^\r\n]*\r?\n|{_HEADER}|v=0\s|<[?!A-Za-z][^\0]*</\w)"
_ANSWER = re.compile(
    rf"\A\s*(?:{_BEGIN}|[{{(<]|\[(?!\w+\()|Digest |Basic |\d{{1,3}}[.:]|-----"
    r"|\"(?!HTTP/|RTSP/|v=0)[^\"\r\n]{0,80}\",)"
    r"|^[ \t]*(?:RTSP|HTTP)/\d\.\d \d{3}\b",
    re.IGNORECASE | re.MULTILINE,
)
"""How a text begins that is the answer, and no program that holds one; or one of its lines."""
_SPEAKS = re.compile(rf"\s*{_BEGIN}\s?\S", re.IGNORECASE)
_CHALLENGES = re.compile(rf"\s*(?:{_BEGIN}\s?\S|(?:Digest|Basic) (?:realm|qop|username)=)", re.IGNORECASE | re.DOTALL)
"""The same where nothing is a value with a name, as headers are in a mapping."""
_MAPPED = re.compile(r"[\w'\"\])]['\"]\s{0,8}(?::|=>)|['\"](?:Server|WWW-Authenticate)['\"],", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:[A-Za-z][\w.:\[\]-]{1,80} ?[=:]|[{\[]|PORT |Nmap )")
"""How lines begin that are an answer where there are several of them."""
_LITERAL = re.compile(
    r'"{3}(?P<long>(?:(?!"{3}).)*+)(?:"{3}|\Z)'
    r"|'{3}(?P<other>(?:(?!'{3}).)*+)(?:'{3}|\Z)"
    r"|(?<![\w`])`(?P<raw>[^`]*+)(?:`|\Z)"
    r'|\bR"\((?P<cpp>(?:(?!\)").)*+)\)"'
    r'|(?<!\w)r?#"(?P<rust>(?:(?!"#).)*+)"#'
    r'|"(?P<double>(?:[^"\\\n]|\\[^\n]|\\\n[ \t]*)*+)(?:"|\\?\Z)'
    r"|(?:(?<!\w)|(?<=\W[bfru]))'(?P<single>(?:[^'\\\n]|\\[^\n])*+)'",
    re.DOTALL,
)
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_SOLE = re.compile(
    r"\A\s*(?:(?:[a-z]{3,6}|char\*|String) +){0,4}(?P<name>[A-Za-z][\w.]{0,63})(?:\[\d{0,4}\])?"
    r"(?: ?: ?[&'\w<>]{1,24})? ?:?= ?(?:\[\]byte\()?[bru]{0,2}\0\)?;?\s*\Z"
)
"""What stands around the only string of a text, which is an octet of zero here, where it is given a name."""
_PLAIN_NAME = re.compile(
    r"(?:\w*_)?(?:raw|text|data|body|resp(?:onse)?|answer|reply|output|banner|sample|message|msg)|[a-z]", re.IGNORECASE
)
"""A name that says nothing of the value."""
_SETTING = re.compile(r"[A-Za-z][\w.\[\]]{1,80}=[^\r\n]*")
_ELEMENT = re.compile(r"<(\w{1,64})>[^<>]{0,256}</\1>")
_VARIABLE = re.compile(r"\s*[+.]\s*[\w.\[\]]{1,40}(?:\(\))?\s*[+.]\s*")
"""What stands between two parts of a text where a program puts in a value that it holds."""
_LINE = re.compile(r"""\s*+(?:(?:\+|<<)\s*+)?[bfr]?(["'])(.*)\1\s*+(?:[+;,\\)]{1,3}+\s*+)?""")
_ASSIGNED = re.compile(r"\A\s*(?:[a-z]{3,6} )?[\w.]{1,64} ?:?= ?(?=[\"'])")
_ENDED = re.compile(r"\\n|^\s*\+|\+\s*$")
_AROUND = re.compile(r"\s*(?:[\w.]{1,64} ?:?= ?[(\[]|[)\]];?,?)\s*")
"""A line of code that opens or closes the strings of a text."""
_GLUE = re.compile(
    r"(?:[\s+.;()\\]|//|,[ \t]*\r?\n)*(?:<<\s*)?"
    r"(?:(?:[\w.>-]{1,40}[.(])?\w{1,40}!?\(\s*|<<\s*|[\w.>-]{1,40} ?[+.]=\s*|(?:echo|print|puts)\s+)?[bfru]{0,2}"
)
"""What stands between two texts of which a program makes one: signs, marks of remarks, the call that each is put in."""
_FEWEST = 2  # lines


def strings(text: str) -> str:
    """The longest answer that the program holds; any other text as it is."""
    if len(text) > MAX_TEXT or _ANSWER.search(text) or any(text.count(opening) > _MAX_RAW for opening in _RAW):
        return text
    runs = _runs(text)
    speaks = _SPEAKS if _MAPPED.search(text) else _CHALLENGES
    found = [joined for run in _led(runs) if speaks.match(joined := _joined(run)) or _has_lines(joined, run)]
    if not found:
        return _sole(text, runs)
    longest = max(found, key=len)
    pieces = [joined for run in runs if _is_piece(joined := _joined(run))]
    return "\n".join(map(str.strip, pieces)) if len(pieces) > 1 and longest in pieces else longest


def _is_piece(text: str) -> bool:
    """Whether it is lines "name=value", or an element, of which code may look for several in one answer."""
    return all(map(_SETTING.fullmatch, text.split())) or _ELEMENT.fullmatch(text) is not None


def _sole(text: str, runs: list[list[str]]) -> str:
    """The only string of a text, where it is of several lines or its name says nothing of it."""
    named = _SOLE.match(_LITERAL.sub("\0", text, count=2)) if len(runs) == 1 == len(runs[0]) else None
    return runs[0][0] if named and ("\n" in runs[0][0] or _PLAIN_NAME.fullmatch(named["name"])) else text


def _led(runs: list[list[str]]) -> Iterator[list[str]]:
    """Texts, and each without its first part, which may be the kind of what follows or where that is asked for."""
    for run in runs:
        yield run
        if len(run) > 1 and run[1].lstrip().startswith(("<", "HTTP/", "RTSP/", "v=0")):
            yield run[1:]


def _runs(text: str) -> list[list[str]]:
    """The texts in a program, those made one that follow each other."""
    runs: list[list[str]] = []
    end = -1
    for at, literal in enumerate(_LITERAL.finditer(text)):
        if at == _MAX_LITERALS:
            break
        if literal["raw"] is not None and "\n" not in literal["raw"] and not literal["raw"].startswith("<"):
            continue  # code in a sentence
        between = text[end : literal.start()] if end >= 0 else " :"
        if runs and _VARIABLE.fullmatch(between):
            runs[-1][-1] += f"x{_value(literal)}"
        elif runs and len(between) < 120 and _GLUE.fullmatch(between):
            runs[-1].append(_value(literal))
        else:
            runs.append([_value(literal)])
        end = literal.end()
    return runs


def _value(literal: re.Match[str]) -> str:
    """What one of them says."""
    plain = literal["double"] if literal["double"] is not None else literal["single"]
    if plain is not None:
        return unescaped(_CONTINUED.sub("", plain))
    held = next(value for value in literal.group("long", "other", "raw", "cpp", "rust") if value is not None)
    return dedent(held.removeprefix("\\").lstrip("\r\n"))


def _joined(run: list[str]) -> str:
    """One text: a line each, where they have no line ends of their own."""
    if run[0].startswith(("HTTP/", "RTSP/", "v=0")):
        return "".join(part if part.endswith("\n") else f"{part}\r\n" for part in run).removesuffix("\r\n")
    return ("" if any(part.endswith("\n") for part in run[:-1]) else "\r\n").join(run)


def _has_lines(text: str, run: list[str]) -> bool:
    """Whether it has lines of its own that look like those of an answer."""
    is_long = len(run) > 1 or len(text.strip().splitlines()) >= _FEWEST
    return is_long and "\n" in run[0] and _LISTED.match(text) is not None


def string_lines(text: str) -> str:
    """A text that source code builds of one string a line: each has its own line end in it, or a sign that adds it."""
    code = [_ASSIGNED.sub("", line, count=1) for line in nonblank_lines(text)]
    code = [line for line in code if line.strip() and not _AROUND.fullmatch(line)]
    if len(code) < _FEWEST or sum(map(bool, map(_ENDED.search, code))) * 2 < len(code):
        return text
    parts = [part[2] for line in code if (part := _LINE.fullmatch(line))]
    return unescaped("".join(parts)) if len(parts) * 4 >= len(code) * 3 else text  # a few others may stand around them
