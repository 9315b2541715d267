"""The result of a command in its format, and what is known of it before a scan."""

from __future__ import annotations

import io
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camscan.cli.terminal.output import Output
from camscan.errors import HostError, UsageError
from camscan.records import Report, Scan

REPORT = Report(Scan("s", datetime(2026, 1, 1, tzinfo=UTC), (), ()), (), (), {}, 0)


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_no_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(shown))
    with pytest.raises(
        UsageError, match=r"xlsx cannot be shown on a terminal: choose a file, such as --output scan\.xlsx"
    ):
        Output("xlsx", None).write_report(REPORT)
    assert shown.getvalue() == b""


def test_a_pipe_gets_the_bytes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    Output("xlsx", None).write_report(REPORT)
    assert capfdbinary.readouterr().out.startswith(b"PK\x03\x04")


def test_what_cannot_be_written_is_known_before_a_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Output("table", None).ready()
    Output("html", tmp_path / "report.html").ready()
    Output("jsonl", Path("/dev/null")).ready()
    with pytest.raises(HostError, match=r"there is no folder .*: choose another --output"):
        Output("json", tmp_path / "nowhere" / "report.json").ready()
    with pytest.raises(HostError, match=r"^cannot write .*: file name too long: choose another --output"):
        Output("json", tmp_path / ("x" * 300)).ready()
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda *_: False)  # as for root no folder is closed
        with pytest.raises(HostError, match=r"report.json: permission denied: choose another --output"):
            Output("json", tmp_path / "report.json").ready()
        usual = os.statvfs(tmp_path)
        patched.setattr(os, "statvfs", lambda _: os.statvfs_result([*usual[:8], usual.f_flag | os.ST_RDONLY, usual[9]]))
        with pytest.raises(HostError, match=r"report.json: its file system is read-only: choose another --output"):
            Output("json", tmp_path / "report.json").ready()
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(HostError, match=r"pip install 'camscan\[pdf\]'"):
        Output("pdf", tmp_path / "report.pdf").ready()
