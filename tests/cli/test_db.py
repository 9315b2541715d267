"""The care of the store."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.world import CONFIG, World, camera, configured

from camscan.app.sweeping import retention
from camscan.app.sweeping.pastsweeps import remembered
from camscan.cli.db import db
from camscan.cli.notify import notify
from camscan.cli.state import state
from camscan.cli.status import status
from camscan.cli.sweep import sweep
from camscan.errors import StoreError, UsageError
from camscan.records import ScanStatus
from camscan.store.store import Store
from camscan.summaries import State, StateChange

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
LONG_AGO = "[retention]\nsweeps = 2\ndays = 0\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configured(tmp_path)


@pytest.fixture
def swept(config: Path, world: World) -> Callable[[int], None]:
    def nights(count: int) -> None:
        for _ in range(count):
            done = CliRunner().invoke(sweep, ["--config", str(config)])
            assert done.exit_code in {0, 4}, done.output

    return nights


def run(*words: object) -> Result:
    return CliRunner().invoke(db, [str(word) for word in words])


def opened(config: Path) -> Store:
    return Store.open(config.parent / "c.db")


def evidence(config: Path) -> list[set[str]]:
    """The addresses that each sweep still has observations of, the oldest sweep first."""
    with opened(config) as store:
        return [{seen.target for seen in store.observations(scan.id)} for scan in reversed(store.scans())]


def test_prune_keeps_first_and_last_sightings(config: Path, world: World, swept: Callable[[int], None]) -> None:
    swept(2)
    del world.answers["10.0.0.5"]
    world.answers["10.0.0.9"] = camera(9)
    swept(4)
    dry = run("prune", "--config", config, "--sweeps", 2, "--days", 0, "--dry-run")
    assert dry.stdout == (
        "hq: 4 sweeps would be thinned, 1 of them deleted completely; "
        "13 observations would be deleted, 7 kept as evidence\n"
    )
    assert len(evidence(config)) == 6
    done = run("prune", "--config", config, "--sweeps", 2, "--days", 0)
    assert done.stdout.splitlines()[0] == (
        "hq: 4 sweeps thinned, 1 of them deleted completely; 13 observations deleted, 7 kept as evidence"
    )
    everyone = {f"10.0.0.{number}" for number in range(1, 5)}
    assert evidence(config) == [
        everyone | {"10.0.0.5"},
        {"10.0.0.5"},
        {"10.0.0.9"},
        everyone | {"10.0.0.9"},
        everyone | {"10.0.0.9"},
    ]
    again = run("prune", "--config", config, "--sweeps", 2, "--days", 0)
    assert again.stdout.startswith("1 site has no sweep to thin.\n"), "what is thin stays as it is"


def test_prune_keeps_what_shows_that_a_removed_device_is_gone(
    config: Path, world: World, swept: Callable[[int], None]
) -> None:
    swept(2)
    del world.answers["10.0.0.5"]
    swept(5)
    said = ["10.0.0.5", "removed", "--why", "CHG-1", "--db", str(config.parent / "c.db")]
    assert CliRunner().invoke(state, said).exit_code == 0
    assert run("prune", "--config", config, "--sweeps", 2, "--days", 0).exit_code == 0
    with opened(config) as store:
        [change] = store.states.changes()
        sweeps = [scan.id for scan in reversed(store.scans())]
        ledgers = [[entry.target for entry in store.ledger(scan)] for scan in sweeps]
        assert len(change.proof) == 3
        assert set(change.proof) <= set(sweeps)
    assert "10.0.0.5" in ledgers[0], "it was seen then for the first time"
    assert ledgers[-3] == ["10.0.0.1", "10.0.0.5"], "it was silent, and another one was not"


def test_one_sweep_is_one(config: Path, swept: Callable[[int], None]) -> None:
    swept(3)
    dry = run("prune", "--config", config, "--sweeps", 2, "--days", 0, "--dry-run")
    assert dry.stdout.startswith("hq: 1 sweep would be thinned, ")


def test_a_site_that_is_no_longer_configured_is_named(config: Path, swept: Callable[[int], None]) -> None:
    swept(3)
    config.write_text(config.read_text().replace('"hq"', '"head office"'))
    dry = run("prune", "--config", config, "--sweeps", 2, "--days", 0, "--dry-run")
    assert dry.stderr == "Note: not thinned are sites that the configuration does not name: hq.\n"
    assert run("prune", "--config", config, "--sweeps", 3, "--days", 0, "--dry-run").stderr == ""


def test_prune_needs_no_configuration_where_all_is_told(
    config: Path, swept: Callable[[int], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept(3)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("camscan.app.sweeping.configuration.PLACES", (Path("camscan.toml"), Path("elsewhere.toml")))
    asked = ("prune", "--db", tmp_path / "c.db", "--days", 0, "--dry-run")
    done = run(*asked, "--sweeps", 2)
    assert done.stdout == (
        "hq: 1 sweep would be thinned, 0 of them deleted completely; "
        "0 observations would be deleted, 5 kept as evidence\n"
    )
    assert done.stderr.startswith("Note: there is no configuration, so all sites in the store are thinned. ")
    assert run(*asked).stderr.endswith("\nNote: kept whole are also the newest 10 of each site (--sweeps).\n")
    young = run("prune", "--db", tmp_path / "c.db", "--sweeps", 2, "--dry-run")
    assert young.stdout.startswith("1 site has no sweep to thin.\n")
    assert young.stderr.endswith("\nNote: kept whole are also those of 7 days (--days).\n")
    config.write_text(f"{CONFIG}[retention]\ndays = 1\n")
    one = run("prune", "--config", config, "--sweeps", 2, "--dry-run")
    assert one.stderr.endswith("Note: kept whole are also those of 1 day (--days).\n")
    Store.open(tmp_path / "empty.db").close()
    empty = run("prune", "--db", tmp_path / "empty.db", "--sweeps", 2)
    assert (empty.stdout, empty.stderr) == ("Nothing to thin: there has been no sweep yet.\n", "")
    refused = run("prune", "--db", tmp_path / "c.db")
    assert isinstance(refused.exception, UsageError)
    assert str(refused.exception).startswith("found neither camscan.toml here")
    Path("camscan.toml").write_text(config.read_text().replace('"hq"', '"head office"'))
    assert (
        run(*asked, "--sweeps", 2).stderr == "Note: not thinned are sites that the configuration does not name: hq.\n"
    )


def test_a_site_of_which_nothing_may_go_is_not_looked_into(
    config: Path, swept: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    swept(5)
    monkeypatch.setattr(retention, "remembered", None)
    done = run("prune", "--config", config, "--sweeps", 5, "--days", 0, "--dry-run")
    assert done.stdout.startswith("1 site has no sweep to thin.\n")


def test_a_site_that_is_broken_keeps_no_other_from_being_thinned(config: Path, swept: Callable[[int], None]) -> None:
    """Neither one whose policy is not there, nor one of which the memory is damaged."""
    others = "".join(f'[[site]]\nname = "{name}"\nnetworks = ["10.0.0.0/28"]\n' for name in ("yard", "branch"))
    config.write_text(CONFIG + others)
    swept(4)
    with opened(config) as store, store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE memories SET text = '?' WHERE site = 'yard'")
    config.write_text(CONFIG.replace('"uk-nil"', '"gone.yaml"') + others)
    for words in (("--dry-run",), ()):
        done = run("prune", "--config", config, "--sweeps", 2, "--days", 0, *words)
        assert done.exit_code == 1
        assert done.stdout.startswith("branch: 2 sweeps ")
        assert "no sweep to thin" not in done.stdout
        hq, yard = done.stderr.splitlines()
        assert hq.startswith("hq: ")
        assert "gone.yaml" in hq
        assert yard.startswith(f"yard: {config.parent / 'c.db'}: row yard of memories ")


def test_a_sweep_prunes_as_the_configuration_says(config: Path, world: World, swept: Callable[[int], None]) -> None:
    config.write_text(CONFIG + LONG_AGO)
    swept(8)
    with opened(config) as store:
        assert [scan.status for scan in store.scans()] == [*[ScanStatus.COMPLETE] * 2, ScanStatus.PARTIAL]
        assert remembered(store, "hq").scan == store.scans()[0].id
    del world.answers["10.0.0.2"]
    swept(3)
    with opened(config) as store:
        assert [track.device.address for track in remembered(store, "hq").tracks if track.gone] == ["10.0.0.2"]


def test_what_has_piled_up_goes_bit_by_bit(config: Path, world: World, swept: Callable[[int], None]) -> None:
    swept(10)
    config.write_text(CONFIG + LONG_AGO)
    swept(1)
    assert len(evidence(config)) == 9, "the first of three is kept as evidence"


def test_a_store_that_fails_to_prune_is_a_failure(
    config: Path, world: World, swept: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(CONFIG + LONG_AGO)
    swept(2)

    def full(*_: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(Store, "thin", full)
    assert CliRunner().invoke(sweep, ["--config", str(config)]).exit_code == 1


def test_without_a_retention_nothing_is_pruned(config: Path) -> None:
    failed = run("prune", "--config", config)
    assert isinstance(failed.exception, UsageError)
    assert "[retention]" in str(failed.exception)


def test_a_store_that_is_named_and_not_there_is_not_made(config: Path, tmp_path: Path) -> None:
    mistyped = tmp_path / "mistyped.db"
    for command, words in ((db, ["prune", "--sweeps", "3"]), (status, []), (notify, ["send"])):
        done = CliRunner().invoke(command, [*words, "--config", str(config), "--db", str(mistyped)])
        assert isinstance(done.exception, StoreError)
        assert not mistyped.exists()


def test_backup_and_check(config: Path, swept: Callable[[int], None], tmp_path: Path) -> None:
    swept(1)
    store, copy = tmp_path / "c.db", tmp_path / "copy.db"
    assert run("backup", copy, "--db", store).exit_code == 0
    assert isinstance(run("backup", copy, "--db", store).exception, UsageError), "it is never replaced unasked"
    assert run("backup", copy, "--db", store, "--force").exit_code == 0
    assert isinstance(run("backup", store, "--db", store, "--force").exception, UsageError)
    assert run("check", "--db", copy).stdout == f"{copy} is sound.\n"
    assert run("export", "--db", copy).stdout == run("export", "--db", store).stdout
    assert isinstance(run("backup", copy, "--db", "postgresql+psycopg://u@h/n").exception, UsageError)
    copy.write_bytes(copy.read_bytes()[:-30_000])
    broken = run("check", "--db", copy)
    assert broken.exit_code == 1


def test_a_backup_takes_the_place_of_no_device(config: Path, swept: Callable[[int], None], tmp_path: Path) -> None:
    """As of /dev/null, where root tries it."""
    swept(1)
    device = tmp_path / "null"
    os.mkfifo(device)
    done = run("backup", device, "--db", tmp_path / "c.db", "--force")
    assert isinstance(done.exception, UsageError)
    assert device.is_fifo()


def test_export_holds_every_record(config: Path, swept: Callable[[int], None], tmp_path: Path) -> None:
    swept(2)
    done = run("export", "--db", tmp_path / "c.db")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["record"] for record in records] == 2 * ["scan", *5 * ["observation"], *14 * ["ledger"]]
    assert records[0]["schema"] == "camscan-records/1"
    with opened(config) as store:
        [newest, oldest] = store.scans()
        seen = next(store.observations(oldest.id))
    assert [record["id"] for record in records if record["record"] == "scan"] == [oldest.id, newest.id]
    shown = records[1]
    assert (shown["scan"], shown["target"], shown["outcome"]) == (oldest.id, seen.target, seen.outcome.value)
    assert {name: tuple(values) for name, values in shown["fields"].items()} == seen.fields
    assert base64.b64decode(shown["raw"]) == seen.raw
    assert run("export", newest.id[:8], "--db", tmp_path / "c.db").stdout.count("\n") == 20
    for words in (["--site", "nowhere"], ["--scan", newest.id, "--site", "nowhere"]):
        done = run("export", *words, "--db", tmp_path / "c.db")
        assert isinstance(done.exception, UsageError)
        assert done.stdout == ""


def test_export_holds_what_people_said(config: Path, swept: Callable[[int], None], tmp_path: Path) -> None:
    swept(1)
    with opened(config) as store:
        (scan,) = store.scans()
        entry = store.register.entries()[0]
        change = StateChange(entry.site, entry.device, entry.address, State.TICKETED, "jd", "T\0-17", NOON, ("mac a",))
        elsewhere = replace(change, site="else\ud800where", proof=("a1",))
        for one in (change, elsewhere):
            store.states.record(one, {"k"}, entry)
    for site in (None, change.site, elsewhere.site):
        words = ["export", "--db", tmp_path / "c.db", *(() if site is None else ("--site", site))]
        records = [json.loads(line) for line in run(*words).stdout.splitlines()]
        states = [record for record in records if record["record"] == "state"]
        assert records[len(records) - len(states) :] == states
        assert [one["site"] for one in states] == [one.site for one in (change, elsewhere) if site in (None, one.site)]
    assert states == [
        {
            "schema": "camscan-records/1",
            "record": "state",
            "site": elsewhere.site,
            "device": entry.device,
            "address": entry.address,
            "state": "ticketed",
            "who": "jd",
            "why": "T\0-17",
            "at": "2026-10-01T12:00:00.000000Z",
            "names": ["mac a"],
            "proof": ["a1"],
        }
    ]
    assert '"record":"state"' not in run("export", "--scan", scan.id, "--db", tmp_path / "c.db").stdout
