"""Finds the line of each value in a TOML file, which the parser does not report."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Place: TypeAlias = tuple[str | int, ...]  # the way to a value: keys, and numbers within arrays


_TOKEN = re.compile(
    r"#[^\n]*"
    r'|"{3}(?:\\.|[^\\])*?"{3,5}'
    r"|'{3}.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|[\[\]{}\n]",
    re.DOTALL,
)
"""What tells where a statement ends: comments and texts (TOML 1.0), where nothing counts, brackets, and line ends."""


class Lines:
    """The lines of a text that is known to be TOML."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {}
        table: Place = ()
        arrays: dict[Place, int] = {}
        for number, statement in _statements(text):
            place, value = _leaf(tomllib.loads(statement))
            if statement.lstrip().startswith("["):
                table = _opened(place, arrays, is_array=statement.lstrip().startswith("[["))
                self._lines.setdefault(table, number)
            else:
                self._note((*table, *place), value, statement, number)

    def of(self, place: Sequence[str | int]) -> int:
        """The line of a value, or of what holds it where the value itself is missing; 1 for the whole file."""
        for length in range(len(place), 0, -1):
            if number := self._lines.get(tuple(place[:length])):
                return number
        return 1

    def _note(self, place: Place, value: Any, statement: str, number: int) -> None:
        """Keep the line of a key, and of each text in its array."""
        self._lines[place] = number
        at = 0
        for index, item in enumerate(value if isinstance(value, list) else ()):
            found = statement.find(item, at) if isinstance(item, str) else -1
            if found >= 0:
                number += statement.count("\n", at, found)
                self._lines[*place, index] = number
                at = found + len(item)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each table header and each `key = value` with the number of its first line; a value may go over several."""
    begin, number, depth = 0, 1, 0
    for token in _TOKEN.finditer(f"{text}\n"):
        if token[0] in ("[", "{"):
            depth += 1
        elif token[0] in ("]", "}"):
            depth -= 1
        elif token[0] == "\n" and not depth:
            statement = text[begin : token.start()]
            if statement.strip() and not statement.lstrip().startswith("#"):
                yield number, statement
            number += statement.count("\n") + 1
            begin = token.end()


def _leaf(parsed: Mapping[str, Any]) -> tuple[Place, Any]:
    """The one key of a parsed statement, as a path, and its value; elements of `[[key]]` have no number in the path."""
    place: list[str] = []
    value: Any = parsed
    while isinstance(value, dict) and len(value) == 1:
        key, value = next(iter(value.items()))
        place.append(key)
    return tuple(place), value


def _opened(place: Place, arrays: dict[Place, int], *, is_array: bool) -> Place:
    """The full path of a table that a header opens, with the numbers of the array elements that it lies in."""
    if is_array:
        arrays[place] = arrays.get(place, -1) + 1
    full: Place = ()
    for length, key in enumerate(place, start=1):
        full = (*full, key)
        if place[:length] in arrays:
            full = (*full, arrays[place[:length]])
    return full
