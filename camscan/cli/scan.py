"""`camscan scan`: scan networks, and name the makers of the devices that answer."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.groups import Sectioned
from camscan.cli.terminal.exits import Exit, exit_code
from camscan.cli.terminal.output import FORMAT_NAMES, Output, written
from camscan.cli.terminal.telling import is_quiet, mention, tell
from camscan.errors import CamscanError, UsageError
from camscan.records import Report, Scan, ScanStatus

if TYPE_CHECKING:
    from camscan.app.judging.criteria import Criteria
    from camscan.app.planning.jobs import Job
    from camscan.app.planning.scope import Choices, CredentialOptions
    from camscan.app.reporting.registering import Return
    from camscan.credentials.broker import CredentialBroker
    from camscan.store.store import Store

    _BrokerFor: TypeAlias = Callable[[str | None], CredentialBroker | None]


@click.command(cls=Sectioned)
@options.targets
@options.excluding
@options.pacing
@options.interface
@options.logins
@options.tags
@click.option(
    "--expect-decoy",
    multiple=True,
    metavar="ADDRESS",
    help="A device that must answer, or else the scan counts as blind; repeatable.",
)
@options.site
@options.db
@options.judging
@written(*FORMAT_NAMES)
@options.all_hosts
@options.quiet
@click.option("--resume", metavar="ID", help="Continue an interrupted scan; exclusions are read again.")
@options.fail_on_devices
def scan(
    targets: tuple[str, ...],
    site: str | None,
    db: str | None,
    judging: options.Judging,
    out: Output,
    fail_on: tuple[str, ...],
    resume: str | None,
    all_hosts: bool,
    login: CredentialOptions,
    **how: Any,
) -> None:
    """Scan networks and name the makers of the devices that answer.

    TARGET is a network (also with its mask), a range, an address, a host name, @FILE (text, with # for comments), or
    - for stdin. Without a target, the private networks that this host is connected to are scanned.

    \b
    Examples:
      camscan scan 10.20.0.0/24
      camscan scan 10.20.0.0/22 --exclude 10.20.1.0/24 -o site.json
      camscan scan @networks.txt --profile gentle --fail-on listed
      camscan scan 10.20.0.0/24 --site depot --with-credentials
      camscan scan 10.20.0.0/24 --site ministry --sensitive --expect-decoy 10.20.0.250
    """
    from camscan.cli.parameters.stored import open_store, scan_of, tell_new_site

    out.ready()
    choices = _choices(targets, how, resume)
    criteria = cache(judging.criteria)
    if judging.policies or judging.folders:
        criteria()  # what is wrong with one's own is told before a packet is sent
    if not (targets or resume or is_quiet()):
        _tell_networks(choices)
    broker_for = partial(_broker, choices, login, criteria)
    planned = None if resume else _planned(choices, site, broker_for)  # or else it is refused, and no store is made
    with open_store(db, or_new=not resume) as store:
        if planned:
            tell_new_site(store, site)
            store.begin(planned.scan)
        job = planned or _resumed(store, scan_of(store, resume, site), choices, broker_for)
        ended = _run(job, store)
        if ended.status is ScanStatus.INTERRUPTED:
            mention("Interrupted; what was found until now follows.")
        with _kept_in_mind(ended):
            report, returned = _reported(store, ended, criteria(), all_hosts=all_hosts)
    try:
        with _kept_in_mind(ended):
            out.write_report(report)
        out.summarize(report)
    finally:  # it is told once, and below a long table; so also where that could not be written
        tell(*(one.text for one in returned))
        _hint(ended)
    sys.exit(exit_code(report, fail_on))


def _reported(store: Store, ended: Scan, criteria: Criteria, *, all_hosts: bool) -> tuple[Report, Sequence[Return]]:
    """What is to be told of a scan. All that makes a report is loaded here, so that a scan has its memory to itself."""
    from camscan.app.reporting.registering import register_scan
    from camscan.app.reporting.scanreport import report_of

    report = report_of(store, ended, criteria, all_hosts=all_hosts)
    return report, register_scan(store, report, criteria)


def _planned(choices: Choices, site: str | None, broker_for: _BrokerFor) -> Job:
    """A new scan that can run."""
    from camscan.app.planning.jobs import check_decoys, new_job

    job = new_job(choices, site)
    check_decoys(job)
    return replace(job, broker=broker_for(site))


def _resumed(store: Store, before: Scan, choices: Choices, broker_for: _BrokerFor) -> Job:
    """The rest of a scan, on record as running; nothing is written where it cannot run."""
    from camscan.app.planning.jobs import check_decoys, job_for_rest, resume_job

    broker, job = broker_for(before.site), job_for_rest(before, choices)
    check_decoys(job)
    return replace(resume_job(store, job), broker=broker)


def _choices(targets: tuple[str, ...], how: dict[str, Any], resume: str | None) -> Choices:
    """What was chosen; of a scan that goes on, nothing that it would not heed."""
    from camscan.app.planning.jobs import ignored_options
    from camscan.app.planning.scope import Choices

    choices = Choices(targets, **how)
    if resume and (given := ignored_options(choices)):
        raise UsageError(f"a resumed scan keeps its settings: leave out {' and '.join(given)}, or start a new scan")
    return choices


def _broker(
    choices: Choices, login: CredentialOptions, criteria: Callable[[], Criteria], site: str | None
) -> CredentialBroker | None:
    if not (choices.with_credentials or login.file or login.unlock):
        return None
    from camscan.app.planning.logins import broker_if

    return broker_if(choices, login, site, criteria().rules)


def _tell_networks(choices: Choices) -> None:
    from camscan.app.planning.scope import connected_networks

    networks = connected_networks(choices.interface)
    if networks:
        tell(f"Scanning the connected private networks: {', '.join(networks)}")


def _run(job: Job, store: Store) -> Scan:
    """Run a scan. Whatever breaks it off is told with how to go on: the store that fails, a signal as it begins."""
    broken_off = replace(job.scan, status=ScanStatus.INTERRUPTED)
    try:  # from here on, as the scan is on record and loading takes a moment
        from camscan.app.scanning.running import no_progress, run
        from camscan.cli.terminal.progressbar import progress
        from camscan.net.kernel import eventloop

        return eventloop.run(run(job, store, no_progress if is_quiet() else progress))
    except KeyboardInterrupt:
        ended = store.scan(job.scan.id)
        if ended.status in (ScanStatus.COMPLETE, ScanStatus.PARTIAL):  # it came too late
            return ended
        _hint(broken_off)
        sys.exit(Exit.INCOMPLETE)
    except CamscanError:
        _hint(broken_off, always=True)
        raise


@contextlib.contextmanager
def _kept_in_mind(ended: Scan) -> Iterator[None]:
    """Say that the scan is not lost, where what shows it is broken off or cannot be written."""
    from camscan.cli.parameters.stored import same_store

    try:
        yield
    except (KeyboardInterrupt, CamscanError, OSError) as error:
        if not isinstance(error, BrokenPipeError):  # nobody reads on, who could
            tell(f"Scan {ended.id} is stored: `camscan report --scan {ended.id}{same_store()}` shows it.")
        if isinstance(error, KeyboardInterrupt) and ended.status is ScanStatus.INTERRUPTED:
            _hint(ended, always=True)
            sys.exit(Exit.INCOMPLETE)
        raise


def _hint(ended: Scan, *, always: bool = False) -> None:
    """Say how an interrupted scan is gone on with, unless the command is to be quiet."""
    from camscan.cli.parameters.stored import same_store

    if ended.status is ScanStatus.INTERRUPTED and (always or not is_quiet()):
        command = f"camscan scan --resume {ended.id}{same_store()}"
        tell(f"Scan {ended.id} is interrupted: resume it with `{command}`.")
