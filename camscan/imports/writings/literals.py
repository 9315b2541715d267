"""An answer that a program holds as its own texts: one after the other, in calls, in a list, or of several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import dedent

from camscan.imports.writings.base import unescaped

MAX_TEXT = 64 * 1024  # characters of a paste that are looked into
_MAX_LITERALS = 2048
_RAW = ('R"(', 'r#"')
_MAX_RAW = 32  # of those whose end is looked for in the whole text

_HEADER = r"(?:Server|WWW-Authenticate|CSeq|Public|Content-(?:Type|Length|Base)|Location|Set-Cookie|Date)[ \t]?:"
_BEGIN = rf"(?:(?:RTSP|HTTP)/\d\.\d \d{{3}}\b[^\r\n]*\r?\n|{_HEADER}|v=0\s|<[?!A-Za-z][^\0]*</\w)"
_ANSWER = re.compile(
    rf"\A\s*(?:{_BEGIN}|[{{(<]|\[(?!\w+\()|Digest |Basic |\d{{1,3}}[.:]|-----|\"[^\"\r\n]{{0,80}}\",)"
    r"|^[ \t]*(?:RTSP|HTTP)/\d\.\d \d{3}\b",
    re.IGNORECASE | re.MULTILINE,
)
"""How a text begins that is the answer, and no program that holds one; or one of its lines."""
_SPEAKS = re.compile(rf"\s*{_BEGIN}\s?\S", re.IGNORECASE)
_CHALLENGES = re.compile(rf"\s*(?:{_BEGIN}\s?\S|(?:Digest|Basic) (?:realm|qop|username)=)", re.IGNORECASE)
"""The same where nothing is a value with a name, as headers are in a mapping."""
_MAPPED = re.compile(r"[\w'\"\])]['\"]\s{0,8}(?::|=>)|['\"](?:Server|WWW-Authenticate)['\"],", re.IGNORECASE)
_LISTED = re.compile(r"\s*(?:[A-Za-z][\w.:\[\]-]{1,80} ?[=:]|[{\[]|PORT |Nmap )")
"""How lines begin that are an answer where there are several of them."""
_LITERAL = re.compile(
    r'"{3}(?P<long>(?:(?!"{3}).)*+)"{3}'
    r"|'{3}(?P<other>(?:(?!'{3}).)*+)'{3}"
    r"|(?<![\w`])`(?P<raw>[^`]*+)`"
    r'|\bR"\((?P<cpp>(?:(?!\)").)*+)\)"'
    r'|(?<!\w)r?#"(?P<rust>(?:(?!"#).)*+)"#'
    r'|"(?P<double>(?:[^"\\\n]|\\[^\n]|\\\n[ \t]*)*+)"'
    r"|(?:(?<!\w)|(?<=\W[bfru]))'(?P<single>(?:[^'\\\n]|\\[^\n])*+)'",
    re.DOTALL,
)
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_GLUE = re.compile(r"(?:[\s+.;()\\]|,[ \t]*\r?\n)*(?:<<\s*)?(?:(?:[\w.>-]{1,40}[.(])?\w{1,40}\(\s*|<<\s*)?[bfru]{0,2}")
"""What stands between two texts of which a program makes one: signs, and the call that each is handed to."""
_VARIABLE = re.compile(r"\s*[+.]\s*[\w.\[\]]{1,40}(?:\(\))?\s*[+.]\s*")
"""What stands between two parts of a text where a program puts in a value that it holds."""
_DECLARED = re.compile(r";\s*(?:[\w:]{1,40}(?:<[\w:]{1,40}>)?[ \t*&]+){1,4}\w{1,40}(?:\[\d{0,4}\])? ?= ?")
"""What stands between two lines of an answer each of which has a name of its own."""
_ASSERTED = re.compile(
    r"""\b(?:contains?|includes?|toContain|Contains|has|find)\(\s*(?:[\w.]{1,32},\s*)?[bfr]?"(<(?:[^"\\\r\n]|\\.)*>)"\s*\)"""
)
_SAYS = re.compile(r"[:=]")
_SETTING = re.compile(r"[A-Za-z][\w.\[\]]{1,80}=[^\r\n]*")
_FEWEST = 2  # lines


def asserted(text: str) -> str:
    """The elements that a test looks for in an answer, each in a call of its own."""
    found = _ASSERTED.findall(text[:MAX_TEXT])
    return "\n".join(map(unescaped, found)) if len(found) >= _FEWEST else text


def longest(text: str) -> str:
    """The longest answer that the program holds; any other text as it is."""
    if len(text) > MAX_TEXT or _ANSWER.search(text) or any(text.count(opening) > _MAX_RAW for opening in _RAW):
        return text
    speaks = _SPEAKS if _MAPPED.search(text) else _CHALLENGES
    found = [joined for run in _led(_runs(text)) if speaks.match(joined := _joined(run)) or _has_lines(joined, run)]
    longest = max(found, key=len, default=text)
    settings = [joined for run in _runs(text) if _is_setting(joined := _joined(run))] if found else []
    return "\n".join(map(str.strip, settings)) if len(settings) > 1 and longest in settings else longest


def _is_setting(text: str) -> bool:
    """Whether it is lines "name=value", of which an interface gives some to each question."""
    return all(map(_SETTING.fullmatch, text.split()))


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
        elif runs and len(between) < 120 and _follows(runs[-1][-1], between, _value(literal)):
            runs[-1].append(_value(literal))
        else:
            runs.append([_value(literal)])
        end = literal.end()
    return runs


def _follows(last: str, between: str, following: str) -> bool:
    """Whether a text is one with that before it: with little between them, or a line declared behind another's end."""
    is_line = last.endswith(("\n", ",")) and _SAYS.search(following) is not None
    return bool(_GLUE.fullmatch(between) or (is_line and _DECLARED.fullmatch(between)))


def _value(literal: re.Match[str]) -> str:
    """What one of them says."""
    plain = literal["double"] if literal["double"] is not None else literal["single"]
    if plain is not None:
        return unescaped(_CONTINUED.sub("", plain))
    held = next(value for value in literal.group("long", "other", "raw", "cpp", "rust") if value is not None)
    return dedent(held.removeprefix("\\").lstrip("\r\n"))


def _joined(run: list[str]) -> str:
    """One text: a line each, where they have no line ends of their own."""
    if any(part.endswith("\n") for part in run[:-1]):
        return "".join(run)
    return "\r\n".join(run)


def _has_lines(text: str, run: list[str]) -> bool:
    """Whether it has lines of its own that look like those of an answer."""
    is_long = len(run) > 1 or len(text.strip().splitlines()) >= _FEWEST
    return is_long and "\n" in run[0] and _LISTED.match(text) is not None
