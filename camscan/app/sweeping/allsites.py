"""One run of `camscan sweep`: all sites, in waves, and what is done once they are swept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from camscan.app.sweeping.alerting import Dispatcher
from camscan.app.sweeping.onesite import SweepContext, Swept
from camscan.app.sweeping.pastsweeps import last_swept
from camscan.app.sweeping.pinging import ping
from camscan.app.sweeping.retention import prune_after_sweep
from camscan.app.sweeping.waves import Waves, why
from camscan.net.kernel import eventloop
from camscan.sweeps.config import Config, Site
from camscan.sweeps.eventlog import log_event
from camscan.text.timestamps import latest_past


def sweep_all(context: SweepContext, sites: Sequence[Site], dispatcher: Dispatcher, end: float) -> Iterator[Swept]:
    """Sweep all sites, small ones beside each other; what goes wrong at one costs no other."""
    cut, waiting = "", _longest_waiting_first(context, sites)
    with eventloop.runner() as runner:
        waves = Waves(context, runner)
        while waiting:
            cut = cut or ("the deadline has passed" if time.monotonic() >= end else "")
            if cut:
                site = waiting.pop(0)
                log_event("site.skipped", logging.WARNING, site=site.name, reason=cut)
                yield Swept(site.name, why_not=cut)
                continue
            for site, one in waves.sweep(waiting, lambda: end - time.monotonic()):
                if one.interrupted and time.monotonic() < end:
                    cut = "interrupted by a signal"
                dispatcher.deliver()
                pruned = succeeds("prune", partial(prune_after_sweep, context, site, end), site=site.name)
                yield one if pruned else replace(one, failed=True)


def ping_sites(config: Config, ended: Sequence[Swept]) -> bool:
    """Ping for the sites that were swept as a whole and saw all they used to; whether that went well."""
    good = [one.site for one in ended if one.complete and not one.failed and one.changes and not one.changes.losses]
    return ping(config, good, all_good=len(good) == len(config.site))


def succeeds(step: str, work: Callable[[], None], **about: str) -> bool:
    """Do some work; where it fails, that is an event in the log, and what comes after it is done all the same."""
    try:
        work()
    except Exception as error:  # as above
        log_event(f"{step}.failed", logging.ERROR, **about, reason=why(error, step))
        return False
    return True


def _longest_waiting_first(context: SweepContext, sites: Sequence[Site]) -> list[Site]:
    """The sites, so ordered that a deadline that comes too early cuts off another one each time.

    A site that was swept at a time to come, by a wrong clock, counts as one that never was: it would wait until then.
    """
    never, past = datetime.min.replace(tzinfo=UTC), latest_past()
    times = [at if at and at <= past else never for at in last_swept(context.store, [site.name for site in sites])]
    return [site for site, _ in sorted(zip(sites, times, strict=True), key=lambda pair: pair[1])]
