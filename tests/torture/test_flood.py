"""Forged answers: whoever may write any sender's address answers each question ten thousand times, as others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.admitted import Told
from support.rig import EXCLUDED, Rig, neighbours, rig

from camscan.app.reporting.scanreport import DOUBT
from camscan.records import Outcome, ScanStatus

pytestmark = [pytest.mark.netns, pytest.mark.slow, pytest.mark.cold_start]

HONEST, EMPTY, FORGED = 50, 100, 10_000
SOME = 2
"""Honest devices of which part of what they say by datagram may be lost in the flood."""
FORGER = "10.77.2.1"
PORTS = (37020, 3702, 1900, 5353, 37810, 5050, 34569, 161)
FLOOD = """
import select, socket, struct, sys
me, count, empty, excluded, ports = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5:]
sadp = ("<?xml version='1.0' encoding='UTF-8'?><ProbeMatch><Uuid>0</Uuid><Types>inquiry</Types><DeviceDescription>"
        "DS-2CD2385G1-I</DeviceDescription><DeviceSN>DS-2CD2385G1-I20190101AAWRD%08d</DeviceSN></ProbeMatch>")
sources = [f"10.90.{n // 250}.{n % 250 + 1}" for n in range(count)]
sources += [f"10.77.3.{n + 1}" for n in range(empty)] + [excluded]
forged = [(socket.inet_aton(source), (sadp % n).encode()) for n, source in enumerate(sources)]
hearing = []
for port in map(int, ports):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((me, port))
    hearing.append(sock)
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
print("ready", flush=True)
sent = 0
while True:
    for sock in select.select(hearing, [], [])[0]:
        _, (asker, port) = sock.recvfrom(65536)
        there = socket.inet_aton(asker)
        for source, data in forged:
            head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, 17, 0, source, there)
            udp = struct.pack("!HHHH", sock.getsockname()[1], port, 8 + len(data), 0)
            raw.sendto(head + udp + data, (asker, 0))
        sent += len(forged)
        print(sent, flush=True)
"""


@contextmanager
def flooding(site: Rig) -> Iterator[subprocess.Popen[str]]:
    """The forger at its address, for as long as the body; it says how many it has sent."""
    site.lab.rules(site.lab.site, f"add element ip lab alive {{ {FORGER} }}\n")
    words = [FORGER, str(FORGED), str(EMPTY), EXCLUDED, *map(str, PORTS)]
    command = ["ip", "netns", "exec", site.lab.site, sys.executable, "-c", FLOOD, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def test_forged_answers_hide_no_honest_device_and_make_none_beyond_the_targets(
    tmp_path: Path, usual: Told, figure: Callable[[str, object], None]
) -> None:
    with rig(neighbours(HONEST), tmp_path) as site:
        devices = dict(site.places)
        empty = {f"empty-{number}": f"10.77.3.{number + 1}" for number in range(EMPTY)}
        site.places = {**devices, **empty, "forger": FORGER}
        with flooding(site) as forger:
            result = site.scan("--rate", "4000")
            forger.kill()
            assert forger.stdout is not None
            sent = int(forger.stdout.read().split()[-1])
    assert sent >= 3 * FORGED
    assert (result.code, result.scan.status, result.errors) == (0, ScanStatus.COMPLETE, "")
    found = {name: result.told(address) for name, address in devices.items()}
    assert {name: told.get("maker") for name, told in found.items()} == {n: told["maker"] for n, told in usual.items()}
    lost = [note for note in result.scan.notes if "lost because a buffer was full" in note]
    part = [name for name, told in found.items() if told != usual[name]]
    assert len(part) <= (SOME if lost else 0), (part, lost)  # on a machine that is slow to read, and says so
    assert (result.outside, result.never, result.leaks) == (0, 0, ())
    assert set(result.ledger) == {*site.places.values(), EXCLUDED}
    assert result.ledger[EXCLUDED].outcome is Outcome.EXCLUDED
    told = {device["address"]: device for device in result.report["devices"]}
    assert set(told) <= set(site.places.values())
    forged = [told[address] for address in empty.values()]
    assert {(*device["ports"], *device["conflicts"]) for device in forged} == {(DOUBT,)}  # and all of them came through
    assert not [a for a, device in told.items() if DOUBT in device["conflicts"] and a not in empty.values()]
    assert result.megabytes < 192
    figure("flood.forged", sent)
