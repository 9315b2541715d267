from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import frames as made
from support.segment import INTERFACE, Segment, segment

from camscan.errors import StoreError
from camscan.store.store import Store

SAMPLES = Path(__file__).parents[1] / "samples"
MAC = "44:19:8d:00:00:01"
COMMAND = [sys.executable, "-c", "from camscan.cli.listen import listen; listen()"]
UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


@pytest.fixture(scope="module")
def site() -> Iterator[Segment]:
    with segment() as made_segment:
        yield made_segment


def announce(site: Segment) -> None:
    """What cameras, and a PC that searches for them, put on the segment; the first announcement comes in fragments."""
    sadp, dhip = ((SAMPLES / name).read_bytes() for name in ("sadp/ds-2cd2385g1-i.xml", "dhip/ipc-hdw1431t1-s4.json"))
    long = made.udp(37020, 37020, sadp)
    group = "239.255.255.250"
    packets = [
        made.ipv4("10.66.0.50", group, long[:1480], fragment=0x2000),
        made.ipv4("10.66.0.50", group, long[1480:], fragment=1480 // 8),
        made.ipv4("10.66.0.51", group, made.udp(37810, 37810, dhip)),
        made.ipv4("10.66.0.99", group, made.udp(3702, 3702, b"<Probe/>")),
    ]
    with site.site_socket() as sock:
        for packet in packets:
            sock.send(made.ethernet(0x0800, packet, source=MAC))
        sock.send(made.ethernet(0x0806, made.arp("10.66.0.50", MAC, op=1), source=MAC))


@pytest.mark.netns
def test_what_is_heard_is_stored_and_shown(site: Segment, tmp_path: Path) -> None:
    store = tmp_path / "heard.db"
    options = ["--interface", INTERFACE, "--seconds", "60", "--db", str(store), "--site", "depot", "--format", "json"]
    with (
        site.scanner.inside(),
        subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
    ):
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"Listening on seg0 for 60 s")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and "depot" not in sites(store):  # once the scan is begun, it hears
            time.sleep(0.05)
        announce(site)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert err.startswith(b"2 devices are listed")
    report = json.loads(out)
    assert process.returncode == 4, "it was ended before its time"
    assert (report["scan"]["site"], report["scan"]["status"]) == ("depot", "interrupted")
    assert report["scan"]["sent"]["packets"] == 0
    assert report["scan"]["ledger"]["answered"] == 2
    devices = {device["address"]: device for device in report["devices"]}
    assert set(devices) == {"10.66.0.50", "10.66.0.51"}
    assert devices["10.66.0.50"]["maker"] == "Hikvision"
    assert devices["10.66.0.50"]["mac"] == MAC.upper()
    assert {item["channel"] for item in devices["10.66.0.50"]["evidence"]} >= {"sadp"}
    assert devices["10.66.0.51"]["maker"] == "Dahua"


def sites(file: Path) -> list[str | None]:
    """The sites of the scans in a store; none while there is no store yet."""
    if not file.exists():
        return []
    with contextlib.suppress(StoreError), Store.open(file) as store:
        return [scan.site for scan in store.scans()]
    return []


@pytest.mark.netns
def test_it_is_complete_when_the_time_is_up(site: Segment, tmp_path: Path) -> None:
    with site.scanner.inside():
        done = subprocess.run(
            [*COMMAND, "--seconds", "1", "--db", str(tmp_path / "x.db"), "--quiet"],
            capture_output=True,
            check=False,
            timeout=30,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"No packet was sent." in done.stdout


@pytest.mark.netns
def test_it_is_partial_where_the_interface_has_been_down(site: Segment, tmp_path: Path) -> None:
    store = tmp_path / "x.db"
    words = ["--interface", INTERFACE, "--seconds", "3", "--db", str(store), "--quiet"]
    with (
        site.scanner.inside(),
        subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE) as process,
    ):
        while not sites(store):
            time.sleep(0.05)
        for state in ("down", "up"):
            site.scanner.ip(f"link set {INTERFACE} {state}")
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 4
    assert b"Note: the interface has been down for a time, and what came then was not heard" in out


@pytest.mark.netns
def test_nothing_is_stored_where_the_interface_is_down_from_the_beginning(site: Segment, tmp_path: Path) -> None:
    store = tmp_path / "x.db"
    words = ["--interface", "other0", "--seconds", "30", "--db", str(store)]
    site.scanner.ip("link add other0 type veth peer name other1")
    with site.scanner.inside():
        done = subprocess.run([*COMMAND, *words], capture_output=True, check=False, timeout=25)
    site.scanner.ip("link delete other0")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"cannot use interface other0: Network is down" in done.stderr
    assert b"Listening" not in done.stderr
    assert not store.exists()


@pytest.mark.netns
def test_without_the_privilege_nothing_is_stored(site: Segment, tmp_path: Path) -> None:
    store = tmp_path / "x.db"
    main = [sys.executable, "-m", "camscan", "listen"]
    with site.scanner.inside():
        done = subprocess.run([*UNPRIVILEGED, *main, "--db", str(store)], capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"Error: no CAP_NET_RAW, which packet sockets need: run camscan with sudo")
    assert b"AmbientCapabilities=CAP_NET_RAW" in done.stderr
    assert not store.exists()
