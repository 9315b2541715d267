"""The way of alerts, tried and used by hand."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.receiver import FAILING, OK, Receiver, receiving
from support.world import CONFIG

from camscan.cli.notify import notify
from camscan.errors import UsageError
from camscan.net.services import webhook
from camscan.net.services.delivery import Delivery
from camscan.store.outbox import Message
from camscan.store.store import Store
from camscan.sweeps.document import signature
from camscan.sweeps.memory import Memory, dump

KEY = "0123456789abcdef"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSCAN_WEBHOOK_SECRET", KEY)


def run(folder: Path, receiver: Receiver | None) -> Result:
    table = f'[notify]\nwebhook = "{receiver.url}"\nallow_private = true\n' if receiver else ""
    (folder / "c.toml").write_text(CONFIG + table)
    return CliRunner().invoke(notify, ["test", "--config", str(folder / "c.toml")])


def test_a_test_alert_is_signed(tmp_path: Path) -> None:
    with receiving([OK]) as receiver:
        done = run(tmp_path, receiver)
    assert (done.exit_code, done.stdout) == (0, "webhook accepted the test alert.\n")
    [(head, body)] = receiver.requests
    assert f"X-Camscan-Signature: {signature(KEY.encode(), body)}" in head
    assert json.loads(body)["schema"] == "camscan-alert/1"


def test_a_receiver_that_does_not_take_it(tmp_path: Path) -> None:
    with receiving([FAILING]) as receiver:
        done = run(tmp_path, receiver)
    assert (done.exit_code, done.stderr) == (1, "webhook failed: HTTP 500\n")


def test_without_a_receiver_or_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(run(tmp_path, None).exception, UsageError)
    monkeypatch.delenv("CAMSCAN_WEBHOOK_SECRET", raising=False)
    done = run(tmp_path, Receiver("http://127.0.0.1:1/"))
    assert done.exit_code == 1
    assert done.stderr.startswith("webhook failed: the environment variable CAMSCAN_WEBHOOK_SECRET contains no secret")


def send(folder: Path, receiver: Receiver, count: int, to: str = "webhook", more: str = "") -> Result:
    """Let so many alerts wait, and send them by hand."""
    table = f'[notify]\nwebhook = "{receiver.url}"\nallow_private = true\n{more}'
    (folder / "c.toml").write_text(CONFIG + table)
    made = datetime.now(UTC) - timedelta(minutes=1)
    with Store.open(folder / "c.db") as store:
        waiting = [Message(f"m{number}", "hq", made, b"{}", to) for number in range(count)]
        store.outbox.remember("hq", dump(Memory()), waiting)
    return CliRunner().invoke(notify, ["send", "--config", str(folder / "c.toml")])


def test_all_that_waits_is_sent_however_much_it_is(tmp_path: Path) -> None:
    with receiving([OK]) as receiver:
        done = send(tmp_path, receiver, 45)
        assert (done.exit_code, done.stdout) == (0, "45 alerts delivered, 0 waiting.\n")
        assert len(receiver.requests) == 45


def test_one_alert_is_one(tmp_path: Path) -> None:
    with receiving([OK]) as receiver:
        assert send(tmp_path, receiver, 1).stdout == "1 alert delivered, 0 waiting.\n"


def test_what_waits_no_longer_is_gone_from_the_metrics(tmp_path: Path) -> None:
    metrics = '[metrics]\ntextfile = "camscan.prom"\n'
    for name, answer, waiting in (("failing", FAILING, 2), ("taking", OK, 0)):
        folder = tmp_path / name
        folder.mkdir()
        with receiving([answer]) as receiver:
            send(folder, receiver, 2, more=metrics)
        assert f'camscan_alerts_pending{{site="hq"}} {waiting}\n' in (folder / "camscan.prom").read_text()


def test_a_receiver_that_fails_ends_the_sending(tmp_path: Path) -> None:
    with receiving([FAILING]) as receiver:
        done = send(tmp_path, receiver, 3)
    assert (done.exit_code, done.stdout) == (1, "0 alerts delivered, 3 waiting.\n")


def test_an_alert_that_is_refused_after_a_while_does_not_end_the_sending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slowly(*_: object, timeout: float, **__: object) -> Delivery:  # noqa: ASYNC109 - as `deliver` has it
        await asyncio.sleep(timeout * 0.6)
        return Delivery(taken=not (refused := refusals.pop() if refusals else ""), reason=refused)

    refusals = ["too large"]
    monkeypatch.setattr(webhook, "deliver", slowly)
    done = send(tmp_path, Receiver("http://127.0.0.1:1/"), 3, more='timeout = "0.3s"\n')
    assert (done.exit_code, done.stdout) == (1, "3 alerts delivered, 0 waiting.\n")


def test_alerts_that_others_add_or_deliver_meanwhile_are_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def while_a_sweep_ends(*_: object, **__: object) -> Delivery:
        with Store.open(tmp_path / "c.db") as store:
            later = datetime.now(UTC) + timedelta(hours=1)
            new = [Message(f"n{number}", "hq", later, b"{}", "webhook") for number in range(5)]
            store.outbox.remember("hq", "", new)
        return Delivery(taken=True)

    monkeypatch.setattr(webhook, "deliver", while_a_sweep_ends)
    done = send(tmp_path, Receiver("http://127.0.0.1:1/"), 1)
    assert (done.exit_code, done.stdout) == (0, "1 alert delivered, 5 waiting.\n")


def test_alerts_that_nobody_is_to_have_any_longer_are_not_told_as_brought(tmp_path: Path) -> None:
    with receiving([OK]) as receiver:
        done = send(tmp_path, receiver, 3, to="syslog gone")
        assert (done.exit_code, done.stdout, receiver.requests) == (0, "0 alerts delivered, 0 waiting.\n", [])
