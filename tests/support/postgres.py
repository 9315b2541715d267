"""A PostgreSQL server for tests: its own data, reached by a socket in its own folder alone."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.needs import leave_out

_DEBIAN = Path("/usr/lib/postgresql")
_SERVER = "postgres"
"""Who the server runs as where the tests run as root, which it refuses to."""


@dataclass
class Postgres:
    """A server in a folder."""

    folder: Path
    programs: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database, which is dropped at the end."""
        name = f"camscan{next(self._numbers)}"
        place = ("--host", str(self.folder), "--username", "camscan", name)
        self.run(str(self.programs / "createdb"), *place)
        try:
            yield f"postgresql://camscan@/{name}?host={self.folder}"
        finally:
            self.run(str(self.programs / "dropdb"), "--force", *place)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        self._control("--options", options, "--log", str(self.folder / "log"), "start")

    def stop(self) -> None:
        """Stop it as a power cut would."""
        self._control("--mode", "immediate", "stop")

    def run(self, *words: str) -> None:
        """Run one of its programs as the user that it runs as."""
        user = _SERVER if os.geteuid() == 0 else None
        subprocess.run(words, check=True, user=user, cwd=self.folder, stdout=subprocess.DEVNULL)

    def _control(self, *words: str) -> None:
        self.run(str(self.programs / "pg_ctl"), "--pgdata", str(self.folder / "data"), "--wait", *words)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server; the test is skipped where none is installed."""
    programs = max(_DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name), default=None)
    if programs is None:
        leave_out("no PostgreSQL server is installed")
    with tempfile.TemporaryDirectory(prefix="camscan-postgres-") as name:  # short: it holds a socket
        server = Postgres(Path(name), programs)
        if os.geteuid() == 0:
            shutil.chown(name, _SERVER)
        make = ("--username", "camscan", "--auth", "trust", "--no-sync")
        server.run(str(programs / "initdb"), "--pgdata", str(server.folder / "data"), *make)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is true: a server takes a moment to notice that a client is gone."""
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)
