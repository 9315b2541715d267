"""The sign of life: given after what went well, never later, never elsewhere."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.costs import waits_less_than
from support.receiver import FAILING, OK, receiving, redirecting
from support.world import World, camera, configured

from camscan.app.sweeping.pinging import ping
from camscan.cli.sweep import sweep
from camscan.net.services import delivery
from camscan.sweeps.config import Config

SECOND = '[[site]]\nname = "b/ö"\nnetworks = ["10.0.1.0/29"]\n'
PING = '[ping]\nallow_private = true\ntimeout = "5s"\n'


AT_THE_SECOND = "10.0.1.1"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_PAUSES", (0.01,))


@pytest.fixture(autouse=True)
def both_sites_can_be_seen(world: World) -> None:
    world.answers[AT_THE_SECOND] = camera(9)


def swept(folder: Path, more: str = PING, *words: str) -> int:
    return CliRunner().invoke(sweep, ["--config", str(configured(folder, SECOND, more)), *words]).exit_code


def paths(requests: list[tuple[str, bytes]]) -> list[str]:
    return [head.split("\r\n")[0] for head, _ in requests]


def test_one_for_all_sites_only_when_all_are_good(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving([OK]) as receiver:
        monkeypatch.setenv("CAMSCAN_PING_URL", receiver.url)
        assert swept(tmp_path) == 0
        assert paths(receiver.requests) == ["GET /hook HTTP/1.1"]
        swept(tmp_path, PING, "--site", "hq")
        world.cut_after = 2
        swept(tmp_path)
        assert len(receiver.requests) == 1


def test_one_for_each_site_that_was_good(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving([OK]) as receiver:
        monkeypatch.setenv("CAMSCAN_PING_URL", receiver.url + "/{site}")
        swept(tmp_path)
        assert sorted(paths(receiver.requests)) == ["GET /hook/b%2F%C3%B6 HTTP/1.1", "GET /hook/hq HTTP/1.1"]
        world.answers = {AT_THE_SECOND: camera(9)}
        swept(tmp_path)
        assert paths(receiver.requests)[2:] == ["GET /hook/b%2F%C3%B6 HTTP/1.1"], "hq is blind"


def test_none_while_an_alert_cannot_be_brought(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMSCAN_WEBHOOK_SECRET", "0123456789abcdef")
    with receiving([FAILING]) as dead, receiving([OK]) as receiver:
        monkeypatch.setenv("CAMSCAN_PING_URL", receiver.url)
        assert swept(tmp_path, f'{PING}[notify]\nwebhook = "{dead.url}"\nallow_private = true\n') == 1
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (FAILING, 2),
        (redirecting("http://169.254.169.254/"), 1),
        (OK.replace(b"200", b"404"), 1),
        (b"nonsense\r\n\r\n", 2),
    ],
)
def test_one_that_fails_is_a_failure_without_its_url(
    tmp_path: Path,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    answer: bytes,
    tries: int,
) -> None:
    with receiving([answer]) as receiver:
        monkeypatch.setenv("CAMSCAN_PING_URL", f"{receiver.url}/s3cret")
        assert swept(tmp_path) == 1
        assert len(receiver.requests) == tries
    failed = next(record for record in caplog.records if getattr(record, "event", "") == "ping.failed")
    assert "s3cret" not in str(failed.__dict__)


@pytest.mark.parametrize("url", ["", "ftp://host/s3cret", "no url s3cret", "http://h:0/s3cret", "https://[s3cret/"])
def test_a_url_that_is_none(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, url: str
) -> None:
    monkeypatch.setenv("CAMSCAN_PING_URL", url)
    assert swept(tmp_path) == 1
    assert "s3cret" not in "".join(str(record.__dict__) for record in caplog.records)


def test_private_addresses_need_to_be_allowed(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving([OK]) as receiver:
        monkeypatch.setenv("CAMSCAN_PING_URL", receiver.url)
        assert swept(tmp_path, "[ping]\n") == 1
    assert receiver.requests == []
    assert "set allow_private = true" in str(caplog.records[-1].__dict__["values"])


def test_a_host_that_says_nothing_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("CAMSCAN_PING_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/{{site}}")
        terms = {"timeout": "1s", "allow_private": True}
        config = Config.model_validate({"site": [{"name": "hq", "networks": ["10.0.0.0/29"]}], "ping": terms})
        with waits_less_than(5):
            assert not ping(config, [f"site-{number}" for number in range(10)], all_good=True)
