"""What nmap is told, and what is made of how it ends; a script stands in for it."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import pytest
from support.peers import eventually
from support.sweeping import wait_until

from camscan.errors import HostError
from camscan.net.pacing.profile import profile
from camscan.net.programs import nmaprun
from camscan.net.programs.nmaprun import Sweep, pieces

SWEEP = Sweep(
    (("10.0.0.1", "10.0.0.6"), ("fd00::1", "fd00::1")), (("10.0.0.7", "10.0.0.7"),), (80, 554), profile("default")
)
Install = Callable[[str], str]


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Put a script where nmap is, and say where that is."""

    def put(body: str) -> str:
        program = tmp_path / "nmap"
        program.write_text(f"#!/bin/sh\n{body}\n", encoding="ascii")
        program.chmod(0o755)
        return str(program)

    return put


async def said(program: str, sweep: Sweep = SWEEP) -> bytes:
    out = b""
    for part in sweep.families():
        async for piece in pieces(program, part, asyncio.Event()):
            out += piece
    return out


async def test_it_is_told_the_very_addresses_and_the_exclusions(install: Install) -> None:
    lines = 'printf "%s\\n" "$*"; while [ $# -gt 0 ]; do case $1 in -iL|--excludefile) cat $2;; esac; shift; done'
    first, *rest = (await said(install(lines))).decode().splitlines()
    assert "-6" not in first.split()
    assert rest[:5] == ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/31", "10.0.0.6/32", "10.0.0.7/32"]
    assert rest[5].startswith("-6 ")
    assert rest[6:] == ["fd00::1/128"]


@pytest.mark.parametrize(("name", "rate", "delay"), [("default", "1000", "50ms"), ("gentle", "8.19672", "100ms")])
def test_the_pace_is_the_scans(name: str, rate: str, delay: str) -> None:
    options = Sweep(SWEEP.spans, (), (80,), profile(name)).options()
    given = dict(pairwise(options))
    assert (given["--max-rate"], given["--scan-delay"], given["--max-retries"]) == (rate, delay, "1")
    assert {"-n", "-Pn"} <= set(options)


@pytest.mark.parametrize(("privileged", "option"), [(True, "-sS"), (False, "-sT")])
def test_without_the_privilege_it_connects(monkeypatch: pytest.MonkeyPatch, privileged: bool, option: str) -> None:
    monkeypatch.setattr(nmaprun, "has_net_raw", lambda: privileged)
    assert option in SWEEP.options()


def test_without_bound_it_is_told_none() -> None:
    options = Sweep(SWEEP.spans, (), (80, 554), profile("default").at_rate(0), rounds=3).options()
    assert "--max-rate" not in options
    assert (options[options.index("-p") + 1], options[options.index("--max-retries") + 1]) == ("80,554", "2")


async def test_told_to_stop_it_ends_with_what_it_has_said(install: Install) -> None:
    stopping, out = asyncio.Event(), b""
    async with asyncio.timeout(30):
        async for piece in pieces(install("echo begun; exec sleep 60"), SWEEP, stopping):
            out += piece
            stopping.set()
    assert out == b"begun\n"


async def test_what_it_complains_of_is_said(install: Install) -> None:
    with pytest.raises(HostError, match="nmap ended with code 3: no such interface: repair nmap, or leave"):
        await said(install("echo '<nmaprun>'; echo 'no such interface' >&2; exit 3"))


async def test_a_program_that_cannot_be_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"nmap ended with code 1: .*/nothing cannot be run: .*: repair nmap"):
        await said(str(tmp_path / "nothing"))


async def test_what_this_host_is_short_of_is_no_fault_of_nmap(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)
    with pytest.raises(HostError, match="allow this user more processes"):
        await said("/usr/bin/nmap")


def test_where_there_is_none_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match="nmap is not installed: install it"):
        nmaprun.path()


async def test_left_early_it_is_ended(install: Install, tmp_path: Path) -> None:
    number = tmp_path / "number"
    program = install(f"echo $$ > {number}; echo begun; exec sleep 60")
    running = asyncio.create_task(said(program))
    await eventually(lambda: number.exists() and number.read_text().strip() != "")
    began = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert time.monotonic() - began < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text()), 0)


def test_where_camscan_is_killed_it_ends_too(install: Install, tmp_path: Path) -> None:
    """It would send for hours, and nobody could exclude a host from that."""
    number = tmp_path / "number"
    program = install(f"echo $$ > {number}; echo begun; exec sleep 60")
    code = (
        "import asyncio\n"
        "from camscan.net.pacing.profile import profile\n"
        "from camscan.net.programs.nmaprun import Sweep, pieces\n"
        "async def run():\n"
        f"    sweep = Sweep([('10.0.0.1', '10.0.0.1')], [], [80], profile('default'))\n"
        f"    async for piece in pieces({program!r}, sweep, asyncio.Event()): print(piece, flush=True)\n"
        "asyncio.run(run())"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as camscan:
        assert camscan.stdout is not None
        assert camscan.stdout.readline() == b"b'begun\\n'\n"
        camscan.kill()
    running = Path(f"/proc/{number.read_text().strip()}/cmdline")
    assert wait_until(lambda: not running.exists() or not running.read_bytes(), 60)


async def test_left_with_more_unread_than_a_buffer_holds_it_ends_at_once(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncio counts a process as ended only when the end of its output has been read."""
    monkeypatch.setattr(nmaprun, "_GRACE", 60)
    running = pieces(install("head -c 1000000 /dev/zero; exec sleep 60"), SWEEP, asyncio.Event())
    assert await anext(running)
    await asyncio.sleep(0.1)  # by then, no more is read
    async with asyncio.timeout(30):
        await running.aclose()
