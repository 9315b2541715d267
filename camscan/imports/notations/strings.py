"""Strings of a program that together are one answer: one behind the other, added to each other, or in a list."""

from __future__ import annotations

import re

from camscan.imports.notations.base import FEW, MAX_JSON, unescaped

_STRING = r"[bBfFuUL@]{0,2}(?:\"(?:[^\"\\\r\n]|\\[^\r\n])*+\"|'(?:[^'\\\r\n]|\\[^\r\n])*+')"
_CODE = r"[^\"'<>]"
_LINE_END = r"[bB]?[\"'](?:\\r)?\\n[\"']"
_JOIN = r"(?i:join|implode)"
_STRINGS = rf"(?P<strings>{_STRING}(?:\s{{0,64}}+(?:[+.,&\\]\s{{0,64}}+)?{_STRING}){{1,4096}}+)"
_RUN = re.compile(rf"\A{_CODE}{{0,120}}?{_STRINGS}[\s;,)\]}}]{{0,16}}\Z")
"""Strings with no more before them than the name that they are given, and nothing behind them."""
_LIST = re.compile(
    rf"\A{_CODE}{{0,120}}?(?:(?:{_LINE_END}\.{_JOIN}|{_JOIN}\w{{0,16}}\(\s*{_LINE_END},){_CODE}{{0,32}}?{_STRINGS}"
    rf"|(?P<first>{_STRING})(?P<more>(?:\s*,\s*{_STRING}){{1,4096}}+),?[\s)\]}}]{{1,64}}\.{_JOIN}{_CODE}{{1,48}}?{_LINE_END})"
    r"[\s;,)\]}]{0,16}\Z"
)
"""Strings that code joins by ends of lines, which it names before or behind them."""
_ONE = re.compile(_STRING)
_ENDED = re.compile(r"\\n[\"']\Z")


def joined(text: str) -> str:
    """An answer that is nothing but strings in the code of a program, with the ends of its lines in or between them."""
    if len(text) > MAX_JSON:
        return text
    if found := _RUN.match(text):
        strings = _ONE.findall(found["strings"])
        ended = sum(bool(_ENDED.search(string)) for string in strings)
        if ended >= FEW and 2 * ended >= len(strings):
            return _joined(strings, "")
    if found := _LIST.match(text):
        return _joined(_ONE.findall(found["strings"] or found["first"] + found["more"]), "\r\n")
    return text


def _joined(strings: list[str], by: str) -> str:
    return by.join(unescaped(string.lstrip("bBfFuUL@")[1:-1]) for string in strings)
