"""The `camscan` command."""

from __future__ import annotations

import errno
import io
import logging
import sys

import click

from camscan import __version__
from camscan.cli.config import config, init
from camscan.cli.credentials import credentials
from camscan.cli.cron import cron
from camscan.cli.db import db
from camscan.cli.devices import devices
from camscan.cli.diff import diff
from camscan.cli.discover import discover
from camscan.cli.doctor import doctor
from camscan.cli.evaluate import evaluate
from camscan.cli.evidence import evidence
from camscan.cli.exits import Exit
from camscan.cli.fingerprints import fingerprints
from camscan.cli.identify import identify
from camscan.cli.import_ import import_
from camscan.cli.listen import listen
from camscan.cli.listing import Listing
from camscan.cli.notify import notify
from camscan.cli.plan import plan
from camscan.cli.policy import policy
from camscan.cli.ports import ports
from camscan.cli.progress import progress
from camscan.cli.reconcile import reconcile
from camscan.cli.report import report
from camscan.cli.sample import sample
from camscan.cli.scan import scan
from camscan.cli.scans import scans
from camscan.cli.simulate import simulate
from camscan.cli.state import state
from camscan.cli.status import status
from camscan.cli.sweep import sweep
from camscan.errors import CamscanError, HostError, UsageError

SECTIONS: tuple[tuple[str, tuple[click.Command, ...]], ...] = (
    ("Look at a network", (scan, discover, listen, ports, plan)),
    ("Look at what is stored, or was seen by others", (scans, devices, report, diff, identify, import_)),
    ("Hold it against an inventory, and prove it", (reconcile, sample, evidence)),
    ("From found to removed", (state, progress)),
    ("Every night by itself", (init, config, sweep, status, notify, cron, db)),
    ("What claims and verdicts rest on", (fingerprints, policy)),
    ("Logins that you enrol", (credentials,)),
    ("Try it out", (simulate, doctor)),
)


@click.group(cls=Listing, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
@click.option("-v", "--verbose", count=True, help="Say more on stderr; twice for every detail.")
def camscan(verbose: int) -> None:
    """Find the surveillance devices on a network and say, with evidence, who made them.

    camscan identifies; it never logs in unasked, guesses no password, exploits nothing and changes nothing.

    \b
    Exit codes: 0 done; 1 failed; 2 wrong use; 3 done, and what --fail-on names was found; 4 incomplete.
    """
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)


for heading, commands in SECTIONS:
    camscan.add_section(heading, commands)
fingerprints.add_command(evaluate)


def main() -> None:
    """Run the command line; an error of ours becomes one line on stderr and an exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # as on stderr, what its encoding lacks is no reason to stop
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        camscan()
    except UsageError as error:
        _end(error, Exit.WRONG_USE)
    except CamscanError as error:
        _end(error, Exit.FAILED)
    except OSError as error:
        logging.getLogger(__name__).debug("where it was", exc_info=error)
        _end(_of_host(error), Exit.FAILED)


def _of_host(error: OSError) -> HostError:
    """What this host refused, where nobody nearer to it has said so: mostly a file or a folder."""
    if error.errno == errno.ENOSPC:
        return HostError(f"cannot write: {error.strerror}: make room, or write to another place")
    where = f"{error.filename}: " if error.filename else ""
    return HostError(f"{where}{error.strerror or error}: -vv before the command says where it was")


def _end(error: CamscanError, code: Exit) -> None:
    from camscan.reports.escape import terminal

    for line in str(error).splitlines():
        click.echo(f"Error: {terminal(line, 1_000)}", err=True)
    sys.exit(code)
