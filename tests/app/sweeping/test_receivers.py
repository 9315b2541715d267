"""Webhook, syslog and apprise are told the same, each for itself, and no secret is seen anywhere."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.receiver import FAILING, OK, receiving
from support.world import World, camera, configured

from camscan.app.sweeping.configuration import store_option
from camscan.cli.notify import notify
from camscan.cli.sweep import sweep
from camscan.net.services import delivery
from camscan.store.store import Store

KEY = "0123456789abcdef"
TOKEN = "T0pSecretT0ken"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_PAUSES", (0.01,))
    monkeypatch.setenv("CAMSCAN_WEBHOOK_SECRET", KEY)


@pytest.fixture
def collector() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(30)
        yield server


def webhook(url: str) -> str:
    return f'[notify]\nwebhook = "{url}"\nallow_private = true\ntimeout = "5s"\n'


def syslog(server: socket.socket, more: str = "") -> str:
    to = f"udp://127.0.0.1:{server.getsockname()[1]}"
    return f'[[syslog]]\nname = "siem"\nto = "{to}"\nallow_private = true\n{more}'


def by_apprise(folder: Path, url: str) -> str:
    (folder / "mail.url").write_text(url)
    (folder / "mail.url").chmod(0o600)
    return '[[apprise]]\nname = "mail"\nurl_file = "mail.url"\nallow_private = true\ntimeout = "30s"\n'


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(sweep, ["--config", str(config), *words])


def test_a_dead_receiver_costs_no_other_and_gets_it_once_it_lives(
    tmp_path: Path, world: World, collector: socket.socket
) -> None:
    with receiving([FAILING]) as dead:
        config = configured(tmp_path, webhook(dead.url), syslog(collector))
        assert run(config).exit_code == 1
    assert collector.recv(4096).decode().endswith("summary: hq: the first sweep: 5 devices (5 listed)")
    world.answers["10.0.0.9"] = camera(9)
    with receiving([OK]) as alive:
        config = configured(tmp_path, webhook(alive.url), syslog(collector))
        assert run(config).exit_code == 0
    assert [json.loads(body)["summary"] for body in alive.bodies] == [
        "hq: the first sweep: 5 devices (5 listed)",
        "hq: 1 new (1 listed)",
    ]
    got = [collector.recv(4096).decode() for _ in range(2)]
    assert got[1].split()[5] == "new"
    assert 'address="10.0.0.9"' in got[1]
    collector.setblocking(False)
    with pytest.raises(BlockingIOError):
        collector.recv(4096)


def test_cef(tmp_path: Path, world: World, collector: socket.socket) -> None:
    run(configured(tmp_path, syslog(collector, 'format = "cef"\nfacility = 4\n')))
    message = collector.recv(4096).decode()
    assert message.startswith("<38>1 ")
    assert "CEF:0|camscan|camscan|" in message


def test_apprise_is_told_and_its_url_is_seen_nowhere(
    tmp_path: Path, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen = ""
    with receiving([FAILING, OK]) as receiver:
        url = receiver.url.replace("http:", "json:") + f"/{TOKEN}"
        config = configured(tmp_path, by_apprise(tmp_path, url))
        alerting_failed = run(config, "--format", "table")
        brought = CliRunner().invoke(notify, ["send", "--config", str(config)])
        tested = CliRunner().invoke(notify, ["test", "--config", str(config)])
        (tmp_path / "mail.url").write_text(f"nonsense-{TOKEN}")
        refused = CliRunner().invoke(notify, ["test", "--config", str(config)])
    assert [one.exit_code for one in (alerting_failed, brought, tested, refused)] == [0, 0, 0, 1]
    assert len(receiver.requests) == 3, "the first try failed and was repeated; then came the test"
    assert json.loads(receiver.bodies[1])["title"] == "camscan: hq: the first sweep: 5 devices (5 listed)"
    assert f" --db {tmp_path / 'c.db'}\nAlert " in json.loads(receiver.bodies[1])["message"]
    assert brought.stdout == "0 alerts delivered, 0 waiting.\n"
    assert tested.stdout == "apprise mail accepted the test alert.\n"
    seen = "".join(one.output for one in (alerting_failed, brought, tested, refused)) + caplog.text
    seen += "".join(str(record.__dict__) for record in caplog.records)
    stored = (tmp_path / "c.db").read_bytes().decode("latin-1")
    assert TOKEN not in seen
    assert TOKEN not in stored
    assert receiver.url not in seen


@pytest.mark.parametrize(
    ("target", "option"),
    [
        ("", ""),
        ("/var/lib/my cams.db", " --db '/var/lib/my cams.db'"),
        (f"postgresql://ann:{TOKEN}@db/c", " --db URL"),
    ],
)
def test_a_command_that_is_told_to_people_names_the_store_and_no_password(target: str, option: str) -> None:
    assert store_option(target) == option


def test_without_its_url_or_without_apprise_the_alert_waits(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    config = configured(tmp_path, '[[apprise]]\nname = "mail"\nurl_env = "CAMSCAN_MAIL_URL"\n')
    monkeypatch.delenv("CAMSCAN_MAIL_URL", raising=False)
    assert run(config).exit_code == 1
    monkeypatch.setenv("CAMSCAN_MAIL_URL", "json://127.0.0.1")
    monkeypatch.setattr("camscan.net.services.notifier.is_installed", lambda: False)
    assert run(config).exit_code == 1
    reasons = [
        str(record.__dict__["values"]) for record in caplog.records if getattr(record, "event", "") == "alert.failed"
    ]
    assert "CAMSCAN_MAIL_URL contains no secret" in reasons[0]
    assert "pip install 'camscan[notify]'" in reasons[1]
    with Store.open(tmp_path / "c.db") as store:
        assert store.outbox.pending() == {"hq": 1}


def test_a_receiver_that_is_taken_out_of_the_configuration_is_forgotten(
    tmp_path: Path, world: World, collector: socket.socket
) -> None:
    with receiving([FAILING]) as dead:
        run(configured(tmp_path, webhook(dead.url)))
    assert run(configured(tmp_path, syslog(collector))).exit_code == 0
    with Store.open(tmp_path / "c.db") as store:
        assert store.outbox.pending() == {}


def test_notify_test_tells_each_and_one_by_name(tmp_path: Path, world: World, collector: socket.socket) -> None:
    with receiving([FAILING]) as dead:
        config = configured(tmp_path, webhook(dead.url), syslog(collector))
        done = CliRunner().invoke(notify, ["test", "--config", str(config)])
        assert (done.exit_code, done.stdout) == (1, "syslog siem accepted the test alert.\n")
        assert done.stderr == "webhook failed: HTTP 500\n"
        only = CliRunner().invoke(notify, ["test", "--config", str(config), "--to", "syslog siem"])
        assert (only.exit_code, len(dead.requests)) == (0, 1)
        none = CliRunner().invoke(notify, ["test", "--config", str(config), "--to", "siem"])
        assert str(none.exception) == f"no receiver 'siem' in {config}: it has webhook, syslog siem"
