"""The value of a JSON text in which an object is broken, commas lack or are too many, or the end is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from camscan.errors import UsageError
from camscan.inventory.tables import CUT
from camscan.text.jsonwindow import closed, ends_early

_MOST_BROKEN = 64
"""Objects that may be broken: the text is parsed again without each."""

_STRING = r'"(?!\s*+[:,\]}])(?:[^"\\\r\n]++|\\.|"(?!\s*+[:,\]}]))*+"?|"'
"""A string, in which a quote may stand that is not escaped: it ends before a mark of JSON, or with its line."""
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}}]", re.DOTALL)
_COMMAS = re.compile(rf"{_STRING}|,(?=\s*[,\]}}])|(?<=\}})(?=\s*\{{)", re.DOTALL)
"""Among strings, a comma too many, or the place of one that lacks."""
_NEXT = re.compile(r"[,\n]\s*+(?=\{)")
_BLANK = re.compile(r"[\s,]*")
_ENDS = {"[": "]", "{": "}"}
_LONGEST = 1 << 16
"""Characters of an object that is broken, and can be left out alone."""
_MOST_WITHIN = 256
"""Objects within one that are looked at, to find which one is broken."""
_INDENT = 64
"""Characters before an object that tell whether it is one."""

_decoder = json.JSONDecoder()


def mended(path: Path, text: str, notes: list[str]) -> object:
    """The value of a text, or the items of several; of one that is broken, which is noted, what is whole."""
    for tries in range(_MOST_BROKEN):
        try:
            found = _values(text)
        except RecursionError:
            raise UsageError(f"{path} is nested too deeply: export the list as CSV") from None
        except json.JSONDecodeError as error:
            whole, note = _mended(text, error, may_lack_commas=not tries)
            if not whole:
                where = f"line {error.lineno:,} ({error.msg})"
                raise UsageError(f"{path} is no valid JSON in {where}: mend that, or export the list again") from None
            text = whole
            notes.extend([note] if note else [])
        else:
            return found[0] if len(found) == 1 else [one for value in found for one in _items(value)]
    raise UsageError(f"{path} is broken JSON in {_MOST_BROKEN} places or more: export the list again")


def _values(text: str) -> list[object]:
    """The values in a text, one behind the other; commas may be between them."""
    found: list[object] = []
    at = _end_of_blanks(text, 0)
    while at < len(text):
        value, at = _decoder.raw_decode(text, at)
        found.append(value)
        at = _end_of_blanks(text, at)
    return found


def _mended(text: str, error: json.JSONDecodeError, *, may_lack_commas: bool) -> tuple[str, str]:
    """A text without its first fault, and what that costs; "" where it stays."""
    if may_lack_commas and (joined := _COMMAS.sub(_comma, text)) != text:
        return joined, ""
    if ends_early(text, error) and (whole := _closed(text)):
        return whole, CUT
    return _without_broken(text, error.pos), f"an object is broken in line {error.lineno:,}, and left out"


def _comma(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else "" if found[0] else ","


def _closed(text: str) -> str:
    """A text that was cut off, closed behind what is whole, and with a null for the last object of a list, if cut."""
    whole = closed(text)
    end = len(whole)
    while not text.startswith(whole[:end]):
        end -= 1
    is_begun = whole.startswith("]", end) and "{" in text[end:]
    return f"{whole[:end]}, null{whole[end:]}" if is_begun else whole


def _without_broken(text: str, at: int) -> str:
    """A text without the innermost object around a fault; "" where that is the first of all, or none."""
    start, first = at, max(0, at - _LONGEST)
    for _ in range(_MOST_WITHIN):
        if (start := text.rfind("{", first, start)) < 0:
            break
        if not text[max(0, start - _INDENT) : start].rstrip().endswith(("[", ":", ",", "}")):
            continue  # it is within a text
        end = _end_of_object(text, start)
        if end > at:
            return f"{text[:start]}null{text[end:]}"
        if not end:
            follows = _NEXT.search(text, start, start + _LONGEST)
            return f"{text[:start]}null, {text[follows.end() :]}" if follows else ""
    return ""


def _end_of_object(text: str, start: int) -> int:
    """Where an object ends; 0 where it is never closed."""
    open_: list[str] = []
    for token in _TOKEN.finditer(text, start, start + _LONGEST):
        if token[0] in _ENDS:
            open_.append(_ENDS[token[0]])
        elif not token[0].startswith('"') and open_.pop() != token[0]:
            return 0
        if not open_:
            return token.end()
    return 0


def _end_of_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _items(value: object) -> Sequence[object]:
    return [value] if isinstance(value, dict) else value if isinstance(value, list) else ()
