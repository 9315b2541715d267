"""YAML with the line of every value, and without what can hide something or grow: aliases, double keys, huge files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from camscan.errors import RuleError

MAX_BYTES = 1024 * 1024
"""The longest real list, of all makers that one country bars, takes a few KB."""


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
        loader = _Loader(file.read_text(encoding="utf-8"))
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


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, stricter."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs give it no types
            raise yaml.MarkedYAMLError(problem="an alias", problem_mark=mark)
        return super().compose_node(parent, index)

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
