"""Alerts as text: for receivers of messages (apprise) and of one event a line (syslog). Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from camscan.records import Verdict
from camscan.sweeps.changes import ChangeKind
from camscan.sweeps.sightings import switch_port_text
from camscan.text.wording import shortened

COVERAGE_LOSS = "coverage-loss"
LOSS_ENDED = "coverage-loss-ended"
SUMMARY = "summary"
ALARM = "alarm"
BACK = "returned-after-removal"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""With the marks that turn the direction of writing round."""
_MAX_LINE, _MAX_TEXT = 300, 8_000
"""Characters of one event and of all: services take few, and what devices call themselves must not fill the message."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that an alert tells.

    `kind` is that of a change, `COVERAGE_LOSS`, `LOSS_ENDED`, `ALARM`, `BACK`, or `SUMMARY` for the whole alert.

    `details` hold what is known of the device, by the names of `camscan-alert/1`.
    """

    kind: str
    text: str
    site: str
    address: str = ""
    verdict: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertText:
    """An alert as it was put into the outbox."""

    id: str
    title: str
    events: tuple[Event, ...]
    scan: str
    left_out: int

    def text(self, store_option: str = "") -> str:
        """The events, one a line, as many as somebody reads, and the command that shows the rest, with this option."""
        every = [shortened(f"{event.kind}: {event.text}", _MAX_LINE) for event in self.events if event.kind != SUMMARY]
        ends = accumulate(len(line) + 1 for line in every)
        lines = [line for line, end in zip(every, ends, strict=True) if end <= _MAX_TEXT]
        if left_out := self.left_out + len(every) - len(lines):
            lines.append(f"and {left_out} more")
        if self.scan:
            lines.append(f"Full report: camscan report --scan {self.scan}{store_option}")
        return "\n".join((*lines, f"Alert {self.id}"))


def read_alert(body: bytes) -> AlertText:
    """Read an alert of schema `camscan-alert/1`."""
    found = json.loads(body)
    return AlertText(
        id=found["id"],
        title=f"camscan: {one_line(found['summary'])}",
        events=(Event(SUMMARY, found["summary"], found.get("site") or ""), *_events(found)),
        scan=found.get("scan") or "",
        left_out=found.get("left_out", 0),
    )


def _events(found: Mapping[str, Any]) -> Iterator[Event]:
    site = found.get("site") or ""
    yield from (Event(ALARM, one_line(alarm), site) for alarm in found.get("alarms", ()))
    yield from (Event(BACK, one_line(text), site) for text in found.get("returned_after_removal", ()))
    for kind in ChangeKind:
        for change in found.get(kind.value, ()):
            details = {name: str(value) for name, value in change.items() if value and not isinstance(value, list)}
            yield Event(kind.value, _changed(change), site, change["address"], change["verdict"], details)
    for loss in found.get("coverage_loss", ()):
        yield Event(COVERAGE_LOSS, one_line(loss["text"]), site)
    for loss in found.get("coverage_loss_ended", ()):
        yield Event(LOSS_ENDED, one_line(loss["text"]), site)


def _changed(change: Mapping[str, Any]) -> str:
    """A change in one line: which device, what of it, and the evidence."""
    label = " ".join(dict.fromkeys(filter(None, (change["maker"], change["brand"], change["model"]))))
    parts = [f"{change['verdict']} {change['address']} {label or Verdict.UNIDENTIFIED.value}"]
    if change.get("what"):
        parts.append(f"{change['what']}: {change['before'] or 'none'} -> {change['after'] or 'none'}")
    if change.get("last_seen"):
        parts.append(f"last seen {change['last_seen']}")
    if port := switch_port_text(change["switch_port"], change["switch_name"]):
        parts.append(port)
    if change["evidence"]:
        parts.append(change["evidence"])
    return one_line(", ".join(parts))


def one_line(text: str) -> str:
    """`text` with a blank for each control character, so that text from a device cannot begin a new line."""
    return _CONTROL.sub(" ", text)
