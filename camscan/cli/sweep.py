"""`camscan sweep`: scan all configured sites, compare each with earlier sweeps, and send alerts."""

from __future__ import annotations

import contextlib
import logging
import random
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camscan.cli.parameters import options
from camscan.cli.parameters.naming import remedy
from camscan.cli.terminal.exits import Exit, matches
from camscan.cli.terminal.output import Output, written
from camscan.errors import HostError, UsageError

if TYPE_CHECKING:
    from camscan.app.sweeping.onesite import SweepContext, Swept
    from camscan.sweeps.config import Config, Site

_MOST_SITES = 8  # that are named to whoever names another
_INTERRUPTED = "interrupted by a signal: what was found is stored, and the next sweep of today does the rest"


@click.command()
@options.config
@options.sites
@options.configured_db
@options.fingerprints
@click.option("--jitter", metavar="DURATION", help="Start at a random moment within this time, such as 10m, or 0.")
@click.option("--log-json", is_flag=True, help="Log events as JSON lines.")
@written("table", "json", "csv", "markdown", always=False)
@options.fail_on_changes
@click.option("-q", "--quiet", is_flag=True, help="Log only changes and failures.")
def sweep(
    file: Path | None,
    names: tuple[str, ...],
    db: str | None,
    folders: tuple[Path, ...],
    jitter: str | None,
    log_json: bool,
    out: Output | None,
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
    with _end_logged(as_json=log_json, quiet=quiet):
        from camscan.app.judging.criteria import library
        from camscan.app.scanning.running import no_progress
        from camscan.app.sweeping.configuration import configuration, database
        from camscan.app.sweeping.onesite import SweepContext
        from camscan.cli.terminal.progressbar import progress
        from camscan.store.store import Store

        config = configuration(file).config
        sites = _chosen(config, names)
        _wait(jitter, config)
        with Store.open(db or database(config)) as store:
            is_quiet = quiet or log_json or not sys.stderr.isatty()  # cron is told by the log alone
            shown = no_progress if is_quiet else progress
            context = SweepContext(config, store, library(folders), folders, shown)
            code = _run(context, sites, fail_on, out)
    sys.exit(code)


@contextlib.contextmanager
def _end_logged(*, as_json: bool, quiet: bool) -> Iterator[None]:
    """End with an event in the log where nothing can be swept; wrong use is one for machines alone.

    A scan ends in order by itself when it is interrupted; here is who interrupts what comes before and after it.
    """
    from camscan.sweeps.eventlog import log_event, show_events

    show_events(as_json=as_json, quiet=quiet)
    try:
        yield
    except KeyboardInterrupt:
        log_event("sweep.interrupted", logging.WARNING, reason=_INTERRUPTED)
        sys.exit(Exit.INCOMPLETE)
    except (HostError, UsageError) as error:
        if isinstance(error, UsageError) and not as_json:
            raise
        log_event("sweep.failed", logging.ERROR, reason=str(error))
        sys.exit(Exit.WRONG_USE if isinstance(error, UsageError) else Exit.FAILED)


def _run(context: SweepContext, sites: Sequence[Site], fail_on: Sequence[str], out: Output | None) -> Exit:
    from camscan.app.sweeping.alerting import Dispatcher
    from camscan.app.sweeping.allsites import ping_sites, succeeds, sweep_all
    from camscan.app.sweeping.retention import derive_after_sweeps
    from camscan.cli.formats.health import health_of_sites, write_metrics

    config, store = context.config, context.store
    dispatcher, end = Dispatcher(store, config), time.monotonic() + config.sweep.deadline
    ended = list(sweep_all(context, sites, dispatcher, end))
    cut = any(one.interrupted for one in ended)
    places = {site.name: place for place, site in enumerate(config.site)}
    ended.sort(key=lambda one: places[one.site])  # who waited longest came first, which differs from night to night
    while not cut and dispatcher.deliver() and time.monotonic() < end:
        pass  # what was left, so that no site had to wait for it

    looked_at = [] if cut else [one.site for one in ended if one.complete]
    went_well = (
        not dispatcher.failed and ping_sites(config, ended),  # a failed alert is as loud as no sweep
        succeeds("output", lambda: write_metrics(health_of_sites(store, config), config)),
        out is None or succeeds("output", partial(_write, ended, out)),
        succeeds("derive", partial(derive_after_sweeps, context, looked_at, end)),
        not any(one.failed for one in ended),
    )
    return _code(ended, fail_on) if all(went_well) else Exit.FAILED


def _chosen(config: Config, names: Sequence[str]) -> list[Site]:
    known = {site.name: site for site in config.site}
    unknown = [name for name in names if name not in known]
    if unknown:
        some = ", ".join([*known][:_MOST_SITES]) + (" and others" if len(known) > _MOST_SITES else "")
        raise UsageError(f"no site {unknown[0]!r} in the configuration: {remedy(unknown[0], known, f'it has {some}')}")
    return [site for site in config.site if not names or site.name in names]


def _wait(jitter: str | None, config: Config) -> None:
    from camscan.sweeps.configtypes import duration

    if jitter == "0":
        return
    most = duration(jitter, "--jitter", "10m, or 0") if jitter else config.sweep.jitter or 0
    if most:
        time.sleep(random.uniform(0, most))  # noqa: S311 - it spreads, it hides nothing


def _write(ended: Sequence[Swept], out: Output) -> None:
    from camscan.cli.formats.changes import render

    found = [(one.site, changes) for one in ended for changes in (*one.before, one.changes) if changes]
    out.write(render(out.format, found))


def _code(ended: Sequence[Swept], fail_on: Sequence[str]) -> Exit:
    """Incomplete too where less was seen than usual, unless `--fail-on` has another code for that."""
    if not all(one.complete for one in ended):
        return Exit.INCOMPLETE
    changes = [one.changes for one in ended if one.changes]
    told_late = [changes for one in ended for changes in one.before]
    came_back = "returned" in fail_on and any(one.returned for one in ended)
    if came_back or any(matches(one, fail_on) for one in (*told_late, *changes)):
        return Exit.FOUND
    return Exit.INCOMPLETE if any(one.losses for one in changes) else Exit.DONE
