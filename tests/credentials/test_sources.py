from __future__ import annotations

import os
from pathlib import Path

import pytest

from camscan.credentials.sources import MAX_SECRET, is_persistent, read, read_private
from camscan.errors import CamscanError, HostError, UsageError

SECRET = "canary-Passw0rd-81c2"


def nobody_asks() -> str:
    raise AssertionError("nobody was to be asked")


def test_the_prompt_is_asked_where_it_is_named() -> None:
    assert read("prompt", lambda: SECRET).get_secret_value() == SECRET


def test_a_descriptor_is_read_to_its_end() -> None:
    out, into = os.pipe()
    try:
        os.write(into, f"{SECRET}\n".encode())
        os.close(into)
        assert read(f"fd:{out}", nobody_asks).get_secret_value() == SECRET
    finally:
        os.close(out)


def test_a_file_must_be_private(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\r\n")
    for mode in (0o600, 0o400):
        file.chmod(mode)
        assert read("file:secret", nobody_asks, tmp_path).get_secret_value() == SECRET
    for mode in (0o644, 0o640, 0o604, 0o620):
        file.chmod(mode)
        with pytest.raises(UsageError, match="other users can read") as raised:
            read(f"file:{file}", nobody_asks)
        assert SECRET not in str(raised.value)


def test_who_means_a_file_of_the_current_folder_is_told_where_a_relative_path_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text(SECRET)
    told = rf"there is no {tmp_path}/home/secret, .* starts in that folder: write file:{tmp_path}/secret$"
    with pytest.raises(UsageError, match=told):
        read("file:secret", nobody_asks, tmp_path / "home")
    with pytest.raises(HostError, match=rf"cannot read {tmp_path}/home/none: No such file"):
        read("file:none", nobody_asks, tmp_path / "home")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(0o600)
    os.chown(file, 4711, 4711)
    with pytest.raises(UsageError, match="another user"):
        read(f"file:{file}", nobody_asks)


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    for name in ("fifo", "."):
        with pytest.raises(UsageError, match="not a regular file"):
            read_private(tmp_path / name, 10)
    with pytest.raises(HostError, match="cannot read"):
        read_private(tmp_path / "nothing", 10)


def test_systemd_hands_over_credentials_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cameras").write_text(SECRET)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read("systemd:cameras", nobody_asks).get_secret_value() == SECRET
    for name in ("../cameras", "..", "", "other"):
        with pytest.raises(CamscanError):
            read(f"systemd:{name}", nobody_asks)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(HostError, match="LoadCredential"):
        read("systemd:cameras", nobody_asks)


@pytest.mark.parametrize(
    "source",
    [
        *("", SECRET, "env:PASSWORD", "fd:", "fd:x", "file:", f"pass:{SECRET}"),
        *("fd:9999", f"fd:{1 << 31}", f"fd:{'9' * 5000}", "file:~nobody-of-that-name/secret"),
    ],
)
def test_there_are_no_other_places(source: str) -> None:
    with pytest.raises(UsageError):
        read(source, nobody_asks)


@pytest.mark.parametrize("text", ["", "\n", "a\0b", "x" * (MAX_SECRET + 1), b"\xff\xfe"])
def test_what_cannot_be_a_secret_is_refused(text: str | bytes, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(0o600)
    with pytest.raises(UsageError):
        read(f"file:{file}", nobody_asks)


def test_only_what_can_be_read_again_is_left_where_it_is() -> None:
    kept = [source for source in ("prompt", "fd:0", "file:x", "systemd:x") if is_persistent(source)]
    assert kept == ["file:x", "systemd:x"]
