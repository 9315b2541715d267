"""The commands as a page for man(1), in the language of man(7)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence

import click

from camscan import __version__
from camscan.cli.main import camscan

_VERBATIM = "\b"
"""How click marks a paragraph that keeps its lines."""
_STARTS = re.compile(r"(?m)^(?=[.'])")
"""A line that begins so would be an order to the formatter."""
_OTHER_ENVIRONMENT = (
    ("CREDENTIALS_DIRECTORY", "Where systemd has put the secrets of LoadCredential=."),
    ("NO_COLOR", "Where it is set, no colour is shown."),
)
_STATUS = (
    ("0", "Done."),
    ("1", "Failed; the message is on stderr."),
    ("2", "Wrong use."),
    ("3", "Done, and what --fail-on names was found."),
    (
        "4",
        "The scan is incomplete (--resume ID goes on) or blind (nobody gave a sign of life); its results are stored.",
    ),
)
_FILES = (
    ("~/.local/share/camscan/camscan.db", "The store of scans, where --db names none."),
    ("~/.local/share/camscan/evidence.key", "The key that signs bundles of evidence."),
    ("~/.config/camscan/credentials.json", "Enrolled logins, which only their owner can read."),
    ("camscan.toml, /etc/camscan/camscan.toml", "The configuration of sweeps."),
)


def manual(contexts: Sequence[tuple[str, click.Context]]) -> str:
    """The whole page, from each command's path and context; the program's own come first."""
    lines = [
        f'.TH CAMSCAN 1 "" "camscan {__version__}" "User Commands"',
        *(".SH NAME", r"camscan \- find surveillance devices on a network and say, with evidence, who made them"),
        *(".SH SYNOPSIS", r".B camscan", r"[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGS\fR]..."),
        *(".SH DESCRIPTION", *_prose(camscan)),
        *(".SH OPTIONS", *_options(contexts[0][1])),
        *(".SH COMMANDS", *_overview(contexts[0][1])),
        ".SH THE COMMANDS ONE BY ONE",
        *(line for path, context in contexts[1:] for line in _command(path, context)),
        *(".SH EXIT STATUS", *_list(_STATUS)),
        *(".SH ENVIRONMENT", *_list((*_environment(contexts), *_OTHER_ENVIRONMENT))),
        *(".SH FILES", *_list(_FILES)),
        *(".SH LICENCE", "GPL-3.0-or-later."),
    ]
    return "\n".join(lines) + "\n"


def _overview(context: click.Context) -> Iterator[str]:
    for heading, names in camscan.sections.items():
        yield f'.SS "{_text(heading)}"'
        commands = ((name, camscan.get_command(context, name)) for name in names)
        yield from _list((name, command.get_short_help_str(1_000)) for name, command in commands if command)


def _command(path: str, context: click.Context) -> Iterator[str]:
    yield f'.SS "{_text(path)}"'
    if isinstance(context.command, click.Group):
        yield from _prose(context.command)
        return
    usage = " ".join(context.command.collect_usage_pieces(context))
    yield from (rf"\fB{_text(path)}\fR {_text(usage)}", ".PP", *_prose(context.command), *_options(context))


def _prose(command: click.Command) -> Iterator[str]:
    """The help of a command, paragraph by paragraph."""
    for number, paragraph in enumerate(inspect.cleandoc(command.help or "").split("\n\n")):
        if number:
            yield ".PP"
        head, _, rest = paragraph.partition("\n")
        if head == _VERBATIM:
            yield from (".nf", _text(rest), ".fi")
        else:
            yield re.sub(r"`([^`]+)`", r"\\fB\1\\fR", _text(" ".join(paragraph.split())))


def _options(context: click.Context) -> Iterator[str]:
    own = (one for one in context.command.get_params(context) if isinstance(one, click.Option))
    records = (option.get_help_record(context) for option in own if option.name != "help" or context.parent is None)
    yield from _list(record for record in records if record)


def _list(pairs: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> Iterator[str]:
    for head, text in pairs:
        yield from (".TP", rf"\fB{_text(head)}\fR", _text(text))


def _environment(contexts: Sequence[tuple[str, click.Context]]) -> Iterator[tuple[str, str]]:
    """The variables that stand for options, as often as each is named one and the same."""
    every = (parameter for _, context in contexts for parameter in context.command.params)
    found = {
        parameter.envvar: f"Stands for {max(parameter.opts, key=len)}."
        for parameter in every
        if isinstance(parameter, click.Option) and isinstance(parameter.envvar, str)
    }
    yield from sorted(found.items())


def _text(text: str) -> str:
    r"""A text as the formatter shows it: "-" is the sign that shells know, and no line is an order."""
    return _STARTS.sub(r"\&", text.replace("\\", r"\e").replace("-", r"\-"))
