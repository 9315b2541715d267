"""README's first scan, as it is shown there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

README = Path(__file__).parents[2] / "README.md"
GO_FIRST = "(echo -10 >/proc/self/autogroup) 2>/dev/null"  # see `support.lab.go_first`
_MORE = re.compile(r" \(\+\d+\)")
"""How many more proofs there are: each new rule may add one."""


def test_the_first_scan_says_what_readme_shows(tmp_path: Path) -> None:
    shown = README.read_text(encoding="utf-8").partition("$ camscan scan 127.77.0.0/24\n")[2].partition("\nThis is")[0]
    expected = [line.removeprefix("    ") for line in _MORE.sub("", shown).splitlines() if line.strip()]
    assert len(expected) >= 10

    camscan = f"{sys.executable} -m camscan"
    scan = f"{camscan} simulate -- {camscan} scan 127.77.0.0/24 --quiet --db {tmp_path / 's.db'}"
    command = ["unshare", "--net", "sh", "-c", f"{GO_FIRST}; ip link set lo up && exec {scan}"]
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=180, check=True, env=environment, start_new_session=True
    )

    said = " ".join(_MORE.sub("", done.stdout).split())
    assert [line for line in expected if " ".join(line.split()) not in said] == []
