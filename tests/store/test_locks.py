"""A scan is held by one living process, and by none once that is gone."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from camscan.errors import StoreError
from camscan.store.locks import FileLocks, site_held

HOLDER = """
import sys
from pathlib import Path
from camscan.store.locks import FileLocks
print(FileLocks(Path(sys.argv[1])).acquire(3), flush=True)
sys.stdin.read()
"""


def test_one_holder(path: Path) -> None:
    ours, theirs = FileLocks(path), FileLocks(path)
    assert not ours.is_held(3)
    assert ours.acquire(3)
    assert ours.is_held(3)
    assert theirs.is_held(3)
    assert not theirs.acquire(3)
    assert theirs.acquire(4)
    ours.release(3)
    assert not theirs.is_held(3)
    assert theirs.acquire(3)
    theirs.close()
    assert list(path.parent.iterdir()) == []


def test_one_holder_by_whichever_link(path: Path) -> None:
    path.touch()
    link = path.with_name("link.db")
    link.symlink_to(path)
    (elsewhere := path.parent / "elsewhere").symlink_to(path.parent)
    ours = FileLocks(path)
    assert ours.acquire(3)
    for same in (link, elsewhere / link.name):
        assert FileLocks(same).is_held(3)
        assert not FileLocks(same).acquire(3)
    ours.release(3)
    assert {one.name for one in path.parent.iterdir()} == {path.name, "link.db", "elsewhere"}


def test_killed_holder(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    with holder:
        assert holder.stdout.readline() == "True\n"
        locks = FileLocks(path)
        assert locks.is_held(3)
        assert not locks.acquire(3)
        holder.kill()
        holder.wait()
        assert not locks.is_held(3)
        assert locks.acquire(3)
        locks.close()


def test_who_has_a_site_is_told_to_others(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host may be called by any bytes, and a store that is merged may name a site so."""
    monkeypatch.setattr("platform.node", lambda: "h\udcffst")
    ours, theirs = FileLocks(path), FileLocks(path)
    with site_held(ours, "depot \ud800") as first, site_held(theirs, "depot \ud800") as second:
        assert first is None
        assert second is not None
        assert second.startswith(f"process {os.getpid()} on h?st since 20")
        with site_held(theirs, "../harbour") as other:
            assert other is None
    with site_held(theirs, "depot \ud800") as again:
        assert again is None
    assert list(path.parent.iterdir()) == []


def test_an_error_while_a_site_is_held_lets_it_go(path: Path) -> None:
    with pytest.raises(RuntimeError), site_held(FileLocks(path), "hq"):
        raise RuntimeError
    with site_held(FileLocks(path), "hq") as other:
        assert other is None


def test_folder_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"camscan\.db-scan1\.lock cannot be created: No such file or directory"):
        FileLocks(tmp_path / "gone" / "camscan.db").acquire(1)


def test_a_file_system_that_knows_no_locks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int, _kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(
        StoreError, match=r"-scan1\.lock cannot be locked: No locks available: keep the store on a local"
    ):
        FileLocks(path).acquire(1)


def test_what_lies_in_the_place_of_a_lock_is_neither_waited_for_nor_followed(path: Path) -> None:
    os.mkfifo(f"{path}-scan3.lock")
    Path(f"{path}-scan4.lock").symlink_to(path.with_name("elsewhere"))
    code = (
        "from pathlib import Path; from camscan.store.locks import FileLocks; "
        f"print(FileLocks(Path({str(path)!r})).is_held(3))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "False\n"
    with pytest.raises(StoreError, match=r"-scan4\.lock cannot be created"):
        FileLocks(path).acquire(4)
    assert not path.with_name("elsewhere").exists()
