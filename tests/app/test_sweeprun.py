"""What goes wrong in one step of a run of sweeps costs no other."""

from __future__ import annotations

import pytest

from camscan.app.sweeprun import succeeds
from camscan.errors import HostError


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (HostError("the disk is full: free some space"), 'reason="the disk is full: free some space"'),
        (KeyError("site"), "reason=\"a fault of camscan: KeyError('site')\""),
    ],
)
def test_a_step_that_fails_is_told_and_the_next_is_taken(
    error: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise error

    assert not succeeds("prune", fail, site="hq")
    assert caplog.messages[-1] == f"prune.failed site=hq {told}"
    assert succeeds("prune", lambda: None, site="hq")
