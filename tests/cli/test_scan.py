"""The main job from end to end: a simulated site is scanned, and what is reported is what is there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from support import command
from support.peers import eventually
from support.sample import sample
from support.site import free_network
from support.stores import keep_scan

from camscan.app.judging import criteria
from camscan.app.planning.jobs import Job
from camscan.app.reporting import registering
from camscan.app.scanning.running import Progress, run
from camscan.cli.plan import plan
from camscan.cli.scan import _hint, scan
from camscan.cli.terminal.exits import exit_code
from camscan.credentials.enrolment import Book, Enrolment
from camscan.credentials.file import CredentialFile
from camscan.errors import HostError, StoreError, UsageError
from camscan.records import Report, Scan, ScanStatus
from camscan.simulator import Site, decoy_site, honest, make_site
from camscan.store.store import Store
from camscan.summaries import Segment

BRIEFLY = ("--channels", "http,rtsp", "--ports", "80,554,8080,8554")
"""For what does not depend on what is asked: datagrams are waited for some seconds."""


async def camscan(*words: str, interrupt: Callable[[], Awaitable[None]] | None = None) -> tuple[int, str, str]:
    """Run a command, and interrupt it as soon as `interrupt` is through."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "camscan", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    if interrupt is not None:
        await interrupt()
        process.send_signal(signal.SIGINT)
    output, errors = await asyncio.wait_for(process.communicate(), 110)
    return process.returncode or 0, output.decode(), errors.decode()


def has_answers(store: Path) -> bool:
    with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(store)) as reader:
        return bool(reader.execute("SELECT count(*) FROM observations").fetchone()[0])
    return False


def by_address(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {address: device for device in report["devices"] for address in device["addresses"]}


async def scanned(site: Site, folder: Path, *words: str) -> dict[str, Any]:
    code, output, errors = await camscan(
        "scan", site.network, "--db", str(folder / "s.db"), "--format", "json", "--all", "--rate", "4000", *words
    )
    assert code == 0, errors
    report: dict[str, Any] = json.loads(output)
    return report


@pytest.mark.slow
async def test_every_device_of_the_site_is_found_and_its_maker_named(tmp_path: Path) -> None:
    async with make_site(honest(), free_network().replace("/24", "/26")) as site:
        report = await scanned(site, tmp_path)
        found = by_address(report)
        wrong = {
            device.name: found[device.address]["maker"]
            for device in site.devices
            if found[device.address]["maker"] not in (device.truth.maker, None)
        }
        missed = [
            device.name
            for device in site.devices
            if device.truth.maker is not None and found[device.address]["maker"] != device.truth.maker
        ]
        listed = {address for address, device in found.items() if device["verdict"] == "listed"}
        innocent = [device.name for device in site.devices if device.address in listed and not device.truth.listed]
        assert (wrong, missed, innocent) == ({}, [], [])
        assert report["scan"]["status"] == "complete"
        assert report["scan"]["ledger"]["targets"] == 62
        for device in site.devices:
            assert device.counters.violations == []
            assert device.counters.user_names == []
            assert all(not request.authorization for request in device.counters.requests)


async def test_an_interrupted_scan_ends_at_once_keeps_what_it_has_and_can_be_resumed(tmp_path: Path) -> None:
    store = str(tmp_path / "s.db")

    async def once_it_has_answers() -> None:
        await eventually(lambda: has_answers(tmp_path / "s.db"), 60)

    async with make_site(honest()[:3], free_network().replace("/24", "/26")) as site:
        words = ("scan", site.network, "--db", store, "--format", "json")
        code, output, errors = await camscan(*words, interrupt=once_it_has_answers)
        assert code == 4, errors
        report = json.loads(output)
        assert report["scan"]["status"] == "interrupted"
        assert report["scan"]["ledger"]["not-sent"] > 0, "it did not ask the rest first"
        assert f"camscan scan --resume {report['scan']['id']}" in errors
        code, output, errors = await camscan(
            "scan", "--resume", report["scan"]["id"], "--exclude", f"{site.devices[1].address}", "--db", store,
            "--format", "json",
        )  # fmt: skip
        assert code == 0, errors
        resumed = json.loads(output)
        assert (resumed["scan"]["id"], resumed["scan"]["status"]) == (report["scan"]["id"], "complete")
        assert any("no multicast" in note for note in resumed["scan"]["notes"])
        assert len(resumed["scan"]["notes"]) == len(set(resumed["scan"]["notes"]))
        assert resumed["scan"]["ledger"]["targets"] == 62
        assert resumed["scan"]["ledger"]["excluded"] == 1


class Loading(ModuleType):
    """A module that is still being loaded when the signal comes."""

    def __getattr__(self, name: str) -> object:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "words",
    [
        ["8.8.8.0/24"],
        ["127.0.0.300"],
        ["127.0.0.1", "--expect-decoy", "127.0.0.2"],
        ["127.0.0.1", "--channels", "htpp"],
        ["127.0.0.1", "--credentials", "none.toml"],
    ],
)
def test_what_is_refused_makes_no_store(words: list[str], tmp_path: Path) -> None:
    """Later commands would take an empty one for that which somebody has filled."""
    result = CliRunner().invoke(scan, [*words, "--db", str(tmp_path / "new.db")])
    assert result.exit_code != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("loading", [True, False])
