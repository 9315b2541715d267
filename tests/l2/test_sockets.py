from __future__ import annotations

import os
import signal

import pytest

from camscan.l2.sockets import until_stopped

pytestmark = pytest.mark.usefixtures("hangs_up")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_a_sign_to_stop(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with until_stopped() as stop:
        assert not stop
        os.kill(os.getpid(), number)
        assert stop
    assert signal.getsignal(number) is before


def test_a_hang_up_that_is_ignored_stays_so() -> None:
    """As under nohup(1)."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with until_stopped() as stop:
        os.kill(os.getpid(), signal.SIGHUP)
        assert not stop


def test_so_is_the_end_of_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    with until_stopped() as stop:
        assert not stop
        monkeypatch.setattr(os, "getppid", lambda: 1_000_000)
        assert stop
