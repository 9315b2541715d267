"""Killed at any moment, a sweep loses nothing that it said is stored, and no alert is lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.killing import kill_sweeps


@pytest.mark.slow
def test_sweeps_that_are_killed(tmp_path: Path) -> None:
    tally = kill_sweeps(tmp_path, rounds=15, seed=20261124)
    assert tally.good, tally
    assert tally.killed > 5, "on a host whose pace varies, some end before they are killed"
    assert tally.acknowledged > 20
    assert tally.alerts > 2
