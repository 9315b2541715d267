"""What is excluded while a scan runs gets no packet from then on, and the report says so."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.peers import eventually

from camscan.app.planning import targetfiles as module
from camscan.app.planning.jobs import new_job
from camscan.app.planning.scope import Choices, scope_of
from camscan.app.planning.targetfiles import Followed, read_exclusions
from camscan.app.scanning.running import no_progress, run
from camscan.errors import TargetError
from camscan.records import Outcome, ScanStatus
from camscan.store.store import Store
from camscan.targets import TargetSet

ALL = "127.93.0.0-127.93.0.255"


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_EVERY", 0.05)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "never.txt"
    write(path, "10.0.0.1\n")
    return path


async def test_what_is_added_is_excluded_and_what_is_taken_out_stays_so(file: Path) -> None:
    told: list[TargetSet] = []
    scope = scope_of(Choices(("10.0.0.0/24",), exclude=("10.0.0.9",), exclude_files=(str(file),)))
    followed = Followed(scope.excluded, scope.excluding, told.append)
    following = asyncio.create_task(followed.follow())
    try:
        write(file, "10.0.0.2\n10.0.0.64/26\n")
        await eventually(lambda: bool(told))
    finally:
        following.cancel()
    assert [*told[-1].networks()] == ["10.0.0.1-10.0.0.2", "10.0.0.9", "10.0.0.64-10.0.0.127"]
    assert followed.notes == ["excluded while the scan ran, so not asked from then on: 10.0.0.2, 10.0.0.64-10.0.0.127"]


def test_a_word_too_long_for_a_file_is_no_target() -> None:
    with pytest.raises(TargetError, match="aaaa"):
        scope_of(Choices(("a" * 300,)))


async def test_a_file_that_cannot_be_used_changes_nothing_and_is_told(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[TargetSet] = []
    followed = Followed(*read_exclusions([f"@{file}"]), told.append)
    following = asyncio.create_task(followed.follow())
    try:
        write(file, "10.0.0.300")
        await eventually(lambda: "some exclusions are not heeded: " in caplog.text)
        caplog.clear()
        await asyncio.to_thread(file.unlink)
        await eventually(lambda: "some exclusions are not heeded: " in caplog.text)
        write(file, "10.0.0.3")
        await eventually(lambda: bool(told))
    finally:
        following.cancel()
    assert "10.0.0.1" in followed.excluded


async def test_an_address_is_heeded_though_a_name_beside_it_cannot_be_looked_up(
    file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the name server has died since the scan began."""
    answers, told = threading.Event(), list[TargetSet]()

    def resolve(name: str) -> list[str]:
        answers.wait(30)
        raise OSError(f"{name} is not known")

    monkeypatch.setattr(module, "resolve", resolve)
    followed = Followed(*read_exclusions([f"@{file}"]), told.append)
    following = asyncio.create_task(followed.follow())
    try:
        write(file, "10.0.0.1\nprinter.example\n10.0.0.64/26\n")
        await eventually(lambda: bool(told))
        answers.set()
        await eventually(lambda: "some exclusions are not heeded: " in caplog.text)
    finally:
        following.cancel()
    assert "10.0.0.70" in followed.excluded
    assert followed.notes == ["excluded while the scan ran, so not asked from then on: 10.0.0.64-10.0.0.127"]


@contextlib.contextmanager
def pipe(text: str) -> Iterator[str]:
    """What a shell passes for `<(generate)`."""
    ours, theirs = os.pipe()
    try:
        os.write(theirs, text.encode())
        os.close(theirs)
        yield f"/dev/fd/{ours}"
    finally:
        os.close(ours)


async def test_what_can_be_read_only_once_is_kept_and_not_waited_for_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("10.0.0.8 255.255.255.252  # printers\n10.0.0.8/30\n"))
    with pipe("10.0.0.3") as name:
        scope = scope_of(Choices(("10.0.0.0/24",), exclude=("-", f"@{name}"), exclude_files=(str(file), "/dev/null")))
    assert scope.excluding == ("10.0.0.8/255.255.255.252", "10.0.0.8/30", "10.0.0.3", f"@{file}")
    told: list[TargetSet] = []
    followed = Followed(TargetSet(), scope.excluding, told.append)
    following = asyncio.create_task(followed.follow())
    try:
        await eventually(lambda: bool(told))
    finally:
        following.cancel()
    assert [*told[-1].networks()] == ["10.0.0.1"]


