"""The figures of a reconciliation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from camscan.inventory.reconcile import Class, Result
from camscan.inventory.statistics import Rate, wilson

_JOINED = frozenset((Class.MATCHED, Class.CONFLICT, Class.MOVED))
"""Classes of rows whose device was found."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts by class, and how good the inventory is; a rate is None where nothing can be counted.

    - `recall`: of the surveillance devices that were found, those that a row names.
    - `precision`: of the rows that could be checked, those whose device was found (each device once).
    - `accuracy`: of the rows whose device was found, those that are right in every point.
    """

    rows: int
    devices: int
    counts: Mapping[Class, int]
    recall: Rate | None
    precision: Rate | None
    accuracy: Rate | None


def summarise(results: Iterable[Result]) -> Summary:
    """The figures of some results."""
    counts: Counter[Class] = Counter(dict.fromkeys(Class, 0))
    rows = seen = named = 0
    for result in results:
        counts[result.cls] += 1
        rows += result.row is not None
        if result.row is not None and result.found is not None and result.found.counts:
            seen += 1
            named += result.row.retired is None  # a list that calls a device gone does not name it
    joined = sum(counts[cls] for cls in _JOINED)
    devices = seen + counts[Class.UNDECLARED]
    return Summary(
        rows=rows,
        devices=devices,
        counts=dict(counts),
        recall=wilson(named, devices),
        precision=wilson(joined, joined + counts[Class.NOT_FOUND] + counts[Class.DUPLICATE]),
        accuracy=wilson(counts[Class.MATCHED], joined),
    )
