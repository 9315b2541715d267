"""What holds for all tests."""

from __future__ import annotations

import asyncio
import fcntl
import functools
import gc
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from support import loaded
from support.dealing import dealt
from support.namespaces import Namespace, namespace
from support.needs import leave_out
from support.world import World, camera

from camscan import policy
from camscan.app.archiving import bundling
from camscan.app.judging import criteria
from camscan.app.reporting import registering
from camscan.app.sweeping import waves
from camscan.identify import load as identify_load
from camscan.identify.library import Library
from camscan.net.kernel import eventloop
from camscan.policy import Policy
from camscan.rulefiles.folder import fingerprints_folder
from camscan.store import sqlite

# A shared machine is slow at times; what takes too long by itself is measured in benchmarks/.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

IS_ONE_OF_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ
"""Whether other processes run tests, too."""


@pytest.hookimpl(trylast=True)  # once those that were not asked for are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process begin with slow tests, so that none of them is left over for one while the others are done."""
    items[:] = dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected here stays to the end; the collector of cycles need never walk through it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what this host or user cannot do; CI must be able to do all."""
    for marker, lacking in (("netns", _lacking_for_namespaces), ("privileged_ports", _lacking_for_ports)):
        if item.get_closest_marker(marker) and (reason := lacking()):
            leave_out(reason)
    loaded.Popen.is_cold = item.get_closest_marker("cold_start") is not None


@functools.cache
def _lacking_for_namespaces() -> str:
    if os.geteuid():
        return "network namespaces need root"
    if not all(map(shutil.which, ("ip", "nft"))):
        return "network namespaces need two programs: apt install iproute2 nftables"
    try:
        with namespace():
            return ""
    except (RuntimeError, OSError) as error:  # as in a container that is not privileged
        return f"no network namespaces: {error}"


@functools.cache
def _lacking_for_ports() -> str:
    first = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text(encoding="ascii"))
    return "ports below 1024 need root" if os.geteuid() and first > 1 else ""


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Default stores and configurations lie in a folder of the tests, also for programs that they start.

    What is cached, which is the parsed rules, is shared by all processes of the tests, as by all commands of a user.
    """
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home))
        patch.setenv("XDG_CACHE_HOME", str(home.parent.parent / "cache" if IS_ONE_OF_SEVERAL else home))
        yield


@pytest.fixture(scope="session", autouse=True)
def built_in_rules_and_policies_are_read_once(
    own_home: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A process of the program reads them once; one of the tests would, for hundreds of commands, read them anew."""
    read, built_in = identify_load.load, [fingerprints_folder()]
    digest = read(built_in).digest
    known: dict[bool, Library] = {}

    def load(
        folders: Sequence[Path],
        *,
        strict: bool = False,
        examples: bool = True,
        tell: Callable[[str], object] | None = None,
        keep: identify_load.Keep | None = None,
    ) -> Library:
        if examples in known and list(folders) == built_in:
            return known[examples]
        found = read(folders, examples=examples, tell=tell, keep=keep)  # without a look at what stands in them
        if found.digest == digest:
            return known.setdefault(examples, found)
        return read(folders, strict=True, examples=examples, tell=tell) if strict else found

    @functools.cache
    def all_policies() -> tuple[Policy, ...]:
        return policy.load(built_in)

    def load_policies(folders: Sequence[Path], chosen: Sequence[str] = ()) -> tuple[Policy, ...]:
        return all_policies() if list(folders) == built_in and not chosen else policy.load(folders, chosen)

    with pytest.MonkeyPatch.context() as patch:
        for module in (criteria, bundling):
            patch.setattr(module, "load", load)
        for module in (criteria, registering):
            patch.setattr(module, "load_policies", load_policies)
        if IS_ONE_OF_SEVERAL:  # of which the first one parses them
            with (tmp_path_factory.getbasetemp().parent / "parsing").open("w") as turn:
                fcntl.flock(turn, fcntl.LOCK_EX)
                assert criteria.library().rules
        yield


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests play on the loop that scans play on, whose clock stands still while the process does."""
    return {"patient": eventloop.PatientLoop}


@pytest.fixture(scope="session", autouse=True)
def clocks_of_loops_stand_still_at_once() -> Iterator[None]:
    """Most peers are on the same loop, and answer no sooner than a busy host lets it go on: that time is nobody's.

    It is less than the shortest time that a test gives a peer.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(eventloop, "_MAX_SLEEP", 0.05)
        patch.setattr(eventloop, "_LONGEST_ROUND", 0.07)
        yield


@pytest.fixture
def held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test holds its loop up, and the clock goes on meanwhile, as that of a scan does."""
    monkeypatch.setattr(eventloop, "_LONGEST_ROUND", 30.0)


@pytest.fixture(scope="session", autouse=True)
def no_commit_waits_for_the_disk() -> Iterator[None]:
    """Stores are killed here, but no power is cut: what was written is there without being synced."""
    pragmas = tuple(pragma.replace("synchronous=FULL", "synchronous=OFF") for pragma in sqlite.PRAGMAS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "PRAGMAS", pragmas)
        yield


@pytest.fixture(scope="session", autouse=True)
def commands_are_loaded_once(own_home: None) -> Iterator[None]:
    """Processes of the program start as they do, but for the second that it takes to load (`support.loaded`)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", loaded.Popen)
        yield
    loaded.close()


@pytest.fixture(scope="session")
def rules() -> Library:
    """The built-in rules."""
    return criteria.library()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Five listed cameras, which sweeps see without sending anything."""
    made = World({f"10.0.0.{number}": camera(number) for number in range(1, 6)})
    monkeypatch.setattr(waves, "run_together", made.run_together)
    return made


@pytest.fixture
def hangs_up() -> Iterator[None]:
    """SIGHUP does what it usually does, also where the tests themselves run under nohup(1)."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def new_namespace() -> Iterator[Callable[[], Namespace]]:
    """Makes network namespaces; the test is marked `netns`."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(namespace())


@pytest.fixture
def figure() -> Callable[[str, object], None]:
    """Note a figure for docs/torture.md by name: `figure("loss.30%", 0.98)`.

    It is kept where CAMSCAN_FIGURES names a file, else only printed.
    """

    def note(name: str, value: object) -> None:
        line = json.dumps({"name": name, "value": value})
        print(line)  # noqa: T201 - shown with -rP, and where a test fails
        if file := os.environ.get("CAMSCAN_FIGURES"):
            with Path(file).open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")

    return note