def test_where_stdin_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("10.0.0.1\n10.0.0.300\n"))
    with pytest.raises(TargetError, match=r"^stdin:2: cannot use '10\.0\.0\.300'"):
        scope_of(Choices(("10.0.0.0/24",), exclude=("-",)))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("10.0.0.8/30\r\n".encode("utf-16"), None),
        ("10.0.0.8/30\r\n".encode("utf-8-sig"), None),
        ("10.0.0.8/30\r\n".encode("utf-16-le"), "it is not UTF-8 text"),
        (b"PK\x03\x04\x14\x00\xef|E\xe4", "it is not UTF-8 text"),
    ],
)
def test_stdin_is_read_as_a_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, told: str | None
) -> None:
    """Also where this host's language is C, in which each byte is a character."""
    (tmp_path / "list").write_bytes(data)
    for words in (("-",), (f"@{tmp_path / 'list'}",)):
        stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(data)), encoding="ascii", errors="surrogateescape")
        monkeypatch.setattr("sys.stdin", stdin)
        if told is None:
            assert scope_of(Choices(words)).asked.count == 2
        else:
            with pytest.raises(TargetError, match=told):
                scope_of(Choices(words))


def test_stdin_is_not_taken_for_two_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exclusions would be empty, since all was read as targets."""
    stdin = io.TextIOWrapper(io.BufferedReader(io.BytesIO(b"10.0.0.1\n")))
    monkeypatch.setattr("sys.stdin", stdin)
    with pytest.raises(TargetError, match=r"^stdin can be read only once: put one of the two lists in a file$"):
        scope_of(Choices(("-",), exclude=("-",)))


def test_a_range_that_the_shell_has_split_is_not_taken_for_its_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("10.0.0.3\n"))
    with pytest.raises(TargetError, match=r"without blanks, as 10\.0\.0\.1-10\.0\.0\.5"):
        scope_of(Choices(("10.0.0.1", "-", "10.0.0.5")))
    assert scope_of(Choices(("-", "10.0.0.1", "10.0.0.5"))).asked.count == 3
    monkeypatch.setattr("sys.stdin", io.StringIO("10.0.0.3\n"))
    assert scope_of(Choices(("10.0.1.0/30", "-", "10.0.0.5"))).asked.count == 4, "a network is no end of a range"


async def test_a_scan_sends_nothing_more_to_who_is_excluded_meanwhile(
    tmp_path: Path, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    choices = Choices(("127.93.0.0/24",), exclude_files=(str(file),), channels="http", ports="81", rate=40)
    with Store.open(tmp_path / "s.db") as store:
        job = new_job(choices, None)
        store.begin(job.scan)
        running = asyncio.create_task(run(job, store, no_progress))
        await eventually(lambda: len(store.covered(job.scan.id)) > 10, 60)
        write(file, ALL)
        with caplog.at_level(logging.WARNING, "camscan"):
            ended = await asyncio.wait_for(running, 60)
        outcomes = [entry.outcome for entry in store.ledger(job.scan.id)]
    assert f"excluded from now on: {ALL}" in caplog.text
    assert ended.status is ScanStatus.COMPLETE
    assert ALL in ended.excluded
    assert f"excluded while the scan ran, so not asked from then on: {ALL}" in ended.notes
    assert len(outcomes) == 254
    assert 10 < outcomes.count(Outcome.REFUSED) < 150
    assert {*outcomes} == {Outcome.REFUSED, Outcome.EXCLUDED}


@pytest.mark.parametrize(
    ("text", "empty"), [("", True), (" \n\n", True), ("# nothing yet\n", False), ("10.0.0.1", False)]
)
def test_an_empty_file_of_exclusions_is_told_of_once(
    file: Path, caplog: pytest.LogCaptureFixture, text: str, empty: bool
) -> None:
    write(file, text)
    for _ in range(2):
        scope_of(Choices(("10.0.0.0/24",), exclude_files=(str(file),)))
    told = [f"{file} is empty, so it excludes nothing: if that is right, put a comment in it"]
    assert [record.getMessage() for record in caplog.records] == told * empty


@pytest.mark.parametrize(("text", "empty"), [("", True), ("# nothing yet\n", False), ("10.0.0.1", False)])
def test_a_pipe_of_exclusions_that_brings_nothing_is_told_of(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, text: str, empty: bool
) -> None:
    """What was to fill it may have failed, and nothing else says so: `cat never.txt | camscan scan ... --exclude -`."""
    end, begin = os.pipe()
    os.write(begin, text.encode())
    os.close(begin)
    read_exclusions([f"@/dev/fd/{end}"])
    os.close(end)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    read_exclusions(["-"])
    told = [f"{name} is empty, so it excludes nothing" for name in (f"/dev/fd/{end}", "stdin")]
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == told * empty
