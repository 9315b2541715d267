"""`camscan simulate`: a simulated site on loopback, to try everything without a camera."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from camscan.cli.terminal.telling import tell, tell_note
from camscan.errors import UsageError, on_os_error

if TYPE_CHECKING:
    from asyncio import Future
    from asyncio.subprocess import Process

    from camscan.simulator import Site

_DECOY = "127.77.0.250"


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.option(
    "--enrolled",
    is_flag=True,
    help="Add devices that tell more after a login (user auditor, password simulated-Passw0rd).",
)
@click.option("--decoy", is_flag=True, help="Run only the decoy: one harmless device that is not a camera.")
@click.option(
    "--address",
    metavar="ADDRESS",
    help="Where the decoy listens: an address of this host in the network that scans must prove they can see. "
    "Default: 127.77.0.250.",
)
def simulate(command: tuple[str, ...], enrolled: bool, decoy: bool, address: str | None) -> None:
    """Run a simulated site on 127.77.0.0/24 until interrupted, or for as long as COMMAND runs.

    As root, the devices have their real ports; otherwise, those below 1024 are moved up (80 to 8080, 443 to 8443,
    554 to 8554).

    \b
    Examples:
      camscan simulate
      camscan simulate -- camscan scan 127.77.0.0/24
      camscan simulate --decoy --address 10.20.0.250
    """
    import asyncio

    from camscan.simulator import decoy_site, running_site

    if command and command[0].startswith("-"):
        raise click.NoSuchOption(command[0])
    if address is not None and not decoy:
        raise UsageError("--address is for the decoy: add --decoy, or leave it out")
    if enrolled and decoy:
        raise UsageError("--enrolled is for the whole site, and --decoy for one device: leave one out")
    chosen = decoy_site(address or _DECOY) if decoy else running_site(enrolled=enrolled)
    sys.exit(asyncio.run(_simulate(chosen, command)))


async def _simulate(chosen: Site, command: tuple[str, ...]) -> int:
    import asyncio

    from camscan.app.scanning.signals import ended_by_signals

    async with chosen as site:
        what = "1 decoy at" if len(site.devices) == 1 else f"{len(site.devices)} simulated devices on"
        tell(f"{what} {site.network}")
        tell_note(*site.notes)
        if command:
            return await _run(command)
        stop = asyncio.Event()
        with ended_by_signals(stop.set), contextlib.suppress(asyncio.CancelledError):
            await stop.wait()
    return 0


async def _run(command: tuple[str, ...]) -> int:
    import asyncio

    loop = asyncio.get_running_loop()
    starting = loop.create_task(asyncio.create_subprocess_exec(*command))
    # Ctrl-C reaches the command by itself; what it has to say then, it says while the site still stands.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    loop.add_signal_handler(signal.SIGTERM, starting.add_done_callback, _end)
    with on_os_error(UsageError, f"cannot run {command[0]}", "check its name, or give its path"):
        process = await starting
    code = await process.wait()
    return code if code >= 0 else 128 - code  # that of a command which a signal has ended, as a shell tells it


def _end(started: Future[Process]) -> None:
    with contextlib.suppress(OSError):  # it could not be started, or has ended by itself
        os.kill(started.result().pid, signal.SIGTERM)  # terminate() may take the exit code away from the loop
