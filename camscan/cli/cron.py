"""`camscan cron`: start sweeps every night, by systemd or cron."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.groups import CommandGroup
from camscan.cli.parameters.options import combined
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.telling import tell, tell_note
from camscan.cli.terminal.writing import confirmed, write

_shared = combined(
    options.config,
    click.option(
        "--kind",
        type=options.choice(["systemd", "cron"]),
        help="A systemd service and timer, or lines for cron. Default: systemd if it runs this host.",
    ),
    click.option("--at", default="02:17", metavar="HH:MM", show_default=True, help="When a sweep starts."),
    click.option(
        "--jitter",
        default="10m",
        show_default=True,
        metavar="DURATION",
        help="Delay the start at random by up to this time.",
    ),
    click.option(
        "--user",
        metavar="NAME",
        help="The user who runs it. Default: one that systemd creates for each run; with cron, the user camscan.",
    ),
    click.option(
        "--raw", is_flag=True, help="Grant CAP_NET_RAW, so that sweeps can look below IP (ARP); systemd only."
    ),
    click.option(
        "--fail-on",
        multiple=True,
        type=options.choice(options.CHANGES),
        default=("new", "listed"),
        show_default=True,
        help="What makes the sweep exit with 3; repeatable.",
    ),
)


@click.group(cls=CommandGroup)
def cron() -> None:
    """Run sweeps regularly, by cron or systemd."""


@cron.command()
@_shared
def show(file: Path | None, **asked: Any) -> None:
    """Print the crontab lines, or the systemd service and timer, that run the configured sweeps.

    \b
    Examples:
      camscan cron show --config /etc/camscan/camscan.toml
      camscan cron show --kind cron --at 03:30 --user camscan
    """
    from camscan.app.sweeping.scheduling import planned

    plan = planned(file, **asked)
    tell_note(*plan.notes)
    click.echo("\n".join(f"# {path}\n{text}" for path, text in plan.files), nl=False)


@cron.command()
@_shared
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to. Default: /etc/systemd/system or /etc/cron.d.",
)
@click.option("-y", "--yes", is_flag=True, help="Overwrite without asking.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
def install(file: Path | None, folder: Path | None, yes: bool, dry_run: bool, **asked: Any) -> None:
    """Write the files that `camscan cron show` prints. It asks before it overwrites one.

    \b
    Examples:
      sudo camscan cron install --config /etc/camscan/camscan.toml
      camscan cron install --kind cron --dry-run
    """
    from camscan.app.sweeping.scheduling import planned

    plan = planned(file, folder=folder, **asked)
    tell_note(*plan.notes)
    written = [_written(path, text, yes=yes, dry_run=dry_run) for path, text in plan.files]
    if not all(written):
        sys.exit(Exit.FAILED)
    tell(f"Next: {plan.after}")


def _written(path: Path, text: str, *, yes: bool, dry_run: bool) -> bool:
    """Write one file, or say why not; False where somebody did not want it."""
    there = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
    if there == text:
        tell(f"{path} is as it should be.")
    elif dry_run:
        click.echo(f"{path} would be {'written' if there is None else 'overwritten'}:\n{text}")
    elif there is not None and not yes and not confirmed(f"{path} is there already and differs. Overwrite it?"):
        tell(f"{path} was left as it is.")
        return False
    else:
        write([text], path, 0o644)
        tell(f"Wrote {path}.")
    return True
