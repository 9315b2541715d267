"""A command that is forked from what is loaded is to its user and to the kernel as one that was started as it is."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from support.loaded import COMMAND, Popen
from support.namespaces import Namespace
from support.site import free_network

SAYS = """
pwd; umask; ulimit -n; ulimit -c; ps -o sid= -p $$; readlink /proc/self/ns/net; ls /sys/class/net
trap; cat; ls /proc/self/fd; echo "$TOLD"; echo errors >&2; kill -HUP $$; exit 7
"""


def said(words: list[str], **how: Any) -> tuple[int, bytes, bytes]:
    done = subprocess.run(words, input=b"typed", capture_output=True, check=False, timeout=60, **how)
    return done.returncode, done.stdout, done.stderr


def running(script: str) -> list[str]:
    """A command that runs a shell, which inherits what the command has."""
    address = str(ip_network(free_network())[9])
    return [*COMMAND, "simulate", "--decoy", "--address", address, "--", "sh", "-c", script]


def starts_forked(words: list[str], **how: Any) -> bool:
    """Whether a command that `running` gave is forked from the loader."""
    with subprocess.Popen([*words[:-1], "echo runs; exec sleep 60"], stdout=subprocess.PIPE, **how) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"runs\n"
            return b"loader.py" in Path(f"/proc/{process.pid}/cmdline").read_bytes()
        finally:
            process.terminate()


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[int, bytes, bytes]]]:
    """What comes of a command either way."""

    def run(words: list[str], **how: Any) -> list[tuple[int, bytes, bytes]]:
        found = []
        for is_cold in (False, True):
            monkeypatch.setattr(Popen, "is_cold", is_cold)
            found.append(said(words, **how))
        return found

    return run


@pytest.mark.parametrize("how", [{}, {"start_new_session": True}, {"process_group": 0}], ids=str)
def test_it_has_what_its_parent_gives_it(
    both: Callable[..., list[tuple[int, bytes, bytes]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: dict[str, object],
) -> None:
    script = SAYS.replace("ps -o sid=", "ps -o pgid=") if how else SAYS
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    handler, mask = signal.signal(signal.SIGHUP, signal.SIG_IGN), os.umask(0o027)
    resource.setrlimit(resource.RLIMIT_NOFILE, (900, before[1]))
    try:
        forked, cold = both(running(script), cwd=tmp_path, env=os.environ | {"TOLD": "Zürich"}, **how)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        os.umask(mask)
        signal.signal(signal.SIGHUP, handler)
    own = slice(None) if not how else slice(0, 4)  # each has a group of its own, the number of which is another
    assert (forked[0], forked[1].splitlines()[own], forked[2]) == (cold[0], cold[1].splitlines()[own], cold[2])
    assert forked[0] == 7
    assert forked[1].splitlines()[:3] == [os.fsencode(tmp_path), b"0027", b"900"]
    assert "Zürich".encode() in forked[1]


@pytest.mark.parametrize(
    "words",
    [["--help"], ["plan", "127.0.0.1"], ["nonsense"], ["db", "check", "--db", "/nowhere/x.db"]],
    ids=str,
)
def test_it_says_the_same_and_exits_with_the_same(
    both: Callable[..., list[tuple[int, bytes, bytes]]], words: list[str]
) -> None:
    forked, cold = both([*COMMAND, *words])
    assert forked == cold


@pytest.mark.netns
def test_it_is_in_the_network_of_its_parent_or_of_the_namespace_that_is_named(
    both: Callable[..., list[tuple[int, bytes, bytes]]], new_namespace: Callable[[], Namespace]
) -> None:
    script = "readlink /proc/self/ns/net; ls /sys/class/net; exit 3"
    here, there = new_namespace(), new_namespace()
    there.ip("link add cam0 type veth peer name cam1")
    with here.inside():
        inside = os.fsencode(Path("/proc/thread-self/ns/net").readlink())
        forked, cold = both(running(script))
        assert forked == cold
        assert forked[1].startswith(inside)
        forked, cold = both(["ip", "netns", "exec", there.name, *running(script)])
    assert forked == cold
    assert inside not in forked[1]
    assert b"cam0" in forked[1]


def test_it_is_a_child_that_can_be_killed_and_waited_for() -> None:
    assert starts_forked(running(""))
    with subprocess.Popen(running("echo runs; exec sleep 60"), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"runs\n"
        status = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii")
        assert int(status.rpartition(")")[2].split()[1]) == os.getpid()
        process.kill()
        assert process.wait(30) == -signal.SIGKILL


async def test_it_can_be_waited_for_beside_other_work() -> None:
    process = await asyncio.create_subprocess_exec(*running("echo runs; exit 5"), stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert (process.returncode, output) == (5, b"runs\n")


def test_an_interrupt_is_heeded_as_by_any_command() -> None:
    script = "trap 'echo what it has; exit 4' INT; echo runs; sleep 60 >&- & wait"
    with subprocess.Popen(running(script), stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"runs\n"
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    assert (process.returncode, output) == (4, b"what it has\n")


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ((sys.executable, "-P", *COMMAND[1:]), {}),
        (("env", *COMMAND), {}),
        (COMMAND, {"env": {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore"}}),
        (COMMAND, {"env": {}}),
        (COMMAND, {"preexec_fn": os.getpid}),
        (COMMAND, {"umask": 0o77}),
    ],
    ids=["an option of Python", "another program", "a variable of Python", "no variable", "a function", "a mask"],
)
def test_what_a_fork_would_not_show_is_started_as_it_is(words: tuple[str, ...], how: dict[str, Any]) -> None:
    assert not starts_forked([*words, *running("")[3:]], **how)


@pytest.mark.cold_start
def test_who_asks_for_that_gets_a_command_that_is_started_as_it_is() -> None:
    assert not starts_forked(running(""))
