"""JSON texts that may be broken, long or cut off, for those who take whole objects out of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

_MUCH = 1 << 12  # characters; a window may have a hundred times as many


_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_ENDS = {"[": "]", "{": "}"}
_NEAR = 16
"""Characters between the end of a text and a fault that may be due to it: "tru", "\\u00"."""


def ends_early(text: str, error: Exception) -> bool:
    """Whether a text cannot be parsed because it was cut off, and not because something in it is broken."""
    return isinstance(error, json.JSONDecodeError) and (
        error.pos > len(text) - _NEAR or error.msg.startswith("Unterminated string")
    )


def parsed(text: str, *, strict: bool = True) -> object:
    """The value of a text; None of one that is no JSON, or is nested too deeply. `strict` as in `json.loads`."""
    try:
        return json.loads(text, strict=strict)
    except (ValueError, RecursionError):
        return None


def closed(text: str) -> str:
    """A value that was cut off, closed behind its last list or object that is whole; "" for any other text."""
    open_: list[str] = []
    whole = depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in _ENDS:
            open_.append(_ENDS[token[0]])
        elif token[0] in _ENDS.values():
            if not open_ or open_.pop() != token[0] or not open_:
                return ""
            whole, depth = token.end(), len(open_)
    return text[:whole] + "".join(reversed(open_[:depth]))


class Window:
    """A part of a text: after each `skip`, at least its next `size` characters from `at` on, or all that are left.

    `read` gives the next piece of the text, and "" at its end alone.
    """

    def __init__(self, read: Callable[[], str], size: int) -> None:
        self._read, self._size = read, size
        self.text = ""
        self.at = 0
        self.refill()

    def refill(self) -> None:
        """Read on, where less than `size` is left."""
        while len(self.text) - self.at < self._size and (piece := self._read()):
            self.text = self.text[self.at :] + piece
            self.at = 0

    def forget(self) -> None:
        """Drop what is behind, where that is much: an error of `json` counts all lines before its place."""
        if self.at > _MUCH:
            self.text = self.text[self.at :]
            self.at = 0

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Go on behind the next match, or to the end. A match that ends with what was read goes on in what follows."""
        done = False
        while not done:
            found = pattern.search(self.text, self.at)
            self.at = found.end() if found else len(self.text)
            done = self.at < len(self.text)
            self.refill()
            done = done or self.at == len(self.text)
