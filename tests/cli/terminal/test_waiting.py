"""What takes long is told, with a clock, and a terminal is left as it was."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from click import Command
from click.testing import CliRunner
from support.listed import store_scan
from support.quiet import quietly
from support.threads import no_thread

from camscan.cli.devices import devices
from camscan.cli.diff import diff
from camscan.cli.evidence import evidence
from camscan.cli.identify import identify
from camscan.cli.import_ import import_
from camscan.cli.report import report
from camscan.cli.terminal import waiting as module
from camscan.cli.terminal.waiting import throttled, waiting
from camscan.cli.terminal.writing import write


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_PATIENCE", "_TICK", "_LINE"):
        monkeypatch.setattr(module, name, 0.02)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 0.0))


def until_told(capsys: pytest.CaptureFixture[str], text: str) -> str:
    written, until = "", time.monotonic() + 30
    while text not in written:
        assert time.monotonic() < until
        time.sleep(0.01)
        written += capsys.readouterr().err
    return written


def test_elsewhere_it_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("Comparing"):
        written = until_told(capsys, "\n")
    assert all(re.fullmatch(r"Comparing \.\.\. \d s\n", line) for line in written.splitlines(keepends=True))


def test_no_terminal_obeys_what_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("Reading \x07a\x1b[2J.csv"):
        assert r"Reading \x07a\x1b[2J.csv ..." in until_told(capsys, "\n")


def test_on_a_terminal_it_is_one_line_that_goes_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with waiting("Comparing"):
        written = until_told(capsys, "0 s")
    written += capsys.readouterr().err
    assert "\n" not in written
    assert {*written.split("\r\x1b[K")} == {"", "ring ... 0 s"[-11:]}
    assert written.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("command", "words", "told"),
    [
        (devices, (), "Reading scan 4f2a00 ... "),
        (report, (), "Reading scan 4f2a00 ... "),
        (report, ("--output", "x.html"), "Writing x.html ... "),
        (identify, ("--scan", "4f2a00"), "Reading scan 4f2a00 ... "),
        (diff, ("4f2a00", "9c0100"), "Comparing scans 4f2a00 and 9c0100 ... "),
    ],
)
def test_who_looks_at_a_large_scan_sees_that_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "_LINE", 0)  # else what is soon written ends first
    for name in ("9c0100", "4f2a00"):
        store_scan(tmp_path / "c.db", name=name)
    assert told in CliRunner().invoke(command, [*words, "--db", "c.db"], catch_exceptions=False).stderr


def test_who_makes_or_verifies_a_bundle_sees_that_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "_LINE", 0)
    store_scan(tmp_path / "c.db")

    def told(*words: str) -> str:
        done = CliRunner().invoke(evidence, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stderr

    told("keygen", "-o", "e.key")
    assert "Writing b.zip ... " in told("export", "--db", "c.db", "--key", "e.key", "-o", "b.zip")
    assert told("export", "--db", "c.db", "--key", "e.key", "-o", "c.zip", "--quiet") == ""
    assert "Verifying b.zip ... " in told("verify", "b.zip")
    assert told("verify", "b.zip", "--quiet") == ""


def test_who_imports_much_sees_that_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "_LINE", 0)
    Path("arp.txt").write_text("10.0.0.1 dev eth0 lladdr 44:19:b6:00:00:01 REACHABLE\n")
    told = CliRunner().invoke(import_, ["arp.txt", "--db", "c.db"], catch_exceptions=False).stderr
    assert "Importing arp.txt ... " in told
    assert "Naming the devices ... " in told


def test_who_writes_to_a_pipe_sees_that_nobody_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=write, args=(["a report"], tmp_path / "pipe"))
    writer.start()
    until_told(capsys, f"Waiting for a reader of {tmp_path / 'pipe'} ... ")
    assert (tmp_path / "pipe").read_text() == "a report"
    writer.join()


def test_of_what_waits_for_something_else_no_line_is_told_meanwhile(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal, the two would take turns on one line."""
    monkeypatch.setattr(module, "_LINE", 0.01)
    with waiting("Writing a pipe"):
        until_told(capsys, "Writing a pipe ... ")
        with waiting("Waiting for a reader"):
            until_told(capsys, "Waiting for a reader ... ")
            assert "Writing" not in "".join(until_told(capsys, "reader ... ") for _ in range(8))
        until_told(capsys, "Writing a pipe ... ")


def test_where_no_thread_can_start_it_is_done_without_a_word(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    done = []
    with waiting("Comparing"):
        done.append(1)
    assert (done, capsys.readouterr().err) == ([1], "")


def test_what_is_soon_over_or_quiet_says_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with quietly(), waiting("Comparing"):
        time.sleep(0.1)
    monkeypatch.setattr(module, "_LINE", 60)
    with waiting("Comparing"):
        pass
    assert capsys.readouterr().err == ""


def test_after_a_stop_one_line_says_how_far_it_has_come(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after Ctrl-Z and fg minutes later: the clock has gone on."""
    now = [0.0]
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    tell = throttled()
    for number in range(1, 21):
        now[0] = 600.0 if number >= 10 else 0.0
        tell(f"{number} observations so far")
    assert capsys.readouterr().err == "10 observations so far\n"
