"""Exit codes, the same for all commands."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camscan.records import Report
    from camscan.sweeps.changes import Changes


class Exit(IntEnum):
    """What the caller learns without reading anything."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    FOUND = 3
    """Done, and what `--fail-on` names was found."""
    INCOMPLETE = 4
    """The scan was interrupted or cut short, which marks it partial, or nobody gave a sign of life; it is stored."""


def exit_code(report: Report, fail_on: Sequence[str]) -> Exit:
    """The exit code of a command that shows a scan; that none was found is a success only where somebody was seen."""
    from camscan.records import Origin, ScanStatus
    from camscan.reports.blindness import is_blind

    scan = report.scan
    if scan.status is not ScanStatus.COMPLETE or (scan.origin is Origin.SCAN and is_blind(report)):
        return Exit.INCOMPLETE
    if any({judged.verdict, judged.state} & {*fail_on} for judged in report.devices):
        return Exit.FOUND
    return Exit.DONE


def matches(changes: Changes, fail_on: Sequence[str]) -> bool:
    """Whether something that `--fail-on` names is among the changes.

    A verdict counts where the device is new, returned or changed; in a first sweep all devices are.
    """
    return any(_is_among(changes, name) for name in fail_on)


def _is_among(changes: Changes, name: str) -> bool:
    from camscan.records import Verdict
    from camscan.sweeps.changes import ChangeKind

    if name == "coverage-loss":
        return bool(changes.losses)
    if name in (ChangeKind.NEW, ChangeKind.RETURNED):
        return bool(changes.of(ChangeKind(name)))
    if changes.first:
        return changes.verdicts.get(Verdict(name), 0) > 0
    there = (change for change in changes.changes if change.kind is not ChangeKind.MISSING)
    return any(change.device.verdict == name for change in there)
