"""Where a user's files lie, and what is said where there is no such place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from camscan.system.userdirs import config_file, data_file


def test_the_folders_of_the_specification_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert data_file("camscan.db") == tmp_path / "data" / "camscan" / "camscan.db"
    assert config_file("credentials.json") == tmp_path / "config" / "camscan" / "credentials.json"


@pytest.mark.parametrize(
    ("words", "variable"),
    [
        (("scans",), "XDG_DATA_HOME"),
        (("devices",), "XDG_DATA_HOME"),
        (("scan", "127.0.0.1"), "XDG_DATA_HOME"),
        (("evidence", "keygen"), "XDG_DATA_HOME"),
        (("credentials", "list"), "XDG_CONFIG_HOME"),
    ],
)
def test_a_user_without_a_home_is_told_what_to_do(words: tuple[str, ...], variable: str, tmp_path: Path) -> None:
    done = homeless(*words, folder=tmp_path)
    told = "Error: this user has no home directory, so files have no default place"
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"{told}: set HOME or {variable}, or give the file"


def test_what_can_do_without_a_place_for_files_goes_on(tmp_path: Path) -> None:
    done = homeless("ports", "127.0.0.1", "--ports", "1", folder=tmp_path)
    assert done.returncode == 0
    assert "Note: it cannot be resumed: this user has no home" in done.stderr


def homeless(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as in a container, under a number that stands for no user."""
    code = (
        "import pwd\n"
        "def getpwuid(number): raise KeyError(number)\n"
        "pwd.getpwuid = getpwuid\n"
        "from camscan.cli import main\n"
        "main()"
    )
    command = [sys.executable, "-c", code, *words]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
