"""`camscan listen`: what devices on this segment say of themselves unasked."""

from __future__ import annotations

import sys

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.numbers import Whole
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import FORMAT_NAMES, Output, written
from camscan.cli.terminal.telling import mention
from camscan.records import ScanStatus

_MAX_SECONDS = 7 * 24 * 3600


@click.command()
@click.option("--interface", default="any", show_default=True, metavar="NAME", help="The interface to listen on.")
@click.option(
    "--seconds",
    type=Whole(1, _MAX_SECONDS),
    default=60,
    show_default=True,
    metavar="N",
    help="How long to listen, in seconds.",
)
@options.site
@options.db
@options.judging
@written(*FORMAT_NAMES)
@options.all_hosts
@options.quiet
def listen(
    interface: str,
    seconds: int,
    site: str | None,
    db: str | None,
    judging: options.Judging,
    out: Output,
    all_hosts: bool,
) -> None:
    """Listen to what devices announce, without sending anything, and name their makers.

    It hears ARP, DHCP, SADP, DHIP, WS-Discovery, mDNS, SSDP, NetCommon, MHED, MO_I, DH01, DVRIP, and what
    docs/channels.md lists as never asked. It needs CAP_NET_RAW: run it with sudo, or in a systemd unit with
    AmbientCapabilities=CAP_NET_RAW. Behind a switch that snoops IGMP, it hears little more than broadcasts; at a
    mirror port, everything.

    \b
    Examples:
      sudo camscan listen --seconds 600
      sudo camscan listen --interface eth1 --site depot --format json
    """
    import asyncio

    from camscan.app.reporting.scanreport import report_of
    from camscan.app.scanning.passive import listen as heard
    from camscan.store.store import Store

    out.ready()
    criteria = judging.criteria()

    def opened() -> Store:
        store = Store.open(db)
        where = "all interfaces" if interface == "any" else interface
        mention(f"Listening on {where} for {seconds} s; Ctrl-C ends it and keeps what was heard.")
        return store

    ended = asyncio.run(heard(opened, site, interface, seconds))
    with Store.open(db) as store:
        report = report_of(store, ended, criteria, all_hosts=all_hosts)
    out.write_report(report)
    out.summarize(report)
    sys.exit(Exit.DONE if ended.status is ScanStatus.COMPLETE else Exit.INCOMPLETE)
