"""How a group's help lists its commands: under headings, each with what its own help begins with."""

from __future__ import annotations

import inspect
from typing import ClassVar

import click


class Listing(click.Group):
    """A group that says a whole clause of each command, where click itself would cut it short with dots."""

    sections: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()
    """(heading, names) in the order of the help; commands in none of them come last, under "Commands"."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click.Group.format_commands."""
        names = self.list_commands(ctx)
        placed = {name for _, listed in self.sections for name in listed}
        others = tuple(name for name in names if name not in placed)
        width = max(map(len, names), default=0)
        for heading, listed in (*self.sections, ("Commands", others)):
            if listed:
                with formatter.section(heading):
                    formatter.write_dl([(name.ljust(width), _clause(self.get_command(ctx, name))) for name in listed])


def _clause(command: click.Command | None) -> str:
    """The first sentence of a command's help, up to a colon."""
    text = " ".join(inspect.cleandoc((command and command.help) or "").split("\n\n")[0].split())
    return text.split(". ")[0].split(": ")[0].removesuffix(".")
