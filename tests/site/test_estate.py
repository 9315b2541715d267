"""A sweep of many small sites at one time keeps every promise that it keeps with one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest
from support.arriving import arriving, most_within
from support.lab import Lab, go_first, lab

from camscan.records import Outcome, Scan, ScanStatus
from camscan.simulator import honest
from camscan.store.store import Store

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SPACE = "10.78.0.0/22"
SITES = [str(network) for network in ip_network(SPACE).subnets(new_prefix=28)][:10]
RATE = 500


@pytest.fixture(scope="module")
def place() -> Iterator[Lab]:
    with lab(SPACE) as made:
        yield made


def configured(folder: Path, channels: Sequence[str], more: str = "") -> Path:
    """A configuration of all sites."""
    sites = (
        f'[[site]]\nname = "{network}"\nnetworks = ["{network}"]\nrate = {RATE}\nchannels = {json.dumps(channels)}\n'
        for network in SITES
    )
    (folder / "c.toml").write_text("\n".join(('[store]\nurl = "c.db"', more, *sites)))
    return folder / "c.toml"


def command(config: Path) -> list[str]:
    return [sys.executable, "-m", "camscan", "sweep", "--config", str(config), "--log-json"]


def scans(folder: Path) -> tuple[Scan, ...]:
    """In the order in which they were begun."""
    with Store.open(folder / "c.db") as store:
        return store.scans(as_stored=True)[::-1]


def test_all_sites_together_are_asked_at_the_pace_of_one(place: Lab, tmp_path: Path) -> None:
    place.keep_only(["10.78.3.254"])
    began = time.monotonic()
    with arriving(place, "10.99.0.1", 8_000) as arrivals:
        done = place.run(command(configured(tmp_path, ["http"])))
    assert done.returncode == 4, "nobody is there"
    assert time.monotonic() - began < 6 * len(SITES), "each of them alone waits for six seconds"
    assert most_within(arrivals.times, 1.0) <= RATE
    assert len(arrivals.times) == sum(scan.sent.packets for scan in scans(tmp_path)) == len(SITES) * 14 * 16
    events = [json.loads(line) for line in done.stderr.splitlines()]
    for name in ("scan.begin", "scan.end", "sweep.changes"):
        assert [event["site"] for event in events if event["event"] == name] == SITES
    with Store.open(tmp_path / "c.db") as store:
        for scan, network in zip(scans(tmp_path), SITES, strict=True):
            assert (scan.site, scan.status) == (network, ScanStatus.COMPLETE)
            entries = list(store.ledger(scan.id))
            assert {entry.target for entry in entries} == {str(host) for host in ip_network(network).hosts()}
            assert {entry.outcome for entry in entries} == {Outcome.SILENT}


def test_a_signal_ends_all_that_are_under_way_and_the_next_sweep_does_the_rest(place: Lab, tmp_path: Path) -> None:
    place.keep_only(["10.78.3.254"])
    words = ["ip", "netns", "exec", place.scanner, *command(configured(tmp_path, ["http"]))]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        for _ in SITES:
            assert json.loads(running.stderr.readline())["event"] == "scan.begin"
        time.sleep(1)
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 4
    before = scans(tmp_path)
    assert {scan.status for scan in before} == {ScanStatus.INTERRUPTED}
    assert len(before) == len(SITES)
    assert place.run(command(configured(tmp_path, ["http"]))).returncode == 4
    after = scans(tmp_path)
    assert [scan.id for scan in after] == [scan.id for scan in before], "the same go on"
    assert {scan.status for scan in after} == {ScanStatus.COMPLETE}


def test_where_a_tenth_of_all_packets_is_lost_every_device_is_found(place: Lab, tmp_path: Path) -> None:
    personas = [persona.name for persona in honest() if persona.sadp]
    devices = [str(ip_network(network)[number]) for network in SITES for number in (3, 7, 11)]
    places = [(personas[number % len(personas)], address) for number, address in enumerate(devices)]
    place.keep_only(devices)
    words = ["ip", "netns", "exec", place.site, sys.executable, "-m", "support.play"]
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, start_new_session=True
    ) as player:
        go_first(player)
        assert player.stdin
        assert player.stdout
        try:
            player.stdin.write(f"{json.dumps(places)}\n")
            player.stdin.flush()
            assert json.loads(player.stdout.readline()) == []
            with place.losing(10):
                done = place.run(command(configured(tmp_path, ["sadp", "http", "rtsp"])), timeout=200)
        finally:
            player.stdin.close()
    assert done.returncode == 0, done.stderr
    with Store.open(tmp_path / "c.db") as store:
        found = [o.target for scan in store.scans() for o in store.observations(scan.id) if o.channel == "sadp"]
    assert sorted(set(found)) == sorted(devices)
