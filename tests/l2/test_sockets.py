from __future__ import annotations

import os
import signal

import pytest

from camscan.l2.sockets import until_told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_a_sign_to_stop(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with until_told() as stop:
        assert not stop
        os.kill(os.getpid(), number)
        assert stop
    assert signal.getsignal(number) is before


def test_so_is_the_end_of_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    with until_told() as stop:
        assert not stop
        monkeypatch.setattr(os, "getppid", lambda: 1_000_000)
        assert stop
