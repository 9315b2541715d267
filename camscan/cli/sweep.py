"""`camscan sweep`: the cron entry."""

from __future__ import annotations

import contextlib
import logging
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli import options
from camscan.cli.exits import Exit
from camscan.moments import latest_past

if TYPE_CHECKING:
    from camscan.app.alerting import Dispatcher
    from camscan.app.sweeping import SweepContext, Swept
    from camscan.sweeps.config import Config, Site


@click.command()
@options.config
@options.sites
@options.configured_db
@options.fingerprints
@click.option("--jitter", metavar="DURATION", help="Start at a random moment within this time, such as 10m.")
@click.option("--log-json", is_flag=True, help="Log events as JSON lines.")
@options.formats("table", "json", "markdown", otherwise=None, unsaid="nothing is written")
@options.output
@options.fail_on_changes
@click.option("-q", "--quiet", is_flag=True, help="Log only changes and failures.")
def sweep(
    file: Path | None,
    names: tuple[str, ...],
    db: str | None,
    folders: tuple[Path, ...],
    jitter: str | None,
    log_json: bool,
    format_: str | None,
    output: Path | None,
    fail_on: tuple[str, ...],
    quiet: bool,
) -> None:
    """Scan the configured sites, compare them with earlier sweeps, and send alerts: for cron.

    Without --config, camscan.toml or /etc/camscan/camscan.toml is read. A site that another sweep is busy with is
    skipped.

    \b
    Examples:
      camscan sweep --config /etc/camscan/camscan.toml --fail-on new --fail-on listed
      camscan sweep --site headquarters --format table
    """
    from camscan.app.judging import library
    from camscan.app.settings import configuration, database
    from camscan.app.sweeping import SweepContext
    from camscan.cli.progressbar import Progress
    from camscan.store import Store
    from camscan.sweeps.journal import show_events

    show_events(as_json=log_json, quiet=quiet)
    with _failures_logged(as_json=log_json):
        config = configuration(file).config
        sites = _chosen(config, names)
        _wait(jitter, config)
        with Store.open(db or database(config)) as store:
            watcher = Progress(quiet=quiet or log_json or not sys.stderr.isatty())  # cron is told by the log alone
            context = SweepContext(config, store, library(folders), folders, watcher)
            code = _sweep_all(context, sites, fail_on, format_, output)
    sys.exit(code)


@contextlib.contextmanager
def _failures_logged(*, as_json: bool) -> Iterator[None]:
    """End with an event in the log where nothing can be swept; wrong use is one for machines alone."""
    from camscan.errors import HostError, UsageError
    from camscan.sweeps.journal import tell

    try:
        yield
    except (HostError, UsageError) as error:
        if isinstance(error, UsageError) and not as_json:
            raise
        tell("sweep.failed", logging.ERROR, reason=str(error))
        sys.exit(Exit.WRONG_USE if isinstance(error, UsageError) else Exit.FAILED)


def _sweep_all(
    context: SweepContext, sites: Sequence[Site], fail_on: Sequence[str], format_: str | None, output: Path | None
) -> Exit:
    from camscan.app.alerting import Dispatcher
    from camscan.cli.heartbeat import heartbeats, write_figures

    config, store = context.config, context.store
    dispatcher, end = Dispatcher(store, config), time.monotonic() + config.sweep.deadline
    ended = list(_swept(context, sites, dispatcher, end))
    while not _is_cut(ended) and dispatcher.deliver() and time.monotonic() < end:
        pass  # what was left, so that no site had to wait for it

    def write_results() -> None:
        write_figures(heartbeats(store, config), config)
        if format_:
            _write(ended, format_, output)

    went_well = (
        not dispatcher.failed and _pinged(config, ended),  # a failed alert is as loud as no sweep
        _goes_well("output", write_results),
        _goes_well("derive", partial(_have_at_hand, context, ended, end)),
        not any(one.failed for one in ended),
    )
    return _code(ended, fail_on) if all(went_well) else Exit.FAILED


