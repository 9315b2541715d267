"""Write what is made from the commands themselves: docs/cli.md, the page for man(1), and completion in shells.

`--check` fails if one of these is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete
from manpage import manual

from camscan.cli.main import camscan

DOCS = Path(__file__).parent
SHELLS = {"camscan.bash": BashComplete, "_camscan": ZshComplete, "camscan.fish": FishComplete}


def pages() -> dict[str, str]:
    """File, in this folder -> what it is to hold."""
    contexts = tuple(_commands(camscan, None))
    shells = ((name, kind(camscan, {}, "camscan", "_CAMSCAN_COMPLETE")) for name, kind in SHELLS.items())
    completion = {f"completion/{name}": ShellComplete.source(shell).lstrip() for name, shell in shells}
    return {"cli.md": reference(contexts), "camscan.1": manual(contexts), **completion}


def reference(contexts: Sequence[tuple[str, click.Context]]) -> str:
    """The page of all commands."""
    parts = [
        "# Command line reference",
        "Made from `camscan --help` by `docs/make_reference.py`, as is the page for `man`.",
        *(f"## {name}\n\n```\n{context.get_help()}\n```" for name, context in contexts),
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


def _held(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    made = pages()
    if "--check" in sys.argv:
        stale = [name for name, text in made.items() if _held(DOCS / name) != text]
        sys.exit(f"docs/{' docs/'.join(stale)}: stale: run {sys.argv[0]}" if stale else 0)
    for name, text in made.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(text, encoding="utf-8")