def test_a_signal_while_a_scan_begins_or_ends_is_told_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loading: bool
) -> None:
    async def broken_off(*_args: object) -> None:
        raise KeyboardInterrupt

    if loading:
        monkeypatch.setitem(sys.modules, "camscan.app.scanning.running", Loading("scanning"))
    else:
        monkeypatch.setattr("camscan.app.scanning.running.run", broken_off)
    done = CliRunner().invoke(scan, ["127.0.0.9", "--db", str(tmp_path / "s.db")])
    assert done.exit_code == 4
    with Store.open(tmp_path / "s.db") as store:
        (kept,) = store.scans()
    same = f"camscan scan --resume {kept.id} --db {tmp_path / 's.db'}"
    assert done.stderr == f"Scan {kept.id} is interrupted: resume it with `{same}`.\n"


def test_a_signal_that_comes_when_a_scan_has_ended_keeps_nobody_from_its_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late(job: Job, store: Store, progress: Progress) -> None:
        await run(job, store, progress)
        raise KeyboardInterrupt

    monkeypatch.setattr("camscan.app.scanning.running.run", late)
    done = CliRunner().invoke(scan, ["127.0.0.9", "--channels", "http", "--db", str(tmp_path / "s.db")])
    assert done.exit_code == 0
    assert "1 address asked" in done.stdout
    assert "--resume" not in done.stderr


def test_who_is_told_that_the_store_fails_is_told_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_args: object) -> None:
        raise StoreError("s.db cannot grow")

    monkeypatch.setattr("camscan.app.scanning.running.run", full)
    done = CliRunner().invoke(scan, ["127.0.0.9", "--quiet", "--db", str(tmp_path / "s.db")])
    assert isinstance(done.exception, StoreError)
    with Store.open(tmp_path / "s.db") as store:
        assert done.stderr.endswith(
            f"resume it with `camscan scan --resume {store.scan().id} --db {tmp_path / 's.db'}`.\n"
        )


def test_an_exclusion_that_is_piped_in_as_a_scan_goes_on_holds_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[list[str]]()

    async def broken_off(job: Job, *_: object) -> None:
        asked.append([*job.scope.asked.networks()])
        raise KeyboardInterrupt

    monkeypatch.setattr("camscan.app.scanning.running.run", broken_off)
    CliRunner().invoke(scan, ["127.0.0.8/30", "--db", str(tmp_path / "s.db")])
    with Store.open(tmp_path / "s.db") as store:
        again = ["--resume", store.scan().id, "--db", str(tmp_path / "s.db")]
    CliRunner().invoke(scan, [*again, "--exclude", "-"], input="127.0.0.9\n")
    CliRunner().invoke(scan, again)
    assert asked == [["127.0.0.9-127.0.0.10"], ["127.0.0.10"], ["127.0.0.10"]]


