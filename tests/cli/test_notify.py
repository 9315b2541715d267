"""`camscan notify test`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.receiver import FAILING, OK, Receiver, receiving
from support.world import CONFIG

from camscan.cli.notify import notify
from camscan.errors import UsageError
from camscan.sweeps.document import signature

KEY = "0123456789abcdef"


def run(folder: Path, receiver: Receiver | None) -> Result:
    table = f'[notify]\nwebhook = "{receiver.url}"\nallow_private = true\n' if receiver else ""
    (folder / "c.toml").write_text(CONFIG + table)
    return CliRunner().invoke(notify, ["test", "--config", str(folder / "c.toml")])


def test_a_test_alert_is_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSCAN_WEBHOOK_SECRET", KEY)
    with receiving([OK]) as receiver:
        done = run(tmp_path, receiver)
    assert (done.exit_code, done.stdout) == (0, "webhook took it.\n")
    [(head, body)] = receiver.requests
    assert f"X-Camscan-Signature: {signature(KEY.encode(), body)}" in head
    assert json.loads(body)["schema"] == "camscan-alert/1"


def test_a_receiver_that_does_not_take_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSCAN_WEBHOOK_SECRET", KEY)
    with receiving([FAILING]) as receiver:
        done = run(tmp_path, receiver)
    assert (done.exit_code, done.stderr) == (1, "webhook did not take it: HTTP 500\n")


def test_without_a_receiver_or_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(run(tmp_path, None).exception, UsageError)
    monkeypatch.delenv("CAMSCAN_WEBHOOK_SECRET", raising=False)
    done = run(tmp_path, Receiver("http://127.0.0.1:1/"))
    assert (done.exit_code, done.stderr[:46]) == (1, "webhook did not take it: CAMSCAN_WEBHOOK_SECRE")
