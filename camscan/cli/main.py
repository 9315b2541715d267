"""The `camscan` command."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import select
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import click

from camscan import __version__
from camscan.cli.contents import CLAUSES, SECTIONS
from camscan.cli.parameters.advice import advised
from camscan.cli.parameters.groups import CommandGroup, set_verbosity, with_verbose
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.telling import tell
from camscan.errors import CamscanError, HostError, UsageError, of_host
from camscan.system import gctuning
from camscan.system.exhaustion import shortage

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Commands(CommandGroup):
    """Commands that are imported when they are called: all of them take longer than many a one needs to run.

    Each is called as its file is; one that is a word of Python has "_" behind it there.
    """

    sections = SECTIONS

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """The names of all commands."""
        return sorted(CLAUSES)

    def clause(self, ctx: click.Context, name: str) -> str:  # noqa: ARG002 - as groups call it
        """See CommandGroup.clause."""
        return CLAUSES[name]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """See click.Group.shell_complete, which imports all commands."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=CLAUSES[name]) for name in sorted(CLAUSES) if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - see above
        """The command of that name."""
        if cmd_name not in CLAUSES:
            return None
        stem = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        found: click.Command = getattr(import_module(f"camscan.cli.{stem}"), stem)
        return with_verbose(found)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """See click.Group.make_context."""
        try:
            with _ending_with_its_reader():
                return super().make_context(*args, **extra)
        except click.UsageError as error:
            raise advised(error) from None

    def invoke(self, ctx: click.Context) -> Any:
        """See click.Group.invoke."""
        try:
            with _ending_with_its_reader(), _ending_in_order():
                return super().invoke(ctx)
        except click.UsageError as error:
            raise advised(error) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """See click.Group.resolve_command, which looks for what was meant among imported commands alone."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            name = error.command_name
            if name in {"help", "version"}:
                raise click.UsageError(f"No such command {name!r}: use --{name}.") from None
            if any(mark in name for mark in "./:@"):  # a target, and no misspelt command
                raise click.UsageError(f"No such command {name!r}: to scan it, use `camscan scan {name}`.") from None
            if within := self._holding(ctx, name):
                raise click.UsageError(f"No such command {name!r}: use {' or '.join(within)}.") from None
            known = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(name, possibilities=known, ctx=ctx) from None

    def _holding(self, ctx: click.Context, name: str) -> list[str]:
        """The commands of that name in groups, as they are called."""
        groups = ((group, self.get_command(ctx, group)) for group in self.list_commands(ctx))
        return [f"`camscan {group} {name}`" for group, found in groups if name in getattr(found, "commands", ())]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
@click.option("-v", "--verbose", count=True, help="Log more on stderr; give it twice to log every detail.")
def camscan(verbose: int) -> None:
    """Find the surveillance devices on a network and show, with evidence, who made them.

    camscan identifies; it never logs in unasked, guesses no passwords, exploits nothing and changes nothing.

    \b
    Begin with:
      camscan simulate -- camscan scan 127.77.0.0/24    # without a camera
      camscan scan 10.20.0.0/24 -o site.html

    Exit codes: 0 done; 1 failed; 2 wrong usage; 3 done, and --fail-on found something; 4 incomplete or blind.
    """
    set_verbosity(verbose)


def main() -> None:
    """Run the command line; an error of ours becomes one line on stderr and an exit code."""
    _have_streams()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # where it is ignored, nobody is told how programs of ours ended
    if isinstance(sys.stdout, io.TextIOWrapper):  # as on stderr, what its encoding lacks is no reason to stop
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with gctuning.relaxed():
            camscan()
    except UsageError as error:
        _end(error, Exit.WRONG_USE)
    except CamscanError as error:
        _end(error, Exit.FAILED)
    except OSError as error:
        logging.getLogger(__name__).debug("where it was", exc_info=error)
        _end(of_host(error), Exit.FAILED)
    except (MemoryError, RuntimeError) as error:
        if not (what := shortage(error)):
            raise
        _end(HostError(what), Exit.FAILED)


@contextlib.contextmanager
def _ending_with_its_reader() -> Iterator[None]:
    """End as other programs do when nobody reads what they write any more: by SIGPIPE, which Python ignores."""
    try:
        yield
    except BrokenPipeError:
        poll = select.poll()
        for stream in (1, 2):
            poll.register(stream, 0)
        if any(event & select.POLLERR for _, event in poll.poll(0)):
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGPIPE)
        raise


@contextlib.contextmanager
def _ending_in_order() -> Iterator[None]:
    """Have kill(1) and a terminal that goes away end the body as Ctrl-C does: what it has half written is taken away.

    Then the process ends by that signal, unless the command has an end of its own for Ctrl-C. A second one ends it at
    once. Nothing is done where nohup(1), or whoever else started it, has said what is to come of the signal.
    """
    told: list[int] = []

    def end(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        told.append(number)
        raise KeyboardInterrupt

    usual = (signal.SIG_DFL, signal.default_int_handler)  # the latter in a container: see camscan/__main__.py
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) in usual]
    try:
        for number in numbers:
            signal.signal(number, end)
        yield
    except KeyboardInterrupt:
        if told:
            os.kill(os.getpid(), told[0])
        raise
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _have_streams() -> None:
    """Put /dev/null in the place of standard streams that were closed: else the next file, a store, would be there."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which takes the lowest number that is free
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115 - it is to stay open


def _end(error: CamscanError, code: Exit) -> None:
    tell(*(f"Error: {line}" for line in str(error).splitlines()))
    try:
        sys.stdout.flush()
    except OSError:  # else Python tries once more at the very end, and exits with 120
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
