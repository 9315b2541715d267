"""A result file is there whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from camscan.cli.terminal import writing
from camscan.cli.terminal.output import Output
from camscan.cli.terminal.writing import page, replacing, wrapped, write
from camscan.errors import HostError


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("old")
    write(["n", "ew"], file)
    assert file.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_file_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a loss of power would leave an empty one there."""
    file = tmp_path / "report.json"
    file.write_text("old")
    synced: list[tuple[int, str]] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        synced.append((os.fstat(handle).st_size, file.read_text()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    write(["n", "ew one"], file)
    assert synced == [(len("new one"), "old")]


def test_a_failure_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("old")

    def parts() -> Iterator[str]:
        yield "half"
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        write(parts(), file)
    assert file.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_file_that_cannot_be_closed_takes_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of files may say only then that there was no room."""
    file = tmp_path / "report.json"
    file.write_text("old")
    monkeypatch.setattr(os, "fsync", os.close)  # so that it is closed twice
    with pytest.raises(HostError, match=r"cannot write .*report.json: Bad file descriptor"):
        write(["new"], file)
    assert file.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"cannot write .*nowhere/x.*choose another file or folder"):
        write(["x"], tmp_path / "nowhere" / "x")


def test_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    write([b"\x00", b"\xff"], tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == b"\x00\xff"


def test_what_is_no_regular_file_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write(["a", "b"], pipe)
    assert os.read(reader, 10) == b"ab"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_who_may_read_a_file_is_for_the_umask_and_for_what_was_there_to_say(tmp_path: Path) -> None:
    new, closed = tmp_path / "new.csv", tmp_path / "closed.csv"
    closed.touch(0o600)
    for file in (new, closed):
        write(["x"], file)
    assert [stat.S_IMODE(file.stat().st_mode) for file in (new, closed)] == [0o640, 0o600]
    write(["x"], new, 0o644)
    assert stat.S_IMODE(new.stat().st_mode) == 0o644


def test_lines_fit_the_terminal_and_go_on_indented() -> None:
    long = "row 7  Name: Gate  Location: Building 7, floor 2, behind the door\nshort\n\n"
    assert "".join(wrapped([long], 30)) == (
        "row 7  Name: Gate  Location:\n    Building 7, floor 2,\n    behind the door\nshort\n\n"
    )
    assert "".join(wrapped([long], 100)) == long


def test_a_list_without_blanks_is_broken_behind_its_commas() -> None:
    ports = "81-83,85,88,888,2020,8899,8999,5000,8001,8081-8082,8090"
    lines = "".join(wrapped([f"Ports  {ports}; 65,536 in all"], 30)).splitlines()
    assert lines[0] == "Ports  81-83,85,88,888,"  # the commas take a little room
    assert max(map(len, lines)) <= 30
    parts = [part for line in lines for part in line.replace(";", ",").split(",") if part.strip()]
    assert [part.split()[-1] for part in parts[:11]] == ports.split(",")
    assert lines[-1].endswith("65,536 in all")


@pytest.mark.parametrize(
    ("environment", "colour"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_gets_colour_unless_it_or_its_user_wants_none(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], colour: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert page(to_file=False).colour is colour
    assert not page(to_file=True).colour


def test_what_stdout_leads_to_is_added_to_and_the_link_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For root, /dev/stdout itself would else be replaced by the report; and its file has what came before."""
    monkeypatch.setattr(writing, "_DEVICES", tmp_path)
    shown, link = tmp_path / "all.json", tmp_path / "stdout"
    shown.write_text("before\n")
    link.symlink_to(shown)
    Output("json", link).ready()
    write(["after\n"], link)
    assert link.is_symlink()
    assert shown.read_text() == "before\nafter\n"


def test_what_cannot_take_its_place_is_not_left_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "r.json"
    with pytest.raises(HostError, match="cannot write"), replacing(place, None):
        place.mkdir()
    assert [*tmp_path.iterdir()] == [place]
