"""Durations, and secrets that are read from where they may lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.errors import UsageError
from camscan.sweeps.config import Config, Notify, Site, seconds, secret

KEY = "0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "value"), [("90s", 90), (" 10 m ", 600), ("5h", 18_000), ("1d", 86_400), ("0.5s", 0.5)]
)
def test_durations(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("value", ["", "5", "h", "0s", "-5s", "5 hours", "1e3s", "nan s", "inf", 5, None, "9999999s"])
def test_what_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        seconds(value)


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "a\x1b", "x" * 65])
def test_names_that_no_site_has(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Site(name=name, networks=("10.0.0.0/24",))


def config(folder: Path, secret_file: str | None) -> tuple[Notify, Config]:
    notify = Notify(webhook="https://alerts.example.org/", secret_file=secret_file)
    return notify, Config(site=(Site(name="a", networks=("10.0.0.0/24",)),), notify=notify, folder=folder)


def test_a_secret_comes_from_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    file.chmod(0o604)
    with pytest.raises(UsageError, match=r"everybody can read the secret .*key: chmod 600 .*key"):
        secret(*config(tmp_path, "key"), None)
    file.chmod(0o640)
    assert secret(*config(tmp_path, "key"), "another secret of the environment") == KEY.encode()


def test_a_secret_comes_from_the_environment_where_no_file_is_named(tmp_path: Path) -> None:
    assert secret(*config(tmp_path, None), f" {KEY} ") == KEY.encode()
    for value in (None, "", "short"):
        with pytest.raises(UsageError, match="CAMSCAN_WEBHOOK_SECRET holds no secret of at least 16 bytes"):
            secret(*config(tmp_path, None), value)


def test_a_secret_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the secret .*key: No such file or directory"):
        secret(*config(tmp_path, "key"), KEY)
