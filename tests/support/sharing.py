"""Several processes share the tests: `pytest --processes 6`.

The tests are collected once. Each process is a copy of the one that did, so that none of them imports anything anew,
and runs those that it is handed, one after another.
"""

from __future__ import annotations

import contextlib
import io
import os
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest
from support.dealing import Hands

SHARED = pytest.StashKey[Path]()
"""The folder in which each process has its own."""
_OF_THE_FIRST = pytest.StashKey[object]()

_DIED = "the process that ran this test died"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let it be said how many processes share the tests."""
    parser.addoption("--processes", type=int, default=1, help="how many processes share the tests")


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the tests in several processes where that is asked for."""
    config = session.config
    if config.getoption("processes") < 2 or config.option.collectonly or session.testsfailed:
        return None
    config.stash[SHARED] = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    hands, processes = Hands(session.items, config.getoption("processes")), list[_Process]()
    try:
        for number in range(len(hands.hands)):
            processes.append(_started(session, number, processes))
        _hand_out(session, hands, processes)
    finally:
        for process in processes:
            process.line.close()  # whoever still waits for a test ends
            os.waitpid(process.pid, 0)
    return True


@dataclass
class _Process:
    """A process that runs tests."""

    number: int
    pid: int
    line: Connection
    given: list[int | None] = field(default_factory=list)
    """The places of the test that it runs and of the next one; None where there is none."""
    last_words: str = ""


def _started(session: pytest.Session, number: int, others: Sequence[_Process]) -> _Process:
    here, there = Pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the threads of numpy, which provides for that
        pid = os.fork()
    if not pid:
        for line in (here, *(other.line for other in others)):
            line.close()
        _work(session, number, there)
    there.close()
    return _Process(number, pid, here)


def _hand_out(session: pytest.Session, hands: Hands, processes: Sequence[_Process]) -> None:
    """Give each process a test as it is done with one, and tell the session how they end."""
    working = {process.line: process for process in processes}
    for process in processes:
        _give(process, hands)
        _give(process, hands)
    while working:
        for line in cast("list[Connection]", wait(list(working))):
            try:
                _hear(session, working[line], hands, line.recv())
            except (EOFError, ConnectionResetError):
                _lose(session, working.pop(line), hands)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
    if left := hands.left():
        _fail(session, f"{left} tests were not run: the processes died that were to run them")


def _give(process: _Process, hands: Hands) -> None:
    """Let a process know what it runs next: one more than it works on, for a test ends as the next one needs."""
    if None not in process.given:
        process.given.append(hands.next_for(process.number))
        with contextlib.suppress(BrokenPipeError):  # it has died, as is seen where it is heard
            process.line.send(process.given[-1])


def _hear(session: pytest.Session, process: _Process, hands: Hands, told: dict[str, Any] | str | None) -> None:
    hook = session.config.hook
    if isinstance(told, str):
        process.last_words = told
    elif told is not None:
        hook.pytest_runtest_logreport(report=hook.pytest_report_from_serializable(config=session.config, data=told))
    elif (place := process.given.pop(0)) is not None:
        hook.pytest_runtest_logfinish(nodeid=session.items[place].nodeid, location=session.items[place].location)
        _give(process, hands)


def _lose(session: pytest.Session, process: _Process, hands: Hands) -> None:
    """A process has ended: where it still had a test to run, that has failed, and others run what else it was given."""
    places = [place for place in process.given if place is not None]
    if places:
        item = session.items[places[0]]
        hands.put_back(process.number, places[1:])
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", process.last_words or _DIED, "call")
        session.config.hook.pytest_runtest_logreport(report=report)
    elif process.last_words:
        _fail(session, process.last_words)


def _fail(session: pytest.Session, why: str) -> NoReturn:
    session.shouldfail = why
    raise session.Failed(why)


class _Teller:
    """Tells the first process, which shows it, how each test ends."""

    def __init__(self, config: pytest.Config, line: Connection) -> None:
        self._config, self._line = config, line

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._line.send(told)


def _work(session: pytest.Session, number: int, line: Connection) -> NoReturn:
    """Run what is handed out until there is no more."""
    config = session.config
    try:
        _part_from_the_first(config, number)
        config.pluginmanager.register(_Teller(config, line))
        for place, following in _pairs(line):
            after = None if following is None else session.items[following]
            config.hook.pytest_runtest_protocol(item=session.items[place], nextitem=after)
            line.send(None)
        config._ensure_unconfigure()
    except EOFError:  # the first process has ended, or wants no more
        session._setupstate.teardown_exact(None)
    except BaseException:  # whatever it is, it is told
        with contextlib.suppress(OSError):
            line.send(traceback.format_exc())
        session._setupstate.teardown_exact(None)
    finally:
        os._exit(0)


def _pairs(line: Connection) -> Iterator[tuple[int, int | None]]:
    """What to run, each with what is run after it."""
    place = line.recv()
    while place is not None:
        following = line.recv()
        yield place, following
        place = following


def _part_from_the_first(config: pytest.Config, number: int) -> None:
    """Have what no other process writes to: a folder, a file for what is printed, and no terminal."""
    config.pluginmanager.getplugin("terminalreporter")._tw._file = io.StringIO()
    capturing = config.pluginmanager.getplugin("capturemanager")
    config.stash[_OF_THE_FIRST], capturing._global_capturing = capturing._global_capturing, None
    capturing.start_global_capturing()
    factory = config._tmp_path_factory  # type: ignore[attr-defined]
    factory._given_basetemp, factory._basetemp = config.stash[SHARED] / f"process{number}", None
