"""Sweeps that are killed at a random moment, over and over, and what must hold nevertheless.

In each round one camera is replaced by another. A process sweeps the site and is killed (SIGKILL) somewhere between its
first and its last instruction; whatever it said is stored must be stored. After the last round the site is swept in
peace, and every camera of which an answer was stored must have been told of in exactly one alert.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from support.receiver import OK, receiving

from camscan.scansettings import THINNED
from camscan.store.store import Store

KEY = "0123456789abcdef"
_PLACES = 8
_LEASE = 2.5
"""Seconds after which alerts that a killed sweep had taken are free again: its timeout, and what it adds to that."""
_RECENT = 5 * _PLACES
_SERIAL = "DS-2CD2142FWD-I20170101AAWR"
_CONFIG = """
[store]
url = "c.db"
[retention]
sweeps = 3
days = 0
[[site]]
name = "hq"
networks = ["10.0.0.0/28"]
policies = ["uk-nil"]
[notify]
webhook = "{url}"
allow_private = true
timeout = "2s"
secret_file = "key"
"""
_PROGRAM = """
import json, os, signal, sys, time
from datetime import timedelta
from camscan.app.judging import criteria
from camscan.app.sweeping import waves
import camscan.app.sweeping.alerting, camscan.app.sweeping.retention, camscan.app.sweeping.pinging
import camscan.cli.formats.changes, camscan.cli.formats.health
import alembic.operations, alembic.runtime.migration, alembic.script, aiohttp
from camscan.cli.sweep import sweep
from camscan.store.store import Store
from camscan.scansettings import THINNED
from support.world import World, camera

camscan.app.sweeping.alerting._LEASE = timedelta(seconds=0.2)
rules = criteria.library()
criteria.library = lambda *_: rules
append = Store.append

def loudly(self, scan, seen, entries=()):
    stored = append(self, scan, seen, entries)
    for one in seen:
        os.write(1, f"stored {scan} {one.target} {one.fields['sadp.device_sn'][0]}\\n".encode())
    return stored

Store.append = loudly

for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        code = 99
        try:
            world = World({f"10.0.0.{place}": camera(number) for place, number in enumerate(order["devices"], start=1)})
            waves.run_together = world.run_together
            sweep.main(["--config", order["config"], "--quiet"], standalone_mode=False)
            code = 0
        except SystemExit as ended:
            code = ended.code
        finally:
            os._exit(code)
    if order["kill_after"] is not None:
        time.sleep(order["kill_after"])
        os.kill(child, signal.SIGKILL)  # not reaped yet, so the number is still its own
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.write(1, f"ended {status}\\n".encode())
"""


@dataclass
class Tally:
    """What came of it. Everything from `lost` on must be empty."""

    rounds: int = 0
    killed: int = 0
    acknowledged: int = 0
    alerts: int = 0
    repeated: int = 0
    """Deliveries of an alert that had been delivered: killed between the receiver's answer and the note of it."""
    lost: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or damaged."""
        return not (self.lost or self.untold or self.doubled or self.damaged)


@dataclass(frozen=True)
class Stored:
    """One observation that a sweep said is stored."""

    scan: str
    target: str
    device: str


class Sweeper:
    """A process that forks one sweep for each order; the slow imports are done once."""

    def __init__(self, config: Path) -> None:
        self._config = config
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def sweep(self, devices: list[int], kill_after: float | None = None) -> tuple[int, list[Stored]]:
        """One sweep: how it ended, and what it said is stored."""
        assert self._process.stdin
        assert self._process.stdout
        order = {"config": str(self._config), "devices": devices, "kill_after": kill_after}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        stored: list[Stored] = []
        for line in self._process.stdout:
            kind, *values = line.split()
            if kind == "ended":
                return int(values[0]), stored
            stored.append(Stored(*values))
        raise RuntimeError("the sweeper is gone")


def kill_sweeps(folder: Path, rounds: int, seed: int) -> Tally:
    """Kill that many sweeps, and say what came of it."""
    chance = random.Random(seed)
    (folder / "key").write_text(KEY)
    (folder / "key").chmod(0o600)
    config, tally = folder / "c.toml", Tally()
    devices = list(range(_PLACES))
    everything: list[Stored] = []
    with receiving([OK]) as receiver:
        config.write_text(_CONFIG.format(url=receiver.url))
        with Sweeper(config) as sweeper:
            sweeper.sweep(devices)
            started = time.monotonic()
            sweeper.sweep(devices)
            whole = time.monotonic() - started
            for number in range(rounds):
                devices[number % _PLACES] = _PLACES + number
                started = time.monotonic()
                code, stored = sweeper.sweep(devices, chance.uniform(0, 1.2 * whole))
                tally.rounds += 1
                if code == -signal.SIGKILL:
                    tally.killed += 1
                else:  # the host has become faster, perhaps
                    whole = time.monotonic() - started
                everything += stored
                _check_store(folder / "c.db", everything[-_RECENT:], tally)
            for _ in range(2):  # the first may only resume what was cut off
                time.sleep(_LEASE)
                everything += sweeper.sweep(devices)[1]
    tally.acknowledged = len(everything)
    first = {f"{_SERIAL}{number:09}" for number in range(_PLACES)}
    _check_alerts([json.loads(body) for body in receiver.bodies], {one.device for one in everything} - first, tally)
    with Store.open(folder / "c.db") as store:
        tally.untold += [f"{count} alerts wait" for count in store.outbox.pending().values()]
    return tally


def _check_store(path: Path, stored: list[Stored], tally: Tally) -> None:
    """What was stored lately is there, unless a later sweep has thinned its scan."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        tally.damaged += [str(row[0]) for row in found if row != ("ok",)]
        tally.damaged += [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
    with Store.open(path) as store:
        whole = {scan.id for scan in store.scans() if THINNED not in scan.settings}
        newest = stored[-1].scan if stored else ""
        for scan in {one.scan for one in stored} & (whole | {newest}):
            there = {seen.target for seen in store.observations(scan)}
            tally.lost += [one.target for one in stored if one.scan == scan and one.target not in there]


def _check_alerts(alerts: list[dict[str, Any]], devices: set[str], tally: Tally) -> None:
    by_id = {alert["id"]: alert for alert in alerts}
    tally.alerts, tally.repeated = len(by_id), len(alerts) - len(by_id)
    told = Counter(device["id"] for alert in by_id.values() for device in alert["new"])
    tally.untold += [device for device in sorted(devices) if not told[device]]
    tally.doubled += [device for device, count in told.items() if count > 1]
