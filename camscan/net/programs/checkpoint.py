"""The progress of a port sweep, in a file to which it is appended, so that another run can resume the sweep.

The first line says what is asked; each further one is a JSON object about a part of the sweep (see `PortSweep`). An
incomplete last line is ignored.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any, Self

from camscan.errors import HostError, UsageError, on_os_error

_ELSEWHERE = "free some space there, or set XDG_DATA_HOME to another folder"
_KEPT = 30 * 24 * 3600  # seconds after which a sweep that nobody has resumed is deleted


@dataclass(slots=True)
class Part:
    """The progress for one IP version. `over`: everything was asked."""

    ways: str = ""
    position: int = 0
    over: bool = False
    settled: bytearray = field(default_factory=bytearray)
    found: list[Mapping[str, Any]] = field(default_factory=list)


class Checkpoint:
    """One such file, locked by one run at a time, until it is closed or its body ends. `asked` is its first line."""

    def __init__(self, path: Path, asked: Mapping[str, Any] | None = None) -> None:
        """Create a file if `asked` is given, else open an existing one.

        Raises UsageError if there is none; HostError if it cannot be used, or another run is using it.
        """
        self.path = path
        self._parts: dict[str, Part] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = _held(path, "r+b" if asked is None else "x+b")
        except BlockingIOError as error:
            raise HostError(f"the sweep {path.stem} is still running: wait until it ends") from error
        except OSError as error:
            if asked is None and isinstance(error, FileNotFoundError):
                raise UsageError(
                    f"there is no sweep {path.stem} to resume: it has finished, or belongs to another user"
                ) from error
            raise HostError(
                f"cannot save the progress of the sweep in {path}: {error.strerror}: {_ELSEWHERE}"
            ) from error
        try:
            if asked is not None:
                self._write(asked)
            self.asked = self._read() if asked is None else asked
        except HostError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close(over=False)

    def part(self, version: int, ways: str) -> Part:
        """The progress of a part; it starts anew if its addresses are others than now."""
        known = self._parts.get(str(version))
        if known is None or known.ways != ways:
            line = {"part": str(version), "ways": ways}
            self._write(line)
            self._take(line)
        return self._parts[str(version)]

    def note(self, version: int, **values: Any) -> None:
        """Save fields of a part; `found` and `settled` are appended."""
        self._write({"part": str(version), **values})

    def read_again(self) -> None:
        """Take in what has been saved since the file was opened."""
        self._parts.clear()
        self._file.seek(0)
        self._read()

    def close(self, *, over: bool) -> None:
        """Close the file, and delete it if the sweep is `over`; may be called again."""
        if over:
            self.path.unlink(missing_ok=True)
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        left = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        with on_os_error(HostError, f"cannot save the progress of the sweep in {self.path}", _ELSEWHERE):
            while left:  # a disk that is nearly full takes a part, and says so only when it is given more
                left = left[self._file.write(left) :]

    def _read(self) -> Mapping[str, Any]:
        try:
            lines = self._lines()
            asked = next(lines)
            for line in lines:
                self._take(line)
        except (ValueError, LookupError, TypeError, StopIteration) as error:
            raise HostError(f"{self.path} is damaged: delete it, and start a new sweep") from error
        return asked

    def _lines(self) -> Iterator[Mapping[str, Any]]:
        """All complete lines; the rest is cut off."""
        whole = 0
        for line in self._file.read().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            yield json.loads(line)
        self._file.truncate(whole)
        self._file.seek(whole)

    def _take(self, line: Mapping[str, Any]) -> None:
        if "ways" in line:
            self._parts[line["part"]] = Part(line["ways"])
        part = self._parts[line["part"]]
        part.position = line.get("position", part.position)
        part.over = line.get("over", part.over)
        part.settled += b64decode(line.get("settled", ""))
        part.found += line.get("found", ())


def _held(path: Path, mode: str) -> FileIO:
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(FileIO(path, mode))
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stack.pop_all()
        return file


def forget_old(folder: Path) -> None:
    """Delete the files of sweeps that nobody has resumed for a month."""
    for path in folder.glob("*.sweep"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _KEPT:
                path.unlink()
