"""YAML with the line of every value, and without what can hide something or grow: aliases, double keys, huge files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import yaml

from camscan.errors import RuleError

MAX_BYTES = 1024 * 1024
"""The longest real list, of all makers that one country bars, takes a few KB."""
MAX_DEPTH = 12
"""A policy nests four deep."""


if TYPE_CHECKING:
    _FAST = yaml.SafeLoader
else:
    _FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    """On libyaml, where PyYAML was built with it: a tenth of the time."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds."""

    file: Path
    value: object
    _node: yaml.Node | None

    def at(self, place: Iterable[object]) -> str:
        """File and line of a place, given by keys and indices; of the nearest value around it where it is missing."""
        node = self._node
        for step in place:
            below = _child(node, step)
            if below is None:
                break
            node = below
        return f"{self.file}:{node.start_mark.line + 1 if node else 1}"


def read(file: Path) -> Document:
    """The one document of a file.

    Raises:
        RuleError: the file cannot be read, or is not such YAML.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise RuleError(f"{file}: larger than {MAX_BYTES} bytes: a policy is a short list")
        text = file.read_text(encoding="utf-8")
        _refuse_bombs(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        return Document(file, loader.construct_document(node) if node else None, node)
    except OSError as error:
        raise RuleError(f"{file}: {error.strerror}: check the path") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{file}: not UTF-8 at byte {error.start}: save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RuleError(f"{file}:{mark.line + 1 if mark else 1}: {error.problem}: mend the YAML there") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise RuleError(f"{file}: not YAML: {error}: mend or replace it") from error


def _refuse_bombs(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_FAST):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        problem = "an alias" if isinstance(event, yaml.AliasEvent) else "nested too deep" if depth > MAX_DEPTH else ""
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=cast("yaml.Mark", event.start_mark))


class _Loader(_FAST):
    """PyYAML's safe loader, stricter."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [key.value for key, _ in node.value]
        for number, (key, _) in enumerate(node.value):
            if key.value in keys[:number]:
                raise yaml.MarkedYAMLError(problem=f"a second {key.value!r}", problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


def _child(node: yaml.Node | None, step: object) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        below: yaml.Node = node.value[step]
        return below
    return None
