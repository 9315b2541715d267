"""Switch ports, burndowns and moments in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from camscan.records import Verdict
from camscan.summaries import Progress, SwitchPort
from camscan.text.wording import are, plural, were


def left_out(counts: Mapping[Verdict, int]) -> str:
    """That devices were not asked for, and so are not shown; "" where there is none."""
    count = sum(counts.values())
    they = "it" if count == 1 else "they"
    left = f"{plural(count, 'other device')} of the scan {are(count)} left out"
    return f"{left}: {they} {were(count)} not asked for" if count else ""


def switch_port_text(place: SwitchPort) -> str:
    """Where a device is, as "switch port Gi1/0/7 of sw-hall-1"; and whether anything else does. Texts are raw."""
    beside = f", where {plural(place.others, 'other MAC')} {are(place.others)} too"
    return f"switch port {place.port}{of(place.switch)}{beside if place.others else ''}"


def switch_port_details(place: SwitchPort) -> str:
    """Where a device is in full: at which port, when that was so, and how it is known."""
    how = ", found by its IP address" if place.by_address else ""
    return f"{switch_port_text(place)} (table of {place.at:%Y-%m-%d}{how})"


def of(name: str) -> str:
    """Whose something is; "" where that is not known."""
    return f" of {name}" if name else ""


def moment(at: datetime) -> str:
    """A moment for people, in UTC, as "24 November 2026, 01:00 UTC"."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def burndown(whole: Progress, deadline: date | None = None) -> str:
    """The burn-down in one sentence."""
    if not whole.known:
        return "No listed device was ever seen; where no scan could look, there may be some."
    are, remain = "is" if 1 in (whole.removed, whole.known) else "are", "remains" if whole.remaining == 1 else "remain"
    exempt = f", {whole.exempt:,} exempt" if whole.exempt else ""
    known = plural(whole.known, "listed device")
    told = f"{whole.removed:,} of {known} {are} removed{exempt}, {whole.remaining:,} {remain}"
    if whole.unseen:
        told += f" ({whole.unseen:,} not seen since this scan began)"
    if not whole.remaining:
        return f"{told}."
    if whole.done is None:
        return f"{told}; none was removed recently, so no date can be given."
    against = "" if deadline is None else f", {'after' if whole.late else 'before'} the deadline of {deadline}"
    return f"{told}; at {7 * whole.rate:.1f} a week, the last will be gone on {whole.done}{against}."
