"""The differences between a sweep and the sweeps before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from camscan.records import Verdict
from camscan.sweeps.memory import Loss
from camscan.sweeps.sightings import DeviceSummary

RANKS = (Verdict.UNIDENTIFIED, Verdict.NOT_LISTED, Verdict.SUSPECTED, Verdict.LISTED)
"""Verdicts by how much they matter."""


class ChangeKind(StrEnum):
    """How a device changed."""

    NEW = "new"
    RETURNED = "returned"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one device. `what` names the attribute that changed: address, firmware, name or verdict.

    `last_seen` is when a missing device was last there, or when one that returned was there before.
    """

    kind: ChangeKind
    device: DeviceSummary
    what: str = ""
    before: str = ""
    after: str = ""
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes of one sweep, or between two scans.

    `first`: there was nothing to compare with. `verdicts` counts the devices that were seen. `unselected` counts what
    was left out because somebody does not want to be told of it. `ended` are losses of the sweep before that are none
    any more, each with what became of it.
    """

    scan: str
    before: str
    at: datetime
    complete: bool
    first: bool
    changes: tuple[Change, ...]
    losses: tuple[Loss, ...]
    verdicts: Mapping[Verdict, int]
    unselected: int = 0
    ended: tuple[Loss, ...] = ()

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        """The changes of one kind, listed devices first."""
        found = (change for change in self.changes if change.kind is kind)
        return tuple(sorted(found, key=lambda change: -RANKS.index(change.device.verdict)))

    @property
    def fresh_losses(self) -> tuple[Loss, ...]:
        """The losses that the sweep before did not report."""
        return tuple(loss for loss in self.losses if not loss.lasting)
