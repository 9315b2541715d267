"""A scan from a host that lacks what most have."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from support.lab import lab
from support.namespaces import namespace

pytestmark = [pytest.mark.netns, pytest.mark.slow]

_WITHOUT = 'mount -t tmpfs none "$1" && shift && exec "$@"'


def scan(folder: Path, *words: str) -> list[str]:
    how = ["--channels", "http", "--ports", "80", "--format", "json", "--db", str(folder / "s.db")]
    return [sys.executable, "-m", "camscan", "scan", *words, *how]


def ledger(said: str) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads(said)["scan"]["ledger"]
    return counts


@pytest.mark.parametrize("missing", ["/proc", "/sys"])
def test_without_what_the_kernel_tells_of_itself(missing: str, tmp_path: Path) -> None:
    with lab("10.77.0.0/28") as site:
        site.keep_only(["10.77.0.3"])
        done = site.run(["unshare", "-m", "sh", "-c", _WITHOUT, "sh", missing, *scan(tmp_path, site.network)])
    assert done.returncode == 0, done.stderr
    found = ledger(done.stdout)
    assert (found["targets"], found["refused"], found["silent"]) == (14, 1, 13)


def test_with_ipv6_alone(tmp_path: Path) -> None:
    with namespace() as host:
        host.ip("addr del 127.0.0.1/8 dev lo")
        words = ["ip", "netns", "exec", host.name, *scan(tmp_path, "::1")]
        done = run(words, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert ledger(done.stdout)["refused"] == 1
