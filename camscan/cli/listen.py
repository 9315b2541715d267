"""`camscan listen`: what devices on this segment say of themselves unasked."""

from __future__ import annotations

import platform
import secrets
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli import options
from camscan.cli.exits import Exit
from camscan.errors import HostError
from camscan.records import MOST_TELLING, LedgerEntry, Origin, Outcome, Scan, ScanStatus, Vantage

if TYPE_CHECKING:
    from camscan.net.programs.helper import Program
    from camscan.store import Store, Writer

_MAX_SECONDS = 7 * 24 * 3600


@click.command()
@click.option("--interface", default="any", show_default=True, metavar="NAME", help="The interface to listen on.")
@click.option(
    "--seconds",
    type=click.IntRange(1, _MAX_SECONDS),
    default=60,
    show_default=True,
    help="How long to listen, in seconds.",
)
@options.site
@options.db
@options.judging
@options.written(*options.FORMAT_NAMES)
@options.all_hosts
@options.quiet
def listen(
    interface: str,
    seconds: int,
    site: str | None,
    db: str | None,
    policies: tuple[str, ...],
    folders: tuple[Path, ...],
    format_: str,
    output: Path | None,
    all_hosts: bool,
    quiet: bool,
) -> None:
    """Listen to what devices announce, without sending anything, and name their makers.

    It hears ARP, DHCP, SADP, DHIP, WS-Discovery, mDNS, SSDP, NetCommon and MHED. It needs CAP_NET_RAW: run it with
    sudo, or in a systemd unit with AmbientCapabilities=CAP_NET_RAW. Behind a switch that snoops IGMP, it hears
    little more than broadcasts; at a mirror port, everything.

    \b
    Examples:
      sudo camscan listen --seconds 600
      sudo camscan listen --interface eth1 --site depot --format json
    """
    import asyncio

    from camscan.app.judging import chosen_policies, library, report_of
    from camscan.cli.writing import ready, summarize, write_report
    from camscan.store import Store

    ready(format_, output)
    rules, lists = library(folders), chosen_policies(policies, folders)
    if not quiet:
        click.echo(f"Listening on {interface} for {seconds} s; Ctrl-C ends it and keeps what was heard.", err=True)
    with Store.open(db) as store:
        ended = asyncio.run(_listen(store, _new(site, interface), interface, seconds))
        report = report_of(store, ended, rules, lists, all_hosts=all_hosts)
    write_report(report, format_, output)
    summarize(report, format_, output, quiet=quiet)
    sys.exit(Exit.DONE if ended.status is ScanStatus.COMPLETE else Exit.INCOMPLETE)


def _new(site: str | None, interface: str) -> Scan:
    from camscan.imports.heard import CHANNELS

    vantage = Vantage(platform.node(), (interface,))
    settings = {"origin": Origin.LISTEN}
    return Scan(secrets.token_hex(6), datetime.now(UTC), (), CHANNELS, site, vantage=vantage, settings=settings)


async def _listen(store: Store, scan: Scan, interface: str, seconds: int) -> Scan:
    """Store what is heard; whatever ends it, it is kept. Nothing is stored where listening is not possible at all."""
    from camscan.app.signals import ended_by_signals
    from camscan.imports.heard import notes
    from camscan.net.programs import helper
    from camscan.store import Writer

    async with helper.listen(interface, seconds) as program:
        store.begin(scan)
        writer = Writer(store, scan.id)
        status = ScanStatus.COMPLETE
        failed: tuple[str, ...] = ()
        try:
            with ended_by_signals(program.stop):
                await _keep(program, writer)
        except HostError as error:
            status, failed = ScanStatus.PARTIAL, (str(error),)
        finally:
            await writer.close()
    if program.counters.get("interrupted"):
        status = ScanStatus.INTERRUPTED
    said = (*failed, *notes(program.counters))
    ended = replace(scan, finished_at=datetime.now(UTC), status=status, notes=said)
    store.finish(ended)
    return ended


async def _keep(program: Program, writer: Writer) -> None:
    """Store observations as they come, and last, for each source, on which channels it spoke, and how well at best."""
    from camscan.imports.heard import observations

    spoke: dict[str, dict[str, Outcome]] = {}
    try:
        async for heard in program:
            for observation in observations(heard):
                await writer.put(observation)
                known, outcome = spoke.setdefault(observation.target, {}), observation.outcome
                best = min(outcome, known.get(observation.channel, outcome), key=MOST_TELLING.__getitem__)
                known[observation.channel] = best
    finally:
        for target, channels in spoke.items():
            await writer.put_ledger(LedgerEntry(target, channels))
