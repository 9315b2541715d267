"""Devices that were derived once and read again are those that would be derived now."""

from __future__ import annotations

import ast
import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from support.listed import LIST, answer, store_scan
from support.site import free_network
from support.stores import keep_scan

import camscan
from camscan.app.judging import identifying, keptdevices
from camscan.app.judging.criteria import library
from camscan.app.judging.keptdevices import CODE, LIBRARIES, basis, merged
from camscan.app.judging.manyscans import rederive
from camscan.cli.main import camscan as command
from camscan.identify.library import Library
from camscan.identify.load import load
from camscan.identify.rules import Contents
from camscan.records import Device, Scan, ScanStatus
from camscan.rulefiles.folder import fingerprints_folder
from camscan.simulator import honest, make_site
from camscan.store.derived import PackedDevices
from camscan.store.packed import Merged, in_parts
from camscan.store.store import Store

RULES = """\
maker: Axis
rules:
  - id: own-server
    field: http.server
    pattern: '^App-webs/'
    level: certain
    examples: [App-webs/]
    near_misses: [nginx]
    source: a test
    confirmed: 2026-11
"""
POLICY = """\
id: own
title: Ours
jurisdiction: GB
citation: A letter
url: https://example.com/
since: 2026-01-01
entities:
  - {name: Somebody Ltd, makers: [Axis]}
"""
PACKAGE = Path(camscan.__file__).parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a scan of the simulated site."""
    folder, network = tmp_path_factory.mktemp("site"), free_network()

    async def scan() -> None:
        async with make_site(honest(), network):
            words = ["scan", network, "--rate", "5000", "--db", str(folder / "c.db"), "-q", "-o", str(folder / "r")]
            process = await asyncio.create_subprocess_exec(sys.executable, "-m", "camscan", *words)
            await process.wait()

    asyncio.run(scan())
    return folder / "c.db"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    store_scan(tmp_path / "c.db")
    return tmp_path / "c.db"


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One entry for each time that devices are derived."""
    made: list[None] = []

    def note(name: str) -> None:
        real = getattr(identifying, name)

        def noted(*what: object) -> object:
            made.append(None)
            return real(*what)

        monkeypatch.setattr(identifying, name, noted)

    note("derived")
    note("packed")
    return made


def run(path: Path, *words: str) -> str:
    done = CliRunner().invoke(command, [*words, "--db", str(path)])
    assert done.exit_code == 0, done.output
    return done.stdout


