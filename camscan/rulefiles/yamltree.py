"""YAML text -> a plain tree of mappings, lists and text. Nothing is constructed, and nothing can be made to grow.

Every scalar stays the text that was written (`1.10` is no number, `no` no boolean), except a plain `null`, `~` or none.
Every mapping carries the line that it starts on, and those of its keys, under the key `LINE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

import yaml
from yaml.events import (
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from camscan.errors import RuleError
from camscan.rulefiles.folder import MAX_BYTES

Tree: TypeAlias = "str | int | list[Tree] | dict[str, Tree] | None"

LINE = "__line__"
MAX_DEPTH = 12  # the grammar nests seven deep; a parser that recurses on the file's word can be made to overflow

_REMEDIES = (
    ("unknown escape", "write the value in single quotes, which keep backslashes"),
    ("cannot start any token", "indent with spaces, not with tabs; quote a value that begins with @, % or `"),
    ("mapping values are not allowed", "quote a value that holds a colon and a space, or fix the indentation"),
)
"""What the parser's word for a fault holds -> what to do about it."""

_NULLS = frozenset({"", "~", "null"})
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Line(int):
    """The line that a mapping starts on; `of` holds those of its keys."""

    of: dict[str, int]


def read_yaml(data: bytes, name: str) -> Tree:
    """The one document in `data`; None where it is empty. `name` is the file's name in messages.

    Raises RuleError if it is not YAML, over `MAX_BYTES` or `MAX_DEPTH`, several documents, a key twice, an anchor or an
    alias.
    """
    if len(data) > MAX_BYTES:
        raise RuleError(f"{name}:1: larger than {MAX_BYTES} bytes: split the file")
    try:
        return _document(iter(_LOADER(data).get_event, None), name)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(f"{name}:{line}: not YAML: {error.problem}: {_remedy(str(error.problem))}") from error
    except (yaml.YAMLError, UnicodeError) as error:
        line = data.count(b"\n", 0, getattr(error, "position", 0)) + 1  # a character that may not stand in YAML
        raise RuleError(f"{name}:{line}: not YAML: {' '.join(str(error).split())}: write plain UTF-8 text") from error


def line_of(data: bytes, place: Iterable[str | int]) -> int:
    """The line of a value that `read_yaml` has read, by keys and indices; of what is nearest around it where it is not.

    `data` is composed anew, which is for messages: `LINE` is at hand, but for mappings and their keys alone.
    """
    node = yaml.compose(data, Loader=_LOADER)
    for step in place:
        below = _below(node, step)
        if below is None:
            break
        node = below
    return node.start_mark.line + 1 if node else 1


def _below(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        below: yaml.Node = node.value[step]
        return below
    return None


def _remedy(problem: str) -> str:
    return next((remedy for part, remedy in _REMEDIES if part in problem), "quote the value or fix the indentation")


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _document(events: Iterator[Event], name: str) -> Tree:
    tree: Tree = None
    documents = 0
    for event in events:
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise RuleError(f"{name}:{_line(event)}: a second document: keep one per file")
        elif isinstance(event, NodeEvent):
            tree = _value(event, events, name, 1)
    return tree


def _value(event: Event, events: Iterator[Event], name: str, depth: int) -> Tree:
    if isinstance(event, ScalarEvent) and not event.anchor:
        text: str = event.value
        return None if text in _NULLS and event.implicit[0] else text
    if getattr(event, "anchor", None):
        remedy = "write the value out, or quote it if it begins with & or *"
        raise RuleError(f"{name}:{_line(event)}: an anchor or alias: {remedy}")
    if depth > MAX_DEPTH:
        raise RuleError(f"{name}:{_line(event)}: nested more than {MAX_DEPTH} deep: see the grammar in README.md")
    if isinstance(event, SequenceStartEvent):
        return _sequence(events, name, depth)
    return _mapping(_line(event), events, name, depth)


def _sequence(events: Iterator[Event], name: str, depth: int) -> list[Tree]:
    items: list[Tree] = []
    while not isinstance(event := next(events), SequenceEndEvent):
        items.append(_value(event, events, name, depth + 1))
    return items


def _mapping(line: int, events: Iterator[Event], name: str, depth: int) -> dict[str, Tree]:
    start = Line(line)
    start.of = {}
    table: dict[str, Tree] = {LINE: start}
    while not isinstance(event := next(events), MappingEndEvent):
        if not isinstance(event, ScalarEvent) or event.anchor:
            raise RuleError(f"{name}:{_line(event)}: a key that is not plain text: write one word")
        if event.value in table:
            raise RuleError(f"{name}:{_line(event)}: {event.value!r} is given twice: keep one")
        start.of[event.value] = _line(event)
        table[event.value] = _value(next(events), events, name, depth + 1)
    return table
