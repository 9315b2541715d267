"""The scanner's own host fails it: what is found is as ever, or the scan is partial and the ledger says why."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from support.admitted import Told, assert_admitted, changed
from support.namespaces import Namespace
from support.relay import Weather, relayed
from support.rig import Result, Rig, gallery, neighbours, rig
from support.sweeping import wait_until

from camscan.records import Outcome, ScanStatus
from camscan.store.store import Store

pytestmark = [pytest.mark.netns, pytest.mark.slow]

FEW, MANY = 6, 50
SOME = 100
"""Packets, of the scan's thousands."""


def recall(site: Rig, result: Result, usual: Told) -> tuple[float, float]:
    """Shares of the devices that are found at all, and whose maker is named as usual."""
    found = [result.told(address) for address in site.places.values()]
    named = [told.get("maker") == usual[name]["maker"] for name, told in zip(site.places, found, strict=True) if told]
    return sum(map(bool, found)) / len(found), sum(named) / len(found)


def after(seconds: float, *acts: Callable[[], object]) -> Callable[[subprocess.Popen[bytes]], None]:
    def meanwhile(_process: subprocess.Popen[bytes]) -> None:
        for act in acts:
            time.sleep(seconds)
            act()

    return meanwhile


def ip(site: Rig, words: str) -> Callable[[], object]:
    return lambda: subprocess.run(["ip", "-n", site.lab.scanner, *words.split()], check=True, capture_output=True)


def packets(site: Rig) -> int:
    """How many the scanner has sent."""
    command = ["ip", "-n", site.lab.scanner, "-s", "-j", "link", "show", site.lab.interface]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return int(told[0]["stats64"]["tx"]["packets"])


def test_a_limit_of_64_descriptors_changes_nothing(tmp_path: Path, usual: Told) -> None:
    with rig(neighbours(12), tmp_path) as site:
        result = site.scan("--rate", "4000", under=["prlimit", "--nofile=64"])
    assert (result.code, changed(site, result, usual)) == (0, [])


@pytest.mark.parametrize(
    "error",
    ["ENOBUFS", *(pytest.param(e, marks=pytest.mark.torture) for e in ("EPERM", "ENETUNREACH", "EADDRNOTAVAIL"))],
)
def test_connects_that_fail_now_and_then(error: str, tmp_path: Path, usual: Told) -> None:
    strace = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", f"inject=connect:error={error}:when=9+5"]
    with rig(neighbours(FEW), tmp_path) as site:
        result = site.scan(under=strace)
    assert_admitted(site, result, usual)
    assert result.code in {0, 4}


@pytest.mark.torture
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_packets_that_this_host_itself_drops_now_and_then(protocol: str, tmp_path: Path, usual: Told) -> None:
    """A datagram that nftables drops on the way out is EPERM for its sender; of a TCP packet it hears nothing."""
    with rig(neighbours(FEW), tmp_path) as site:
        drop = f"type filter hook output priority 1; meta l4proto {protocol} numgen random mod 10 == 0 drop;"
        Namespace(site.lab.scanner).nft(f"table ip faulty {{ chain out {{ {drop} }}; }}")
        result = site.scan()
    assert recall(site, result, usual)[0] == 1.0
    assert_admitted(site, result, usual)


def test_routes_that_this_host_has_closed(tmp_path: Path, usual: Told) -> None:
    with rig(neighbours(FEW), tmp_path) as site:
        names = list(site.places)[:3]
        for name, kind in zip(names, ("blackhole", "prohibit", "unreachable"), strict=True):
            ip(site, f"route add {kind} {site.places[name]}/32")()
        result = site.scan()
    assert sorted(changed(site, result, usual)) == sorted(names)
    assert (result.code, result.scan.status) == (4, ScanStatus.PARTIAL)
    for name in names:
        entry = result.ledger[site.places[name]]
        assert entry.outcome in {Outcome.NOT_SENT, Outcome.UNREACHABLE}, entry
        assert entry.reasons, name


def test_a_gateway_that_tells_its_mac_late(tmp_path: Path, usual: Told) -> None:
    """Whoever was begun with first is called unreachable, and nobody else."""
    silent = "table arp late {\nchain c {\ntype filter hook output priority 0;\ndrop;\n}\n}\n"
    with rig(neighbours(12), tmp_path) as site:
        ip(site, "neigh flush all")()
        site.lab.rules(site.lab.scanner, silent)
        told = partial(site.lab.rules, site.lab.scanner, "delete table arp late\n")
        result = site.scan("--rate", "4000", meanwhile=after(5.0, told))
    assert len(changed(site, result, usual)) <= 2


