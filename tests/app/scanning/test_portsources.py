"""`--sweep nmap`, with a script in the place of nmap, and the real one where it is installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from support.lab import lab
from support.needs import needs
from support.sweeping import listening

from camscan.app.planning.jobs import new_job
from camscan.app.planning.scope import Choices, scope_of
from camscan.app.scanning.portsources import port_source
from camscan.errors import HostError, UsageError
from camscan.net.pacing.profile import profile
from camscan.net.programs.portsource import Found, PortQuery
from camscan.net.programs.portsweep import Resuming
from camscan.records import Outcome

HOST = (
    "<nmaprun><host><address addr='10.0.0.5' addrtype='ipv4'/><ports><port protocol='tcp' portid='80'>"
    "<state state='open' reason='syn-ack'/></port></ports></host>"
)
CHOICES = Choices(("10.0.0.0/29",), exclude=("10.0.0.2",), ports="80,554", sweep="nmap")


def install(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "nmap"
    program.write_text(f"#!/bin/sh\n{body}\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


async def found(want: str) -> list[Found]:
    scope = scope_of(CHOICES)
    query = PortQuery(tuple(scope.asked.spans()), [80, 554, 9100], profile("default"), seed=1, want=want)
    source = port_source("nmap", scope, query, Resuming())
    assert source.ports == (80, 554)
    assert "-p 80,554" in source.how
    return [one for batch in [batch async for batch in source.run()] for one in batch]


async def test_of_a_host_that_it_speaks_of_all_ports_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, f'echo "{HOST}</nmaprun>"', monkeypatch)
    accepts = Found("10.0.0.5", 80, Outcome.ANSWERED)
    assert await found("answers") == [accepts, Found("10.0.0.5", 554, Outcome.SILENT)]
    assert await found("open") == [accepts]


async def test_what_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "echo Segmentation fault", monkeypatch)
    with pytest.raises(HostError, match="cannot read nmap's output"):
        await found("open")


def test_a_scan_without_nmap_ends_before_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match="leave out --sweep nmap"):
        new_job(CHOICES, None)


def test_where_no_ports_are_to_be_asked_there_is_nothing_for_nmap() -> None:
    with pytest.raises(UsageError, match="--sweep nmap cannot be used: no channel needs open ports"):
        new_job(Choices(("10.0.0.0/29",), channels="wsd", sweep="nmap"), None)


@pytest.mark.netns
def test_the_real_nmap_finds_what_connecting_finds(tmp_path: Path) -> None:
    needs("nmap")
    reports: dict[str, Any] = {}
    with lab("10.77.0.0/27") as made, listening(made, [80]):
        made.keep_only(["10.77.0.5", "10.77.0.9"])
        for how in (["--sweep", "connect"], ["--sweep", "nmap"]):
            what = [
                "10.77.0.0/27",
                "--ports",
                "80,81",
                "--channels",
                "http",
                "--db",
                str(tmp_path / f"{len(reports)}.db"),
            ]
            done = made.run([sys.executable, "-m", "camscan", "scan", *what, *how, "--format", "json", "--all", "-q"])
            assert done.returncode == 0, done.stderr
            reports["".join(how)] = json.loads(done.stdout)["scan"]
        done = made.run(
            [sys.executable, "-m", "camscan", "ports", "10.77.0.0/27", "--ports", "80,81", "--sweep", "nmap"]
        )
    by_connect, by_nmap = reports.values()
    assert by_connect["ledger"] == by_nmap["ledger"]
    assert any(note.startswith("open ports were found by nmap -n -Pn") for note in by_nmap["notes"])
    assert sorted(done.stdout.splitlines()) == [
        f'{{"address": "10.77.0.{number}", "port": 80, "outcome": "answered"}}' for number in (5, 9)
    ]
