from __future__ import annotations

import resource
import stat
from pathlib import Path

import pytest

from camscan.credentials.pins import Pins, fingerprint
from camscan.errors import HostError, UsageError

ONE, OTHER = fingerprint(b"one"), fingerprint(b"other")


def test_pins_last_and_are_forgotten_by_device(tmp_path: Path) -> None:
    pins = Pins.beside(tmp_path / "credentials.json")
    pins.learn("depot", "10.0.0.1", 443, ONE)
    pins.learn(None, "10.0.0.1", 443, OTHER)
    pins.learn("depot", "10.0.0.2", 8443, ONE)
    again = Pins.beside(tmp_path / "credentials.json")
    found = again.at("depot", "10.0.0.1", 443)
    assert found is not None
    assert found.certificate == ONE
    assert again.at("depot", "10.0.0.1", 8443) is None
    assert len(again.of("depot")) == 2
    assert again.forget("depot", "10.0.0.1") == 1
    assert again.forget("depot", "10.0.0.1") == 0
    last = Pins.beside(tmp_path / "credentials.json")
    assert (last.at("depot", "10.0.0.1", 443), len(last.of("depot")), len(last.of(None))) == (None, 1, 1)
    assert stat.S_IMODE(last.path.stat().st_mode) == 0o600


def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "pins"
    Pins(path).learn(None, "10.0.0.1", 443, ONE)
    with path.open("a") as stream:
        stream.write('{"site": null}\n')
    with pytest.raises(UsageError, match="line 2"):
        Pins(path)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pins"
    Pins(path).learn(None, "10.0.0.1", 443, ONE)
    path.chmod(0o666)
    with pytest.raises(UsageError, match="chmod"):
        Pins(path)


def test_what_cannot_be_remembered_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="must be remembered"):
        Pins(tmp_path / "no folder" / "pins").learn(None, "10.0.0.1", 443, ONE)


def test_a_pin_that_finds_no_room_on_the_disk_leaves_no_half_line_behind(tmp_path: Path) -> None:
    """The next run would refuse the whole file for it."""
    path = tmp_path / "pins"
    pins = Pins(path)
    pins.learn(None, "10.0.0.1", 443, ONE)
    before, (usual, most) = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 50, most))  # a file that may not grow is cut as well
        with pytest.raises(HostError, match=r"cannot write .*: free some space"):
            pins.learn(None, "10.0.0.2", 443, OTHER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (usual, most))
    assert path.read_bytes() == before
    assert pins.at(None, "10.0.0.2", 443) is None


def test_of_two_processes_that_pin_at_once_the_first_counts(tmp_path: Path) -> None:
    path = tmp_path / "pins"
    here, there = Pins(path), Pins(path)
    here.learn(None, "10.0.0.1", 443, ONE)
    there.learn(None, "10.0.0.1", 443, OTHER)
    known = Pins(path).at(None, "10.0.0.1", 443)
    assert known is not None
    assert known.certificate == ONE