def test_a_firewall_that_keeps_the_scanner_out_from_some_time_on(tmp_path: Path) -> None:
    """As an intrusion prevention system does with whoever asks for many ports."""
    hook, rule = "type filter hook prerouting priority -310", "ip daddr 10.77.0.0/22 quota over 40 kbytes drop"
    with rig(neighbours(12), tmp_path) as site:
        Namespace(site.lab.site).nft(f"table ip kept {{ chain in {{ {hook}; {rule}; }}; }}")
        result = site.scan()
    assert (result.code, result.scan.status) == (4, ScanStatus.PARTIAL)
    assert any("kept this host out" in note for note in result.scan.notes)


def test_an_interface_that_goes_down_and_comes_back_no_more(tmp_path: Path, usual: Told) -> None:
    with rig(neighbours(FEW), tmp_path) as site:
        down = ip(site, f"link set {site.lab.interface} down")
        result = site.scan(meanwhile=after(3.0, down))
    assert result.scan.status is ScanStatus.PARTIAL
    assert result.code == 4
    assert_admitted(site, result, usual)


@pytest.mark.torture
@pytest.mark.parametrize("seconds", [1.5, 2.5, 4.0, 6.0])
def test_an_interface_that_goes_down_and_comes_back(seconds: float, tmp_path: Path, usual: Told) -> None:
    with rig(neighbours(FEW), tmp_path) as site:
        back = (ip(site, f"link set {site.lab.interface} up"), ip(site, "route replace 10.77.0.0/22 via 10.99.0.2"))
        down = ip(site, f"link set {site.lab.interface} down")
        result = site.scan(meanwhile=after(seconds, down, lambda: [act() for act in back]))
    assert_admitted(site, result, usual)


def test_a_cable_that_is_pulled_and_put_in_again(tmp_path: Path, usual: Told) -> None:
    with rig(neighbours(FEW), tmp_path) as site:

        def cable(state: str) -> None:
            subprocess.run(["ip", "-n", site.lab.site, "link", "set", site.lab.interface, state], check=True)

        def pull() -> None:
            assert wait_until(lambda: packets(site) > SOME, 60), "the scan does not begin"
            cable("down")

        assert packets(site) < SOME
        result = site.scan(meanwhile=after(2.0, pull, lambda: cable("up")))
    assert (result.code, result.scan.status) == (4, ScanStatus.PARTIAL)
    assert any(f"{site.lab.interface} was not connected for" in note for note in result.scan.notes)
    assert_admitted(site, result, usual)


@pytest.mark.torture
def test_an_address_that_changes(tmp_path: Path, usual: Told) -> None:
    with rig(neighbours(FEW), tmp_path) as site:
        subprocess.run(
            ["ip", "-n", site.lab.site, "addr", "add", "172.31.0.2/30", "dev", site.lab.interface], check=True
        )

        def change() -> None:
            for words in (
                f"addr add 172.31.0.1/30 dev {site.lab.interface}",
                f"addr del 10.99.0.1/30 dev {site.lab.interface}",
                "route replace 10.77.0.0/22 via 172.31.0.2",
            ):
                ip(site, words)()

        result = site.scan(meanwhile=after(3.0, change))
    assert_admitted(site, result, usual)


LEAST = {(0.10, 12): (1.0, 0.8), (0.01, MANY): (1.0, 0.98), (0.10, MANY): (1.0, 0.94), (0.30, MANY): (0.94, 0.85)}
"""Share of packets lost, and number of devices -> the shares of these that must be found and named."""


@pytest.mark.parametrize(
    ("loss", "count"), [case if case[1] < MANY else pytest.param(*case, marks=pytest.mark.torture) for case in LEAST]
)
def test_packets_are_lost(
    loss: float, count: int, tmp_path: Path, usual: Told, figure: Callable[[str, object], None]
) -> None:
    with rig(neighbours(count), tmp_path) as site, relayed(site.lab, Weather(loss=loss)):
        result = site.scan("--rate", "4000")
    found, named = recall(site, result, usual)
    figure(f"loss.{loss:.0%}.{count}", [round(found, 3), round(named, 3)])
    least_found, least_named = LEAST[loss, count]
    assert found >= least_found
    assert named >= least_named


@pytest.mark.torture
@pytest.mark.parametrize("weather", [Weather(twice=0.3), Weather(late=0.3), Weather(0.05, 0.2, 0.2)])
def test_packets_come_twice_and_out_of_order(weather: Weather, tmp_path: Path, usual: Told) -> None:
    with rig(neighbours(MANY), tmp_path) as site, relayed(site.lab, weather):
        result = site.scan("--rate", "4000")
    shares = recall(site, result, usual)
    assert shares >= ((1.0, 1.0) if weather.loss == 0 else (0.96, 0.9))


