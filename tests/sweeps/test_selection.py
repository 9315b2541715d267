"""Of what changed, each is told what they asked for, and never that nothing changed where something did."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from support.estate import Camera, cameras, sweep

from camscan.records import Verdict
from camscan.sweeps.changes import Changes
from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.document import About, alert
from camscan.sweeps.memory import Memory
from camscan.sweeps.selection import Selection

BEFORE = cameras(6)
PRINTER = Camera("10.0.0.77", serial="P1", mac="00:00:5e:00:53:77", listed=False)


@pytest.fixture(scope="module")
def changes() -> Changes:
    """One new camera and a printer, one that moved, one with another firmware, one that is gone."""
    moved, updated = replace(BEFORE[0], address="10.0.0.99"), replace(BEFORE[1], firmware="V5.7.0")
    memory, _ = advance(Memory(), sweep(0, BEFORE[:5]), Terms(1, 1))
    after = [moved, updated, *BEFORE[2:], PRINTER]
    return advance(memory, sweep(1, after, lost=[("10.0.0.5", "")]), Terms(1, 1))[1]


def told(seen: Changes, **table: list[str]) -> list[str]:
    selected = Selection.model_validate(table).of(seen)
    return sorted(f"{one.what or one.kind} {one.device.address}" for one in selected.changes)


def test_by_default_all_is_told(changes: Changes) -> None:
    assert Selection().of(changes) == changes
    every = ["address 10.0.0.99", "firmware 10.0.0.2", "missing 10.0.0.5", "new 10.0.0.6", "new 10.0.0.77"]
    assert told(changes) == every
    assert told(changes, verdicts=[one.value for one in Verdict]) == every


def test_some_kinds_are_told(changes: Changes) -> None:
    assert told(changes, changes=["new", "missing"]) == ["missing 10.0.0.5", "new 10.0.0.6", "new 10.0.0.77"]
    assert told(changes, changes=["address"]) == ["address 10.0.0.99"]
    assert told(changes, changes=["new"], verdicts=["listed", "suspected"]) == ["new 10.0.0.6"]
    assert Selection(changes=("new", "coverage-loss")).of(changes).unselected == 3


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
def test_a_device_that_was_listed_or_is_now_counts_as_listed_where_that_changed(before: bool, after: bool) -> None:
    memory, _ = advance(Memory(), sweep(0, [replace(BEFORE[0], listed=before)]), Terms(1, 1))
    _, changed = advance(memory, sweep(1, [replace(BEFORE[0], listed=after)]), Terms(1, 1))
    assert told(changed, verdicts=["listed"]) == ["verdict 10.0.0.1"]
    assert told(changed, verdicts=["suspected"]) == []


def test_lost_coverage_can_be_left_out() -> None:
    memory, _ = advance(Memory(), sweep(0, BEFORE), Terms(1, 1))
    _, dark = advance(memory, sweep(1, BEFORE, dead=["10."]), Terms(1, 1))
    assert Selection(verdicts=(Verdict.LISTED,)).of(dark).losses == dark.losses != ()
    left = Selection(changes=("new",)).of(dark)
    assert (left.losses, left.unselected) == ((), 1)
    assert alert(left, About("hq"), "id1") is None


def test_that_a_loss_has_ended_is_told_to_who_is_told_of_losses() -> None:
    memory, _ = advance(Memory(), sweep(0, BEFORE), Terms(1, 1))
    memory, _ = advance(memory, sweep(1, BEFORE, dead=["10."]), Terms(1, 1))
    _, back = advance(memory, sweep(2, BEFORE), Terms(1, 1))
    body = alert(Selection(changes=("coverage-loss",)).of(back), About("hq"), "id1")
    assert body is not None
    assert json.loads(body)["summary"] == "hq: no longer lost: network 10.0.0.0/24"
    assert json.loads(body)["coverage_loss_ended"][0]["text"] == "10.0.0.0/24 shows 6 devices now"
    left = Selection(changes=("new",)).of(back)
    assert (left.ended, left.unselected) == ((), 1)
    assert alert(left, About("hq"), "id1") is None


def test_an_alarm_beside_what_is_not_told_does_not_say_that_nothing_changed(changes: Changes) -> None:
    selected = Selection(changes=("name",)).of(changes)
    assert alert(selected, About("hq"), "id1") is None
    body = alert(selected, About("hq", alarms=("10.0.0.1: certificate changed",)), "id1")
    assert body is not None
    found = json.loads(body)
    assert found["summary"] == "hq: nothing changed of what is selected, 1 ALERT"
    assert found["left_out"] == 5
