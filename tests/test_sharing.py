"""Several processes share the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HOOKS = "from support.sharing import pytest_addoption, pytest_runtestloop\n"
FIXTURE = """
import os, pathlib, pytest

@pytest.fixture(scope="session", autouse=True)
def begun(tmp_path_factory):
    own = tmp_path_factory.mktemp("own")
    yield own
    with open(pathlib.Path(__file__).with_name("ended"), "a") as stream:
        print(os.getpid(), own, file=stream)
"""


def run(folder: Path, tests: str, *words: str) -> tuple[int, str]:
    """What pytest says of tests that three processes share, of which it is given the text."""
    (folder / "conftest.py").write_text(HOOKS + FIXTURE)
    (folder / "test_it.py").write_text(tests)
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = {Path(__file__).parent}\nfilterwarnings = error\n")
    done = subprocess.run(
        (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "--processes", "3", *words),
        cwd=folder,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_each_is_run_once_by_one_of_the_processes_which_have_folders_of_their_own(tmp_path: Path) -> None:
    tests = """
import os, pathlib, pytest
@pytest.mark.parametrize("number", range(40))
def test_it(number):
    with open(pathlib.Path(__file__).with_name("ran"), "a") as stream:
        print(number, os.getpid(), file=stream)
"""
    code, said = run(tmp_path, tests)
    assert code == 0, said
    assert "40 passed" in said
    ran = [line.split() for line in (tmp_path / "ran").read_text().splitlines()]
    assert sorted(int(number) for number, _ in ran) == list(range(40))
    ended = dict(line.split() for line in (tmp_path / "ended").read_text().splitlines())
    assert {pid for _, pid in ran} == set(ended)
    assert len(set(ended.values())) == len(ended) == 3


def test_what_fails_is_shown_with_what_it_printed(tmp_path: Path) -> None:
    tests = """
import os, pytest, sys, warnings
def test_that_holds(): print("quiet")
def test_that_fails():
    os.write(1, b"written\\n"), print("printed"), print("said", file=sys.stderr)
    assert [1] == [2]
def test_that_warns(): warnings.warn("careful")
@pytest.mark.skip(reason="a reason")
def test_that_is_left_out(): pass
@pytest.fixture
def broken(): yield; raise OSError("at its end")
def test_that_ends_badly(broken): pass
"""
    code, said = run(tmp_path, tests)
    assert code == 1
    assert "2 failed, 2 passed, 1 skipped, 1 error" in said
    for words in ("written\nprinted", "said", "assert [1] == [2]", "careful", "a reason", "at its end"):
        assert words in said


def test_a_process_that_dies_fails_its_test_and_the_others_run_the_rest(tmp_path: Path) -> None:
    tests = """
import os, pytest
@pytest.mark.parametrize("number", range(30))
def test_it(number): number == 3 and os._exit(0)
"""
    code, said = run(tmp_path, tests)
    assert code == 1
    assert "1 failed, 29 passed" in said
    assert "the process that ran this test died" in said


def test_that_none_is_left_to_run_them_is_no_success(tmp_path: Path) -> None:
    tests = """
import os, pytest
@pytest.mark.parametrize("number", range(30))
def test_it(number): os._exit(0)
"""
    code, said = run(tmp_path, tests)
    assert code != 0
    assert "27 tests were not run" in said


@pytest.mark.parametrize("words", [["-x"], ["--maxfail=1"]])
def test_the_first_failure_can_be_the_last(tmp_path: Path, words: list[str]) -> None:
    tests = """
import pytest
@pytest.mark.parametrize("number", range(300))
def test_it(number): assert number
"""
    code, said = run(tmp_path, tests, *words)
    assert code == 1
    assert "stopping after 1 failures" in said
    assert "1 failed" in said
    assert "299 passed" not in said
    assert len((tmp_path / "ended").read_text().splitlines()) == 3
