"""`camscan simulate`: a simulated site on loopback, to try everything without a camera."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.option("--enrolled", is_flag=True, help="Add devices that tell more to auditor with simulated-Passw0rd.")
def simulate(command: tuple[str, ...], enrolled: bool) -> None:
    """Run a simulated site on 127.77.0.0/24 until interrupted, or for as long as COMMAND runs.

    As root the devices have their true ports; without, those below 1024 are moved up (80 to 8080, 443 to 8443,
    554 to 8554).

    \b
    Examples:
      camscan simulate
      camscan simulate -- camscan scan 127.77.0.0/24
    """
    sys.exit(asyncio.run(_simulate(command, enrolled=enrolled)))


async def _simulate(command: tuple[str, ...], *, enrolled: bool) -> int:
    from camscan.simulator import running_site

    async with running_site(enrolled=enrolled) as site:
        click.echo(f"{len(site.devices)} simulated devices on {site.network}", err=True)
        for note in site.notes:
            click.echo(f"Note: {note}", err=True)
        if command:
            process = await asyncio.create_subprocess_exec(*command)
            return await process.wait()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        with contextlib.suppress(asyncio.CancelledError):
            await stop.wait()
    return 0
