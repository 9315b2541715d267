"""`camscan credentials test`: whether a device takes the login that is enrolled for it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from camscan.cli import options
from camscan.cli.exits import Exit
from camscan.errors import UsageError
from camscan.records import Outcome
from camscan.reports.escape import terminal

if TYPE_CHECKING:
    from camscan.app.scope import CredentialOptions


@click.command()
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
    from camscan.app.criteria import library
    from camscan.app.discovering import ask_one
    from camscan.app.logins import broker
    from camscan.app.scope import Choices
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
