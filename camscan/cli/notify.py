"""`camscan notify`: test the receivers of alerts, and deliver what waits for them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.groups import CommandGroup
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.telling import tell
from camscan.errors import UsageError
from camscan.reports.escape import terminal


@click.group(cls=CommandGroup)
def notify() -> None:
    """Test the receivers of alerts, and deliver waiting alerts."""


@notify.command()
@options.config
@click.option(
    "--to",
    "names",
    multiple=True,
    metavar="NAME",
    help='Only this receiver, such as webhook or "syslog siem"; repeatable.',
)
def test(file: Path | None, names: tuple[str, ...]) -> None:
    """Send a test alert to every configured receiver, and report how each responded.

    \b
    Examples:
      camscan notify test
      camscan notify test --config /etc/camscan/camscan.toml --to "apprise mail"
    """
    from camscan.app.sweeping.alerting import send_test
    from camscan.app.sweeping.configuration import configuration
    from camscan.app.sweeping.receivers import receivers

    document = configuration(file)
    found = {one.name: one for one in receivers(document.config)}
    if not found:
        raise UsageError(f"{document.file} configures no receiver: add [notify], [[syslog]] or [[apprise]]")
    if unknown := [name for name in names if name not in found]:
        raise UsageError(f"no receiver {unknown[0]!r} in {document.file}: it has {', '.join(found)}")
    chosen = [found[name] for name in names or found]
    failed = False
    for one, ended in zip(chosen, send_test(chosen), strict=True):
        if isinstance(ended, UsageError) or not ended.taken:
            failed = True
            reason = str(ended) if isinstance(ended, UsageError) else ended.reason
            tell(f"{one.name} failed: {reason}")
        else:
            click.echo(f"{terminal(one.name)} accepted the test alert.")
    if failed:
        sys.exit(Exit.FAILED)


@notify.command()
@options.config
@options.configured_db
def send(file: Path | None, db: str | None) -> None:
    """Deliver waiting alerts without a sweep, for instance after a receiver was repaired.

    If the configuration names a textfile for Prometheus, it is rewritten.

    \b
    Examples:
      camscan notify send --config /etc/camscan/camscan.toml
    """
    from camscan.app.sweeping.alerting import Dispatcher
    from camscan.app.sweeping.configuration import configuration, database
    from camscan.cli.formats.health import health_of_sites, write_metrics
    from camscan.cli.parameters.stored import open_swept_store
    from camscan.sweeps.eventlog import show_events
    from camscan.text.wording import plural

    show_events(quiet=True)
    config = configuration(file).config
    with open_swept_store(db, database(config)) as store:
        if store is None:
            click.echo("No alerts are waiting: there has been no sweep yet.")
            return
        dispatcher = Dispatcher(store, config)
        while dispatcher.deliver():  # one round brings some, so that no receiver keeps a sweep waiting
            pass
        waiting = sum(store.outbox.pending().values())
        click.echo(f"{plural(dispatcher.delivered, 'alert')} delivered, {waiting:,} waiting.")
        write_metrics(health_of_sites(store, config), config)
    if dispatcher.failed:
        sys.exit(Exit.FAILED)
