"""What became of each target of a scan, in little memory: a large network has 65,536 of them, and most are silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial

from camscan.records import MOST_TELLING, Outcome

_OUTCOMES = tuple(MOST_TELLING)
_LAST = {str(number): number for number in range(256)}  # the last part of an IPv4 address as it is written


class Outcomes(Mapping[str, Outcome]):
    """Target -> outcome. Addresses that differ in their last part alone share one row of 256 bytes."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, bytearray] = defaultdict(partial(bytearray, len(_LAST)))
        self._others: dict[str, Outcome] = {}

    def add(self, target: str, outcome: Outcome) -> None:
        """Say what became of a target."""
        head, _, last = target.rpartition(".")
        if head and last in _LAST:
            self._rows[head][_LAST[last]] = MOST_TELLING[outcome] + 1  # 0 is what is no target
        else:
            self._others[target] = outcome

    def __getitem__(self, target: str) -> Outcome:
        head, _, last = target.rpartition(".")
        if head in self._rows and last in _LAST and (number := self._rows[head][_LAST[last]]):
            return _OUTCOMES[number - 1]
        return self._others[target]

    def __iter__(self) -> Iterator[str]:
        for head, row in self._rows.items():
            yield from (f"{head}.{last}" for last, number in enumerate(row) if number)
        yield from self._others

    def __len__(self) -> int:
        return sum(len(row) - row.count(0) for row in self._rows.values()) + len(self._others)
