"""`camscan init` and `camscan config`: the configuration of sweeps."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from camscan.cli.listing import Listing
from camscan.errors import HostError, UsageError


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default="camscan.toml")
def init(file: Path) -> None:
    """Write a configuration for `camscan sweep`, with a comment on every key. Nothing is ever overwritten.

    \b
    Examples:
      camscan init
      camscan init /etc/camscan/camscan.toml
    """
    text = resources.files("camscan.sweeps").joinpath("camscan.toml").read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise UsageError(f"{file} is there already: name another file, or edit that one") from error
    except OSError as error:
        raise HostError(f"cannot write {file}: {error.strerror}: make its folder, or name another file") from error
    click.echo(f"Wrote {file}: edit it, then `camscan config check {file}`.", err=True)


@click.group(cls=Listing)
def config() -> None:
    """The configuration of sweeps."""


@config.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
def check(file: Path | None) -> None:
    """Check a configuration and say what is wrong with it, with line and remedy. No packet is sent.

    \b
    Examples:
      camscan config check
      camscan config check /etc/camscan/camscan.toml
    """
    from camscan.app.aims import aim
    from camscan.app.sites import choices, configuration, faults
    from camscan.errors import UsageError

    document = configuration(file)
    if found := list(faults(document)):
        raise UsageError("\n".join(found))
    for site in document.config.site:
        count = aim(choices(document.config, site)).asked.count
        click.echo(f"{site.name}: {count:,} addresses, {len(site.decoys)} decoys")
    click.echo(f"{document.file} can be used.")
