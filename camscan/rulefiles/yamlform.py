"""Reads a mapping of a rule or policy file key by key. A fault names file, line, what is wrong, and the remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches
from sys import intern

from camscan.rulefiles.yamltree import LINE, Line, Tree

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_NONE: Mapping[str, str] = {}  # shared to save memory, as are words that occur often: there are thousands of rules


class Form:
    """A mapping that is being read. Each key is taken once; `close` reports the remaining ones as unknown.

    A key that is missing or of the wrong type is added to `faults` and replaced by an empty value, so that all faults
    are found in one pass.
    """

    def __init__(self, tree: Tree, file: str, faults: list[str], *, name: str = "", line: int = 1) -> None:
        self._left = dict(tree) if isinstance(tree, dict) else {}
        self._asked: set[str] = set()
        self._faulty: set[str] = set()
        found = self._left.pop(LINE, None)
        self.file = file
        self.line = found if isinstance(found, int) else line
        self._lines = found.of if isinstance(found, Line) else {}
        self.name = name
        self.faults = faults
        if not isinstance(tree, dict):
            self.fault("not a mapping", "write `key: value` lines")
            self.faults = []  # that every key is missing is no news then

    def fault(self, what: str, remedy: str, key: str = "") -> None:
        """Report a fault of this mapping, or of what stands under one of its keys."""
        name = f"{self.name}: " if self.name else ""
        self.faults.append(f"{self.file}:{self._lines.get(key, self.line)}: {name}{what}: {remedy}")
        self._faulty.add(key)

    def lacks(self, what: str, remedy: str, *keys: str) -> None:
        """Report that a mapping has nothing usable under any of some keys, unless it was said why."""
        if self._faulty.isdisjoint(keys):
            self.fault(what, remedy, next((key for key in keys if key in self._lines), ""))

    def has(self, key: str) -> bool:
        """Whether the key is given and not yet taken."""
        self._asked.add(key)
        return key in self._left

    def tree(self, key: str) -> Tree:
        """The value of the key; None if it is not given."""
        self._asked.add(key)
        return self._left.pop(key, None)

    def text(self, key: str, default: str | None = None, *, like: str = "", such_as: str = "") -> str:
        """One text, `like` a regular expression and an example. Without a `default`, it is needed, and not empty."""
        if default is not None and not self.has(key):
            return default
        value = self.tree(key)
        if not isinstance(value, str) or not value.strip():
            self.fault(f"no text under `{key}`", f"write `{key}: {such_as or '...'}`", key)
            return ""
        if like and not re.fullmatch(like, value):
            self.fault(f"`{key}` is {value!r}", f"write it like {such_as}", key)
        return value

    def day(self, key: str) -> date:
        """A date, which is needed."""
        value = self.text(key, like=_DAY, such_as="2026-11-30")
        try:
            return date.fromisoformat(value)
        except ValueError:
            if re.fullmatch(_DAY, value):
                self.fault(f"`{key}` is {value!r}", "write a date of the calendar", key)
            return date.min

    def word(self, key: str, words: Collection[str], default: str | None = None) -> str:
        """One text from a closed list."""
        value = self.text(key, default)
        if value and value != default:
            self.known(value, words, f"`{key}`", key)
        return intern(value)

    def known(self, value: str, words: Collection[str], what: str, key: str) -> None:
        """Report a value under a key that is not on a closed list."""
        if value not in words:
            self.fault(f"{what} is {value!r}", _suggestion(value, words), key)

    def flag(self, key: str) -> bool:
        """`true` or `false`; false where the key is not given."""
        return self.word(key, ("true", "false"), "false") == "true"

    def items(self, key: str) -> list[Tree]:
        """A list; empty where the key is not given."""
        value = self.tree(key)
        if isinstance(value, list):
            return value
        if value is not None:
            self.fault(f"`{key}` is not a list", f"write `{key}: [...]`", key)
        return []

    def parts(self, key: str, name: str) -> list[Form]:
        """The mappings in a list, each called by the text under `name` in it, or else by its place in the list."""
        items = enumerate(self.items(key), 1)
        called = [(named(item, name) or f"item {number} of `{key}`", item) for number, item in items]
        line = self._lines.get(key, self.line)
        return [Form(item, self.file, self.faults, name=text, line=line) for text, item in called]

    def rest(self) -> dict[str, Tree]:
        """All keys that have not been taken, with their values."""
        left, self._left = self._left, {}
        return left

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where the key is not given."""
        return tuple(self.as_text(item, key) for item in self.items(key))

    def pairs(self, key: str) -> Mapping[str, str]:
        """A mapping of texts; empty where the key is not given."""
        value = self.tree(key)
        if isinstance(value, dict):
            inner = Form(value, self.file, self.faults, name=self.name, line=self.line)
            return {intern(n): intern(inner.as_text(item, n, f"{key}.{n}")) for n, item in inner.rest().items()}
        if value is not None:
            self.fault(f"`{key}` is not a mapping", f"write `{key}: {{name: value}}`", key)
        return _NONE

    def as_text(self, value: Tree, key: str, called: str = "") -> str:
        """The value under a key if it is text; else report a fault, in which it may be `called` more, and return ""."""
        if isinstance(value, str):
            return value
        remedy = "write one text, in single quotes where it holds punctuation"
        self.fault(f"a value under `{called or key}` is not text", remedy, key)
        return ""

    def close(self) -> None:
        """Report all keys that have not been taken."""
        for key in self._left:
            near = get_close_matches(key, self._asked - {key}, n=1, cutoff=0.75)
            remedy = f"write {near[0]!r}" if near else "see the grammar in fingerprints/README.md"
            self.fault(f"unknown key {key!r}", remedy, key)


def named(tree: Tree, key: str) -> str:
    """The text under a key of a mapping; "" where there is none."""
    return str(tree[key]) if isinstance(tree, dict) and isinstance(tree.get(key), str) else ""


def _suggestion(value: str, words: Collection[str]) -> str:
    is_short = len(words) <= 12
    near = get_close_matches(value, words, n=1, cutoff=0.6 if is_short else 0.75)  # among many, one is always similar
    if near:
        return f"write {near[0]!r}"
    return f"write one of {', '.join(words)}" if is_short else "take a word of vocabulary.yaml, or add it there"
