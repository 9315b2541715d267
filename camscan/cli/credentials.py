"""`camscan credentials`: enrol logins to devices."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.groups import CommandGroup
from camscan.cli.parameters.numbers import Whole
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import destination
from camscan.cli.terminal.telling import tell
from camscan.cli.terminal.writing import write
from camscan.errors import UsageError
from camscan.records import Outcome
from camscan.reports.escape import terminal

if TYPE_CHECKING:
    from camscan.app.planning.scope import CredentialOptions
    from camscan.credentials.enrolment import Book, Enrolment


@click.group(cls=CommandGroup)
def credentials() -> None:
    """Manage enrolled logins: for single devices, or for one maker's devices in a network. None is ever guessed."""


@credentials.command()
@click.argument("address", required=False)
@click.option(
    "--network", metavar="NETWORK", help="Instead of ADDRESS: enrol for every device of --maker in this network."
)
@click.option(
    "--maker", metavar="NAME", help="The maker whose devices in --network this login is for, as reports name it."
)
@click.option("--mac", metavar="MAC", help="The MAC address that the device must have.")
@click.option("--serial", metavar="TEXT", help="The serial number that the device must have.")
@click.option(
    "--certificate",
    metavar="SHA256",
    help="The certificate that the device must show; the login is used over TLS only.",
)
@click.option(
    "--port",
    "ports",
    type=Whole(1, 65_535),
    multiple=True,
    metavar="PORT",
    help="Use the login at this port only; repeatable.",
)
@click.option("--user", required=True, metavar="NAME", help="The user name.")
@click.option(
    "--secret",
    "source",
    metavar="SOURCE",
    default="prompt",
    show_default=True,
    help="Where the password comes from: prompt, fd:N, file:PATH or systemd:NAME. The last two are read at each "
    "use; a relative PATH starts in the folder of the --credentials file.",
)
@click.option(
    "--basic",
    is_flag=True,
    help="Allow HTTP Basic without an enrolled certificate: whoever answers or listens there can read the password.",
)
@click.option("--tls-only", is_flag=True, help="Never use the password without TLS.")
@options.site_of_login
@options.login
def add(source: str, site: str | None, login: CredentialOptions, **given: Any) -> None:
    """Enrol a login. No packet is sent, and the password is never taken from the command line or the environment.

    A device is identified by its address and by what it shows without a login, which `camscan devices` lists. The
    password is used only if everything matches.

    \b
    Examples:
      camscan credentials add 10.20.0.7 --mac 44:19:B6:00:00:01 --user auditor --site depot
      camscan credentials add --network 10.20.0.0/24 --maker NAME --user auditor --secret systemd:cameras
      pass show cameras | camscan credentials add 10.20.0.7 --serial E12345678 --user auditor --secret fd:0
    """
    from camscan.app.planning.logins import enrolment, opened

    file = opened(login)
    made = enrolment(given, site, source, file.path, file.load(missing_ok=True))
    with file.locked():
        file.save(file.load(missing_ok=True).with_(made))
    tell(f"Enrolled {made.user} for {made.place} in {file.path}.")
    if made.maker is not None:
        tell(f"Any host in {made.network} that passes for {made.maker} is given this login.")


@credentials.command("list")
@options.of_site(help="List only the logins for this site.")
@options.login
@destination
def list_(site: str | None, login: CredentialOptions, output: Path | None) -> None:
    """List enrolled logins, which devices they are for, and which certificates are pinned. Passwords are never shown.

    \b
    Examples:
      camscan credentials list
      camscan credentials list --site depot
    """
    from camscan.app.planning.logins import lines, opened
    from camscan.credentials.pins import Pins

    file = opened(login)
    found = lines(file.load(missing_ok=login.file is None), Pins.beside(file.path), site)
    write((f"{terminal(line)}\n" for line in found or ["Nothing is enrolled."]), output)


