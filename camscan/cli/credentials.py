"""`camscan credentials`: logins to devices of one's own, and for whom each is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from camscan.cli import options
from camscan.cli.listing import Listing
from camscan.cli.trylogin import test


@click.group(cls=Listing)
def credentials() -> None:
    """Enrolled logins: to single devices, or to one maker's devices in a network. None is ever guessed."""


@credentials.command()
@click.argument("address", required=False)
@click.option("--network", metavar="NETWORK", help="Instead of an address: every device of --maker in this network.")
@click.option("--maker", metavar="NAME", help="Whose devices in --network, as reports name the maker.")
@click.option("--mac", metavar="MAC", help="The device at the address has this MAC.")
@click.option("--serial", metavar="TEXT", help="The device at the address has this serial.")
@click.option("--certificate", metavar="SHA256", help="The device at the address shows this certificate; TLS alone.")
@click.option("--port", "ports", type=click.IntRange(1, 65_535), multiple=True, help="Only at this port; repeatable.")
@click.option("--user", required=True, metavar="NAME", help="The user name.")
@click.option(
    "--secret",
    "source",
    metavar="SOURCE",
    default="prompt",
    show_default=True,
    help="Where the password comes from: prompt, fd:N, file:PATH or systemd:NAME; the last two are read at each use, "
    "a relative PATH from the folder of the enrolments.",
)
@click.option(
    "--basic",
    is_flag=True,
    help="Allow Basic without an enrolled certificate: whoever answers or listens there reads the password.",
)
@click.option("--tls-only", is_flag=True, help="Never use the password without TLS.")
@options.site
@options.credentials_file
@options.unlock
def add(source: str, site: str | None, credentials_file: Path | None, unlock: str, **given: Any) -> None:
    """Enrol a login. No packet is sent, and the password is never taken from the command line or the environment.

    A device is named by its address and by what it shows of itself without a login; the password is used only where
    everything fits. Look the values up with `camscan devices`.

    \b
    Examples:
      camscan credentials add 10.20.0.7 --mac 44:19:B6:00:00:01 --user auditor --site depot
      camscan credentials add --network 10.20.0.0/24 --maker NAME --user auditor --secret systemd:cameras
      pass show cameras | camscan credentials add 10.20.0.7 --serial E12345678 --user auditor --secret fd:0
    """
    from camscan.app.enrolling import enrolment
    from camscan.app.logins import Chosen

    file = Chosen(credentials_file, unlock).opened()
    book = file.load(missing_ok=True)
    made = enrolment(given, site, source, file.path)
    file.save(book.with_(made))
    click.echo(f"Enrolled {made.user} for {made.place} in {file.path}.", err=True)
    if made.maker is not None:
        click.echo(f"Any host in {made.network} that passes for {made.maker} is answered with it.", err=True)


@credentials.command("list")
@options.site
@options.credentials_file
@options.unlock
@options.output
def list_(site: str | None, credentials_file: Path | None, unlock: str, output: Path | None) -> None:
    """List what is enrolled, for whom, and which certificates are pinned. Passwords are never shown.

    \b
    Examples:
      camscan credentials list
      camscan credentials list --site depot
    """
    from camscan.app.enrolling import lines
    from camscan.app.logins import Chosen
    from camscan.cli.writing import write
    from camscan.credentials.pins import Pins
    from camscan.reports.escape import terminal

    file = Chosen(credentials_file, unlock).opened()
    found = lines(file.load(missing_ok=True), Pins.beside(file.path), site)
    write((f"{terminal(line)}\n" for line in found or ["Nothing is enrolled."]), output)


@credentials.command()
@click.argument("place", metavar="ADDRESS-OR-NETWORK")
@options.site
@options.credentials_file
@options.unlock
def remove(place: str, site: str | None, credentials_file: Path | None, unlock: str) -> None:
    """Remove what is enrolled for a device or a network, and what is pinned of the device.

    \b
    Examples:
      camscan credentials remove 10.20.0.7 --site depot
      camscan credentials remove 10.20.0.0/24
    """
    from camscan.app.logins import Chosen
    from camscan.credentials.pins import Pins
    from camscan.errors import UsageError
    from camscan.targets import usual

    file, place = Chosen(credentials_file, unlock).opened(), usual(place)
    book, gone = file.load(missing_ok=True).without(site, place)
    if not gone:
        raise UsageError(f"nothing is enrolled for {place} there: see `camscan credentials list`")
    file.save(book)
    Pins.beside(file.path).forget(site, place)
    click.echo(f"Removed {len(gone)} for {place} from {file.path}.", err=True)


@credentials.command()
@click.argument("address")
@options.site
@options.credentials_file
def unpin(address: str, site: str | None, credentials_file: Path | None) -> None:
    """Forget the certificates of a device whose certificate you have changed; the next use pins the new ones.

    \b
    Example:
      camscan credentials unpin 10.20.0.7 --site depot
    """
    from camscan.app.logins import Chosen
    from camscan.credentials.pins import Pins
    from camscan.errors import UsageError
    from camscan.targets import usual

    file, address = Chosen(credentials_file).opened(), usual(address)
    count = Pins.beside(file.path).forget(site, address)
    if not count:
        raise UsageError(f"no certificate of {address} is pinned there: see `camscan credentials list`")
    click.echo(f"Forgot {count} for {address}.", err=True)


credentials.add_command(test)
