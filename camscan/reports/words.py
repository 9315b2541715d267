"""Numbers, names and moments in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from camscan.summaries import SwitchPort


def plural(count: int, noun: str) -> str:
    """A count with its noun, as in "1 address" and "1,200 devices"."""
    return f"{count:,} {noun}{'' if count == 1 else 'es' if noun.endswith('s') else 's'}"


def joined(names: Sequence[str], most: int) -> str:
    """Names in a sentence, as many as it can hold: "depot, harbour and 5 more"."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def switch_port_text(place: SwitchPort) -> str:
    """Where a device is, as "switch port Gi1/0/7 of sw-hall-1"; and whether anything else does. Texts are raw."""
    beside = f", where {plural(place.others, 'other MAC')} {'is' if place.others == 1 else 'are'} too"
    return f"switch port {place.port}{of(place.switch)}{beside if place.others else ''}"


def switch_port_details(place: SwitchPort) -> str:
    """The same in full: when that was so, and how it is known."""
    how = ", found by its IP address" if place.by_address else ""
    return f"{switch_port_text(place)} (table of {place.at:%Y-%m-%d}{how})"


def of(name: str) -> str:
    """Whose something is; "" where that is not known."""
    return f" of {name}" if name else ""


def moment(at: datetime) -> str:
    """A moment for people, in UTC, as "24 November 2026, 01:00 UTC"."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
