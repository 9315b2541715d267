"""`--engine nmap`, with a script in the place of nmap."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.app.aims import Choices, aim, manner
from camscan.app.nmapping import NmapSource
from camscan.app.scanning import new_job
from camscan.errors import HostError
from camscan.net.portsweep import Found
from camscan.records import Outcome

HOST = (
    "<nmaprun><host><address addr='10.0.0.5' addrtype='ipv4'/><ports><port protocol='tcp' portid='80'>"
    "<state state='open' reason='syn-ack'/></port></ports></host>"
)
CHOICES = Choices(("10.0.0.0/29",), exclude=("10.0.0.2",), ports="80,554", engine="nmap")


def install(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "nmap"
    program.write_text(f"#!/bin/sh\n{body}\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


async def test_what_it_writes_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, f'echo "{HOST}</nmaprun>"', monkeypatch)
    source = NmapSource(aim(CHOICES), manner(CHOICES))
    assert source.ports == {80, 554}
    assert [found async for found in source.run()] == [Found("10.0.0.5", 80, Outcome.ANSWERED)]
    assert "-p 80,554" in source.note


async def test_what_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "echo Segmentation fault", monkeypatch)
    source = NmapSource(aim(CHOICES), manner(CHOICES))
    with pytest.raises(HostError, match="what nmap wrote cannot be read"):
        [found async for found in source.run()]


def test_a_scan_without_nmap_ends_before_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match="leave out --engine nmap"):
        new_job(CHOICES, None)


def test_without_ports_to_ask_nmap_is_not_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert new_job(Choices(("10.0.0.0/29",), channels="wsd", engine="nmap"), None).nmap is None
    assert new_job(Choices(("10.0.0.0/29",)), None).nmap is None
