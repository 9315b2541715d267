"""A window on a long JSON text that is read piece by piece, for those who take whole objects out of it."""

from __future__ import annotations

import re
from collections.abc import Callable

_MUCH = 1 << 12
"""Characters; a window may have a hundred times as many."""


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
