"""`camscan init`: write a configuration."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from camscan.cli.terminal.telling import tell
from camscan.errors import HostError, UsageError


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default="camscan.toml")
def init(file: Path) -> None:
    """Write a configuration for `camscan sweep`, with a comment on every key. Existing files are never overwritten.

    \b
    Examples:
      camscan init
      camscan init /etc/camscan/camscan.toml
    """
    from importlib import resources

    text = resources.files("camscan.sweeps").joinpath("camscan.toml").read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise UsageError(f"{file} already exists: edit it, or choose another file") from error
    except OSError as error:
        with contextlib.suppress(OSError):
            file.unlink()  # half a configuration would only be in the way of the next attempt
        remedies = {FileNotFoundError: "create its folder, or ", PermissionError: "use sudo, or "}
        remedy = remedies.get(type(error), "") + "choose another file"
        raise HostError(f"cannot write {file}: {error.strerror}: {remedy}") from error
    tell(f"Wrote {file}: name your networks in it, then run `camscan config check {file}`.")
