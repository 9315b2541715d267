"""`camscan ports`: which TCP ports are open, and nothing else."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from camscan.cli import options
from camscan.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camscan.net.portsweep import Found, PortSource

_DEFAULT_RATE = 1_000
_TELL = 30.0
"""Seconds between two lines on how far it is."""


@click.command()
@options.targets
@click.option("--ports", "ports_", metavar="LIST", help="TCP ports, such as 80,554,8000-8010. Default: a scan's first.")
@click.option(
    "--rate",
    type=click.IntRange(0, 10_000_000),
    default=_DEFAULT_RATE,
    show_default=True,
    metavar="N",
    help="Packets a second in all; 0 is unlimited.",
)
@options.sweep
@click.option(
    "--rounds",
    type=click.IntRange(1, 8),
    default=2,
    show_default=True,
    help="How often a silent port is sent a SYN; the kernel's connects have two.",
)
@click.option("--all", "want_all", is_flag=True, help="Write every outcome, not only open ports.")
@options.excluding
@options.quiet
def ports(
    targets: tuple[str, ...],
    ports_: str | None,
    rate: int,
    sweep: str,
    rounds: int,
    want_all: bool,
    quiet: bool,
    **how: Any,
) -> None:
    """Find open TCP ports and write them as JSON lines: address, port, outcome.

    One host gets no more than 20 packets a second at any rate, and ports where a stray byte does harm get none.

    \b
    Examples:
      camscan ports 10.20.0.0/16 --ports 80,554 --rate 10000
      camscan ports @networks.txt --exclude 10.20.1.0/24 | jq -r .address
    """
    import secrets

    from camscan.app.aims import Choices, aim, port_list
    from camscan.app.nmapping import port_source
    from camscan.errors import UsageError
    from camscan.net.portsweep import choose
    from camscan.net.profile import profile
    from camscan.probes.ports import FIRST_PORTS

    if not targets:
        raise UsageError("no target given: name one, such as 10.20.0.0/16")
    aimed = aim(Choices(targets, **how))
    asked = aimed.asked
    wanted = port_list(ports_) if ports_ else FIRST_PORTS
    chosen = choose(sweep, asked.count * len(wanted))
    pace = profile("default").at_rate(rate)
    seed, want = secrets.randbits(32), "all" if want_all else "open"
    asking = port_source(chosen.name, aimed, wanted, pace, seed=seed, rounds=rounds, want=want)
    if not quiet:
        _tell_plan(asked.count, wanted, asking.ports, f"{chosen.name} ({chosen.reason})")
    began = time.monotonic()
    found = asyncio.run(_write_all(asking, quiet=quiet))
    if not quiet:
        _tell_end(asking, found, time.monotonic() - began)
    sys.exit(Exit.DONE if asking.complete else Exit.INCOMPLETE)


async def _write_all(sweep: PortSource, *, quiet: bool) -> int:
    """Write what is found as it comes; returns how many ports are open."""
    from camscan.records import Outcome

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, sweep.stop)
    count, told = 0, loop.time()
    async for batch in sweep.run():
        sys.stdout.write("".join(map(_line, batch)))
        sys.stdout.flush()
        count += sum(found.outcome is Outcome.ANSWERED for found in batch)
        if not quiet and loop.time() - told >= _TELL:
            told = loop.time()
            click.echo(f"{sweep.sent:,} packets sent, {count:,} open", err=True)
    return count


def _line(found: Found) -> str:
    values = {"address": found.address, "port": found.port, "outcome": found.outcome}
    return json.dumps(values | ({"reason": found.reason} if found.reason else {})) + "\n"


def _tell_plan(addresses: int, wanted: Sequence[int], ports: Sequence[int], how: str) -> None:
    from camscan.reports.words import many

    if left_out := sorted(set(wanted) - set(ports)):
        click.echo(f"Left out, as they are never sent to: {', '.join(map(str, left_out))}", err=True)
    what = f"{many(addresses * len(ports), 'port')} of {many(addresses, 'address')}"
    click.echo(f"Asking {what} by {how} ...", err=True)


def _tell_end(sweep: PortSource, found: int, seconds: float) -> None:
    from camscan.reports.words import many

    for note in sweep.notes:
        click.echo(f"Note: {note}", err=True)
    if sweep.lost:
        click.echo(
            f"Note: {sweep.lost:,} answers came faster than they could be read, and were asked for again", err=True
        )
    click.echo(f"{found:,} open; {many(sweep.sent, 'packet')} sent in {seconds:.1f} s", err=True)
