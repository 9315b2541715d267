"""Which of the changes somebody wants to be told of. Alarms and devices that return after removal are told always."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from camscan.records import Verdict
from camscan.sweeps.alerttext import COVERAGE_LOSS
from camscan.sweeps.changes import Change, Changes
from camscan.sweeps.configtypes import Filled, Part

Told: TypeAlias = Literal["new", "returned", "missing", "address", "firmware", "verdict", "name", "coverage-loss"]
"""A kind of change (`ChangeKind`) or, of a device that is known, the attribute that changed."""


class Selection(Part):
    """Part of a table: by default, all is told."""

    changes: Annotated[tuple[Told, ...], Filled] | None = Field(
        default=None, description='list what is told, such as changes = ["new", "returned", "verdict", "coverage-loss"]'
    )
    verdicts: Annotated[tuple[Verdict, ...], Filled] | None = Field(
        default=None, description='list the verdicts that matter, such as verdicts = ["listed", "suspected"]'
    )

    def of(self, changes: Changes) -> Changes:
        """Only what was selected."""
        told = tuple(filter(self.has, changes.changes))
        unselected = len(changes.changes) - len(told)
        if self._is_told(COVERAGE_LOSS):
            return replace(changes, changes=told, unselected=unselected)
        unselected += len(changes.fresh_losses) + len(changes.ended)
        return replace(changes, changes=told, losses=(), ended=(), unselected=unselected)

    def has(self, change: Change) -> bool:
        """Whether a change was selected. A device whose verdict changed counts by what it was, too."""
        was = change.before if change.what == "verdict" else ""
        matters = self.verdicts is None or change.device.verdict in self.verdicts or was in self.verdicts
        return matters and self._is_told(change.what or change.kind)

    def _is_told(self, name: str) -> bool:
        return self.changes is None or name in self.changes
