"""How tests measure time on a machine that others use too."""

from __future__ import annotations

import os
import signal
import time

import pytest
from support.costs import waits_less_than


def test_what_waits_too_long_fails() -> None:
    with waits_less_than(1):
        time.sleep(0.01)
    with pytest.raises(AssertionError), waits_less_than(0.2):
        time.sleep(1)


def test_while_a_process_stands_still_its_time_does_too() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            with waits_less_than(0.5):
                os.kill(os.getpid(), signal.SIGSTOP)
                os.read(reading, 1)
        except AssertionError:
            os._exit(1)
        os._exit(0)
    os.waitpid(child, os.WUNTRACED)
    time.sleep(1)
    os.kill(child, signal.SIGCONT)
    os.write(writing, b"x")
    assert os.waitpid(child, 0)[1] == 0
    os.close(reading)
    os.close(writing)
