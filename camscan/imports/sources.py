"""Files of other tools as commands read them: from disk, out of a pipe, in UTF-16, and what became of their records."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from camscan.errors import CamscanError, UsageError, on_os_error
from camscan.text.wording import plural

if TYPE_CHECKING:
    from camscan.imports.files.base import Summary

_STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name as written, its stream, which stands at the start, and when it was last written."""

    name: str
    stream: BinaryIO
    at: datetime
    original: BinaryIO  # the file itself; `stream` is that, or a copy in UTF-8 of a file with a BOM


@contextlib.contextmanager
def opened(name: str) -> Iterator[Source]:
    """A file, or for "-" what stdin holds, as a stream that can be read from its start again, also where it is a pipe.

    Raises UsageError if there is no such file, or it cannot be read.
    """
    from camscan.imports.files.base import in_utf8  # noqa: PLC0415 - with codecs, which no help needs

    with contextlib.ExitStack() as stack:
        if name == _STDIN:
            shown, file, at = "stdin", stack.enter_context(_copied(sys.stdin.buffer)), datetime.now(UTC)
        else:
            shown, file, at = name, *_of_file(name, stack)
        yield Source(shown, stack.enter_context(in_utf8(file)), at, file)


@contextlib.contextmanager
def on_disk(name: str) -> Iterator[Path]:
    """The path of a file; for a pipe, and for "-" the one on stdin, of a copy. Errors name what was copied.

    Raises UsageError if that cannot be read.
    """
    shown = "stdin" if name == _STDIN else name
    if not _is_pipe(name):
        yield Path(name)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, Path(shown).name)
        with opened(name) as source, path.open("wb") as copy:
            shutil.copyfileobj(source.original, copy)
        try:
            yield path
        except CamscanError as error:
            raise type(error)(str(error).replace(str(path), shown)) from error


def _is_pipe(name: str) -> bool:
    with _on_failure(name):
        return name == _STDIN or Path(name).is_fifo()


def _on_failure(name: str) -> contextlib.AbstractContextManager[None]:
    return on_os_error(UsageError, f"{name} cannot be read", "check its name and permissions")


def _of_file(name: str, stack: contextlib.ExitStack) -> tuple[BinaryIO, datetime]:
    """The stream of a file, and when it was last written; of a pipe, a copy of what comes out of it."""
    with _on_failure(name):
        file = stack.enter_context(Path(name).open("rb"))  # noqa: SIM115  # the stack closes it
        if file.seekable():
            return file, datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        return stack.enter_context(_copied(file)), datetime.now(UTC)


@contextlib.contextmanager
def _copied(stream: BinaryIO) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        yield copy


def head(stream: BinaryIO, size: int) -> bytes:
    """The first bytes of a stream, which stays at its start."""
    data = stream.read(size)
    stream.seek(0)
    return data


def described(summary: Summary) -> str:
    """A summary in words: "12 records read, 1 broken, 3 left out (host that is down: 3)"."""
    parts = [f"{plural(summary.whole, 'record')} read"]
    parts += [f"{summary.without_ip:,} of them without an IP address"] if summary.without_ip else []
    if summary.undated:
        parts.append(f"{summary.undated:,} of them dated by the file: when they were last seen is not understood")
    parts += [f"{summary.broken:,} broken"] if summary.broken else []
    if summary.skipped:
        reasons = ", ".join(f"{reason}: {count:,}" for reason, count in summary.skipped.most_common())
        parts.append(f"{summary.skipped.total():,} left out ({reasons})")
    return "; ".join(filter(None, (", ".join(parts), summary.cut, summary.remark)))
