"""What a shell completes, as it asks for it: the words before, and the beginning of the one that is typed."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from support.listed import store_scan
from support.world import CONFIG

from camscan.app.sweeping import configuration
from camscan.cli.main import camscan
from camscan.store.store import Store

HOSTILE = ("$(reboot)", "a b", "x;y", "`id`", "*", "line\nbreak", "")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store with a scan of a site, and with others that bear what a shell would take for a command."""
    store_scan(tmp_path / "c.db")
    with Store.open(tmp_path / "c.db") as store:
        for number, name in enumerate(HOSTILE):
            store.begin(replace(store.scan("4f2a00"), id=f"9c0{number}", site=name))
        store.begin(replace(store.scan("4f2a00"), id="$(reboot)", site="Süd-2"))
    return tmp_path / "c.db"


def completed(words: str, beginning: str = "") -> dict[str, str | None]:
    shell = BashComplete(camscan, {}, "camscan", "_CAMSCAN_COMPLETE")
    return {item.value: item.help for item in shell.get_completions(words.split(), beginning)}


def test_commands_are_offered_with_what_they_do() -> None:
    assert completed("", "sca") == {
        "scan": "Scan networks and name the makers of the devices that answer",
        "scans": "List the stored scans, newest first",
    }
    assert "--version" in completed("", "--v")


@pytest.mark.parametrize(
    "words", ["report {} --scan", "diff {}", "diff {} 4f2a00", "reconcile {} x --scan", "evidence export {}"]
)
def test_scans_are_offered_by_their_ids(file: Path, words: str) -> None:
    assert completed(words.format(f"--db {file}"), "4f") == {"4f2a00": "North"}
    offered = completed(words.format(f"--db {file}"))
    assert offered["9c00"] is None, "the site would be a command"
    assert set(offered) == {"4f2a00", *(f"9c0{number}" for number in range(len(HOSTILE)))}


@pytest.mark.parametrize("words", ["devices", "state", "progress"])
def test_sites_are_offered_but_for_what_a_shell_would_run(file: Path, words: str) -> None:
    assert list(completed(f"{words} --db {file} --site")) == ["North", "Süd-2"]
    assert list(completed(f"{words} --db {file} --site", "N")) == ["North"]


def test_the_sites_of_the_configuration_are_offered_before_any_sweep(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(CONFIG)
    assert list(completed(f"sweep --config {tmp_path / 'c.toml'} --site", "h")) == ["hq"]
    (tmp_path / "c.toml").write_text("[[site")
    assert completed(f"sweep --config {tmp_path / 'c.toml'} --db {tmp_path / 'c.db'} --site") == {}


def test_a_configuration_in_a_folder_that_is_closed_is_none(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    def closed(_file: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(configuration, "is_there", closed)
    assert list(completed(f"sweep --db {file} --site")) == ["North", "Süd-2"]


@pytest.mark.parametrize("db", ["/no/such/c.db", "postgresql+psycopg://user@host/name", "''"])
def test_without_a_store_nothing_is_offered_and_nothing_said(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert completed(f"report --db {db} --scan") == completed(f"report --db {db} --site") == {}
    assert capsys.readouterr() == ("", "")


def test_policies_are_offered_by_their_ids_and_else_files(tmp_path: Path) -> None:
    assert list(completed("devices --policy")) == ["uk-nil", "us-fcc-covered", "us-ndaa-889"]
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "ours.yaml").touch()
    assert "ours" in completed(f"devices --fingerprints {tmp_path} --policy")
    shell = BashComplete(camscan, {}, "camscan", "_CAMSCAN_COMPLETE")
    assert [item.type for item in shell.get_completions(["devices", "--policy"], "./o")] == ["file"]


def test_kinds_of_files_are_offered() -> None:
    assert completed("import x --kind", "s") == {"shodan": None, "switch-ports": None}
