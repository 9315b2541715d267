"""`camscan config`: the configuration of sweeps."""

from __future__ import annotations

from pathlib import Path

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.groups import CommandGroup
from camscan.errors import UsageError


@click.group(cls=CommandGroup)
def config() -> None:
    """Check the configuration of sweeps."""


@config.command()
@click.argument("named", metavar="[FILE]", type=click.Path(path_type=Path, dir_okay=False), required=False)
@options.config
@options.fingerprints
def check(named: Path | None, file: Path | None, folders: tuple[Path, ...]) -> None:
    """Check a configuration, and report each fault with its line and remedy. No packet is sent.

    FILE is the same as --config. Policies are looked for where `camscan sweep` does with the same --fingerprints.

    \b
    Examples:
      camscan config check
      camscan config check /etc/camscan/camscan.toml
    """
    from camscan.app.judging.criteria import library
    from camscan.app.planning.scope import scope_of
    from camscan.app.sweeping.configuration import configuration
    from camscan.app.sweeping.sites import choices, faults
    from camscan.text.wording import plural

    document = configuration(named or file, with_faults=True)
    library(folders)
    if found := faults(document, folders):
        raise UsageError(found)
    for site in document.config.site:
        count = scope_of(choices(document.config, site)).asked.count
        click.echo(f"{site.name}: {plural(count, 'address')}, {plural(len(site.decoys), 'decoy')}")
    click.echo(f"{document.file} is valid.")