def _swept(context: SweepContext, sites: Sequence[Site], dispatcher: Dispatcher, end: float) -> Iterable[Swept]:
    """Sweep one site after the other; what goes wrong at one costs no other."""
    from camscan.app.retention import prune_after_sweep
    from camscan.app.sweeping import Swept, sweep
    from camscan.errors import CamscanError
    from camscan.records import ScanStatus
    from camscan.sweeps.journal import tell

    cut = ""
    for site in _longest_waiting_first(context, sites):
        left = end - time.monotonic()
        cut = cut or ("the deadline has passed" if left <= 0 else "")
        if cut:
            tell("site.skipped", logging.WARNING, site=site.name, reason=cut)
            yield Swept(site.name, why_not=cut)
            continue
        try:
            one = sweep(context, site, left)
        except CamscanError as error:
            tell("site.failed", logging.ERROR, site=site.name, reason=str(error))
            one = Swept(site.name, why_not=str(error), failed=True)
        except Exception as error:  # a fault of ours: it would keep all sites after this one from being swept
            logging.getLogger(__name__).exception("site %s crashed: report it as a bug of camscan", site.name)
            one = Swept(site.name, why_not=f"a fault of camscan: {error!r}", failed=True)
        if one.scan and one.scan.status is ScanStatus.INTERRUPTED and time.monotonic() < end:
            cut = "interrupted by a signal"
        dispatcher.deliver()
        pruned = _goes_well("prune", partial(prune_after_sweep, context, site, end), site=site.name)
        yield one if pruned else replace(one, failed=True)


def _pinged(config: Config, ended: Sequence[Swept]) -> bool:
    """Give the sign of life of the sites that were swept as a whole and saw all they used to; whether it went well."""
    from camscan.app.pinging import ping

    good = [one.site for one in ended if one.complete and not one.failed and one.changes and not one.changes.losses]
    return ping(config, good, all_good=len(good) == len(config.site))


def _have_at_hand(context: SweepContext, ended: Sequence[Swept], end: float) -> None:
    """Have at hand what people look at of the sites that were swept, while time is left."""
    from camscan.app.retention import derive_after_sweeps

    if not _is_cut(ended):
        derive_after_sweeps(context, [one.site for one in ended if one.complete], end)


def _is_cut(ended: Iterable[Swept]) -> bool:
    """Whether a sweep was interrupted: by the deadline, or by somebody who waits for the end."""
    from camscan.records import ScanStatus

    return any(one.scan and one.scan.status is ScanStatus.INTERRUPTED for one in ended)


def _goes_well(step: str, work: Callable[[], None], **about: str) -> bool:
    """Do some work; where it fails, that is an event in the log."""
    from camscan.errors import CamscanError
    from camscan.sweeps.journal import tell

    try:
        work()
    except CamscanError as error:
        tell(f"{step}.failed", logging.ERROR, **about, reason=str(error))
        return False
    return True


def _longest_waiting_first(context: SweepContext, sites: Sequence[Site]) -> list[Site]:
    """So that a deadline that comes too early cuts off another site each time, also where one never ends before it.

    A site that was swept at a time to come, by a wrong clock, counts as one that never was: it would wait until then.
    """
    from camscan.app.history import glances

    never, past = datetime.min.replace(tzinfo=UTC), latest_past()
    times = [one.at if one.at and one.at <= past else never for one in glances(context.store, [s.name for s in sites])]
    return [site for site, _ in sorted(zip(sites, times, strict=True), key=lambda pair: pair[1])]


def _chosen(config: Config, names: Sequence[str]) -> list[Site]:
    from camscan.errors import UsageError

    known = {site.name: site for site in config.site}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"no site {unknown[0]!r} in the configuration: it has {', '.join(known)}")
    return [site for site in config.site if not names or site.name in names]


def _wait(jitter: str | None, config: Config) -> None:
    from camscan.errors import UsageError
    from camscan.sweeps.configtypes import seconds

    try:
        most = seconds(jitter) if jitter else config.sweep.jitter or 0
    except ValueError as error:
        raise UsageError(f"cannot use {jitter!r} as --jitter: write a duration such as 90s or 10m") from error
    if most:
        time.sleep(random.uniform(0, most))  # noqa: S311 - it spreads, it hides nothing


def _write(ended: Sequence[Swept], format_: str, output: Path | None) -> None:
    from camscan.cli.formats.changes import render
    from camscan.cli.writing import write

    write(render(format_, [(one.site, one.changes) for one in ended if one.changes]), output)


def _code(ended: Sequence[Swept], fail_on: Sequence[str]) -> Exit:
    """Incomplete too where less was seen than usual, unless `--fail-on` has another code for that."""
    from camscan.cli.formats.changes import matches

    if not all(one.complete for one in ended):
        return Exit.INCOMPLETE
    changes = [one.changes for one in ended if one.changes]
    came_back = "returned" in fail_on and any(one.returned for one in ended)
    if came_back or any(matches(one, fail_on) for one in changes):
        return Exit.FOUND
    return Exit.INCOMPLETE if any(one.losses for one in changes) else Exit.DONE
