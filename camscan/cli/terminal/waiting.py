"""Progress on stderr of work that takes long."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator

import click

from camscan.cli.terminal.telling import is_quiet, tell

_PATIENCE, _TICK, _LINE = 2.0, 1.0, 30.0
"""Seconds after which a terminal says what is waited for, between two looks at the clock, and between two lines
elsewhere."""
_ERASE = "\r\x1b[K"
_SECONDS = 10  # from one sign of progress to the next
_under_way = list[threading.Event]()  # what is waited for, of which only the last, which holds up the others, is told


@contextlib.contextmanager
def waiting(what: str) -> Iterator[None]:
    """Tell on stderr what the body does and for how long, if that is long; a terminal is left as it was before."""
    if is_quiet():
        yield
        return
    from camscan.reports.escape import terminal

    over = threading.Event()
    _under_way.append(over)
    telling = threading.Thread(target=_tell, args=(terminal(what), over), daemon=True)
    with contextlib.suppress(RuntimeError):  # where no thread can start, it is done without a word
        telling.start()
    try:
        yield
    finally:
        over.set()
        _under_way.remove(over)
        if telling.ident is not None:
            telling.join()


def _tell(what: str, over: threading.Event) -> None:
    began, live, told = time.monotonic(), sys.stderr.isatty() and os.environ.get("TERM") != "dumb", False
    pause = _PATIENCE if live else _LINE
    while not over.wait(pause):
        if _under_way[-1:] != [over]:
            continue
        text = f"{what} ... {time.monotonic() - began:.0f} s"
        width = shutil.get_terminal_size().columns - 1
        click.echo(f"{_ERASE}{text[-width:]}" if live else text, nl=not live, err=True)
        pause, told = _TICK if live else _LINE, True
    if live and told:
        click.echo(_ERASE, nl=False, err=True)


def throttled() -> Callable[[str], None]:
    """Says on stderr how far a command has come, as it hears of it, but only every ten seconds."""
    due = time.monotonic() + _SECONDS

    def say(text: str) -> None:
        nonlocal due
        if time.monotonic() > due:
            tell(text)
            due = time.monotonic() + _SECONDS  # after a stop (Ctrl-Z), not a line for each time that was missed

    return say
