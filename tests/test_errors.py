"""A remedy is a command that works where it is typed."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest

from camscan.errors import brought_by


def test_an_extra_is_installed_into_the_environment_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/my tools/bin/python")
    words = shlex.split(brought_by("pdf"))
    assert words == ["/opt/my tools/bin/python", "-m", "pip", "install", "camscan[pdf]"]


def test_that_pip_is_there() -> None:
    words = shlex.split(brought_by("pdf"))
    assert subprocess.run([*words[:3], "--version"], capture_output=True, check=False).returncode == 0
