"""Logins from the command line to the device and back: what is asked with them, and where they never show."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import os
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyrage
import pytest
from pydantic import SecretStr
from support.command import Done, camscan
from support.receiver import OK, receiving
from support.site import free_network

from camscan.app.planning.scope import Choices, scope_of
from camscan.credentials.enrolment import Book, Enrolment
from camscan.credentials.file import CredentialFile
from camscan.records import Observation
from camscan.simulator import Device, Persona, Site, enrolled, honest, make_site

CANARY = "canary-Passw0rd-5d1e"
PERSONAS = {persona.name: persona for persona in enrolled()}
FORMATS = ("table", "jsonl", "html", "xlsx")


def guarded(name: str, password: str = CANARY) -> Persona:
    """A persona of the simulator that takes another password."""
    persona = PERSONAS[name]
    assert persona.login
    return persona.model_copy(update={"login": persona.login.model_copy(update={"password": password})})


class Desk:
    """Runs commands with one configuration, and keeps everything that they print and everything that /proc shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.printed: list[str] = []
        self.shown: list[bytes] = []
        self.file = folder / "credentials.json"
        self.key = folder / "key"
        self._environment = {**os.environ, "XDG_CONFIG_HOME": str(folder), "CAMSCAN_DB": str(folder / "s.db")}

    async def run(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "camscan", *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment,
        )
        watching = asyncio.create_task(self._watch(process.pid))
        output, errors = await asyncio.wait_for(process.communicate(stdin.encode()), 110)
        watching.cancel()
        text = output.decode("utf-8", "replace"), errors.decode("utf-8", "replace")
        self.printed += text
        return process.returncode or 0, *text

    async def enrol(self, *words: str, secret: str = CANARY) -> None:
        code, _, errors = await self.run(
            "credentials", "add", *words, "--user", "auditor", "--secret", "fd:0", *self.named, stdin=secret
        )
        assert code == 0, errors

    def keep(self, *enrolments: Enrolment) -> None:
        """Enrol without a command, which takes its time to start."""
        file = CredentialFile(self.file, lambda: SecretStr(self.key.read_text()))
        file.save(Book(logins=(*file.load(missing_ok=True).logins, *enrolments)))

    @property
    def named(self) -> list[str]:
        return ["--credentials", str(self.file)]

    async def scan(self, site: Site, *words: str) -> dict[str, Any]:
        code, output, errors = await self.run(
            *("-vv", "scan", f"{site.devices[0].address}-{site.devices[-1].address.rpartition('.')[2]}"),
            *("--format", "json", "--all", "--rate", "4000", "-q", *words),
        )
        assert code == 0, errors
        report: dict[str, Any] = json.loads(output)
        return report

    def reasons(self) -> dict[str, str]:
        """Target -> why it has no answer behind its login."""
        with closing(sqlite3.connect(self.folder / "s.db")) as connection, connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            found: dict[str, str] = {}
            for table in tables:
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                if {"target", "channel", "reason"} <= set(columns):
                    query = f"SELECT target, reason FROM {table} WHERE channel = 'login'"  # noqa: S608
                    found |= dict(connection.execute(query).fetchall())
        return found

    async def _watch(self, pid: int) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.shown += await asyncio.to_thread(shown_of, pid)
                await asyncio.sleep(0.05)