def test_what_a_resumed_scan_would_not_heed_is_wrong_use_and_leaves_it_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(tmp_path / "s.db") as store:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        keep_scan(store, Scan("5ca0", at, ("127.0.0.9",), ("http",), "depot", at, ScanStatus.INTERRUPTED))
        before = store.scan("5ca0")
    for words, why in (
        (("--rate", "50", "--thorough"), "leave out --rate and --thorough"),
        (("--sweep", "nmap"), "leave out --sweep"),
        (("--site", "yard"), "is of site 'depot', not of 'yard'"),
        (("127.0.0.9",), "already has its targets"),
    ):
        done = command.camscan(capsys, "scan", "--resume", "5ca0", "--db", str(tmp_path / "s.db"), *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert why in done.stderr
    with Store.open(tmp_path / "s.db") as store:
        assert store.scan("5ca0") == before


async def test_fail_on_makes_the_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with make_site(honest()[:1], free_network()) as site:
        target, store = site.devices[0].address, str(tmp_path / "s.db")
        code, output, _ = await camscan("scan", target, *BRIEFLY, "--db", store, "--fail-on", "listed", "--quiet")
        assert code == 3
        assert "1 device is listed" in output
    done = command.camscan(capsys, "devices", "--db", store, "--verdict", "listed", "--format", "csv")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    done = command.camscan(capsys, "fingerprints", "explain", target, "--db", store)
    assert done.returncode == 0
    assert "verdict: listed" in done.stdout
    assert "uk-nil lists" in done.stdout


def test_that_none_was_found_is_no_success_where_nobody_was_seen() -> None:
    def report(networks: Segment, **ledger: int) -> Report:
        ended = replace(sample().scan, status=ScanStatus.COMPLETE)
        return Report(ended, (), (), {"": ledger}, 254, networks=(networks,))

    dark = Segment("10.0.0.0/24", {"silent": 254}, {}, "", 0, 254)
    silent, alone = report(dark, silent=254), report(dark, answered=1, silent=253)
    seen = report(replace(dark, control="10.0.0.9"), answered=1, silent=253)
    assert [exit_code(one, ()) for one in (silent, alone, seen)] == [4, 4, 0]


async def test_a_scan_that_misses_its_decoy_is_blind_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = free_network().replace(".0/24", ".9")
    db = str(tmp_path / "s.db")
    words = ("scan", f"{address}-10", *BRIEFLY, "--db", db, "--format", "json", "--expect-decoy", address)
    async with decoy_site(address):
        code, output, errors = await camscan(*words)
        seen = json.loads(output)
        assert (code, seen["scan"]["status"], seen["scan"]["networks"][0]["control"]) == (0, "complete", address), (
            errors
        )
        [device] = seen["devices"]
        assert (device["address"], device["verdict"], device["maker"]) == (address, "unidentified", None)
    code, output, errors = await camscan(*words)
    blind = json.loads(output)["scan"]
    assert (code, blind["status"], blind["networks"][0]["control"]) == (4, "partial", None)
    assert f"blind: the decoy {address} did not answer, so silence proves nothing" in blind["notes"]
    told = command.camscan(capsys, "report", "--db", db).stdout
    assert told.startswith(f"Nothing can be said: {address} should have answered and did not, so the scan was blind.")


def test_a_decoy_that_is_not_asked_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--db", str(tmp_path / "s.db"), "--expect-decoy", "127.99.0.9")
    done = command.camscan(capsys, "scan", "127.99.0.1", *words)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "Error: the decoy 127.99.0.9 is not asked: add it to the targets, or drop the exclusion that covers it",
    )


def test_what_is_told_once_is_told_although_the_report_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = SimpleNamespace(text="serial 1 at 10.0.0.1 was removed, and has returned")
    monkeypatch.setattr(registering, "register_scan", lambda *_: (told,))
    words = ["127.0.0.1", "--channels", "http", "--ports", "1", "--db", str(tmp_path / "s.db"), "-o", "/dev/full"]
    done = CliRunner().invoke(scan, words)
    assert isinstance(done.exception, HostError)
    assert "cannot write /dev/full" in str(done.exception)
    assert told.text in done.stderr
    with Store.open(tmp_path / "s.db") as store:
        scan_id = store.scan().id
    assert (
        f"Scan {scan_id} is stored: `camscan report --scan {scan_id} --db {tmp_path / 's.db'}` shows it." in done.stderr
    )