@credentials.command()
@click.argument("place", metavar="ADDRESS-OR-NETWORK")
@options.site_of_login
@options.login
def remove(place: str, site: str | None, login: CredentialOptions) -> None:
    """Remove the logins of a device or a network, and the device's pinned certificates.

    \b
    Examples:
      camscan credentials remove 10.20.0.7 --site depot
      camscan credentials remove 10.20.0.0/24
    """
    from camscan.app.planning.logins import opened
    from camscan.credentials.pins import Pins
    from camscan.targets import usual

    file, place = opened(login), usual(place)
    _without(file.load(missing_ok=True), site, place)  # where there is none, no folder is made for a lock
    with file.locked():
        book, gone = _without(file.load(missing_ok=True), site, place)
        file.save(book)
    Pins.beside(file.path).forget(site, place)
    tell(f"Removed {len(gone)} for {place} from {file.path}.")


def _without(book: Book, site: str | None, place: str) -> tuple[Book, tuple[Enrolment, ...]]:
    """A book without what is enrolled for a place, of which there is something, and that."""
    left, gone = book.without(site, place)
    if not gone:
        raise UsageError(f"no login is enrolled for {place} at this site: see `camscan credentials list`")
    return left, gone


@credentials.command()
@click.argument("address")
@options.site_of_login
@options.credentials_file
def unpin(address: str, site: str | None, credentials_file: Path | None) -> None:
    """Forget the pinned certificates of a device after you changed its certificate; the next use pins the new ones.

    \b
    Example:
      camscan credentials unpin 10.20.0.7 --site depot
    """
    from camscan.app.planning.logins import opened
    from camscan.app.planning.scope import CredentialOptions
    from camscan.credentials.pins import Pins
    from camscan.targets import usual

    file, address = opened(CredentialOptions(credentials_file)), usual(address)
    count = Pins.beside(file.path).forget(site, address)
    if not count:
        raise UsageError(f"no certificate of {address} is pinned for this site: see `camscan credentials list`")
    tell(f"Forgot {count} for {address}.")


@credentials.command()
@click.argument("address")
@click.option("--ports", metavar="LIST", help="Ask these TCP ports instead of the usual ones.")
@click.option("--allow-public", is_flag=True, help="Allow a device in public address space.")
@options.site_of_login
@options.login
def test(address: str, ports: str | None, site: str | None, login: CredentialOptions, *, allow_public: bool) -> None:
    """Look at one device without a login, check that it is the enrolled one, and log in once.

    Only the certificate's fingerprint is stored. The exit code is 0 only if the device accepted the login.

    \b
    Examples:
      camscan credentials test 10.20.0.7
      camscan credentials test 10.20.0.7 --site depot --ports 443
    """
    from camscan.app.judging.criteria import library
    from camscan.app.planning.logins import broker
    from camscan.app.planning.scope import Choices
    from camscan.app.scanning.discovering import ask_one
    from camscan.net.base import LoginReason
    from camscan.net.kernel import eventloop
    from camscan.targets import is_address, usual

    if not is_address(address):
        raise UsageError(f"{address!r} is not an address: give that of one device")
    address = usual(address)
    choices = Choices((address,), allow_public=allow_public, ports=ports, with_credentials=True)
    credentials = broker(login, site, library())
    if credentials.mismatch(address, ()) == LoginReason.NOT_ENROLLED:
        raise UsageError(f"no login is enrolled for {address} at this site: see `camscan credentials list`")
    seen = eventloop.run(ask_one(choices, credentials))
    ended = next((one for one in seen if one.channel == "login"), None)
    if ended is None:
        why = credentials.mismatch(address, seen) if seen else "nothing answers there"
        click.echo(terminal(why or "nothing asks for a login there"))
        sys.exit(Exit.FAILED)
    accepted = ended.outcome is Outcome.ANSWERED
    click.echo(terminal(f"port {ended.port}, {ended.asked}: {'login accepted' if accepted else ended.reason}"))
    sys.exit(Exit.DONE if accepted else Exit.FAILED)
