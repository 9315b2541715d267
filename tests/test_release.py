"""What is released can be built again by anybody, byte for byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def built(names: list[str], folder: Path, *, mode: int, at: float) -> Path:
    """The wheel built from a copy of the project, whose files have this mode and time."""
    for name in names:
        copy = folder / "camscan" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy)
        copy.chmod(mode)
        os.utime(copy, (at, at))
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=folder / "camscan", check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_a_wheel_is_the_same_wherever_it_is_built(tmp_path: Path) -> None:
    names = tracked()
    ours = built(names, tmp_path / "ours", mode=0o644, at=1_790_000_000)
    theirs = built(names, tmp_path / "theirs", mode=0o600, at=1_577_836_800)
    assert ours.name == theirs.name
    assert ours.read_bytes() == theirs.read_bytes()
    with zipfile.ZipFile(ours) as wheel:
        assert {"camscan/__main__.py", "camscan/fingerprints/vocabulary.yaml"} <= set(wheel.namelist())


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
@pytest.mark.parametrize(("code", "told"), [(0, False), (1, True)])
def test_advisories_that_cannot_be_read_are_not_taken_for_a_fault_of_a_dependency(
    tmp_path: Path, code: int, *, told: bool
) -> None:
    for name, ends in (("python", 0), ("pip-audit", code)):
        stub = tmp_path / name
        stub.write_text(f"#!/bin/sh\nexit {ends}\n", encoding="ascii")
        stub.chmod(0o700)
    command = ["make", "--silent", "--old-file", ".venv/dev", "check-deps", f"BIN={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) is told
    assert ("the advisories could not be read" in done.stderr) is told
