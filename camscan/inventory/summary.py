"""The figures of a reconciliation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from camscan.inventory.reconcile import Class, Result
from camscan.inventory.statistics import Rate, wilson

_JOINED = frozenset((Class.MATCHED, Class.CONFLICT, Class.MOVED))
"""Classes of rows whose device was found."""
_CHECKED = frozenset((*_JOINED, Class.NOT_FOUND))
"""Classes of rows of which the scan tells whether their device is there."""


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

    @property
    def is_mostly_elsewhere(self) -> bool:
        """Whether more than half of the rows of these sites are about addresses that the scans did not cover."""
        return self.counts[Class.NOT_COVERED] * 2 > self.rows - self.counts[Class.OTHER_SITE]


def summarise(results: Iterable[Result]) -> Summary:
    """The figures of some results."""
    counts: Counter[Class] = Counter(dict.fromkeys(Class, 0))
    rows = seen = named = 0
    checked: set[int] = set()
    twins: list[int] = []
    for result in results:
        counts[result.cls] += 1
        if result.cls in _CHECKED:
            checked.add(id(result.row))
        if result.twin is not None:
            twins.append(id(result.twin))
        rows += result.row is not None
        if result.row is not None and result.found is not None and result.found.counts:
            seen += 1
            named += result.row.retired is None  # a list that calls a device gone does not name it
    joined = sum(counts[cls] for cls in _JOINED)
    again = sum(twin in checked for twin in twins)  # where nobody looked, no copy is checked either
    devices = seen + counts[Class.UNDECLARED]
    return Summary(
        rows=rows,
        devices=devices,
        counts=dict(counts),
        recall=wilson(named, devices),
        precision=wilson(joined, joined + counts[Class.NOT_FOUND] + again),
        accuracy=wilson(counts[Class.MATCHED], joined),
    )
