"""`camscan simulate`: a command that it runs has the site for as long as it takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from ipaddress import ip_network

import pytest
from support.site import free_network

_PROGRAM = """
import os, signal, sys, time
def late(*_):
    time.sleep(0.5)
    os.write(1, b"what it has found\\n")
    sys.exit(4)
signal.signal(signal.{signal}, late)
os.write(1, b"runs\\n")
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("number", "send"),
    [(signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill)],
    ids=["Ctrl-C, which both get", "a signal that it alone gets"],
)
def test_a_command_that_is_interrupted_may_still_say_what_it_has(
    number: signal.Signals, send: Callable[[int, int], None]
) -> None:
    command = [sys.executable, "-c", _PROGRAM.format(signal=number.name)]
    address = str(ip_network(free_network())[9])
    words = [sys.executable, "-m", "camscan", "simulate", "--decoy", "--address", address, "--", *command]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"runs\n"
        send(process.pid, number)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (4, b"what it has found\n")
    said = [
        line for line in errors.decode().splitlines() if not line.startswith("Note: ")
    ]  # on ports reserved for root
    assert said == [f"1 decoy at {address}"]


@pytest.mark.parametrize("number", ["INT", "TERM"])
def test_a_signal_may_come_as_soon_as_the_command_runs(number: str) -> None:
    trap = f"trap 'trap \"\" {number}; echo what it has found; exit 4' {number}"  # camscan passes its own on, too
    script = f"{trap}; kill -{number} $PPID $$; sleep 30 & wait"
    address = str(ip_network(free_network())[9])
    words = [sys.executable, "-m", "camscan", "simulate", "--decoy", "--address", address, "--", "sh", "-c", script]
    ended = subprocess.run(words, capture_output=True, timeout=30, check=False, start_new_session=True)
    assert (ended.returncode, ended.stdout) == (4, b"what it has found\n")


def test_a_command_that_a_signal_has_killed_ends_with_the_code_that_shells_give_it() -> None:
    address = str(ip_network(free_network())[9])
    words = [sys.executable, "-m", "camscan", "simulate", "--decoy", "--address", address, "--"]
    ended = subprocess.run([*words, "sh", "-c", "kill -9 $$"], capture_output=True, timeout=30, check=False)
    assert ended.returncode == 128 + signal.SIGKILL
