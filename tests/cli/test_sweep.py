"""`camscan sweep` as cron meets it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.receiver import OK, Receiver, receiving
from support.world import CONFIG, World, camera, configured

from camscan.app.judging import keptdevices
from camscan.app.judging.keptdevices import basis
from camscan.app.sweeping import alerting, onesite
from camscan.cli.sweep import sweep
from camscan.errors import StoreError, UsageError
from camscan.identify.library import Library
from camscan.net.services import delivery
from camscan.simulator import honest, make_site
from camscan.store.locks import FileLocks, site_held
from camscan.store.store import Store
from camscan.sweeps import memory as memories

PREFIX = f"127.91.{os.getpid() % 250}"
"""Each process that runs tests plays its sites on addresses of its own."""
NETWORK = f"{PREFIX}.0/29"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_PAUSES", (0.01,))


@pytest.fixture(autouse=True)
def own_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command formats the root's handlers: they are the test's for as long."""
    handlers = logging.getLogger().handlers
    formatters = [handler.formatter for handler in handlers]
    yield
    for handler, formatter in zip(handlers, formatters, strict=True):
        handler.setFormatter(formatter)
    logging.getLogger("camscan.sweep").setLevel(logging.NOTSET)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configured(tmp_path)


@pytest.fixture
def only_scans_take_time(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """However slow the machine is, deadlines pass in scans alone."""
    clock = SimpleNamespace(monotonic=lambda: world.elapsed)
    for module in ("cli.sweep", "app.sweeping.allsites", "app.sweeping.retention", "app.judging.manyscans"):
        monkeypatch.setattr(f"camscan.{module}.time", clock)


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(sweep, ["--config", str(config), *words])


def test_nothing_is_written_unless_asked(config: Path, world: World) -> None:
    assert (run(config).exit_code, run(config).stdout) == (0, "")


def test_formats(config: Path, world: World, tmp_path: Path) -> None:
    run(config)
    world.answers["10.0.0.9"] = camera(9)
    shown = run(config, "--format", "table").stdout.splitlines()
    assert shown[0].startswith("hq: scan ")
    assert shown[0].endswith(": 1 new (1 listed)")
    assert shown[2].split()[:3] == ["new", "listed", "10.0.0.9"]
    del world.answers["10.0.0.9"]
    found = json.loads(run(config, "--format", "json").stdout)
    assert (found["schema"], found["sites"][0]["site"], found["sites"][0]["new"]) == ("camscan-changes/1", "hq", [])
    assert run(config, "--output", str(tmp_path / "out.txt")).stdout == ""
    assert (tmp_path / "out.txt").read_text().startswith("hq: scan ")
    run(config, "--output", str(tmp_path / "out.json"))
    assert json.loads((tmp_path / "out.json").read_text())["schema"] == "camscan-changes/1"


def test_what_changed_is_written_in_the_order_of_the_configuration(config: Path, world: World) -> None:
    """Who waited longest is swept first, which differs from night to night."""
    config.write_text(f'{CONFIG}[[site]]\nname = "b"\nnetworks = ["10.0.1.0/29"]\n')
    run(config, "--site", "hq")
    found = json.loads(run(config, "--format", "json").stdout)
    assert world.together == [["hq"], ["b", "hq"]]
    assert [site["site"] for site in found["sites"]] == ["hq", "b"]


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [((), 0), (("new",), 3), (("returned",), 0), (("listed",), 3), (("suspected",), 0), (("returned", "new"), 3)],
)
def test_exit_codes_by_what_changed(config: Path, world: World, fail_on: tuple[str, ...], code: int) -> None:
    run(config)
    world.answers["10.0.0.9"] = camera(9)
    assert run(config, *(word for name in fail_on for word in ("--fail-on", name))).exit_code == code
    assert run(config, "--fail-on", "new", "--fail-on", "listed").exit_code == 0


def test_in_the_first_sweep_all_listed_devices_are_found(config: Path, world: World) -> None:
    assert run(config, "--fail-on", "listed").exit_code == 3


