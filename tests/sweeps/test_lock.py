"""One holder at a time, and none after a kill."""

from __future__ import annotations

import errno
import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from camscan.errors import HostError
from camscan.sweeps.lock import held, lock_file

HOLD = """
import sys, time
from pathlib import Path
from camscan.sweeps.lock import held
with held(Path(sys.argv[1]), "process 7 on elsewhere") as other:
    print(other, flush=True)
    time.sleep(60)
"""


def test_a_second_one_is_told_who_has_it(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with held(path, "process 1 on here") as first, held(path, "me") as second:
        assert (first, second) == (None, "process 1 on here")
    with held(path, "me") as again:
        assert again is None
    assert path.read_bytes() == b""


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "None\n"
            with held(path, "me") as other:
                assert other == "process 7 on elsewhere"
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
    with held(path, "me") as other:
        assert other is None


def test_names_that_are_no_unicode_are_no_obstacle(tmp_path: Path) -> None:
    """A host may be called by any bytes, and a store that is merged may name a site so."""
    path = lock_file(tmp_path / "x.db", "depot \ud800")
    with held(path, "process 1 on h\udcffst") as first, held(path, "me") as second:
        assert (first, second) == (None, "process 1 on h?st")


def test_an_error_inside_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with pytest.raises(RuntimeError), held(path, "me"):
        raise RuntimeError
    with held(path, "me") as other:
        assert other is None


def test_a_lock_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "link.lock").symlink_to(tmp_path / "elsewhere")
    for name in ("none/x.lock", "link.lock"):
        with pytest.raises(HostError, match="cannot create the lock"), held(tmp_path / name, "me"):
            pass
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_system_that_knows_no_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int, _kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    path = tmp_path / "x.lock"
    with pytest.raises(HostError) as told, held(path, "me"):
        pass
    assert str(told.value) == f"cannot lock {path}: No locks available: keep the store on a local disk"


def test_a_sites_name_is_no_part_of_a_files_name(tmp_path: Path) -> None:
    one, other = (lock_file(tmp_path / "c.db", name) for name in ("../../etc/x", "b"))
    assert one.parent == other.parent == tmp_path
    assert one != other
    assert one.name.startswith("c.db-site-")
