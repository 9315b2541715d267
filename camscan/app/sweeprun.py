"""One run of `camscan sweep`: all sites one after the other, and what is done once they are swept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from camscan.app.alerting import Dispatcher
from camscan.app.history import last_swept
from camscan.app.pinging import ping
from camscan.app.retention import prune_after_sweep
from camscan.app.sweeping import SweepContext, Swept, sweep
from camscan.errors import CamscanError, of_host
from camscan.sweeps.config import Config, Site
from camscan.sweeps.eventlog import log_event
from camscan.system.exhaustion import shortage
from camscan.text.timestamps import latest_past

_log = logging.getLogger(__name__)


def sweep_all(context: SweepContext, sites: Sequence[Site], dispatcher: Dispatcher, end: float) -> Iterator[Swept]:
    """Sweep one site after the other; what goes wrong at one costs no other."""
    cut = ""
    for site in _longest_waiting_first(context, sites):
        left = end - time.monotonic()
        cut = cut or ("the deadline has passed" if left <= 0 else "")
        if cut:
            log_event("site.skipped", logging.WARNING, site=site.name, reason=cut)
            yield Swept(site.name, why_not=cut)
            continue
        try:
            one = sweep(context, site, left)
        except Exception as error:  # whatever it is: it would keep all sites after this one from being swept
            reason = _why(error, f"site {site.name}")
            log_event("site.failed", logging.ERROR, site=site.name, reason=reason)
            one = Swept(site.name, why_not=reason, failed=True)
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
        log_event(f"{step}.failed", logging.ERROR, **about, reason=_why(error, step))
        return False
    return True


def _why(error: Exception, what: str) -> str:
    """Why something failed: what was told, what this host lacks, or a fault of ours, which is logged in full."""
    if isinstance(error, CamscanError):
        return str(error)
    if isinstance(error, OSError):
        _log.debug("where it was", exc_info=error)
        return str(of_host(error))
    if lacking := shortage(error):
        return lacking
    _log.exception("%s crashed: report it as a bug of camscan", what)
    return f"a fault of camscan: {error!r}"


def _longest_waiting_first(context: SweepContext, sites: Sequence[Site]) -> list[Site]:
    """The sites, so ordered that a deadline that comes too early cuts off another one each time.

    A site that was swept at a time to come, by a wrong clock, counts as one that never was: it would wait until then.
    """
    never, past = datetime.min.replace(tzinfo=UTC), latest_past()
    times = [at if at and at <= past else never for at in last_swept(context.store, [site.name for site in sites])]
    return [site for site, _ in sorted(zip(sites, times, strict=True), key=lambda pair: pair[1])]
