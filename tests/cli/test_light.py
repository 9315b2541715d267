"""Who only looks at what is stored does not wait for what is not needed: rules, codecs, the network, other commands."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from support.estate import cameras, sweep
from support.listed import store_scan
from support.stores import keep_scan
from support.world import CONFIG

from camscan.cli.contents import CLAUSES
from camscan.store.store import Store
from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.memory import Memory, dump, status_of

PROGRAM = """
import json, sys
from camscan.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
BEFORE = "3e1b00"
USED = {"camscan.identify.cache", "camscan.identify.match", "re2"}
"""What is loaded where rules are used, be they parsed or read back."""
PARSED = USED | {"camscan.identify.contents"}
OTHERS = {"camscan.codecs", "camscan.net", "camscan.engine", "camscan.probes", "aiohttp", "cryptography", "alembic"}
"""What only a scan needs, or a store of an older kind."""


def loaded(*words: str, pasted: str = "") -> set[str]:
    """The modules that a command has loaded when it has ended well."""
    command = [sys.executable, "-c", PROGRAM, *words]
    done = subprocess.run(command, input=pasted, capture_output=True, text=True, timeout=60, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def commands(modules: set[str]) -> set[str]:
    """The commands among them."""
    files = {name.removeprefix("camscan.cli.").rstrip("_") for name in modules if name.startswith("camscan.cli.")}
    return files & set(CLAUSES)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two scans, the devices of which are kept, and with what is remembered of a site."""
    folder = tmp_path_factory.mktemp("light")
    (folder / "c.toml").write_text(CONFIG)
    store_scan(folder / "c.db")
    memory, _ = advance(Memory(), sweep(0, cameras(4)), Terms())
    with Store.open(folder / "c.db") as opened:
        newest = opened.scan()
        keep_scan(opened, replace(newest, id=BEFORE, started_at=newest.started_at - timedelta(days=1)))
        opened.outbox.remember("hq", dump(memory), status=dump(status_of(memory)))
    for scan in (BEFORE, newest.id):
        loaded("devices", "--scan", scan, "--db", str(folder / "c.db"))
    return folder / "c.db"


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
def test_kept_devices_are_shown_without_a_rule(store: Path, format_: str) -> None:
    found = loaded("devices", "--db", str(store), "--format", format_)
    assert found.isdisjoint(PARSED | OTHERS)
    others = {f"camscan.reports.{name}" for name in ("html", "xlsx", "sarif", "netbox", "cyclonedx", "csv")}
    assert found & others <= {f"camscan.reports.{format_}"}


def test_what_is_not_kept_is_derived_by_the_rules(tmp_path: Path) -> None:
    store_scan(tmp_path / "c.db")
    assert loaded("devices", "--db", str(tmp_path / "c.db")) >= USED


def test_what_a_scan_shows_and_registers_is_not_checked_by_pydantic(tmp_path: Path) -> None:
    """It takes ten megabytes, when a scan has the most."""

    class Camera(BaseHTTPRequestHandler):
        server_version, sys_version = "App-webs/", ""

        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Camera) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        port, db = str(server.server_port), str(tmp_path / "c.db")
        found = loaded("scan", "127.0.0.1", "--ports", port, "--channels", "http", "--db", db, "--quiet")
        server.shutdown()
    with Store.open(Path(db)) as opened:
        assert [entry.verdict for entry in opened.register.entries()] == ["listed"]
    assert "pydantic" not in found


def test_a_report_that_says_how_many_rules_there_are_counts_them(store: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert "camscan.identify.cache" in loaded("report", "--db", str(store), "--format", "html", "-o", str(page))
    assert " rules" in page.read_text()


def test_one_device_is_explained_without_judging_all_others_again(store: Path) -> None:
    found = loaded("fingerprints", "explain", "10.0.0.1", "--db", str(store))
    assert found.isdisjoint({"camscan.identify.match", "camscan.app.judging.identifying"})


def test_two_scans_are_compared_without_a_rule(store: Path) -> None:
    assert loaded("diff", BEFORE, "4f2a00", "--db", str(store)).isdisjoint(PARSED | OTHERS)


def test_the_status_is_told_without_scanning_or_judging(store: Path) -> None:
    found = loaded("status", "--config", str(store.with_name("c.toml")))
    assert found.isdisjoint(PARSED | OTHERS | {"camscan.policy", "camscan.app.reporting.scanreport", "yaml", "rich"})


def test_a_command_loads_no_other() -> None:
    assert commands(loaded("scans", "--help")) == {"scans"}


def test_the_help_is_shown_without_what_commands_need() -> None:
    found = loaded("--help")
    assert found.isdisjoint({*PARSED, *OTHERS, "asyncio", "ctypes", "email", "importlib.metadata"})
    assert not commands(found) | (found & {"camscan.records", "camscan.reports"})


def test_a_pasted_answer_is_judged_without_a_store() -> None:
    found = loaded("identify", "-", pasted="Server: App-webs/")
    assert found >= USED
    assert found.isdisjoint({"camscan.store", "camscan.probes", "sqlalchemy", "asyncio", "urllib.request", "pydantic"})


def test_a_scan_holds_no_rule_while_it_runs_and_nothing_that_logins_need(tmp_path: Path) -> None:
    """It is asked when the engine begins: what comes with camscan is parsed for the report."""
    program = """
import json, sys
from camscan.engine import Engine
run = Engine.run
async def telling(self, *what):
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
    await run(self, *what)
Engine.run = telling
from camscan.cli import main
main()
"""
    words = ["scan", "127.88.0.1", "--channels", "http", "--db", str(tmp_path / "s.db"), "--quiet"]
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = set(json.loads(done.stderr.splitlines()[0]))
    assert found.isdisjoint(PARSED | {"camscan.credentials", "pyrage"})


def test_while_a_scan_runs_nothing_is_loaded_that_only_its_report_needs(tmp_path: Path) -> None:
    """A scan has its memory to itself: pydantic alone takes ten megabytes."""
    program = """
import json, os, sys
from camscan.cli import main
from camscan.net.kernel import eventloop

def begun(work):
    work.close()
    print(json.dumps(sorted(sys.modules)), file=sys.stderr, flush=True)
    os._exit(0)

eventloop.run = begun
main()
"""
    words = ("scan", "127.0.0.1", "--db", str(tmp_path / "c.db"), "--quiet")
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    found = set(json.loads(done.stderr.splitlines()[-1]))
    assert {"camscan.app.scanning.running", "camscan.engine", "aiohttp"} <= found
    assert found.isdisjoint(
        {*PARSED, "pydantic", "camscan.policy", "camscan.app.reporting.scanreport", "camscan.app.reporting.registering"}
    )
    assert found.isdisjoint({"nmap", "numpy", "camscan.imports"})


def test_a_configuration_is_checked_without_a_store(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('[[site]]\nname = "hq"\nnetworks = ["10.0.0.0/24"]\n')
    assert "sqlalchemy" not in loaded("config", "check", str(file))
