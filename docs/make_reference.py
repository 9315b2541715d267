"""Write docs/cli.md from the commands themselves; `--check` fails if it is stale."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from camscan.cli.main import camscan

PAGE = Path(__file__).parent / "cli.md"


def reference() -> str:
    """The whole page."""
    parts = [
        "# Command line reference",
        "Made from `camscan --help` by `docs/make_reference.py`.",
        *(_section(name, context) for name, context in _commands(camscan, None)),
    ]
    return "\n\n".join(parts) + "\n"


def _commands(command: click.Command, parent: click.Context | None) -> Iterator[tuple[str, click.Context]]:
    settings = {**command.context_settings, "max_content_width": 100, "terminal_width": 100}
    context = click.Context(command, info_name=command.name, parent=parent, **settings)
    yield context.command_path, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            if sub is not None:
                yield from _commands(sub, context)


def _section(name: str, context: click.Context) -> str:
    return f"## {name}\n\n```\n{context.get_help()}\n```"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == reference() else f"{PAGE} is stale: run {sys.argv[0]}")
    PAGE.write_text(reference(), encoding="utf-8")
