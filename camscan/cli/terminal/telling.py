"""Messages on stderr, beside the result on stdout or in a file."""

from __future__ import annotations

import logging

import click

_LONGEST = 2_000  # characters of one line
_QUIET = "camscan.quiet"  # in what click keeps for a command that runs


def hush(context: click.Context, _option: click.Parameter, value: bool) -> None:
    """Take --quiet as given for all that the command does."""
    context.meta[_QUIET] = value


def is_quiet() -> bool:
    """Whether the command that runs is to print no progress and no summary."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_QUIET))


def mention(*lines: str) -> None:
    """Say each line on stderr, unless the command is to be quiet."""
    if not is_quiet():
        tell(*lines)


def tell(*lines: str) -> None:
    """Say each line on stderr; whatever it quotes of peers, files and stores, no terminal obeys it."""
    from camscan.reports.escape import terminal

    for line in lines:
        say(terminal(line, _LONGEST) + "\n")


def say(text: str) -> None:
    """Write to stderr; where it takes nothing, such as a log on a disk that is full, the result is worth no less."""
    try:
        click.echo(text, nl=False, err=True)
    except BrokenPipeError:
        raise
    except OSError:
        pass


def tell_note(*notes: str) -> None:
    """Say what a user is to bear in mind, each on a line of its own."""
    tell(*(f"Note: {note}" for note in notes))


class LogFormatter(logging.Formatter):
    """Formats log records, also those of libraries and with a traceback, as lines that no terminal obeys."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter.format`."""
        from camscan.reports.escape import terminal

        return "\n".join(terminal(line, _LONGEST) for line in super().format(record).splitlines())
