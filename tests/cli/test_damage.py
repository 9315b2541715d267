"""A store in which a row is damaged: every command says which one, and loses nothing else."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.nights import night

from camscan.cli.main import camscan
from camscan.errors import CamscanError
from camscan.store.outbox import Message
from camscan.store.store import Store

ONE, TWO = "10.0.0.1", "10.0.0.2"

DAMAGE = {
    "a bit of a list": ("scans", "UPDATE scans SET targets = replace(targets, '[', 'K') WHERE number = 1"),
    "a mapping for a list": ("scans", "UPDATE scans SET notes = '{}' WHERE number = 1"),
    "a text for a list": ("scans", "UPDATE scans SET channels = '\"sadp\"' WHERE number = 1"),
    "numbers in a list": ("scans", "UPDATE scans SET excluded = '[1]' WHERE number = 1"),
    "counts that are none": ("scans", 'UPDATE scans SET sent = \'{"packets": "many"}\' WHERE number = 1'),
    "counts of something else": ("scans", "UPDATE scans SET sent = '{\"pigeons\": 1}' WHERE number = 1"),
    "settings cut off": ("scans", "UPDATE scans SET settings = '{' WHERE number = 1"),
    "no vantage": ("scans", "UPDATE scans SET vantage = '[]' WHERE number = 1"),
    "another status": ("scans", "UPDATE scans SET status = 'complexe' WHERE number = 1"),
    "a word for a time": ("scans", "UPDATE scans SET started_at = 'noon' WHERE number = 1"),
    "a time beyond all years": ("scans", "UPDATE scans SET finished_at = 1 << 62 WHERE number = 1"),
    "a text that is none": ("scans", "UPDATE scans SET targets = CAST(x'5bff5d' AS TEXT) WHERE number = 1"),
    "fields cut off": ("observations", "UPDATE observations SET fields = substr(fields, 2) WHERE sequence = 1"),
    "a value for many": ("observations", 'UPDATE observations SET fields = \'{"a.b": "c"}\' WHERE sequence = 1'),
    "a number in fields": ("observations", "UPDATE observations SET fields = '{\"a.b\": [1]}' WHERE sequence = 1"),
    "an outcome": ("observations", "UPDATE observations SET outcome = 'answerec' WHERE sequence = 1"),
    "a port": ("observations", "UPDATE observations SET port = 65536 WHERE sequence = 1"),
    "a word for a port": ("observations", "UPDATE observations SET port = 'http' WHERE sequence = 1"),
    "a number for bytes": ("observations", "UPDATE observations SET raw = 7 WHERE sequence = 1"),
    "an address that is no text": ("observations", "UPDATE observations SET asked = x'ff' WHERE sequence = 1"),
    "fields that are no text": (
        "observations",
        "UPDATE observations SET fields = CAST(x'7b22ff227d' AS TEXT) WHERE sequence = 1",
    ),
    "a letter of the ledger": (
        "ledger",
        "UPDATE ledger SET channels = 'z sadp' WHERE scan = 1 AND target = '10.0.0.1'",
    ),
    "reasons": ("ledger", "UPDATE ledger SET reasons = '[]' WHERE scan = 1 AND target = '10.0.0.1'"),
    "a state": ("states", "UPDATE states SET state = 'remoued' WHERE number = 1"),
    "names": ("states", "UPDATE states SET names = '[\"a' WHERE number = 1"),
    "when it was said": ("states", "UPDATE states SET at = 'x' WHERE number = 1"),
    "a state of the register": ("register", "UPDATE register SET state = 'x' WHERE number = 1"),
    "a time of the register": ("register", "UPDATE register SET last_seen = 'x' WHERE number = 1"),
    "a track": ("register_tracks", "UPDATE register_tracks SET text = '{\"device\": 1' WHERE entry = 1"),
    "a scan of the register": ("registered", "UPDATE registered SET at = 'x' WHERE scan = 'hq-000'"),
    "a memory": ("memories", "UPDATE memories SET text = substr(text, 2) WHERE site = 'hq'"),
    "a status": ("statuses", "UPDATE statuses SET text = substr(text, 2) WHERE site = 'hq'"),
    "a message": ("outbox", "UPDATE outbox SET made_at = 'x' WHERE number = 1"),
    "a body": ("outbox", "UPDATE outbox SET body = 3 WHERE number = 1"),
}

COMMANDS = (
    ("scans",),
    ("devices",),
    ("devices", "--scan", "hq-000"),
    ("devices", "--each-site"),
    ("devices", ONE),
    ("report", "--format", "json"),
    ("report", "--scan", "hq-000"),
    ("diff",),
    ("diff", "hq-000", "hq-001"),
    ("identify", "--scan", "hq-000"),
    ("state", "list"),
    ("state", ONE),
    ("state", ONE, "exempt", "--why", "x", "--who", "x"),
    ("progress",),
    ("progress", "--again"),
    ("reconcile", "list.csv"),
    ("reconcile", "list.csv", "--scan", "hq-000"),
    ("fingerprints", "explain", ONE),
    ("db", "export"),
    ("db", "merge", "damaged.db", "--db", "fresh.db"),
    ("db", "check"),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of three nights, what was said of a device, a memory and a message."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "list.csv").write_text(f"address,maker\n{ONE},Hikvision\n{TWO},Dahua\n")
    Store.open(folder / "fresh.db").close()
    with Store.open(folder / "damaged.db") as store:
        for number in range(3):
            night(store, number, {ONE: 1, TWO: 2})
        at = datetime.fromisoformat("2026-01-01T00:00:00Z")
        store.outbox.remember("hq", "{}", [Message("one", "hq", at, b"body", "webhook")], status="{}")
    said = ("state", ONE, "ticketed", "--why", "CHG-1", "--who", "Ann", "--db", str(folder / "damaged.db"))
    done = CliRunner().invoke(camscan, said)
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Such a folder, to damage what is in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMSCAN_DB", str(tmp_path / "damaged.db"))
    return shutil.copytree(whole, tmp_path, dirs_exist_ok=True)


def damage(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "damaged.db")) as connection, connection:
        assert connection.execute(statement).rowcount == 1


@pytest.mark.parametrize("name", {table: name for name, (table, _) in DAMAGE.items()}.values())
def test_no_command_breaks_off_without_saying_which_row_is_damaged(
    folder: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    table, statement = DAMAGE[name]
    damage(folder, statement)
    for words in COMMANDS:
        caplog.clear()
        done = CliRunner().invoke(camscan, words)
        told = f"{caplog.text}{done.output}"
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            assert isinstance(done.exception, CamscanError), (words, done.exception)
            told += str(done.exception)
        assert "Usage:" not in told, words
        if done.exit_code == 1 and words != ("db", "check"):
            assert "damaged.db: row " in told, words
            assert f" of {table}" in told, words


@pytest.mark.parametrize("name", DAMAGE)
def test_a_check_names_the_row_and_the_remedy_and_that_mends_it(folder: Path, name: str) -> None:
    table, statement = DAMAGE[name]
    damage(folder, statement)
    done = CliRunner().invoke(camscan, ["db", "check"])
    assert done.exit_code == 1
    [fault] = done.stderr.splitlines()
    assert fault.startswith(f"{folder}/damaged.db: row ")
    assert f" of {table} holds what this camscan does not write" in fault
    remedy = fault.partition("restore a backup, or leave the row out by this SQL: ")[2]
    with closing(sqlite3.connect(folder / "damaged.db")) as connection:
        connection.executescript(f"PRAGMA foreign_keys = ON; {remedy};")
    for words in (["db", "check"], ["scans"], ["state", "list"], ["report", "--format", "json"], ["progress"]):
        assert CliRunner().invoke(camscan, words).exit_code == 0, words


@pytest.mark.parametrize("name", [name for name, (table, _) in DAMAGE.items() if table in {"scans", "observations"}])
def test_the_other_scans_are_read_as_ever(folder: Path, name: str) -> None:
    before = json.loads(CliRunner().invoke(camscan, ["devices", "--scan", "hq-002", "--format", "json"]).stdout)
    damage(folder, DAMAGE[name][1])
    after = json.loads(CliRunner().invoke(camscan, ["devices", "--scan", "hq-002", "--format", "json"]).stdout)
    assert after == before
    kept = CliRunner().invoke(camscan, ["db", "export"])
    assert kept.exit_code == 1
    assert '"scan":"hq-001"' in kept.stdout


def test_what_was_said_of_other_devices_stays(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    CliRunner().invoke(camscan, ["state", TWO, "ticketed", "--why", "CHG-2", "--who", "Ann"])
    damage(folder, DAMAGE["a state"][1])
    done = CliRunner().invoke(camscan, ["state", "list", "--format", "json"])
    assert [one["why"] for one in json.loads(done.stdout)["states"]][1:] == ["CHG-2"]
    assert "row 1 of states" in caplog.text
