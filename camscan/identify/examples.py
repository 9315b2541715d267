"""Examples and near misses of a rule; for the rule of a table, they are made from its rows."""

from __future__ import annotations

from collections.abc import Iterator

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
            names = list(dict.fromkeys(other.pattern for other in (*rows[place:], *rows)))
            yield row, _named(*names[:least])
        else:
            yield row, row.pattern


def _named(*names: str) -> str:
    return " ".join(f'"{name}":' for name in names)


def near_misses_of(rule: Rule) -> tuple[Example, ...]:
    """Values that a rule must not match."""
    return rule.near_misses + tuple(
        Example({row.field: (text,)}) for row in rule.matches for text in _near(row) if not _is_met(rule, row, text)
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


def _is_met(rule: Rule, row: Match, text: str) -> bool:
    """Whether another row of the same rule may match a text."""
    others = (match for match in rule.matches if match.field == row.field and match.pattern != row.pattern)
    return any(text.lower().startswith(other.pattern.lower()) for other in others)
