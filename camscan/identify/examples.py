"""Examples and near misses of a rule; for the rule of a table, they are made from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice

from camscan.identify.rules import AnyOf, Example, Match, Rule


def examples_of(rule: Rule) -> tuple[Example, ...]:
    """Values that a rule must match."""
    return rule.examples or tuple(Example({row.field: (text,)}) for row, text in _met(rule))


def _met(rule: Rule) -> Iterator[tuple[Match, str]]:
    """Each row of a table's rule with a text that matches it, and as many other rows as the rule requires."""
    rows = [row for row in rule.matches if row.comparison]
    least = max((condition.least for condition in rule.conditions if isinstance(condition, AnyOf)), default=1)
    for place, row in enumerate(rows):
        if row.comparison == "name":
            yield row, _named(*_first_names(chain(islice(rows, place, None), rows), least))
        else:
            yield row, row.pattern


def _first_names(rows: Iterable[Match], count: int) -> Iterable[str]:
    """The names in the first rows until there are so many different ones."""
    names: dict[str, None] = {}
    for row in rows:
        names[row.pattern] = None
        if len(names) >= count:
            break
    return names


def _named(*names: str) -> str:
    return " ".join(f'"{name}":' for name in names)


def near_misses_of(rule: Rule) -> tuple[Example, ...]:
    """Values that a rule must not match."""
    rows: dict[str, dict[str, set[str]]] = {}
    for row in rule.matches:
        rows.setdefault(row.field, {}).setdefault(row.pattern.lower(), set()).add(row.pattern)
    return rule.near_misses + tuple(
        Example({row.field: (text,)})
        for row in rule.matches
        for text in _near(row)
        if not _is_met(rows[row.field], row, text)
    )


def _near(row: Match) -> Iterator[str]:
    """Texts that almost match a row of a table."""
    if row.comparison == "number":
        yield from (f"{row.pattern}0", f"1.{row.pattern}")
    elif row.comparison == "name":
        yield _named(f"x{row.pattern}", f"{row.pattern}x")
    elif row.comparison:
        yield f"x{row.pattern}"
        if row.comparison == "whole" or row.pattern[-1].isalnum():
            yield f"{row.pattern}x"


def _is_met(rows: Mapping[str, set[str]], row: Match, text: str) -> bool:
    """Whether another row of the same rule may match a text; the `rows` by what they are in lower case."""
    low = text.lower()
    beginnings = (low[:length] for length in range(len(low) + 1))
    return any(rows.get(beginning, set()) - {row.pattern} for beginning in beginnings)
