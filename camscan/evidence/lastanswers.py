"""When the devices of an import answered last, which its files tell, and not its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from camscan.records import Observation, Origin, Scan


class LastAnswers:
    """When each address of an import was seen last, as far as its observations have passed; of other scans nothing."""

    def __init__(self, scan: Scan) -> None:
        self._end = scan.ended_at
        self._is_import = scan.origin is Origin.IMPORT
        self.times: dict[str, datetime] = {}

    def noted(self, observations: Iterator[Observation]) -> Iterator[Observation]:
        """The observations, noted as they pass; the clock of a file may be ahead."""
        if not self._is_import:
            yield from observations
            return
        for one in observations:
            if one.outcome.has_answer:
                at = min(one.at, self._end)
                self.times[one.target] = max(at, self.times.get(one.target, at))
            yield one