def memory_group(folder: Path, limit: int) -> Path:
    """A memory cgroup, of either version."""
    first, second = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    root, file = (first, "memory.limit_in_bytes") if first.is_dir() else (second, "memory.max")
    group = root / f"camscan-{folder.name}-{os.getpid()}"
    try:
        group.mkdir()
        (group / file).write_text(str(limit))
    except OSError as error:
        pytest.skip(f"memory cannot be limited here: {error}")
    return group


@pytest.mark.torture
def test_128_megabytes_are_enough(tmp_path: Path, usual: Told) -> None:
    group = memory_group(tmp_path, 128 * 1024 * 1024)

    def enter(process: subprocess.Popen[bytes]) -> None:
        (group / "cgroup.procs").write_text(str(process.pid))

    try:
        with rig(neighbours(MANY), tmp_path) as site:
            result = site.scan("--rate", "4000", meanwhile=enter)
    finally:
        group.rmdir()
    assert (result.code, changed(site, result, usual)) == (0, [])


def test_a_full_disk_is_named_and_what_was_stored_is_whole(tmp_path: Path) -> None:
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    script = f'mount -t tmpfs -o size=1m tmpfs {disk} && "$@"; code=$?; cp {disk}/* {kept}; exit $code'
    swollen = [persona for name, persona in gallery().items() if name.startswith("swollen-http")]
    with rig(swollen, tmp_path) as site:
        command = [sys.executable, "-m", "camscan", "scan", *site.places.values(), "--db", str(disk / "scan.db")]
        done = site.lab.run(["sh", "-c", script, "sh", *command, "--quiet"])  # the mount is the command's own
    assert done.returncode == 1, done.stderr
    assert "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    with closing(sqlite3.connect(kept / "scan.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Store.open(kept / "scan.db") as store:
        (scan,) = store.scans()
        assert scan.status is ScanStatus.INTERRUPTED
        answered = {observation.target for observation in store.observations(scan.id)}
    assert answered <= set(site.places.values())


SHIFTS = """
import datetime, sys, time, runpy
real, began, jump = datetime.datetime, [], float(sys.argv.pop(1))

class Clock(real):
    @classmethod
    def now(cls, tz=None):
        began.append(time.monotonic())
        late = time.monotonic() - began[0] > 3
        return real.now(tz) + datetime.timedelta(seconds=jump if late else 0)

datetime.datetime = Clock
runpy.run_module("camscan", run_name="__main__")
"""


@pytest.mark.torture
@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_clock_that_jumps(jump: float, tmp_path: Path, usual: Told) -> None:
    with rig(neighbours(FEW), tmp_path) as site:
        result = site.scan(program=["-c", SHIFTS, str(jump)])
    assert (result.code, changed(site, result, usual)) == (0, [])
    finished = result.scan.finished_at
    assert finished is not None
    assert abs((finished - result.scan.started_at).total_seconds() - jump) < 120


@pytest.mark.torture
@pytest.mark.parametrize("seconds", [40.0, 600.0])
def test_a_scan_that_sleeps(seconds: float, tmp_path: Path, usual: Told) -> None:
    def sleep(process: subprocess.Popen[bytes]) -> None:
        time.sleep(3.0)
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)

    with rig(neighbours(FEW), tmp_path) as site:
        result = site.scan(meanwhile=sleep, timeout=seconds + 240)
    assert_admitted(site, result, usual)
    assert [note for note in result.scan.notes if "not finished" in note] == [], "nobody's time has run meanwhile"


def begun(store: Path) -> bool:
    """Whether a scan is on record."""
    if not store.exists():
        return False
    with closing(sqlite3.connect(store)) as connection, suppress(sqlite3.OperationalError):
        return bool(connection.execute("SELECT count(*) FROM scans").fetchone()[0])
    return False


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(2, 22))])
def test_a_scan_that_is_killed_and_resumed(seed: int, tmp_path: Path, usual: Told) -> None:
    def kill(process: subprocess.Popen[bytes]) -> None:
        while not begun(tmp_path / "scan.db"):
            time.sleep(0.05)
        time.sleep(random.Random(seed).uniform(0.0, 7.0))
        process.kill()

    with rig(neighbours(FEW), tmp_path) as site:
        killed = site.scan(meanwhile=kill, more_to_come=True)
        assert killed.scan.status is ScanStatus.INTERRUPTED
        report = site.resume(killed.scan.id)
        site.stop()
    told = {address: device for device in report["devices"] for address in device["addresses"]}
    assert report["scan"]["status"] == "complete"
    for name, address in site.places.items():
        assert {key: told[address][key] for key in usual[name]} == usual[name], name