def forget(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("DELETE FROM derived_parts; DELETE FROM derived")
    connection.close()


def test_the_simulated_site_is_read_as_it_is_derived(site: Path, derivations: list[None], tmp_path: Path) -> None:
    with Store.open(site) as store:
        scan, rules = store.scan(), library()
        kept = store.derived.read(scan.id, basis(rules))
        assert kept is not None, "the scan has kept it at its end"
        assert len(kept) > 50
        assert kept == identifying.derived(store.stored(scan.id), rules)
        assert any(one.device.behind for one in kept) == any(one.device.slots for one in kept)
    derivations.clear()
    (tmp_path / "list.csv").write_text(LIST)
    commands = (
        ("devices", "--format", "json", "--all"),
        ("identify", "--format", "json"),
        ("report", "--format", "markdown"),
        ("reconcile", str(tmp_path / "list.csv"), "--format", "json"),
    )
    read = [run(site, *words) for words in commands]
    assert not derivations
    for words, text in zip(commands, read, strict=True):
        forget(site)
        assert run(site, *words) == text
    assert len(derivations) == len(commands)


def test_all_code_that_runs_where_devices_are_derived_is_in_the_basis(site: Path) -> None:
    """What is loaded on the way that no import at the head of a file shows, as of codecs that are looked up by name."""
    program = """
import json, sys
from camscan.app.judging.keptdevices import basis, derive
from camscan.app.judging.criteria import library
from camscan.store.store import Store
with Store.open(sys.argv[1]) as store:
    rules, scan = library(), store.scan()
    _ = rules.rules
    opened = set(sys.modules)
    derive(store, scan, rules, "")
from camscan.app.judging import identifying
print(json.dumps(sorted(set(sys.modules) - opened)))
"""
    command = [sys.executable, "-c", program, str(site)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    loaded = [name for name in json.loads(done.stdout) if name.startswith("camscan")]
    assert "camscan.app.judging.identifying" in loaded
    assert "camscan.codecs.tls" in loaded
    covered = [PACKAGE / name for name in CODE]
    for name in loaded:
        target = PACKAGE.joinpath(*name.split(".")[1:])
        fits = any(one in (*target.parents, target, target.with_suffix(".py")) for one in covered)
        assert fits or name in HARMLESS, f"{name} is not in the basis"


def test_it_is_derived_at_the_first_look_alone(path: Path, derivations: list[None]) -> None:
    assert run(path, "devices", "--format", "json") == run(path, "devices", "--format", "json")
    assert len(derivations) == 1


def test_another_rule_or_folder_of_rules_is_heeded(path: Path, derivations: list[None], tmp_path: Path) -> None:
    def maker(*words: str) -> str | None:
        shown = json.loads(run(path, "devices", "--format", "json", "--all", *words))
        (found,) = [one for one in shown["devices"] if one["address"] == "10.0.0.2"]
        return str(found["maker"])

    own = tmp_path / "rules"
    (own / "makers").mkdir(parents=True)
    (own / "policies").mkdir()
    usual = maker()
    assert maker("--fingerprints", str(own)) == usual
    (own / "makers" / "axis.yaml").write_text(RULES)
    assert maker("--fingerprints", str(own)) == "Axis"
    (own / "makers" / "axis.yaml").write_text(RULES.replace("Axis", "Bosch"))
    assert maker("--fingerprints", str(own)) == "Bosch"
    assert maker() == usual
    assert len(derivations) == 5


def test_a_policy_is_heeded_and_needs_no_deriving(path: Path, derivations: list[None], tmp_path: Path) -> None:
    def verdicts(policy: str) -> set[str]:
        shown = json.loads(run(path, "devices", "--policy", policy, "--format", "json"))
        return {one["verdict"] for one in shown["devices"]}

    own = tmp_path / "own.yaml"
    own.write_text(POLICY)
    assert verdicts("uk-nil") == {"listed"}
    assert verdicts(str(own)) == {"not-listed"}
    own.write_text(POLICY.replace("Axis", "Hikvision"))
    assert verdicts(str(own)) == {"listed"}
    assert len(derivations) == 1


def test_what_a_resumed_scan_adds_is_there(path: Path, derivations: list[None]) -> None:
    with Store.open(path) as store:
        scan = Scan("5a", datetime(2026, 11, 25, tzinfo=UTC), ("10.0.0.0/24",), ("http",), "North")
        keep_scan(store, replace(scan, status=ScanStatus.INTERRUPTED), [answer("10.0.0.2", "App-webs/")])
        assert [one.device.address for one in merged(store, store.scan("5a"), library())] == ["10.0.0.2"]
        resumed = store.resume("5a")
        store.append("5a", [answer("10.0.0.9", "App-webs/")])
        both = ["10.0.0.2", "10.0.0.9"]
        assert [one.device.address for one in merged(store, resumed, library())] == both
        assert [one.device.address for one in merged(store, resumed, library())] == both
        assert len(derivations) == 3, "of a scan that is running nothing is kept"
        store.finish(replace(resumed, status=ScanStatus.COMPLETE))
        for _ in range(2):
            assert [one.device.address for one in merged(store, store.scan("5a"), library())] == both
        assert len(derivations) == 4


def test_damage_heals(path: Path, derivations: list[None]) -> None:
    whole = run(path, "devices", "--format", "json")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE derived_parts SET data = zeroblob(100)")
    connection.close()
    assert [run(path, "devices", "--format", "json") for _ in range(2)] == [whole, whole]
    assert len(derivations) == 2


def test_a_store_that_cannot_be_written_is_read(path: Path, derivations: list[None]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON derived BEGIN SELECT RAISE(ABORT, 'no'); END")
    connection.close()
    assert run(path, "devices", "--format", "json") == run(path, "devices", "--format", "json")
    assert len(derivations) == 2


def test_what_is_imported_is_at_hand(derivations: list[None], tmp_path: Path) -> None:
    file = tmp_path / "neigh"
    file.write_text("10.0.0.1 dev eth0 lladdr 44:19:b6:00:00:01 REACHABLE\n")
    path = tmp_path / "c.db"
    run(path, "import", str(file), "--site", "hq")
    assert len(derivations) == 1
    assert "10.0.0.1" in run(path, "devices", "--all")
    assert len(derivations) == 1


def test_after_an_update_the_sweeps_that_are_looked_at_are_derived_anew(
    path: Path, derivations: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(path, "devices")
    rules, later = library(), time.monotonic() + 60
    with Store.open(path) as store:
        scans = store.scans()
        assert list(rederive(store, scans, rules, later)) == []
        monkeypatch.setattr(keptdevices, "_code", lambda: "other code")
        assert list(rederive(store, scans, rules, time.monotonic())) == []
        assert list(rederive(store, scans, rules, later)) == list(scans)
        assert list(rederive(store, scans, rules, later)) == []
        store.begin(replace(store.scan(), id="running", status=ScanStatus.RUNNING))
        assert list(rederive(store, [store.scan("running")], rules, later)) == []
    assert len(derivations) == 2
    run(path, "devices", "--scan", "4f2a00")
    assert len(derivations) == 2


def test_evidence_is_derived_from_observations_alone(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store:
        scan, wrong = store.scan(), Merged(Device("10.0.0.250", ("10.0.0.250",), camera_like=True))
        store.derived.keep([PackedDevices(store.derived.extent(scan.id), in_parts([wrong]))], basis(library()))
    assert "10.0.0.250" in run(path, "devices")
    key, bundle = tmp_path / "e.key", tmp_path / "b.zip"
    assert CliRunner().invoke(command, ["evidence", "keygen", "-o", str(key)]).exit_code == 0
    run(path, "evidence", "export", "--key", str(key), "-o", str(bundle))
    assert CliRunner().invoke(command, ["evidence", "verify", str(bundle)]).exit_code == 0
    with ZipFile(bundle) as file:
        text = b"".join(map(file.read, file.namelist()))
    assert b"10.0.0.2" in text
    assert b"10.0.0.250" not in text


def test_rules_that_come_from_no_file_are_not_known_again() -> None:
    rules = library()
    assert basis(rules) == basis(library())
    assert basis(Library(lambda: Contents(rules.vocabulary, rules.rules, rules.brands))) == ""


def test_every_change_of_the_rule_files_is_told(tmp_path: Path) -> None:
    def digest(*folders: Path) -> str:
        return load([fingerprints_folder(), *folders]).digest

    rules, nothing = tmp_path / "rules", tmp_path / "nothing"
    (rules / "makers").mkdir(parents=True)
    (rules / "makers" / "axis.yaml").write_text(RULES)
    nothing.mkdir()
    digests = {digest(), digest(rules), digest(nothing)}
    renamed = (rules / "makers" / "axis.yaml").rename(rules / "makers" / "zzzz.yaml")
    digests.add(digest(rules))
    renamed.write_text(f"{RULES}# a word\n")
    digests.add(digest(rules))
    assert len(digests) == 5


def test_other_code_or_another_library_makes_another_basis(monkeypatch: pytest.MonkeyPatch) -> None:
    def stamp() -> str:
        keptdevices._code.cache_clear()
        return basis(library())

    usual = stamp()
    monkeypatch.setattr(keptdevices, "_version", lambda name: "9.9" if name == "google-re2" else "1")
    other = stamp()
    monkeypatch.setattr(keptdevices, "CODE", (*CODE, "errors.py"))
    assert len({usual, other, stamp()}) == 3
    monkeypatch.setattr(keptdevices, "CODE", (*CODE, "gone.py"))
    assert stamp() == ""
    monkeypatch.undo()
    assert stamp() == usual


def test_all_code_and_libraries_that_devices_follow_from_are_in_the_basis() -> None:
    """What is imported from there stays there: else a change elsewhere would change devices and not the basis."""
    covered = [PACKAGE / name for name in CODE]
    allowed = {"errors", "summaries", "__init__"}  # no device follows from these
    distributions: set[str] = set()
    for file in [found for path in covered for found in (path.rglob("*.py") if path.is_dir() else [path])]:
        for name in _imported(file):
            top, *rest = name.split(".")
            if top == "camscan":
                target = PACKAGE.joinpath(*rest)
                fits = any(one in (target, *target.parents, target.with_suffix(".py")) for one in covered)
                assert fits or not rest or rest[0] in allowed or name in HARMLESS, f"{file} imports {name}"
            elif top not in sys.stdlib_module_names and "store" not in file.parts:
                distributions.update(packages_distributions()[top])
    assert distributions == set(LIBRARIES)


HARMLESS = {
    *("camscan.app.judging.workers", "camscan.system.gctuning"),  # when and where it is worked on
    *("camscan.store.schema", "camscan.store.spool"),  # where it lies, in columns that have names
}


def test_what_only_keeps_the_store_is_not_in_the_basis() -> None:
    """Else each change there would cost everybody a derivation of all that is kept."""
    kept = {f"{name}.py" for name in ("packed", "rows", "text")}
    assert {Path(name).name for name in CODE if name.startswith("store")} == kept


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            of_room = node.module.startswith("camscan") and PACKAGE.parent.joinpath(*node.module.split(".")).is_dir()
            yield from (f"{node.module}.{alias.name}" for alias in node.names) if of_room else (node.module,)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