@pytest.mark.parametrize("busy_with", ["judging.criteria.library", "reporting.scanreport.report_of"])
def test_who_interrupts_once_more_is_told_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, busy_with: str
) -> None:
    stopped = Scan("4f2a00", datetime.now(UTC), ("127.0.0.1",), ("http",), status=ScanStatus.INTERRUPTED)

    def again(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("camscan.cli.scan._run", lambda *_, **__: stopped)
    monkeypatch.setattr(f"camscan.app.{busy_with}", again)
    done = CliRunner().invoke(scan, ["127.0.0.1", "--db", str(tmp_path / "s.db")])
    assert done.exit_code == 4
    assert done.stderr.splitlines() == [
        "Interrupted; what was found until now follows.",
        f"Scan 4f2a00 is stored: `camscan report --scan 4f2a00 --db {tmp_path / 's.db'}` shows it.",
        f"Scan 4f2a00 is interrupted: resume it with `camscan scan --resume 4f2a00 --db {tmp_path / 's.db'}`.",
    ]


@pytest.fixture
def login(tmp_path: Path) -> Path:
    enrolled = {"address": "127.0.0.1", "mac": "02:00:00:00:00:01", "user": "auditor", "secret": "x"}
    path = tmp_path / "credentials.json"
    CredentialFile(path, lambda: SecretStr("")).save(Book(logins=(Enrolment.model_validate(enrolled),)))
    return path


def test_a_plan_that_logs_in_reads_its_targets_from_stdin_once(login: Path) -> None:
    words = ["-", "--with-credentials", "--credentials", str(login)]
    done = CliRunner().invoke(plan, words, input="127.0.0.1\n", catch_exceptions=False)
    assert "1 of 1 enrolled devices are targets" in " ".join(done.stdout.split())


def test_a_scan_that_logs_in_reads_its_rules_once(login: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Mock(wraps=criteria.library)
    monkeypatch.setattr(criteria, "library", library)
    words = ["127.0.0.1", "--channels", "http,login", "--ports", "1", "--db", str(tmp_path / "s.db"), "-o", "/dev/null"]
    done = CliRunner().invoke(scan, [*words, "--with-credentials", "--credentials", str(login)])
    assert done.exit_code == 0, done.output
    library.assert_called_once()


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (["--db", "my scans.db"], {}, " --db 'my scans.db'`"),
        (["--db", "postgresql://ann:secret@db/camscan"], {}, " --db URL`"),
        ([], {"CAMSCAN_DB": "s.db"}, "--resume 4f2a00`"),
    ],
)
def test_how_to_go_on_names_the_store_that_was_chosen(
    monkeypatch: pytest.MonkeyPatch, words: list[str], environment: dict[str, str], told: str
) -> None:
    stopped = Scan("4f2a00", datetime.now(UTC), ("127.0.0.1",), ("http",), status=ScanStatus.INTERRUPTED)

    def fails(*_: object, **__: object) -> None:
        _hint(stopped)
        raise UsageError("enough")

    monkeypatch.setattr("camscan.cli.parameters.stored.open_store", fails)
    done = CliRunner().invoke(scan, ["127.0.0.1", *words], env=environment)
    assert told in done.stderr
    assert "secret" not in done.stderr


def test_where_the_table_is_not_on_stdout_a_scan_says_on_stderr_what_it_came_to(tmp_path: Path) -> None:
    words = ["127.0.0.1", "--channels", "http", "--ports", "1", "--db", str(tmp_path / "s.db")]
    file = tmp_path / "site.json"
    told = CliRunner().invoke(scan, [*words, "-o", str(file)])
    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr.splitlines() == [
        "None found: no address that was asked shows a surveillance device.",
        "1 address asked: 0 answered, 1 refused, 0 silent.",
        f"Scan {json.loads(file.read_text())['scan']['id']} is stored.",
        f"{file} is written.",
    ]
    piped = CliRunner().invoke(scan, [*words, "--format", "json"])
    assert piped.stderr.startswith("None found")
    assert json.loads(piped.stdout)["devices"] == []
    for silent in ([*words, "-o", str(file), "--quiet"], words):
        assert CliRunner().invoke(scan, silent).stderr == ""


async def test_a_listed_device_on_a_sensitive_site_says_what_it_offends_and_is_registered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with make_site(honest()[:2], free_network()) as site:
        core, other = (device.address for device in site.devices)
        words = ("--db", str(tmp_path / "s.db"), "--format", "json")
        tags = ("--site", "ministry", "--sensitive", "--core", core)
        code, output, errors = await camscan("scan", core, other, *BRIEFLY, *tags, *words)
        assert code == 0, errors
    found = by_address(json.loads(output))
    assert [one["place"] for one in found[core]["offends"]] == ["sensitive", "core"]
    assert [one["place"] for one in found[other]["offends"]] == ["sensitive"]
    assert "onto sensitive sites" in found[core]["offends"][0]["text"]
    found = by_address(json.loads(command.camscan(capsys, "report", "--core", other, *words).stdout))
    assert [[one["place"] for one in found[address]["offends"]] for address in (core, other)] == [[], ["core"]]
    done = command.camscan(capsys, "state", "list", "--in", "found", *words)
    assert (done.returncode, len(json.loads(done.stdout)["states"]), done.stderr) == (0, 2, "")
