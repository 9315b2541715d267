"""How a group's help lists its commands: under headings, each with what its own help begins with."""

from __future__ import annotations

import inspect

import click


class Listing(click.Group):
    """A group that says a whole clause of each command, where click itself would cut it short with dots."""

    sections: tuple[tuple[str, tuple[click.Command, ...]], ...] = ()
    """(heading, commands) in the order of the help; commands in none of them come last, under "Commands"."""

    def add_section(self, heading: str, commands: tuple[click.Command, ...]) -> None:
        """Add commands that are listed together."""
        self.sections = (*self.sections, (heading, commands))
        for command in commands:
            self.add_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click.Group.format_commands."""
        placed = {command.name for _, commands in self.sections for command in commands}
        others = tuple(self.commands[name] for name in self.list_commands(ctx) if name not in placed)
        width = max(map(len, self.commands), default=0)
        for heading, commands in (*self.sections, ("Commands", others)):
            if commands:
                with formatter.section(heading):
                    formatter.write_dl([((command.name or "").ljust(width), _clause(command)) for command in commands])


def _clause(command: click.Command) -> str:
    """The first sentence of a command's help, up to a colon."""
    text = " ".join(inspect.cleandoc(command.help or "").split("\n\n")[0].split())
    return text.split(". ")[0].split(": ")[0].removesuffix(".")
