"""`camscan notify`: the way of alerts."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from camscan.cli.exits import Exit
from camscan.cli.status import config_option


@click.group()
def notify() -> None:
    """The way of alerts."""


@notify.command()
@config_option
def test(file: Path | None) -> None:
    """Send a signed test alert to the receiver of the configuration, and say how it went.

    \b
    Examples:
      camscan notify test
      camscan notify test --config /etc/camscan/camscan.toml
    """
    from camscan.cli.alerting import send_test
    from camscan.cli.sites import configuration
    from camscan.errors import UsageError

    document = configuration(file)
    if document.config.notify is None:
        raise UsageError(f"{document.file} names no receiver: add a table [notify] with webhook = ...")
    ended = send_test(document.config, document.config.notify)
    if not ended.taken:
        click.echo(f"{document.config.notify.webhook} did not take it: {ended.reason}", err=True)
        sys.exit(Exit.FAILED)
    click.echo(f"{document.config.notify.webhook} took it.")
