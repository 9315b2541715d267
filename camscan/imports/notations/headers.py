"""The head of an answer as a program prints it, in any notation of names with values but JSON (`scanners`)."""

from __future__ import annotations

import re

from camscan.imports.notations.base import ANSWER_START, FEW, HEADER, unescaped
from camscan.text.jsonwindow import parsed

_NAMES = ("server", "www-authenticate", "set-cookie", "content-", "cseq", "location", "x-")
"""One of these letters is in every head that is read here."""
_DOUBLE, _SINGLE = r'"((?:[^"\\\r\n]|\\.){0,8192}+)"', r"'((?:[^'\\\r\n]|\\.|''){0,8192}+)'"
_MARK = r"(?:[ \t]{0,16}+(?:=>|[:=,])(?!:)|[ \t]{2,32}+|\t|\r?\n|[ \t]?(?=[\"'{]))\*{0,2}\s{0,32}+"
_WITHIN = r"(?:[\"']?value[\"']?: ?|- |(?:\[\])?[\w.]{0,24}(?:\(\d{1,5}\) |\[?\{|\(|\[)\s{0,16}+|<<|b(?=[\"']))?"
_PAIR = re.compile(
    rf"(?<![\w.-])({HEADER})[\"'`\]>)*]{{0,4}}{_MARK}{_WITHIN}"
    rf"(?:(?<=\d\) )\"([^\r\n]{{0,8192}})\"(?=\r?\n)|{_DOUBLE}|{_SINGLE}"
    rf"|(?<=\[)([^\[\]\r\n]{{0,8192}})\]|`([^`\r\n]{{1,1024}})`"
    rf"|(?!{HEADER}:)([^\s|\"'`\[{{(<:,][^\r\n\]}}`]{{0,8192}}+))",
    re.IGNORECASE,
)
"""A header: its name, maybe in quotes or brackets; a mark of any language; its value, maybe within a call or a type."""
_BEGUN = re.compile(r"[^\r\n]*(?:[{\[(]\s{0,4}|=> )|[\s\"'*`<-]{0,64}")
_NEXT = re.compile(rf"[,;] (?={HEADER}(?:: |=))", re.IGNORECASE)
"""Between headers in one line."""
_PROGRAMS = ("Response Headers", "RawContent ", "=> HTTP/")
"""What browsers, PowerShell and PHP show beside a head that is as it was sent."""
_SOURCE = re.compile(
    rf"(?:\b|_)(?:set|add|send|put)(?:_?headers?)?\([ \t]{{0,8}}[\"']{HEADER}[\"']|\b(?:add|set)_header[ \t]"
    r"|^[ \t]*+(?:export |async |static )?(?:const|let|var|def|class|func|function|return|public|private)[ \t]++[\w{(]",
    re.IGNORECASE | re.MULTILINE,
)
"""Program code and the settings of servers, which say what is to be sent."""
_OTHER = re.compile(
    rf"\A\s*(?:<(?:[!?]|(?:html|head|title|body|script|meta)\b)|http-headers)|^{HEADER}:[ \t]*+[^\s\"'{{\[]"
    r"|\bUSN\b|\bSIP/2|\bonvif:|\b(?:User-Agent|Authorization):",
    re.IGNORECASE | re.MULTILINE,
)
"""A page and a head as they are sent, and answers of other protocols."""
_REQUEST = re.compile(r"(?<![\w-])(?<!Bad )(?:request|config)\b(?:(?!\bresponse\b).)*+", re.IGNORECASE | re.DOTALL)
_TELLING = frozenset({"server", "www-authenticate", "set-cookie", "cseq", "etag"})
"""Headers of which answers alone have one."""
_STRUCTURE = re.compile(r"=>|\A\s*[\[{(<]")
_SURE = re.compile("-|cseq|etag")
"""In names of headers that are no words of other lists: a server, a date and a location are in any settings."""
_LINE = re.compile(r"(?:HTTP|RTSP)/\d(?:\.\d)? \d{3}(?: [A-Za-z ]{2,40})?")
_STATUS = re.compile(
    r"\b(?:status(?:[ _]?code)?[\"'\]]{0,3}|code)\s{0,4}(?:=>?|:)\s{0,8}(?:\{?\s{0,8}code: )?(\d{3})\b|\[(\d{3}) ",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"\"((?:[^\"\\]|\\.){1,65536}+)\"|'((?:[^'\\]|\\.|''){1,65536}+)'")
_PIECE = rf"(?:{_LITERAL.pattern})"
_BODY = re.compile(rf"\b(?:body|data|string)(?::|\"?=>)? ?({_PIECE}(?:\s{{1,16}}+\+\s{{1,32}}+{_PIECE}){{0,64}})")
_CONTENT = re.compile(r"^Content +: ([^\0]+?)\r?\nRawContent +:", re.MULTILINE)
"""The body, as PowerShell shows it before the whole."""


def printed(text: str) -> str:
    """The lines of an answer of which a program prints the headers; any other text as it is."""
    folded = text.casefold()
    if not any(name in folded for name in _NAMES) or _is_other(text):
        return text
    pairs = _pairs(_NEXT.sub("\n", _REQUEST.sub("", text)))
    names = {name.lower() for name, _ in pairs}
    are_named = "headers" in folded
    if len(pairs) < (1 if are_named else FEW) or not names & _TELLING:
        return text
    if not (are_named or _STRUCTURE.search(text) or any(map(_SURE.search, names))):
        return text
    return "\r\n".join([*_status(text, names), *(f"{name}: {value}" for name, value in pairs), *_body(text)])


def _is_other(text: str) -> bool:
    """Whether a text is an answer as it was sent, or of another kind; JSON has a structure of its own."""
    begun = ANSWER_START.search(text)
    is_sent = begun is not None and "\n" in text.strip()
    if any(mark in text for mark in _PROGRAMS):
        return False
    return is_sent or any(one.search(text) for one in (_OTHER, _SOURCE)) or parsed(text) is not None


def _pairs(text: str) -> list[tuple[str, str]]:
    """Names and values; behind other words of a line, a value is one only in quotes or brackets."""
    found = [
        (one[1], next(filter(None, one.groups()[1:-1]), ""), one[7] or "")
        for one in _PAIR.finditer(text)
        if not one[7] or _BEGUN.fullmatch(text, text.rfind("\n", 0, one.start()) + 1, one.start())
    ]
    return [(name, unescaped(quoted).replace("''", "'") or bare.rstrip(" ,;)")) for name, quoted, bare in found]


def _status(text: str, names: set[str]) -> list[str]:
    """The status line of an answer, as far as it is told."""
    if line := _LINE.search(text):
        return [line[0]]
    found = _STATUS.search(text)
    return [f"{'RTSP/1.0' if names & {'cseq', 'public'} else 'HTTP/1.1'} {found[1] or found[2]} -"] if found else []


def _body(text: str) -> list[str]:
    """An empty line and the body, which may be written as several strings."""
    found = _BODY.search(text)
    told = [unescaped(double or single) for double, single in _LITERAL.findall(found[1])] if found else []
    told = told or _CONTENT.findall(text)
    return ["", "".join(told)] if told else []
