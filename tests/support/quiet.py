"""What a command does that is to be quiet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from camscan.cli.terminal.telling import hush


@contextmanager
def quietly() -> Iterator[None]:
    """Do the body as part of a command that was given --quiet."""
    with click.Context(click.Command("any")) as context:
        hush(context, click.Option(["--quiet"]), True)
        yield