@contextlib.contextmanager
def piped(text: str) -> Iterator[str]:
    """A descriptor from which a secret can be read, as an option names it."""
    read, write = os.pipe()
    os.write(write, text.encode())
    os.close(write)
    try:
        yield f"fd:{read}"
    finally:
        with contextlib.suppress(OSError):  # whoever has read it may have closed it
            os.close(read)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def shown_of(pid: int) -> list[bytes]:
    """What every user of the host can see of a process. Raises OSError once it has ended."""
    return [Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ")]


def everything_in(folder: Path) -> dict[str, bytes]:
    """Every file, and what is packed in it."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for name, data in list(found.items()):
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                found |= {f"{name}/{part}": packed.read(part) for part in packed.namelist()}
    return found


def of(device: Device, **more: Any) -> Enrolment:
    """The enrolment of a simulated device by its MAC, or by what is given."""
    bound = more or {"mac": device.persona.mac}
    given = {"address": device.address, **bound, "user": "auditor", "secret": CANARY}
    return Enrolment.model_validate({name: value for name, value in given.items() if value is not None})


def admitted(device: Device) -> bool:
    """Whether a device let somebody in, and never had to turn anybody away."""
    return "admitted" in device.counters.logins and "refused" not in device.counters.logins


@pytest.mark.slow
@pytest.mark.cold_start  # so that /proc shows what it does of any command
async def test_a_secret_shows_nowhere(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("isapi-md5", "isapi-sha256", "isapi-tls", "cgi-md5", "onvif-token", "onvif-digest", "basic-only")
    desk.file = desk.folder / "credentials.age"
    desk.key.write_text(str(pyrage.x25519.Identity.generate()))
    desk.key.chmod(0o600)
    unlock = ["--unlock", f"file:{desk.key}"]
    async with make_site([guarded(name) for name in names], free_network()) as site:
        first, cgi, basic = site.devices[0], site.device("cgi-md5"), site.device("basic-only")
        await desk.enrol(first.address, "--mac", first.persona.mac, *unlock)
        network = {"address": None, "network": f"{basic.address}/32", "maker": basic.truth.maker, "basic": True}
        others = [device for device in site.devices if device not in (first, cgi, basic)]
        desk.keep(*map(of, others), of(cgi, serial=cgi.persona.serial), of(basic, **network))
        await desk.run("credentials", "list", *desk.named, *unlock)
        code, output, _ = await desk.run("credentials", "test", site.devices[0].address, *desk.named, *unlock)
        assert (code, output.strip().endswith("login accepted")) == (0, True)
        report = await desk.scan(site, "--with-credentials", *desk.named, *unlock)
        for format_ in FORMATS:
            file = str(desk.folder / f"report.{format_}")
            told = camscan(capsys, "report", "--db", str(desk.folder / "s.db"), "--format", format_, "--output", file)
            assert told.returncode == 0, told.stderr
            desk.printed += (told.stdout, told.stderr)
        assert [device.name for device in site.devices if not admitted(device)] == []
    assert report["scan"]["ledger"]["by_channel"]["login"] == {"answered": len(names)}
    traces = [CANARY.encode(), base64.b64encode(f"auditor:{CANARY}".encode())]
    desk.key.unlink()
    for name, data in everything_in(desk.folder).items():
        assert not any(trace in data for trace in traces), name
    for data in (*(text.encode() for text in desk.printed), *desk.shown):
        assert not any(trace in data for trace in traces), data[:200]
    assert len(desk.shown) > 20


@pytest.mark.slow
async def test_what_is_enrolled_is_used_only_where_that_is_said(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    async with make_site([*honest()[:2], guarded("isapi-md5"), guarded("onvif-token")], free_network()) as site:
        desk.keep(*map(of, site.devices[2:]))
        await desk.scan(site)
        for device in site.devices:
            assert device.counters.user_names == []
            assert all(not request.authorization for request in device.counters.requests)
        with closing(sqlite3.connect(desk.folder / "s.db")) as connection, connection:
            assert "login" not in "".join(map(str, connection.execute("SELECT * FROM scans").fetchall()))
    for words in ([], ["--site", "depot", "--with-credentials"]):
        refused = camscan(capsys, "scan", "127.0.0.9", *words, *desk.named)
        assert refused.returncode == 2, refused.stderr
        assert "credentials" in refused.stderr


@pytest.mark.slow
async def test_the_ledger_says_what_became_of_each_login(desk: Desk) -> None:
    names = ("isapi-md5", "isapi-sha256", "cgi-md5", "onvif-wrong-clock", "isapi-tls")
    personas = [guarded(name, "another" if name == "isapi-sha256" else CANARY) for name in names]
    async with make_site(personas, free_network()) as site:
        right, wrong, stranger, clock, other = site.devices
        desk.keep(*map(of, (right, wrong, clock)), of(other, mac="02:00:00:00:00:01"))
        report = await desk.scan(site, "--with-credentials", *desk.named)
        await desk.scan(site, "--with-credentials", *desk.named)
    assert wrong.counters.logins == ["refused"] * 2
    assert admitted(right)
    assert [device.counters.user_names for device in (stranger, clock, other)] == [[], [], []]
    notes = "\n".join(report["scan"]["notes"])
    assert f"{wrong.address}: login refused" in notes
    assert f"{clock.address}: login would not be safe: its clock is off by 365 days" in notes
    assert f"ALERT: {other.address}: not the enrolled device" in notes
    assert "1 device accepted the enrolled login" in notes
    assert report["scan"]["ledger"]["by_channel"]["login"] == {"answered": 1, "auth-required": 4}
    reasons = desk.reasons()
    assert reasons[stranger.address] == "not enrolled"
    assert reasons[wrong.address] == "login refused"
    devices = {device["address"]: device for device in report["devices"]}
    assert devices[right.address]["model"] == right.truth.model


@pytest.mark.slow
async def test_a_login_for_a_network_is_for_one_makers_devices(desk: Desk) -> None:
    async with make_site([guarded("isapi-md5"), guarded("onvif-digest"), guarded("cgi-md5")], free_network()) as site:
        maker = site.devices[0].truth.maker
        assert maker
        await desk.enrol("--network", site.network, "--maker", maker.lower())
        await desk.scan(site, "--with-credentials", *desk.named)
        assert [admitted(device) for device in site.devices] == [True, False, False]
        assert [device.counters.user_names for device in site.devices[1:]] == [[], []]


@pytest.mark.slow
async def test_a_sweep_logs_in_where_its_site_says_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    async with make_site([guarded("isapi-md5"), guarded("onvif-token")], free_network()) as site:
        first, other = site.devices
        await desk.enrol(first.address, "--mac", first.persona.mac, "--site", "depot")
        desk.keep(of(other, mac="02:00:00:00:00:01", site="depot"))
        config = desk.folder / "camscan.toml"
        sites = [
            f'[[site]]\nname = "{name}"\nnetworks = ["{first.address}-2"]\n{more}'
            for name, more in (("other", ""), ("depot", 'credentials = "credentials.json"\n'))
        ]
        desk.key.write_text("a secret of the webhook")
        desk.key.chmod(0o600)
        with receiving([OK]) as receiver:
            notify = f'[notify]\nwebhook = "{receiver.url}"\nsecret_file = "key"\nallow_private = true\n'
            config.write_text("\n".join([*sites, notify]))
            assert camscan(capsys, "config", "check", str(config)).returncode == 0
            code, _, errors = await desk.run("sweep", "--config", str(config))
        assert code == 0, errors
        assert (admitted(first), other.counters.user_names) == (True, [])
        assert "accepted the enrolled login" in errors
        alarms = {told["site"]: told["alarms"] for told in map(json.loads, receiver.bodies)}
        assert alarms["other"] == []
        (alarm,) = alarms["depot"]
        assert alarm.startswith(f"{other.address}: not the enrolled device")
        desk.file.chmod(0o644)
        checked = camscan(capsys, "config", "check", str(config))
        assert (checked.returncode, "other users can read" in checked.stderr) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ["10.0.0.1", "--secret", CANARY],
        ["10.0.0.1", "--mac", "02:00:00:00:00:01", "--secret", CANARY],
        ["10.0.0.1", "--secret", "fd:0"],
        ["10.0.0.1", "--mac", "nonsense", "--secret", "fd:0"],
        ["--network", "10.0.0.0/24", "--secret", "fd:0"],
        ["--network", "10.0.0.0/24", "--maker", "Nobody", "--secret", "fd:0"],
        ["10.0.0.1", "--mac", "02:00:00:00:00:01"],
    ],
)
def test_what_cannot_be_enrolled_is_refused_and_not_repeated(
    words: list[str], desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    with piped(CANARY) as secret:
        given = [secret if word == "fd:0" else word for word in words]
        done = camscan(capsys, "credentials", "add", *given, "--user", "auditor", *desk.named)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert CANARY not in done.stderr
    assert not desk.file.exists()


@pytest.mark.slow
async def test_a_login_that_is_not_used_is_explained(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    async with make_site([guarded("isapi-md5"), honest()[0]], free_network()) as site:
        device, open_to_all = site.devices
        network = {"address": None, "network": f"{device.address}/32", "maker": "Axis"}
        desk.keep(of(device, **network), of(open_to_all, mac="02:00:00:00:00:01"))
        code, output, errors = await desk.run("credentials", "test", device.address, *desk.named)
        assert code == 1
        assert f"not the enrolled device: Axis was enrolled, it shows {device.truth.maker}" in output + errors
        for address, words in (
            (site.network, "is not an address"),
            (f"{device.address.rpartition('.')[0]}.77", "no login is enrolled for"),
        ):
            refused = camscan(capsys, "credentials", "test", address, *desk.named)
            assert (refused.returncode, words in refused.stderr) == (2, True)
        assert device.counters.logins == []
        assert device.counters.user_names == []


def test_a_public_device_can_be_looked_at_where_that_is_allowed(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = list[str]()

    async def look(choices: Choices, _login: object) -> list[Observation]:
        """Look at nothing, where the network is somebody's."""
        looked_at.extend(scope_of(choices).asked.networks())
        return []

    monkeypatch.setattr("camscan.app.scanning.discovering.ask_one", look)
    desk.keep(Enrolment(address="8.8.8.8", serial="E12345678", user="auditor", secret=SecretStr(CANARY)))
    refused = camscan(capsys, "credentials", "test", "8.8.8.8", *desk.named)
    assert (refused.returncode, "is public: leave it out, or add --allow-public" in refused.stderr) == (2, True)
    assert looked_at == []
    allowed = camscan(capsys, "credentials", "test", "8.8.8.8", "--allow-public", *desk.named)
    assert (allowed.returncode, allowed.stdout, looked_at) == (1, "nothing answers there\n", ["8.8.8.8"])


def test_enrolments_are_listed_and_removed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> Done:
        return camscan(capsys, "credentials", *words, *desk.named)

    def add(*words: str) -> Done:
        with piped("x") as secret:
            return run("add", *words, "--user", "auditor", "--secret", secret)

    assert add("10.0.0.1", "--mac", "02-00-00-00-00-01", "--site", "depot").returncode == 0
    assert add("10.0.0.1", "--serial", "E12345678").returncode == 0
    assert run("list").stdout.splitlines() == [
        "depot  10.0.0.1  auditor  MAC 02:00:00:00:00:01  secret kept here",
        "-  10.0.0.1  auditor  serial E12345678  secret kept here",
    ]
    again = add("10.0.0.1", "--serial", "E1234567")
    assert (again.returncode, "enrolled already" in again.stderr) == (2, True)
    nobody = run("add", "10.0.0.1", "--mac", "02-00-00-00-00-02", "--user", "auditor")
    assert "enrolled already" in nobody.stderr, "nobody is asked for a password in vain"
    assert run("remove", "10.0.0.1").returncode == 0
    assert add("FD00::7", "--serial", "E12345679").returncode == 0
    assert run("remove", "FD00:0::7").returncode == 0
    assert run("remove", "10.0.0.1").returncode == 2
    assert run("unpin", "10.0.0.1").returncode == 2
    astray = camscan(capsys, "credentials", "remove", "10.0.0.1", "--credentials", str(desk.folder / "typo" / "none"))
    assert (astray.returncode, (desk.folder / "typo").exists()) == (2, False)
    absent = camscan(capsys, "credentials", "list", "--credentials", str(desk.folder / "none"))
    assert (absent.returncode, "none: No such file or directory: check the file" in absent.stderr) == (1, True)
    assert len(run("list", "--site", "depot").stdout.splitlines()) == 1
    desk.file.chmod(0o604)
    assert run("list").returncode == 2


def test_a_login_that_another_enrols_meanwhile_is_kept(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(address: str) -> Done:
        words = ("--serial", "E12345678", "--user", "auditor", "--secret", "prompt", *desk.named)
        return camscan(capsys, "credentials", "add", address, *words)

    def typed(*_: object, **__: object) -> str:
        monkeypatch.setattr("camscan.app.planning.logins.asked", lambda *_, **__: "x")
        assert add("10.0.0.2").returncode == 0  # while the first one is asked for its password
        return "x"

    monkeypatch.setattr("camscan.app.planning.logins.asked", typed)
    assert add("10.0.0.1").returncode == 0
    assert len(camscan(capsys, "credentials", "list", *desk.named).stdout.splitlines()) == 2
