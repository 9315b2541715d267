"""Output: to stdout, or to a file that is replaced as a whole."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import click

from camscan.cli.terminal.waiting import waiting
from camscan.errors import HostError, on_os_error
from camscan.reports import Page
from camscan.reports.escape import terminal
from camscan.system import files

_DEVICES = Path("/dev")
_LIST = re.compile(r"\S{30,}")  # what may be a list without blanks: a number is shorter
_BREAK = "\v"  # where such a list may be broken: a blank for `textwrap`, and in no text


def confirmed(question: str) -> bool:
    """Ask before something is overwritten or deleted; where nobody can answer, the answer is no."""
    try:
        return click.confirm(terminal(question, 1_000), err=True)
    except click.Abort:
        click.echo("", err=True)
        return False


def hindrance(output: Path) -> str:
    """What keeps a file from being written; "" where nothing does."""
    try:
        if os.access(output.parent if is_replaced(output) else output, os.W_OK):
            return ""
        if not output.parent.is_dir():
            return f"there is no folder {output.parent}"
        read_only = os.statvfs(output.parent).f_flag & os.ST_RDONLY
    except OSError as error:  # the folder is within one that is closed to the user, or the name is too long
        return (error.strerror or str(error)).lower()
    return "its file system is read-only" if read_only else "permission denied"


def is_replaced(output: Path) -> bool:
    """Whether a new file takes this place: a device, a pipe, or what /dev/stdout leads to is written to instead."""
    return not files.is_there(output) or (output.is_file() and not (output.is_symlink() and output.parent == _DEVICES))


def page(*, to_file: bool) -> Page:
    """The width and colour of stdout; files and pipes get 120 columns and no colour (https://no-color.org)."""
    if to_file or not sys.stdout.isatty():
        return Page(width=120)
    import shutil

    return Page(width=shutil.get_terminal_size().columns, colour=_has_colour())


def _has_colour() -> bool:
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def output_width(output: Path | None) -> int:
    """The columns of the terminal that lines are written to; lines of files and pipes may be of any length."""
    return page(to_file=False).width if output is None and sys.stdout.isatty() else sys.maxsize


def wrapped(parts: Iterable[str], width: int) -> Iterator[str]:
    """Whole lines; what is longer than the terminal is wide goes on in the next one, indented.

    A list such as that of ports, which has no blanks, is broken behind a comma, and not within a number.
    """
    from textwrap import wrap

    for part in parts:
        for line in part.splitlines():
            loose = _LIST.sub(lambda found: found[0].replace(",", f",{_BREAK}"), line)
            folded = wrap(
                loose, max(width, 20), subsequent_indent="    ", break_on_hyphens=False, replace_whitespace=False
            )
            yield "".join(f"{one.replace(_BREAK, '')}\n" for one in (folded if len(line) > width else [line]))


def write(parts: Iterable[str] | Iterable[bytes], output: Path | None, mode: int | None = None) -> None:
    """Write bytes, or text in UTF-8; a terminal gets what it can show. A file is there only once it is complete.

    Raises HostError if the file cannot be written.
    """
    if output is None and sys.stdout.isatty():
        for part in parts:
            click.echo(part, nl=False)
        return
    data = (part.encode() if isinstance(part, str) else part for part in parts)
    if output is None:
        for piece in data:
            click.echo(piece, nl=False)
        return
    if not is_replaced(output):
        with _told(output), _opened(output) as opened:  # what was in the file that stdout leads to stays
            opened.writelines(data)
        return
    with replacing(output, mode) as file:
        file.writelines(data)


def _opened(output: Path) -> BinaryIO:
    """A device or a pipe to write to; that nobody reads the pipe yet is told."""
    with waiting(f"Waiting for a reader of {output}") if output.is_fifo() else nullcontext():
        return output.open("ab")


@contextmanager
def replacing(output: Path, mode: int | None) -> Iterator[BinaryIO]:
    """A file to write to, which takes the name and place of `output` once it is complete.

    Who may read it is as it was, or for a new file as the user's umask says; unless `mode` says otherwise. Raises
    HostError if it cannot be written.
    """
    with _told(output), files.replacing(output, _usual_mode(output) if mode is None else mode) as file:
        yield file


def _usual_mode(output: Path) -> int:
    if output.exists():
        return stat.S_IMODE(output.stat().st_mode)
    mask = os.umask(0o077)  # it can only be read by being set
    os.umask(mask)
    return 0o666 & ~mask


def _told(output: Path) -> AbstractContextManager[None]:
    return on_os_error(HostError, f"cannot write {output}", "choose another file or folder")
