"""Recorders and what hangs behind them, from end to end: the program logs in to simulated ones and reports them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.command import camscan
from support.site import free_network

from camscan.simulator import make_site
from camscan.simulator.library import enrolled
from camscan.simulator.schema import Persona

RECORDERS = [persona for persona in enrolled() if persona.cameras]
PASSWORD = "simulated-Passw0rd"
NOBODYS = (PASSWORD, "hidden-Passw0rd", "hidden-user")
"""What no database and no report may hold: our own password, and the logins of cameras that recorders tell."""


async def scan(*words: str) -> str:
    """Run a scan beside the simulated site, which this process runs; any other command needs no process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "camscan", "scan", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await asyncio.wait_for(process.communicate(), 110)
    assert process.returncode == 0, errors.decode()
    return output.decode()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    done = camscan(capsys, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def enrol(capsys: pytest.CaptureFixture[str], folder: Path, network: str) -> list[str]:
    """Enrol the makers of the recorders in the network; gives the words that let a scan use it."""
    secret, file = folder / "secret", str(folder / "credentials.json")
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    for maker in sorted({str(persona.truth.maker) for persona in RECORDERS}):
        words = ("--network", network, "--maker", maker, "--user", "auditor", "--secret", f"file:{secret}")
        run(capsys, "credentials", "add", *words, "--credentials", file)
    return ["--with-credentials", "--credentials", file]


def kept(folder: Path) -> str:
    """Every byte of the store."""
    return b"".join(path.read_bytes() for path in folder.glob("s.db*")).decode("latin-1")


def expected(persona: Persona) -> dict[str, int]:
    hung = [(camera, n) for camera in persona.cameras for n in range(camera.count)]
    taken = [camera for camera, _ in hung if camera.address]
    named = [camera for camera in taken if camera.maker]
    total = {"isapi-recorder": 16, "cgi-recorder": 64, "lapi-recorder": 4}[persona.name]
    listed = sum(camera.listed for camera in named)
    return {"total": total, "named": len(named), "listed": listed, "empty": total - len(taken)}


@pytest.mark.slow
async def test_recorders_tell_what_hangs_behind_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with make_site(RECORDERS, free_network()) as site:
        words = enrol(capsys, tmp_path, site.network)
        targets = [device.address for device in site.devices]
        db = str(tmp_path / "s.db")
        output = await scan(*targets, *words, "--db", db, "--format", "json", "--rate", "4000")
        logins = {device.name: device.counters.logins for device in site.devices}
    report: dict[str, Any] = json.loads(output)
    recorders = {device["address"]: device for device in report["devices"] if device["slots"]}
    behind: Counter[str] = Counter(device["behind"] for device in report["devices"] if device["behind"])
    for device in site.devices:
        found = recorders[device.address]
        assert found["maker"] == device.truth.maker
        assert {**found["slots"], "elsewhere": None} == {**expected(device.persona), "elsewhere": None, "cut": False}
        assert behind[found["id"]] == found["slots"]["total"] - found["slots"]["empty"]
        assert set(logins[device.name]) == {"admitted"}
    for device in report["devices"]:
        if device["behind"]:
            assert (device["addresses"], device["ports"]) == ([], [])
    lines = (run(capsys, "devices", "--db", db, targets[-1], "--format", "jsonl")).splitlines()
    assert [json.loads(line)["slot"] is None for line in lines] == [True, False, False, False]
    page = run(capsys, "report", "--db", db, "--format", "html")
    again = run(capsys, "identify", "--scan", report["scan"]["id"], "--db", db, "--format", "json")
    assert json.loads(again)["devices"] == report["devices"]
    assert not [secret for secret in NOBODYS if secret in kept(tmp_path) + output + page]


@pytest.mark.slow
async def test_without_leave_to_log_in_nothing_behind_them_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with make_site(RECORDERS, free_network()) as site:
        enrol(capsys, tmp_path, site.network)
        targets = [device.address for device in site.devices]
        output = await scan(*targets, "--db", str(tmp_path / "s.db"), "--format", "json", "--rate", "4000")
        assert all(device.counters.logins == [] for device in site.devices)
        requests = [request.head.lower() for device in site.devices for request in device.counters.requests]
    assert requests
    assert not any("authorization:" in head for head in requests)
    assert not any(device["behind"] or device["slots"] for device in json.loads(output)["devices"])


@pytest.mark.slow
async def test_onvif_tells_behind_a_login_what_a_hardened_camera_hides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cameras = [persona for persona in enrolled() if persona.name in ("onvif-digest", "onvif-token")]
    async with make_site(cameras, free_network()) as site:
        secret, file = tmp_path / "secret", str(tmp_path / "credentials.json")
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        for device in site.devices:
            words = (device.address, "--mac", device.persona.mac, "--user", "auditor", "--secret", f"file:{secret}")
            run(capsys, "credentials", "add", *words, "--credentials", file)
        targets = [device.address for device in site.devices]
        words = ("--with-credentials", "--credentials", file, "--rate", "4000", "--format", "json")
        output = await scan(*targets, *words, "--db", str(tmp_path / "s.db"))
        asked = {device.name: device.counters.requests for device in site.devices}
        truth = {device.address: device for device in site.devices}
    report = json.loads(output)
    for device in report["devices"]:
        persona = truth[device["address"]].persona
        assert (device["model"], device["serial"]) == (persona.truth.model, persona.serial)
        assert (device["mac"], device["maker"]) == (persona.mac, persona.truth.maker)
    assert report["scan"]["ledger"]["by_channel"]["onvif-login"] == {"answered": len(cameras)}
    for requests in asked.values():
        assert any(b"GetProfiles" in request.body for request in requests)
        assert not any(b"Snapshot" in request.body or b"StreamUri" in request.body for request in requests)
