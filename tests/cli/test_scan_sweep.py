"""A scan whose open ports are found by SYN packets, beside one that connects."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.lab import Lab, lab
from support.sweeping import listening, wait_until

pytestmark = pytest.mark.netns

ALIVE = [f"10.77.{third}.{last}" for third in range(2) for last in range(7, 250, 60)]
BARRED = "10.77.1.64/26"
"""Two of them live there."""


@pytest.fixture(scope="module")
def site() -> Iterator[Lab]:
    """512 addresses of which ten live; they accept at 80, and say nothing."""
    with lab("10.77.0.0/23") as made, listening(made, [80]):
        made.keep_only(ALIVE)
        yield made


def scanned(site: Lab, folder: Path, method: str) -> dict[str, Any]:
    what = ["10.77.0.0/23", "--exclude", BARRED, "--ports", "80,81,9100", "--channels", "http", "--rate", "2000"]
    how = ["--sweep", method, "--db", str(folder / f"{method}.db"), "--format", "json", "--all", "--quiet"]
    done = site.run([sys.executable, "-m", "camscan", "scan", *what, *how])
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_both_find_the_same_and_say_what_they_sent(site: Lab, tmp_path: Path) -> None:
    reports = {}
    for method in ("syn", "connect"):
        site.count_arriving("ip saddr 10.99.0.1")
        reports[method] = scanned(site, tmp_path, method)
        sent = reports[method]["scan"]["sent"]["packets"]
        assert sent - len(ALIVE) - 1 <= site.arrived() <= sent  # which counts ARP, too
        site.run(["nft", "delete", "table", "inet", "counting"], side=site.site)
    by_syn, by_connect = reports["syn"]["scan"], reports["connect"]["scan"]
    assert by_syn["ledger"] == by_connect["ledger"]
    assert by_syn["ledger"]["by_channel"]["tcp"]["answered"] == len(ALIVE) - 2
    found = [{(d["address"], *d["ports"]) for d in report["devices"]} for report in reports.values()]
    assert found[0] == found[1]
    assert "open ports were found by SYN packets: asked for" in by_syn["notes"]


def test_neither_exclusions_nor_ports_that_are_never_sent_to_get_a_packet(site: Lab, tmp_path: Path) -> None:
    site.count_arriving(f"ip daddr {BARRED}", "tcp dport 9100")
    scanned(site, tmp_path, "syn")
    assert site.arrived() == 0
    site.run(["nft", "delete", "table", "inet", "counting"], side=site.site)


def test_killed_while_it_sweeps_a_scan_goes_on_with_its_sweep(site: Lab, tmp_path: Path) -> None:
    """Twice killed, it finds what a scan finds that is left alone, and asks no more than the last seconds again."""
    what = ["10.77.0.0/23", "--ports", "80,81", "--channels", "http", "--rate", "400", "--sweep", "syn"]
    python = ["env", f"XDG_DATA_HOME={tmp_path}", sys.executable, "-m", "camscan", "scan"]
    scan = ["ip", "netns", "exec", site.scanner, *python, "--db", str(tmp_path / "killed.db"), "--format", "json", "-q"]
    folder = tmp_path / "camscan" / "sweeps"
    site.count_arriving("ip saddr 10.99.0.1 tcp flags & (syn|ack) == syn")
    for how in (what, ["--resume"]):
        before = site.arrived()
        how += [path.stem for path in folder.glob("*")]
        with subprocess.Popen([*scan, *how], stdout=subprocess.DEVNULL) as process:
            assert wait_until(lambda before=before: site.arrived() > before + 200, 60)
            process.kill()
    (kept,) = folder.iterdir()
    asked_before = site.arrived()
    command = [*scan, "--all", "--resume", kept.stem]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert "open ports were found by SYN packets: resumed" in report["scan"]["notes"]
    assert report["scan"]["ledger"]["by_channel"]["tcp"]["answered"] == len(ALIVE)
    assert {device["address"] for device in report["devices"]} == set(ALIVE)
    arrived = site.arrived()
    site.run(["nft", "delete", "table", "inet", "counting"], side=site.site)
    assert asked_before < 2 * 1_020  # the sweep was cut short
    assert arrived < 2 * 1_020 + 2 * 1.25 * 200 + 60 * len(ALIVE)
    assert not kept.exists()
