"""`camscan status`: when each site was last swept, and what is missing there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camscan.cli.parameters import options
from camscan.cli.terminal.exits import Exit
from camscan.cli.terminal.output import Output, written
from camscan.cli.terminal.telling import tell
from camscan.records import Verdict
from camscan.reports.escape import terminal
from camscan.text.timestamps import latest_past, utc
from camscan.text.wording import plural

if TYPE_CHECKING:
    from camscan.cli.formats.health import SiteHealth

SCHEMA = "camscan-status/1"


@click.command()
@options.config
@options.configured_db
@click.option(
    "--max-age",
    metavar="DURATION",
    help="Name on stderr each site that has had no complete sweep for this long, such as 26h, and exit with 4.",
)
@written("table", "json")
def status(file: Path | None, db: str | None, max_age: str | None, out: Output) -> None:
    """Show for each site when it last had a complete sweep, what was seen, and which alerts are waiting.

    A sweep that was blind, because a decoy or the whole site did not answer, does not count as a complete one.

    If the configuration names a textfile for Prometheus, it is rewritten, unless there is no store to know it from.

    \b
    Examples:
      camscan status
      camscan status --config /etc/camscan/camscan.toml --max-age 26h
    """
    from camscan.app.sweeping.configuration import configuration, database
    from camscan.cli.formats.health import health_of_sites, write_metrics
    from camscan.cli.parameters.stored import open_swept_store
    from camscan.sweeps.configtypes import duration

    oldest = duration(max_age, "--max-age", "26h or 2d") if max_age else None
    config = configuration(file).config
    with open_swept_store(db, database(config)) as store:
        rows = list(health_of_sites(store, config))
    now = datetime.now(UTC)
    if out.format == "json":
        out.write_json({"schema": SCHEMA, "sites": [_object(row, now) for row in rows]})
    else:
        out.write_lines(_table(rows, now))
    overdue = [row for row in rows if oldest is not None and row.is_older(oldest, now)]
    for row in overdue:
        tell(f"Overdue: {row.site}; last complete sweep: {_ago(row.memory.sound, now)}.")
    if store is not None:  # who does not find it, as with another user's default, would call all sites unswept
        write_metrics(rows, config)  # last, as a user who may not is still shown the rest
    if overdue:
        sys.exit(Exit.INCOMPLETE)


def _object(row: SiteHealth, now: datetime) -> dict[str, Any]:
    memory, good = row.memory, row.memory.sound
    return {
        "site": row.site,
        "last_good": utc(good, "seconds") if good else None,
        "age_seconds": int((now - good).total_seconds()) if good else None,
        "last": utc(memory.at, "seconds") if memory.at else None,
        "scan": memory.scan or None,
        "devices": {verdict.value: count for verdict, count in memory.verdicts.items()},
        "missing": memory.missing,
        "missing_devices": [
            {
                "id": one.id,
                "address": one.address,
                "verdict": one.verdict.value,
                "label": one.label,
                "last_seen": utc(one.last_seen, "seconds"),
                "state": row.states.get(one.id),
            }
            for one in memory.absent
        ],
        "coverage": dict(memory.coverage),
        "by_channel": {channel: dict(counts) for channel, counts in memory.by_channel.items()},
        "coverage_loss": [loss.text for loss in memory.losses],
        "alerts_pending": row.pending,
        "alerts_failed": dict(row.failures),
    }


def _table(rows: list[SiteHealth], now: datetime) -> Iterator[str]:
    """All of one site; of several, a line for each that is in order, and all of the others behind these."""
    sound = [row for row in rows if _is_sound(row)] if len(rows) > 1 else []
    if sound:
        from camscan.reports.columns import lines

        told = ((terminal(row.site), _ago(row.memory.sound, now), _devices(row), _covered(row)) for row in sound)
        yield from lines([("site", "last complete sweep", "devices", "targets"), *told])
    for row in rows:
        if not (sound and _is_sound(row)):
            yield from _whole(row, now)
    if len(rows) > 1:
        yield f"\n{_summed(rows, now)}\n"


def _is_sound(row: SiteHealth) -> bool:
    memory = row.memory
    is_flawed = memory.at is None or memory.at != memory.sound or memory.missing or memory.losses
    return not (is_flawed or row.pending)


def _devices(row: SiteHealth) -> str:
    verdicts = row.memory.verdicts
    found = ", ".join(f"{count} {verdict}" for verdict in Verdict if (count := verdicts.get(verdict))) or "none"
    return f"{found}, {row.memory.missing} missing" if row.memory.missing else found


def _covered(row: SiteHealth) -> str:
    counts = sorted(row.memory.coverage.items())
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts if count) or "none"


def _whole(row: SiteHealth, now: datetime) -> Iterator[str]:
    memory = row.memory
    yield f"{terminal(row.site)}\n"
    yield f"  last complete sweep  {_ago(memory.sound, now)}\n"
    if memory.at != memory.sound:
        flaw = "blind" if memory.at == memory.good else "incomplete"
        yield f"  last sweep           {_ago(memory.at, now)}, {flaw}\n"
    if memory.at is not None:
        yield f"  devices              {_devices(row)}\n"
        yield f"  targets              {_covered(row)}\n"
        yield from (f"  {line}\n" for line in _missing(row))
    for loss in memory.losses:
        yield f"  coverage lost        {terminal(loss.text)}\n"
    if row.pending:
        yield f"  alerts waiting       {row.pending}\n"
        yield from (f"    {terminal(receiver)}: {terminal(reason)}\n" for receiver, reason in row.failures.items())


def _summed(rows: list[SiteHealth], now: datetime) -> str:
    """All sites in one sentence: of many, those in trouble scroll away."""
    sound = [row.memory.sound for row in rows if row.memory.sound]
    counts = {
        "never had a complete sweep": len(rows) - len(sound),
        "had a blind or incomplete one since": sum(
            row.memory.sound is not None and row.memory.at != row.memory.sound for row in rows
        ),
        "lost coverage": sum(bool(row.memory.losses) for row in rows),
        "miss devices": sum(bool(row.memory.missing) for row in rows),
        "have alerts waiting": sum(bool(row.pending) for row in rows),
    }
    told = [f"{count:,} {what}" for what, count in counts.items() if count]
    oldest = [f"the oldest complete sweep was {_ago(min(sound), now)}"] if sound else []
    return f"{plural(len(rows), 'site')}: {'; '.join((*told, *oldest))}."


def _missing(row: SiteHealth) -> Iterator[str]:
    """The devices that are missing, a line each."""
    memory = row.memory
    for one in memory.absent:
        state = row.states.get(one.id)
        seen = f"{one.last_seen:%Y-%m-%d %H:%M} UTC" + (f"; it is recorded as {state}" if state else "")
        yield f"missing              {one.verdict} {terminal(one.address)} {terminal(one.label)}, last seen {seen}"
    if more := memory.missing - len(memory.absent):
        yield f"missing              {more:,} more"


def _ago(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "never"
    if at > latest_past():
        return f"{at:%Y-%m-%d %H:%M} UTC, which is still to come: a clock was wrong"
    minutes = max(int((now - at).total_seconds() // 60), 0)
    for size, unit in ((60 * 24, "day"), (60, "hour")):
        if minutes >= 2 * size:
            return f"{at:%Y-%m-%d %H:%M} UTC, {minutes // size} {unit}s ago"
    return f"{at:%Y-%m-%d %H:%M} UTC, {plural(minutes, 'minute')} ago"