def test_a_first_sweep_that_met_nothing_alive_is_incomplete_and_says_so(
    config: Path, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.answers.clear()
    for _ in range(2):
        assert run(config).exit_code == 4
        assert "none of the 14 addresses that were asked gave a sign of life" in caplog.text
        caplog.clear()
    assert run(config, "--fail-on", "coverage-loss").exit_code == 3


def test_lost_coverage_is_incomplete_unless_it_has_a_code(config: Path, world: World) -> None:
    run(config)
    world.answers.clear()
    assert run(config, "--fail-on", "new").exit_code == 4
    assert run(config, "--fail-on", "coverage-loss").exit_code == 3


def test_an_interrupted_sweep_is_incomplete_and_ends_the_run(
    config: Path, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    config.write_text(f'{CONFIG}[[site]]\nname = "b"\nnetworks = ["10.1.0.0/20"]\n')
    world.cut_after = 3
    assert run(config).exit_code == 4
    assert len(world.scans) == 1
    assert caplog.messages[-1] == 'site.skipped site=b reason="interrupted by a signal"'


@pytest.mark.usefixtures("only_scans_take_time")
def test_a_deadline_leaves_the_rest_and_the_next_run_begins_with_it(config: Path, world: World) -> None:
    more = '[[site]]\nname = "b"\nnetworks = ["10.0.1.0/29"]\n'
    config.write_text(f'{CONFIG}{more}[sweep]\ndeadline = "0.1s"\n')
    world.answers["10.0.1.2"] = camera(12)
    world.seconds = 0.2
    assert run(config).exit_code == 4
    assert [job.seconds for job in world.scans] == [0.1]
    world.seconds = 0
    config.write_text(f"{CONFIG}{more}")
    assert run(config).exit_code == 0
    assert [job.scan.site for job in world.scans] == ["hq", "b", "hq"]


@pytest.mark.usefixtures("only_scans_take_time")
def test_a_site_that_never_ends_in_time_does_not_keep_the_others_from_their_turn(config: Path, world: World) -> None:
    more = '[[site]]\nname = "b"\nnetworks = ["10.0.1.0/29"]\n[[site]]\nname = "c"\nnetworks = ["10.0.2.0/29"]\n'
    config.write_text(f'{CONFIG}{more}[sweep]\ndeadline = "0.1s"\n')
    world.seconds, world.cut_after = 0.2, 1
    assert [run(config).exit_code for _ in range(4)] == [4] * 4
    assert [job.scan.site for job in world.scans] == ["hq", "b", "c", "hq"]


@pytest.mark.usefixtures("only_scans_take_time")
def test_a_site_that_was_swept_by_a_clock_that_was_ahead_does_not_wait_for_that_time(
    config: Path, world: World
) -> None:
    more = '[[site]]\nname = "b"\nnetworks = ["10.0.1.0/29"]\n'
    config.write_text(f'{CONFIG}{more}[sweep]\ndeadline = "0.1s"\n')
    world.seconds = 0.2
    run(config)
    with Store.open(config.parent / "c.db") as store:
        memory = replace(memories.load(store.outbox.memory("hq")), at=datetime(2099, 1, 1, tzinfo=UTC))
        store.outbox.remember("hq", memories.dump(memory), status=memories.dump(memories.status_of(memory)))
    for _ in range(3):
        run(config)
    assert [job.scan.site for job in world.scans] == ["hq", "hq", "b", "hq"]


def test_one_site_that_fails_costs_no_other(config: Path, world: World, caplog: pytest.LogCaptureFixture) -> None:
    config.write_text(f'{CONFIG}[[site]]\nname = "b"\nnetworks = ["10.0.1.0/29"]\nexclude_files = ["none.txt"]\n')
    assert run(config).exit_code == 1
    assert [job.scan.site for job in world.scans] == ["hq"]
    failed = next(record for record in caplog.records if record.getMessage().startswith("site.failed "))
    assert "none.txt" in str(failed.__dict__["values"])


def test_a_site_whose_memory_is_damaged_costs_no_other(
    config: Path, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    run(config)
    with closing(sqlite3.connect(config.parent / "c.db")) as connection, connection:
        connection.execute("UPDATE memories SET text = substr(text, 2)")
        connection.execute("DELETE FROM statuses")
    config.write_text(f'{CONFIG}[[site]]\nname = "b"\nnetworks = ["10.0.1.0/29"]\n')
    assert run(config).exit_code == 1
    assert [job.scan.site for job in world.scans] == ["hq", "b"]
    assert [one.partition(" reason=")[0] for one in caplog.messages if "failed" in one] == ["site.failed site=hq"]


def test_a_fault_of_camscan_at_one_site_costs_no_other(
    config: Path, world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(f'{CONFIG}[[site]]\nname = "b"\nnetworks = ["10.0.1.0/29"]\n')
    real = onesite.compare_with_memory

    def failing(context: Any, site: Any, *rest: Any) -> Any:
        if site.name == "hq":
            raise KeyError("what nobody thought of")
        return real(context, site, *rest)

    monkeypatch.setattr(onesite, "compare_with_memory", failing)
    assert run(config).exit_code == 1
    assert [job.scan.site for job in world.scans] == ["hq", "b"]
    crashed = next(record for record in caplog.records if "site hq crashed" in record.getMessage())
    assert crashed.exc_info
    with Store.open(config.with_name("c.db")) as store:
        assert store.outbox.memory("b") is not None


def test_a_store_that_fails_is_a_failure(config: Path, world: World) -> None:
    world.error = StoreError("disk full")
    assert run(config).exit_code == 1


def test_a_site_that_is_held_is_incomplete(config: Path, world: World, tmp_path: Path) -> None:
    with site_held(FileLocks(tmp_path / "c.db"), "hq"):
        assert run(config).exit_code == 4


def test_an_unknown_site_is_wrong_use(config: Path, world: World) -> None:
    ended = run(config, "--site", "x")
    assert isinstance(ended.exception, UsageError)
    assert str(ended.exception) == "no site 'x' in the configuration: it has hq"


def test_wrong_use_is_an_event_for_those_who_read_events(config: Path) -> None:
    done = real(config, "--log-json", "--site", "x")
    (event,) = events(done)
    assert (done.returncode, event["event"], event["level"]) == (2, "sweep.failed", "error")
    assert event["reason"] == "no site 'x' in the configuration: it has hq"


def test_every_fault_of_the_configuration_is_told(config: Path, world: World) -> None:
    config.write_text(f"{CONFIG}rate = 0\nexpect = 0\n")
    faults = str(run(config).exception).splitlines()
    assert [fault.split(": ")[1] for fault in faults] == ["site 'hq'.rate", "site 'hq'.expect"]


def test_ctrl_c_before_the_first_scan_ends_it_as_one_during_it(
    config: Path, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    assert run(config, "--jitter", "10m").exit_code == 4
    assert "sweep.interrupted" in caplog.text
    assert "the next sweep of today does the rest" in caplog.text
    assert world.scans == []


def test_jitter(config: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    assert run(config, "--jitter", "10m").exit_code == 0
    assert len(waited) == 1
    assert 0 <= waited[0] <= 600
    assert isinstance(run(config, "--jitter", "soon").exception, UsageError)
    config.write_text(f'{CONFIG}[sweep]\njitter = "10m"\n', encoding="ascii")
    assert run(config, "--jitter", "0").exit_code == 0
    assert len(waited) == 1, "whoever starts a sweep by hand need not wait"
    assert run(config).exit_code == 0
    assert len(waited) == 2


def test_the_configuration_names_the_store_and_db_another(config: Path, world: World, tmp_path: Path) -> None:
    run(config)
    assert (tmp_path / "c.db").exists()
    run(config, "--db", str(tmp_path / "other.db"))
    assert (tmp_path / "other.db").exists()


def test_alerts_are_sent(config: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSCAN_WEBHOOK_SECRET", "0123456789abcdef")
    with receiving([OK]) as receiver:
        config.write_text(f'{CONFIG}[notify]\nwebhook = "{receiver.url}"\nallow_private = true\ntimeout = "5s"\n')
        run(config)
        run(config)
        world.answers["10.0.0.9"] = camera(9)
        assert run(config).exit_code == 0
    assert [json.loads(body)["summary"] for body in receiver.bodies] == [
        "hq: the first sweep: 5 devices (5 listed)",
        "hq: 1 new (1 listed)",
    ]
    world.answers["10.0.0.10"] = camera(10)
    assert run(config).exit_code == 1, "the receiver is gone"
    with receiving([OK]) as again:
        config.write_text(config.read_text().replace(receiver.url, again.url))
        assert run(config).exit_code == 0
    assert [json.loads(body)["new"][0]["address"] for body in again.bodies] == ["10.0.0.10"]


@pytest.mark.parametrize(("cut_after", "rounds"), [(None, 4), (3, 1)], ids=["complete", "interrupted"])
def test_what_a_slow_receiver_leaves_is_sent_at_the_end_unless_somebody_waits_for_it(
    config: Path, world: World, monkeypatch: pytest.MonkeyPatch, cut_after: int | None, rounds: int
) -> None:
    left = [True, True, True, False]
    monkeypatch.setattr(alerting.Dispatcher, "deliver", lambda _: left.pop(0))
    world.cut_after = cut_after
    run(config)
    assert len(left) == 4 - rounds


def test_after_an_update_what_is_looked_at_is_derived_anew(
    config: Path, world: World, monkeypatch: pytest.MonkeyPatch, rules: Library
) -> None:
    run(config)
    before = basis(rules)
    monkeypatch.setattr(keptdevices, "_code", lambda: "an update")
    run(config)
    with Store.open(config.with_name("c.db")) as store:
        scans = [scan.id for scan in store.scans()]
        assert len(scans) == len(world.scans) >= 2
        assert [store.derived.holds(scan, basis(rules)) for scan in scans] == [True] * len(scans)
        assert not any(store.derived.holds(scan, before) for scan in scans)


def test_a_variable_for_the_store_that_is_empty_counts_as_none(
    config: Path, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(CONFIG.replace('url = "c.db"', ""))
    monkeypatch.setenv("CAMSCAN_DB", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert run(config).exit_code == 0
    assert (tmp_path / "data/camscan/camscan.db").is_file()


def test_figures_are_written(config: Path, world: World, tmp_path: Path) -> None:
    config.write_text(f'{CONFIG}[metrics]\ntextfile = "c.prom"\n')
    assert run(config).exit_code == 0
    assert 'camscan_devices{site="hq",verdict="listed"} 5\n' in (tmp_path / "c.prom").read_text()
    config.write_text(f'{CONFIG}[metrics]\ntextfile = "none/c.prom"\n')
    failed = run(config, "--format", "json")
    assert failed.exit_code == 1
    assert failed.stdout.startswith("{")  # what was seen is told all the same


# ---- the real program on a simulated site


def real(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command with an empty environment."""
    command = [sys.executable, "-m", "camscan", "sweep", "--config", str(config), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env={"PATH": "/bin"}, check=False)


def events(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stderr.splitlines()]


def on_loopback(folder: Path, receiver: Receiver) -> Path:
    (folder / "key").write_text("0123456789abcdef")
    (folder / "key").chmod(0o600)
    config = folder / "c.toml"
    config.write_text(
        f'[[site]]\nname = "loop"\nnetworks = ["{NETWORK}"]\nchannels = ["sadp"]\nrate = 5000\n'
        f'decoys = ["{PREFIX}.1"]\n[store]\nurl = "c.db"\n'
        f'[notify]\nwebhook = "{receiver.url}"\nsecret_file = "key"\nallow_private = true\n'
    )
    return config


@pytest.mark.slow
async def test_a_camera_that_appears_on_a_simulated_site_wakes_somebody(tmp_path: Path) -> None:
    personas = [persona for persona in honest() if persona.sadp][:3]
    with receiving([OK]) as receiver:
        config = on_loopback(tmp_path, receiver)
        async with make_site(personas[:2], NETWORK):
            first = await asyncio.to_thread(real, config, "--log-json", "--fail-on", "new")
        async with make_site(personas, NETWORK):
            second = await asyncio.to_thread(real, config, "--log-json", "--fail-on", "new")
    assert (first.returncode, second.returncode) == (0, 3), second.stderr
    assert (first.stdout, second.stdout) == ("", "")
    new = [event for event in events(second) if event["event"] == "device.new"]
    assert [(event["address"], event["verdict"]) for event in new] == [(f"{PREFIX}.3", "listed")]
    assert [json.loads(body)["summary"] for body in receiver.bodies] == [
        "loop: the first sweep: 2 devices (2 listed)",
        "loop: 1 new (1 listed)",
    ]


@pytest.mark.slow
async def test_two_sweeps_at_once_and_a_kill(tmp_path: Path) -> None:
    with receiving([OK]) as receiver:
        config = on_loopback(tmp_path, receiver)
        config.write_text(config.read_text().replace("rate = 5000", "rate = 8"))
        async with make_site([persona for persona in honest() if persona.sadp][:2], NETWORK):
            words = ["-m", "camscan", "sweep", "--config", str(config), "--log-json"]
            running = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.PIPE)
            assert running.stderr is not None
            begun = json.loads(await running.stderr.readline())
            running.send_signal(signal.SIGSTOP)  # so that it has not ended by then
            beside = await asyncio.to_thread(real, config, "--log-json")
            running.send_signal(signal.SIGKILL)
            await running.wait()
            after = await asyncio.to_thread(real, config, "--log-json")
    assert begun["event"] == "scan.begin"
    assert beside.returncode == 4
    [held_event] = events(beside)
    assert held_event["event"] == "site.held"
    assert held_event["by"].startswith(f"process {running.pid} on ")
    assert after.returncode == 0, after.stderr
    assert events(after)[0]["scan"] == begun["scan"], "the killed one is resumed"


@pytest.mark.slow
def test_a_deadline_interrupts_a_scan(tmp_path: Path) -> None:
    with receiving([OK]) as receiver:
        config = on_loopback(tmp_path, receiver)
        config.write_text(f'{config.read_text().replace("/29", "/26")}[sweep]\ndeadline = "0.5s"\n')
        done = real(config, "--log-json", "--quiet")
    assert done.returncode == 4
    assert [(event["event"], event.get("status")) for event in events(done)] == [("scan.end", "interrupted")]
    assert receiver.requests == []
