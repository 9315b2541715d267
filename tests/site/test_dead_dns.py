"""A scan beside a name server that answers nothing."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from support.lab import Lab, lab
from support.sweeping import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.slow]

_LONG = 100
"""Seconds that one look-up takes."""
_INSIDE = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'


@pytest.fixture
def site() -> Iterator[Lab]:
    """A network where every packet to port 53 is dropped."""
    with lab("10.77.0.0/28") as made:
        made.rules(
            made.site,
            "table ip deaf {\nchain in {\ntype filter hook prerouting priority -300;\nth dport 53 drop\n}\n}\n",
        )
        made.count_arriving("th dport 53")
        yield made


def scanning(site: Lab, folder: Path, *words: str) -> list[str]:
    """The command of a scan that has this name server alone."""
    (folder / "resolv.conf").write_text(f"nameserver 10.99.0.2\noptions timeout:{_LONG // 4} attempts:4\n")
    inside = ["ip", "netns", "exec", site.scanner, "sh", "-c", _INSIDE, "sh", str(folder / "resolv.conf")]
    how = ["--channels", "http", "--ports", "80", "--db", str(folder / "s.db")]
    return [*inside, sys.executable, "-m", "camscan", "scan", *how, *words]


def begun(store: Path) -> bool:
    """Whether a scan is on record: it has read its exclusions then."""
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(store)) as reader:
        return bool(reader.execute("SELECT count(*) FROM scans").fetchone()[0])
    return False


def test_a_scan_of_addresses_looks_nothing_up(site: Lab, tmp_path: Path) -> None:
    done = site.run(scanning(site, tmp_path, site.network), timeout=_LONG - 10)
    assert done.returncode == 0, done.stderr
    assert site.arrived() == 0


def test_a_name_that_is_excluded_meanwhile_does_not_hold_up_the_end(site: Lab, tmp_path: Path) -> None:
    never = tmp_path / "never.txt"
    never.write_text("10.77.0.9\n")
    began = time.monotonic()
    words = scanning(site, tmp_path, site.network, "--rate", "2", "--exclude-file", str(never))
    with Popen(words, stdout=PIPE, stderr=PIPE, text=True) as process:
        wait_until(lambda: begun(tmp_path / "s.db"), 60)
        never.write_text("10.77.0.9\nprinter.example\n")
        said = process.communicate(timeout=2 * _LONG)[1]
    assert process.returncode == 0, said
    assert site.arrived() > 0
    assert time.monotonic() - began < _LONG - 10
