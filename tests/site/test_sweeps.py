"""Sweeps while the network, an interface or the disk fails: what cannot be seen is never called missing."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.lab import Lab, go_first, lab

from camscan.store.check import faults
from camscan.store.store import Store

pytestmark = [pytest.mark.netns, pytest.mark.slow]

NETWORK = "10.77.3.0/29"
DEVICES = 6
CONFIG = f"""
[store]
url = "store/c.db"
[sweep]
miss_after = "1/1"
[[site]]
name = "lab"
networks = ["{NETWORK}"]
channels = ["sadp", "http"]
rate = 1000
"""
SITE = f"""
import asyncio
from camscan.simulator import honest, make_site

async def main():
    personas = [persona for persona in honest() if persona.sadp][:1] * {DEVICES}
    async with make_site(personas, "{NETWORK}"):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@dataclass(frozen=True)
class Swept:
    """How the command ended."""

    code: int
    events: Sequence[dict[str, Any]]

    def of(self, name: str) -> list[dict[str, Any]]:
        """The events of a name or of a group of names."""
        return [event for event in self.events if event["event"].startswith(name)]


@dataclass(frozen=True)
class Place:
    """The scanner's side of a lab, with a site on the other side."""

    lab: Lab
    folder: Path

    @property
    def command(self) -> list[str]:
        """A sweep."""
        return [sys.executable, "-m", "camscan", "sweep", "--config", str(self.folder / "c.toml"), "--log-json"]

    def sweep(self) -> Swept:
        """Sweep the site, and wait for the end."""
        done = self.lab.run(self.command)
        return ended(done.returncode, done.stderr)

    def ip(self, words: str) -> None:
        """Run `ip` on the scanner's side."""
        subprocess.run(["ip", "-n", self.lab.scanner, *words.split()], check=True)

    def site(self, rules: str) -> None:
        """Load nftables rules on the site's side."""
        subprocess.run(["ip", "netns", "exec", self.lab.site, "nft", rules], check=True)


def ended(code: int, log: str) -> Swept:
    lines = log.splitlines()
    assert all(line.startswith("{") for line in lines), log
    return Swept(code, [json.loads(line) for line in lines])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "store").mkdir()
    (tmp_path / "c.toml").write_text(CONFIG)
    with lab(NETWORK) as made:
        command = ["ip", "netns", "exec", made.site, sys.executable, "-c", SITE]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as site:
            try:
                go_first(site)
                assert site.stdout
                assert site.stdout.readline() == "up\n"
                yield Place(made, tmp_path)
            finally:
                site.terminate()


def test_a_network_that_is_cut_off_is_a_loss_and_nobody_is_missing(place: Place) -> None:
    first = place.sweep()
    assert first.code == 0, first.events
    assert "6 devices" in first.of("sweep.changes")[0]["summary"]
    place.site("table ip cut { chain in { type filter hook prerouting priority -300; drop ; } ; }")
    cut = place.sweep()
    assert (cut.code, cut.of("device.")) == (4, [])
    assert {event["what"] for event in cut.of("coverage.loss")} == {"network 10.77.3.0/24"}
    place.site("delete table ip cut")
    again = place.sweep()
    assert (again.code, again.of("device.")) == (0, [])
    assert [event["event"] for event in again.of("coverage.")] == ["coverage.loss-ended"]


def test_an_interface_that_goes_down_on_the_way_makes_the_sweep_incomplete(place: Place) -> None:
    assert place.sweep().code == 0
    inside = ["ip", "netns", "exec", place.lab.scanner, *place.command]
    with subprocess.Popen(inside, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        begun = running.stderr.readline()
        time.sleep(0.5)
        place.ip(f"link set {place.lab.interface} down")
        down = ended(running.wait(60), begun + running.stderr.read())
    assert down.code == 4, down.events
    assert down.of("scan.end")[0]["status"] in {"partial", "interrupted"}
    assert down.of("device.") == []
    blind = place.sweep()
    assert (blind.code, blind.of("device.")) == (4, [])
    place.ip(f"link set {place.lab.interface} up")
    place.ip(f"route add {NETWORK} via 10.99.0.2")
    again = place.sweep()
    assert (again.code, again.of("device.")) == (0, [])


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Take every byte that is left on the disk."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_disk_that_fills_up_loses_nothing_that_was_stored(place: Place) -> None:
    store = place.folder / "store"
    with small_disk(store, "1m"):
        assert place.sweep().code == 0
        ballast = store / "ballast"
        fill(ballast)
        full = place.sweep()
        assert full.code == 1, full.events
        assert ["disk is full" in event["reason"] for event in full.of("site.failed")] == [True], full.events
        assert full.of("device.") == []
        ballast.unlink()
        assert faults(store / "c.db") == (str(store / "c.db"), [])
        with Store.open(store / "c.db") as opened:
            assert {seen.target for seen in opened.observations(opened.scans()[-1].id)} >= {"10.77.3.1", "10.77.3.6"}
        again = place.sweep()
        assert (again.code, again.of("device."), again.of("coverage.loss")) == (0, [], [])
