"""What goes wrong in one step of a run of sweeps costs no other."""

from __future__ import annotations

import errno

import pytest

from camscan.app.sweeping.allsites import succeeds
from camscan.errors import HostError
from camscan.system.exhaustion import shortage


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (HostError("the disk is full: free some space"), 'reason="the disk is full: free some space"'),
        (KeyError("site"), "reason=\"a fault of camscan: KeyError('site')\""),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            'reason="cannot write: No space left on device: free some space, or write elsewhere"',
        ),
        (MemoryError(), f'reason="{shortage(MemoryError())}"'),
    ],
)
def test_a_step_that_fails_is_told_and_the_next_is_taken(
    error: Exception, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise error

    assert not succeeds("prune", fail, site="hq")
    assert caplog.messages[-1] == f"prune.failed site=hq {told}"
    assert ("report it as a bug" in caplog.text) == isinstance(error, KeyError)
    assert succeeds("prune", lambda: None, site="hq")
