"""What a report covers and what it leaves open, in plain sentences. Safe for any terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.filesize import decimal

from camscan.records import Origin, Outcome, Report, Scan, ScanStatus
from camscan.reports.blindness import is_blind, why_blind
from camscan.reports.document import MAX_SENTENCE, coverage
from camscan.reports.escape import terminal
from camscan.scansettings import DISCOVERED, PASTED
from camscan.summaries import Segment, Slots
from camscan.text.timestamps import utc
from camscan.text.wording import are, joined, plural

_LOOKED = (Outcome.ANSWERED, Outcome.REFUSED, Outcome.SILENT)
_OTHERS = {
    Origin.DISCOVER: "answered. Which others are there is unknown: a switch that filters multicast, another VLAN or a "
    "container's bridge keep the question from devices, and some answer only when asked by address (camscan scan).",
    Origin.LISTEN: "heard. Which others are there is unknown: most devices speak only when asked (camscan scan).",
    Origin.IMPORT: "read. Which others were asked is unknown.",
    Origin.LIST: "read. A list may be wrong, and what is not on it is unknown (camscan scan, camscan reconcile).",
}
"""What it does not mean."""
_MAX_RECORDERS = 8  # recorders that have a sentence each
_MAX_NAMED, _MAX_REASONS = 8, 3
_MAX_REASON = 200  # characters of one reason
_UNSENT = frozenset({Outcome.NOT_SENT, Outcome.CRASHED})
_UNFINISHED = (ScanStatus.RUNNING, ScanStatus.INTERRUPTED)


def limits(report: Report) -> Iterator[str]:
    """What was covered, what was not, and what it took, a sentence each. Without them, "none found" means nothing."""
    yield from covered(report)
    if not passive(report):
        if report.others:
            yield f"{plural(report.others, 'other host')} answered without a sign of a surveillance device (see --all)."
        yield from _networks(report)
    yield from _channels(report)
    yield from _recorders(report)
    yield _sent(report.scan)
    yield from (f"Note: {terminal(note, MAX_SENTENCE)}" for note in report.scan.notes)
    yield whence(report.scan)


def covered(report: Report) -> Iterator[str]:
    """What became of the targets, and whether that is all."""
    counts = coverage(report)
    in_full = " in full" if report.scan.status in _UNFINISHED else ""
    yield passive(report) or _asked(counts, in_full)
    if missed := counts[Outcome.EXCLUDED] + counts[Outcome.NOT_SENT]:
        # Where a scan has not come to its end, something was sent to many of them.
        counted = _counted(counts, Outcome.EXCLUDED, *(() if in_full else (Outcome.NOT_SENT,)))
        why = f"{counted and f': {counted}'}{_reasons(report.unasked)}"
        yield f"{plural(missed, 'address')} not asked{in_full}{why}."
    if (ended := report.scan.status) is not ScanStatus.COMPLETE:
        yield f"The scan is {ending(ended)}: there may be more."
    elif report.devices and report.scan.origin is Origin.SCAN and is_blind(report):  # as where the one seen is excluded
        yield f"Of other devices nothing can be said: {why_blind(report)}."


def _reasons(unasked: Mapping[str, int]) -> str:
    """Why nothing was sent, as " (5 not done after 30 s, 1 no route)"; "" where that is not known."""
    told = Counter(unasked).most_common(_MAX_REASONS)
    others = sum(unasked.values()) - sum(count for _, count in told)
    parts = [f"{count:,} {terminal(why, _MAX_REASON)}" for why, count in told]
    parts += [f"{others:,} for other reasons"] if others else []
    return f" ({', '.join(parts)})" if parts else ""


def passive(report: Report) -> str:
    """What a report covers for which nobody was asked by address; "" where somebody was."""
    others, what = _OTHERS.get(report.scan.origin), "row" if report.scan.origin is Origin.LIST else "address"
    return f"{plural(sum(coverage(report).values()), what)} {others}" if others else ""


def _sent(scan: Scan) -> str:
    sent = scan.sent
    if scan.origin is Origin.SCAN and scan.finished_at is None and scan.status in _UNFINISHED:
        why = "the scan has not ended" if scan.status is ScanStatus.RUNNING else "the scan was broken off"
        return f"How many packets were sent is not known, because {why}."
    if not sent.packets:
        return "No packet was sent."
    count = f"{plural(sent.packets, 'packet')} sent ({decimal(sent.bytes)})"
    most = sent.max_host_connections_per_second
    return f"{count}, at most {plural(most, 'connection')} a second to one host." if most else f"{count}."


def ending(status: ScanStatus) -> str:
    """How a scan ended, in words."""
    return "still running" if status is ScanStatus.RUNNING else status.value


def channels(slots: Slots) -> str:
    """What is known of a recorder's channels.

    As "16 channels, 9 cameras named, 5 of them listed, 5 not named, 2 channels empty".
    """
    named = f"{plural(slots.named, 'camera')} named, {slots.listed:,} of them listed"
    unnamed = slots.total - slots.empty - slots.named
    others = f", {unnamed:,} not named" if unnamed > 0 else ""
    told = f"{plural(slots.total, 'channel')}, {named}{others}, {plural(slots.empty, 'channel')} empty"
    return f"{told}, in a list that was cut off" if slots.cut else told


def _recorders(report: Report) -> Iterator[str]:
    """What is behind recorders, as far as they were asked."""
    asked = [(judged.device.address, judged.device.slots) for judged in report.devices if judged.device.slots]
    for address, slots in asked[:_MAX_RECORDERS]:
        yield f"Recorder {terminal(address)}: {channels(slots)}."
    if more := [slots for _, slots in asked[_MAX_RECORDERS:]]:
        total, empty, named, listed = (
            sum(getattr(slots, name) for slots in more) for name in ("total", "empty", "named", "listed")
        )
        whole = Slots(total, empty, (), named, listed, any(slots.cut for slots in more))
        yield f"{plural(len(more), 'more recorder')}: {channels(whole)}."
    if hidden := sum(judged.device.hidden_channels or 0 for judged in report.devices if not judged.device.slots):
        stated = f"{plural(hidden, 'camera')} {are(hidden)} attached"
        yield f"Recorders say that {stated}, and name them only to an enrolled login."


def whence(scan: Scan) -> str:
    """Which scan a report is on, from when, and seen from where."""
    if scan.id == PASTED:
        return "Nothing is stored."
    site = f" of {terminal(scan.site)}" if scan.site else ""
    end = f" to {utc(scan.finished_at)}" if scan.finished_at else ""
    sources = ", ".join(f"{terminal(name)} {terminal(address)}" for name, address in scan.vantage.sources)
    host = f"{terminal(scan.vantage.host)}{f' ({sources})' if sources else ''}"
    shown = "Not stored" if scan.id == DISCOVERED else f"Scan {terminal(scan.id)}{site}"
    return f"{shown}, {utc(scan.started_at)}{end}, seen from {host}."


def _asked(counts: Mapping[Outcome, int], in_full: str) -> str:
    """As "254 addresses asked: 12 answered, 3 refused, 239 silent."; `in_full` where a scan has not come to its end."""
    unreachable = counts[Outcome.UNREACHABLE]
    shown = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in _LOOKED)
    return (
        f"{plural(asked(counts), 'address')} asked{in_full}: "
        f"{shown}{f', {unreachable:,} unreachable' if unreachable else ''}."
    )


def asked(counts: Mapping[Outcome, int]) -> int:
    """How many addresses were asked, by what became of them (see `document.coverage`)."""
    return sum(counts[outcome] for outcome in (*_LOOKED, Outcome.UNREACHABLE))


def _networks(report: Report) -> Iterator[str]:
    """Where no listed device is, and where that cannot be said. Never both of one network."""
    clear = [_extent(segment) for segment in report.networks if segment.control and not segment.listed]
    blind = [segment.network for segment in report.networks if not segment.control and not segment.listed]
    if clear:
        yield f"No listed devices in {some(clear)}, where something gave a sign of life."
    if blind:
        yield f"No positive control in {some(blind)}: nothing can be said about {'it' if len(blind) == 1 else 'them'}."


def _extent(segment: Segment) -> str:
    """A network, and how many of its addresses the scan covers where not all: of the others nothing is known."""
    covered = sum(segment.outcomes.get(outcome, 0) for outcome in (*_LOOKED, Outcome.UNREACHABLE))
    only = f" (only {plural(covered, 'address')} of it)" if covered < segment.hosts else ""
    return f"{segment.network}{only}"


def some(names: Sequence[str]) -> str:
    """The first of these names, and how many more there are."""
    return joined(list(map(terminal, names)), _MAX_NAMED)


def _channels(report: Report) -> Iterator[str]:
    """What could not be covered, by channel."""
    channels = {name: counts for name, counts in sorted(report.ledger.items()) if name}
    unsent = [
        terminal(name) for name, counts in channels.items() if _UNSENT.issuperset(o for o, n in counts.items() if n)
    ]
    if unsent:
        yield f"Channels on which nothing was sent: {', '.join(unsent)}."
    if crashed := sum(counts.get(Outcome.CRASHED, 0) for counts in channels.values()):
        yield f"{plural(crashed, 'attempt')} crashed because of a fault in camscan: see the log."


def _counted(counts: Mapping[Outcome, int], *outcomes: Outcome) -> str:
    return ", ".join(f"{counts[outcome]:,} {outcome.replace('-', ' ')}" for outcome in outcomes if counts[outcome])
