"""Secrets are read from where they may lie, and from nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from camscan.errors import UsageError
from camscan.sweeps.config import Config, Site
from camscan.sweeps.secrets import secret

KEY = "0123456789abcdef"


def config(folder: Path) -> Config:
    return Config(site=(Site(name="a", networks=("10.0.0.0/24",)),), folder=folder)


def test_a_secret_comes_from_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    file.chmod(0o604)
    with pytest.raises(UsageError, match=r"everybody can read the secret .*key: run chmod 600 .*key"):
        secret(config(tmp_path), "key", "KEY", {})
    file.chmod(0o640)
    assert secret(config(tmp_path), "key", "KEY", {"KEY": "another"}) == KEY


def test_a_secret_comes_from_the_environment_where_no_file_is_named(tmp_path: Path) -> None:
    assert secret(config(tmp_path), None, "KEY", {"KEY": f" {KEY} "}) == KEY
    for environment in ({}, {"KEY": " "}):
        with pytest.raises(UsageError, match="environment variable KEY contains no secret: put it there, or name its"):
            secret(config(tmp_path), None, "KEY", environment)


def test_a_credential_of_systemd_comes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "key").write_text("credential")
    (tmp_path / "run" / "key").chmod(0o400)
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path / "run")}
    assert secret(config(tmp_path), "/etc/camscan/key", "", environment) == "credential"
    with pytest.raises(UsageError, match="cannot read"):
        secret(config(tmp_path), "other", "", environment)


def test_a_secret_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the secret .*key: No such file or directory"):
        secret(config(tmp_path), "key", "KEY", {"KEY": KEY})
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8 text"):
        secret(config(tmp_path), "key", "", {})


def test_a_secret_of_somebody_else_is_not_told_to_be_created(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(UsageError, match=r"key: Permission denied: make the user who runs camscan its owner"):
        secret(config(tmp_path), "key", "KEY", {})
