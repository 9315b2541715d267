"""Changes for people and programs: the formats of `camscan diff` and `camscan sweep`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from camscan.reports import csv
from camscan.reports.columns import GAP, lines
from camscan.reports.escape import cell, terminal
from camscan.reports.markdown import code, table
from camscan.sweeps.changes import Change, ChangeKind, Changes
from camscan.sweeps.document import CHANGES_SCHEMA, changes_object, summary
from camscan.sweeps.memory import MAX_UNSEEN
from camscan.text.timestamps import utc
from camscan.text.wording import are, plural

_HEADS = ("change", "verdict", "address", "device", "detail")
_MAX_CELL = 48
_COLUMNS = (
    *("site", "scan", "before", "change", "verdict", "level", "address", "id", "maker", "brand", "model", "firmware"),
    *("kind", "what", "was", "now", "last_seen", "detail"),
    *("mac", "hostname", "switch_port", "switch_name", "other_addresses"),
)


def render(format_name: str, found: Sequence[tuple[str | None, Changes]]) -> Iterator[str]:
    """The changes of each site in one of the formats."""
    if format_name == "json":
        objects = [changes_object(changes, site) for site, changes in found]
        yield json.dumps({"schema": CHANGES_SCHEMA, "sites": objects}, indent=1) + "\n"
        return
    if format_name == "csv":
        yield from csv.lines((_COLUMNS, *(_row(told) for site, changes in found for told in _told(site, changes))))
        return
    page = _table if format_name == "table" else _markdown
    for number, (site, changes) in enumerate(found):
        yield "\n" if number else ""
        yield from page(site, changes)


def _table(site: str | None, changes: Changes) -> Iterator[str]:
    yield f"{_title(site, changes)}\n"
    rows = [_cells(change) for change in _in_order(changes)]
    shown = [(*(terminal(text, _MAX_CELL) for text in cells), terminal(detail)) for *cells, detail in rows]
    yield from lines([_HEADS, *shown] if shown else [])
    for loss in changes.losses:
        yield f"coverage-loss{GAP}{terminal(loss.text)}{'' if not loss.unseen else _unseen(loss.unseen)}\n"
    for loss in changes.ended:
        yield f"coverage-loss-ended{GAP}{terminal(loss.text)}\n"


def _markdown(site: str | None, changes: Changes) -> Iterator[str]:
    yield f"## {_title(site, changes, code)}\n\n"
    rows = [_cells(change) for change in _in_order(changes)]
    if rows:
        yield from table(_HEADS, (tuple(map(code, row)) for row in rows))
        yield "\n"
    for loss in changes.losses:
        yield f"- coverage-loss: {code(loss.text)}{'' if not loss.unseen else code(_unseen(loss.unseen))}\n"
    for loss in changes.ended:
        yield f"- coverage-loss-ended: {code(loss.text)}\n"


def _told(site: str | None, changes: Changes) -> Iterator[Mapping[str, str | None]]:
    """What a row tells by column: a change, then what was lost of what could be seen."""
    of = {"site": site, "scan": changes.scan, "before": changes.before}
    for change in _in_order(changes):
        device, seen = change.device, change.last_seen
        yield of | {
            "change": change.kind,
            "verdict": device.verdict,
            "level": device.level,
            "address": device.address,
            "id": device.id,
            "maker": device.maker,
            "brand": device.brand,
            "model": device.model,
            "firmware": device.firmware,
            "kind": device.kind,
            "mac": device.mac,
            "hostname": device.name,
            "switch_port": device.switch_port,
            "switch_name": device.switch_name,
            "other_addresses": ";".join(device.addresses[1:]),
            "detail": device.evidence,
            "what": change.what,
            "was": change.before,
            "now": change.after,
            "last_seen": utc(seen, "seconds") if seen else None,
        }
    for loss in changes.losses:
        yield of | {"change": "coverage-loss", "what": loss.what, "detail": loss.text}
    for loss in changes.ended:
        yield of | {"change": "coverage-loss-ended", "what": loss.what, "detail": loss.text}


def _row(told: Mapping[str, str | None]) -> Iterator[str]:
    return (cell(told.get(name) or "") for name in _COLUMNS)


def _in_order(changes: Changes) -> list[Change]:
    return [change for kind in ChangeKind for change in changes.of(kind)]


def _cells(change: Change) -> tuple[str, ...]:
    device = change.device
    detail = "; ".join(filter(None, (device.switch_port_text, device.evidence)))
    if change.what:
        detail = f"{change.what}: {change.before or 'none'} -> {change.after or 'none'}"
    elif change.last_seen:
        detail = f"last seen {utc(change.last_seen, 'seconds')}"
    return (change.kind.value, device.verdict.value, device.address, device.label, detail)


def _title(site: str | None, changes: Changes, show: Callable[[str], str] = terminal) -> str:
    """What was compared, and what it comes to."""
    where = f"{show(site)}: " if site else ""
    since = f" since scan {show(changes.before)}" if changes.before else ""
    if changes.before == changes.scan:
        since = " since it was interrupted"
    return f"{where}scan {show(changes.scan)}{since}: {show(summary(changes))}"


def _unseen(addresses: Sequence[str]) -> str:
    what = f"{plural(len(addresses), 'device')} {are(len(addresses))}"
    what = f"at least {what}" if len(addresses) == MAX_UNSEEN else what
    return f" ({what} not reported missing: {terminal(', '.join(addresses))})"
