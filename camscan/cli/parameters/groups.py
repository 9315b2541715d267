"""Help with a line for each command of a group, and options under headings; `--verbose` before or after a name."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import click
from click.core import ParameterSource

from camscan.cli.terminal.telling import LogFormatter
from camscan.errors import UsageError

_Callback: TypeAlias = Callable[[click.Context, click.Parameter, Any], Any]


class CommandGroup(click.Group):
    """A group that says a whole clause of each command, where click itself would cut it short with dots."""

    sections: ClassVar[Mapping[str, Collection[str]]] = {}
    """Names by heading, in the order of the help; commands in none of them come last, under "Commands"."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, which takes `--verbose` too."""
        found = super().get_command(ctx, cmd_name)
        return found and with_verbose(found)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click.Group.format_commands."""
        names = self.list_commands(ctx)
        placed = {name for listed in self.sections.values() for name in listed}
        others = tuple(name for name in names if name not in placed)
        width = max(map(len, names), default=0)
        for heading, listed in (*self.sections.items(), ("Commands", others)):
            if listed:
                with formatter.section(heading):
                    formatter.write_dl([(name.ljust(width), self.clause(ctx, name)) for name in listed])

    def clause(self, ctx: click.Context, name: str) -> str:
        """The first sentence of a command's help, up to a colon."""
        command = self.get_command(ctx, name)
        text = " ".join(inspect.cleandoc((command and command.help) or "").split("\n\n")[0].split())
        return text.split(". ")[0].split(": ")[0].removesuffix(".")


def with_verbose(command: click.Command) -> click.Command:
    """A command of which no option may be empty, and that heeds `-v` behind its name as the program does before it.

    The help names `-v` there alone.
    """
    hands_on = command.context_settings.get("ignore_unknown_options") or isinstance(command, click.Group)
    if not (hands_on or any("-v" in option.opts for option in command.params)):
        _refuse_empty(command)
        settings: dict[str, Any] = {"count": True, "expose_value": False, "hidden": True, "callback": _set_verbosity}
        command.params.append(click.Option(["-v", "--verbose"], help="As before the command.", **settings))
    return command


def _refuse_empty(command: click.Command) -> None:
    """Let no option of a command be empty: a script hands it over so whose variable is not set."""
    for option in command.params:
        of_text = isinstance(option.type, click.types.StringParamType)
        of_file = isinstance(option.type, click.Path) and not option.type.dir_okay
        if isinstance(option, click.Option) and (of_text or of_file):
            option.callback = partial(_not_empty, option.callback)


def _not_empty(callback: _Callback | None, context: click.Context, option: click.Parameter, value: Any) -> Any:
    values = (value,) if isinstance(value, (str, Path)) else value or ()
    said = context.get_parameter_source(str(option.name)) is not ParameterSource.DEFAULT
    if said and any(one == Path() or not str(one).strip() for one in values):
        raise UsageError(f"{max(option.opts, key=len)} is empty: give it a value, or leave it out")
    return callback(context, option, value) if callback else value


def set_verbosity(count: int) -> None:
    """Log on stderr, the more the higher the count."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(count, 2)]
    handler = logging.StreamHandler()
    handler.setFormatter(LogFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])
    logging.getLogger().setLevel(min(level, logging.getLogger().level))


def _set_verbosity(_context: click.Context, _option: click.Parameter, count: int) -> None:
    set_verbosity(count)


OPTION_SECTIONS = (
    (
        "Scope",
        ("exclude", "exclude_files", "allow_public", "allow_large", "interface", "expect_decoy", "resume"),
    ),
    (
        "Probing",
        ("profile", "rate", "sweep", "ports", "channels", "thorough", "snmp_community"),
    ),
    ("Logins", ("with_credentials", "credentials_file", "unlock")),
    ("Site", ("site", "sensitive", "core")),
    ("Judging", ("policies", "folders", "fail_on")),
    ("Output and storage", ("format_", "output", "all_hosts", "quiet", "db")),
)
"""(heading, names of options) in the order of the help; others come last, under "Options"."""


class Sectioned(click.Command):
    """A command whose help has its options under `OPTION_SECTIONS`."""

    def sections(self, ctx: click.Context) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Heading -> (option, what it does), as far as there is something under it."""
        own = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        records = {option.name or "": record for option in own if (record := option.get_help_record(ctx))}
        for heading, names in OPTION_SECTIONS:
            if found := [records.pop(name) for name in names if name in records]:
                yield heading, found
        yield "Options", list(records.values())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click.Command.format_options."""
        for heading, records in self.sections(ctx):
            with formatter.section(heading):
                formatter.write_dl(records)
