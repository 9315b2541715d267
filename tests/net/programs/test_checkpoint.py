from __future__ import annotations

import json
import os
import resource
import time
from pathlib import Path

import pytest

from camscan.errors import HostError, UsageError
from camscan.net.programs.checkpoint import Checkpoint, Part, forget_old

ASKED = {"ports": [80], "seed": 1}
FOUND = {"type": "found", "errno": 0, "addresses": ["10.0.0.1"], "ports": [80]}


def known(path: Path, ways: str) -> Part:
    opened = Checkpoint(path)
    part = opened.part(4, ways)
    opened.close(over=False)
    return part


def begun(path: Path) -> Checkpoint:
    made = Checkpoint(path, ASKED)
    made.part(4, "ways")
    made.note(4, position=10, settled="AQAAAA==", found=[FOUND])
    made.note(4, position=20, settled="AgAAAA==", found=[])
    made.close(over=False)
    return made


def test_another_run_goes_on_from_the_last_line(tmp_path: Path) -> None:
    begun(tmp_path / "one.sweep")
    again = Checkpoint(tmp_path / "one.sweep")
    assert again.asked == ASKED
    assert again.part(4, "ways") == Part("ways", 20, False, bytearray(b"\1\0\0\0\2\0\0\0"), [FOUND])
    assert again.part(6, "others") == Part("others")
    again.note(4, over=True)
    again.close(over=False)
    assert known(tmp_path / "one.sweep", "ways").over


def test_of_a_line_that_was_cut_off_nothing_counts(tmp_path: Path) -> None:
    path = tmp_path / "one.sweep"
    begun(path)
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for end in range(last, len(whole)):
        path.write_bytes(whole[:end])
        cut = Checkpoint(path)
        assert cut.part(4, "ways").position == 10
        cut.note(4, position=15)
        cut.close(over=False)
        assert [json.loads(line) for line in path.read_bytes().splitlines()][-1]["position"] == 15


def test_where_the_ways_have_changed_the_part_begins_anew(tmp_path: Path) -> None:
    begun(tmp_path / "one.sweep")
    assert known(tmp_path / "one.sweep", "others") == Part("others")
    assert known(tmp_path / "one.sweep", "others") == Part("others")


def test_one_run_at_a_time_and_none_after_the_end(tmp_path: Path) -> None:
    path = tmp_path / "one.sweep"
    held = Checkpoint(path, ASKED)
    with pytest.raises(HostError, match="is still running"):
        Checkpoint(path)
    held.close(over=True)
    with pytest.raises(UsageError, match="there is no sweep one to resume"):
        Checkpoint(path)


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HostError, match=r"cannot save the progress .*: free some space there"):
        Checkpoint(tmp_path / "file" / "one.sweep", ASKED)
    with pytest.raises(HostError, match=r"cannot save the progress .*No such file or directory: free some space there"):
        Checkpoint(Path("/proc/nowhere/one.sweep"), ASKED)


def test_a_line_that_the_disk_took_in_part_is_said_and_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "one.sweep"
    begun(path)
    again, usual = Checkpoint(path), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 5, usual[1]))
    try:
        with pytest.raises(HostError, match=r"cannot save the progress .*: free some space there"):
            again.note(4, position=30)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        again.close(over=False)
    assert known(path, "ways").position == 20


def test_one_that_cannot_be_begun_holds_no_file(tmp_path: Path) -> None:
    path, usual = tmp_path / "one.sweep", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5, usual[1]))
    try:
        with pytest.raises(HostError, match=r"cannot save the progress") as raised:
            Checkpoint(path, ASKED)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    with pytest.raises(HostError, match="is damaged"):  # and not in use, though the error is still at hand
        Checkpoint(path)
    assert raised.value is not None


def test_what_nobody_went_on_with_is_forgotten(tmp_path: Path) -> None:
    for name, age in (("old", 31), ("new", 29)):
        begun(tmp_path / f"{name}.sweep")
        at = time.time() - age * 86_400
        os.utime(tmp_path / f"{name}.sweep", (at, at))
    forget_old(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new.sweep"]


@pytest.mark.parametrize(
    "text", ["", "{}\nno\n", "[]\n3\n", '{}\n{"position": 1}\n', '{}\n{"part": "4", "position": 1}\n']
)
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "one.sweep"
    path.write_text(text)
    with pytest.raises(HostError, match=r"one\.sweep is damaged"):
        Checkpoint(path)
