"""What pages, editors and terminals put around lines: comment blocks, numbers, prompts, keys, escapes of Markdown."""

from __future__ import annotations

import re
from textwrap import dedent

from camscan.imports.notations.base import FEW, has_start, nonblank_lines

_BLOCK = re.compile(r"\A\s{0,64}/\*{1,2}[ \t]{0,8}\r?\n(?P<lines>[^\0]*?)\r?\n[ \t]{0,64}\*/\s{0,64}\Z")
_NUMBER = re.compile(r"[ \t]{0,8}(\d{1,5})(?:[ \t]?[:|][ \t]?|[ \t]{1,2}|$)")
_ASKED = re.compile(
    r"\A\s{0,64}[^\r\n$#%>\u276f]{0,64}[$#%>\u276f][ \t]{1,4}"
    r"(?:curl|wget|nc|ncat|openssl|snmp\w{2,8}|http|telnet)\b[^\r\n]*\r?\n"
)
_PROMPT = re.compile(r"\r?\n\[?[\w.-]{1,64}@[\w.-]{1,64}[:\] ][^\r\n]{0,64}[$#%][ \t]*\Z")
_KEY = re.compile(
    r"\A\s{0,64}(?:response|body|raw|output|answer|banner|data|text|content):[ \t]{1,4}[|>][+-]?[ \t]*\r?\n(?=[ \t])"
)
_UNINDENTED = re.compile(r"^\S", re.MULTILINE)
_MARKDOWN = re.compile(r"\\([\\<>_*\[\]#|~.!()+`-])")
_OTHER_ESCAPE = re.compile(r"\\(?![<>_*\[\]#|~.!()+`-])")
_SHOWN = re.compile(r"\\<[A-Za-z/!?]|\w\\_\w|\\-\w")


def commented(text: str) -> str:
    """The lines of a comment block that is all there is."""
    found = _BLOCK.match(text)
    return found["lines"] if found and "*/" not in found["lines"] else text


def numbered(text: str) -> str:
    """Lines without their numbers, where each has one and they follow each other."""
    lines = text.splitlines()
    found = [_NUMBER.match(line) for line in lines if line.strip()]
    numbers = [int(match[1]) for match in found if match]
    if (
        len(numbers) < FEW
        or len(numbers) != len(found)
        or numbers != list(range(numbers[0], numbers[0] + len(numbers)))
    ):
        return text
    return "\n".join(_NUMBER.sub("", line, count=1) for line in lines)


def prompted(text: str) -> str:
    """What a command printed, without the command and the next prompt; a whole answer is found as it is."""
    if has_start(text):
        return text
    asked = _ASKED.match(text)
    printed = text[asked.end() :] if asked else text
    printed = _PROMPT.sub("", printed) if "@" in printed else printed
    return printed if printed.strip() else text


def keyed(text: str) -> str:
    """The lines below a key of YAML that is all there is."""
    found = _KEY.match(text)
    rest = text[found.end() :] if found else ""
    return dedent(rest) if nonblank_lines(rest) and not _UNINDENTED.search(rest) else text


def unescaped(text: str) -> str:
    """A text without the escapes of Markdown, where it has no others, as program code has."""
    is_escaped = "\\" in text and _SHOWN.search(text) and not _OTHER_ESCAPE.search(text)
    return _MARKDOWN.sub(r"\1", text) if is_escaped else text
