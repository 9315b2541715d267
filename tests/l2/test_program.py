"""The program as a whole: what it loads, how it is used, and how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest
from support.frames import arp, ethernet, pcap

CAPTURE = pcap(
    [ethernet(0x0806, arp(f"10.0.{number // 250}.{number % 250 + 1}", "02:00:00:00:00:05")) for number in range(5000)]
)


def run(*arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", "-m", "camscan.l2", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=30, cwd=cwd)


SAYING_WHAT_IS_LOADED = """
import atexit, sys
atexit.register(lambda: print(*(name for name, module in sys.modules.items() if module), file=sys.stderr))
"""
RUNNING = """
import runpy
sys.argv = ["camscan.l2", "pcap", "-"]
runpy.run_module("camscan.l2", run_name="__main__")
"""


def loaded(code: str) -> set[str]:
    command = [sys.executable, "-c", SAYING_WHAT_IS_LOADED + code]
    done = subprocess.run(command, input=CAPTURE, capture_output=True, check=True)
    return {name.partition(".")[0] for name in done.stderr.decode().split()}


def test_beside_the_standard_library_and_scapy_nothing_is_loaded() -> None:
    added = loaded(RUNNING) - loaded("")
    assert {name for name in added if name not in sys.stdlib_module_names} == {"camscan", "scapy"}


def test_nothing_is_loaded_from_the_working_directory(tmp_path: Path) -> None:
    for name in ("scapy", "camscan", "json"):
        (tmp_path / f"{name}.py").write_text("print('taken over')")
    done = run("pcap", "-", stdin=CAPTURE, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"taken over" not in done.stdout


def test_output_is_one_object_a_line() -> None:
    done = run("pcap", "-", stdin=CAPTURE)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["type"] for line in lines] == ["begin", *["arp"] * 5000, "end"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = run("pcap", str(tmp_path / "none.pcap"))
    assert (done.returncode, done.stderr) == (1, b"")
    message = f"{tmp_path / 'none.pcap'}: cannot be read: No such file or directory"
    assert json.loads(done.stdout) == {"type": "error", "message": message}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("sing",),
        ("arp", "--interface", "lo"),
        ("arp", "--interface", "lo", "--rate", "0"),
        ("listen", "--seconds", "-1"),
        ("listen", "--seconds", "x"),
        ("pcap",),
    ],
)
def test_wrong_use(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"usage: python -m camscan.l2" in done.stderr


def test_unusable_targets_are_wrong_use_too() -> None:
    done = run("arp", "--interface", "lo", "--rate", "1", stdin=b"[1]")
    assert (done.returncode, done.stderr) == (2, b"")
    assert json.loads(done.stdout)["message"].startswith("targets must be a JSON list")


def test_it_ends_quietly_when_nobody_reads() -> None:
    command = [sys.executable, "-P", "-m", "camscan.l2", "pcap", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(CAPTURE)
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


def test_it_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    """A capture that never ends stands for any work; the parent is a shell that is killed."""
    endless = tmp_path / "endless"
    os.mkfifo(endless)
    script = f"{sys.executable} -P -m camscan.l2 pcap {endless} > /dev/null & wait"
    with subprocess.Popen(["sh", "-c", script]) as shell, endless.open("wb", buffering=0) as feed:
        feed.write(CAPTURE)
        shell.kill()
        shell.wait()
        assert any(is_broken(feed) for _ in range(1000))


def is_broken(pipe: BinaryIO) -> bool:
    """Whether nobody reads what is written."""
    try:
        pipe.write(CAPTURE[24:])
    except BrokenPipeError:
        return True
    return False
