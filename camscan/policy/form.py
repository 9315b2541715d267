"""Reads a mapping of a policy file key by key. All faults are found in one pass, each with its place."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import date
from typing import TypeAlias

from camscan.yamltree import Tree

Place: TypeAlias = tuple[str | int, ...]
"""Where something stands in a file, by keys and indices."""
Fault: TypeAlias = tuple[Place, str]
"""A place, and what is wrong there."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Form:
    """A mapping that is being read. Each key is taken once; `close` calls the remaining ones unknown.

    What is missing or wrong is added to `faults`, and replaced by an empty value.
    """

    def __init__(self, tree: Tree, faults: list[Fault], place: Place = ()) -> None:
        self._left = dict(tree) if isinstance(tree, dict) else {}
        self._place = place
        self._faults = faults
        if not isinstance(tree, dict):
            self.fault("no mapping of keys to values")
            self._faults = []  # that every key is missing is no news then

    def fault(self, what: str, *place: str | int) -> None:
        """Add a fault at a place in this mapping."""
        self._faults.append(((*self._place, *place), what))

    def text(self, key: str, default: str | None = None, *, like: str = "", such_as: str = "") -> str:
        """One text, `like` a regular expression and an example. Without a `default` it is needed."""
        if key not in self._left and default is not None:
            return default
        text = self._text(self._taken(key), key)
        if text and like and not re.fullmatch(like, text):
            self.fault(f"nothing such as {such_as}", key)
        return text

    def day(self, key: str, *, needed: bool = False) -> date | None:
        """A date."""
        value = self._taken(key) if needed else self._left.pop(key, None)
        if isinstance(value, str) and _DAY.fullmatch(value):
            with suppress(ValueError):
                return date.fromisoformat(value)
        if value is not None:
            self.fault("no date such as 2026-11-30", key)
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, which is needed."""
        return tuple(self._text(item, key, number) for number, item in enumerate(self._list(key) or ()))

    def word(self, key: str, words: Collection[str]) -> str:
        """One text of a closed list, which is needed."""
        return self._word(self._taken(key), words, key)

    def words(self, key: str, words: Collection[str]) -> tuple[str, ...]:
        """A list of texts of a closed list; empty where it is not given."""
        return tuple(self._word(item, words, key, number) for number, item in enumerate(self._list(key, []) or ()))

    def forms(self, key: str, default: list[Tree] | None = None) -> list[Form]:
        """A list of mappings; without a `default` it is needed, and must not be empty."""
        items = self._list(key, default)
        if items == [] and default is None:
            self.fault("is empty", key)
        return [Form(item, self._faults, (*self._place, key, number)) for number, item in enumerate(items or ())]

    def close(self) -> None:
        """Add a fault for each key that was not taken."""
        for key in self._left:
            self.fault("no such key", key)

    def _taken(self, key: str) -> Tree:
        """What a key holds that is needed; None in place of a fault."""
        if key not in self._left:
            self.fault("is missing", key)
            return None
        value = self._left.pop(key)
        if value is None:
            self.fault("is empty", key)
        return value

    def _text(self, value: Tree, *place: str | int) -> str:
        """A text at a place; "" in place of a fault, which is told already where a key holds nothing."""
        if isinstance(value, str) and value:
            return value
        if value is not None or len(place) > 1:
            self.fault("no text" if value else "is empty", *place)
        return ""

    def _word(self, value: Tree, words: Collection[str], *place: str | int) -> str:
        text = self._text(value, *place)
        if text and text not in words:
            self.fault(f"none of {', '.join(words)}", *place)
        return text

    def _list(self, key: str, default: list[Tree] | None = None) -> list[Tree] | None:
        """A list; None in place of a fault."""
        value = self._taken(key) if default is None else self._left.pop(key, default)
        if isinstance(value, list):
            return value
        if value is not None or default is not None:
            self.fault("no list", key)
        return None
