"""What the register holds, as records and as rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from camscan.store.rows import Values, from_time, to_time
from camscan.store.text import dump_list, escape, load_list, unescape
from camscan.summaries import State, StateChange, Tally


@dataclass(frozen=True, slots=True)
class Entry:
    """One device of the register. `track` is all that is known of it, as text; `number` is None before it is kept.

    `keys` are what `Register.named` finds it by; `store` names the store that it was read from.
    """

    site: str
    device: str
    address: str
    verdict: str
    policies: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    track: str
    keys: tuple[str, ...] = ()
    state: State = State.FOUND
    state_at: datetime | None = None
    number: int | None = None
    store: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Mark:
    """A scan that the register holds: as it was at its end, and judged on this basis."""

    scan: str
    site: str
    at: datetime
    basis: str


def change_values(change: StateChange) -> Values:
    """What was said of a device, as a row of `states` without its number."""
    texts = {name: escape(getattr(change, name)) for name in ("site", "device", "address", "who", "why")}
    lists = {name: dump_list(getattr(change, name)) for name in ("names", "proof")}
    return {**texts, **lists, "state": change.state.value, "at": to_time(change.at)}


def to_change(row: Row[Any]) -> StateChange:
    """What a row of `states` holds."""
    return StateChange(
        site=unescape(row.site),
        device=unescape(row.device),
        address=unescape(row.address),
        state=State(row.state),
        who=unescape(row.who),
        why=unescape(row.why),
        at=from_time(row.at),
        names=load_list(row.names),
        proof=load_list(row.proof),
        number=row.number,
    )


def entry_values(entry: Entry) -> Values:
    """A device as a row of `register`, without its number."""
    return {
        "site": escape(entry.site),
        "device": escape(entry.device),
        "address": escape(entry.address),
        "verdict": entry.verdict,
        "policies": escape(" ".join(entry.policies)),
        "first_seen": to_time(entry.first_seen),
        "last_seen": to_time(entry.last_seen),
        "state": entry.state.value,
        "state_at": None if entry.state_at is None else to_time(entry.state_at),
    }


def to_entry(row: Row[Any], store: str) -> Entry:
    """The device of a row of `register` with its track; `keys` are not read back."""
    return Entry(
        site=unescape(row.site),
        device=unescape(row.device),
        address=unescape(row.address),
        verdict=row.verdict,
        policies=tuple(unescape(row.policies).split()),
        first_seen=from_time(row.first_seen),
        last_seen=from_time(row.last_seen),
        track=unescape(row.text),
        state=State(row.state),
        state_at=None if row.state_at is None else from_time(row.state_at),
        number=row.number,
        store=store,
    )


def mark_values(mark: Mark) -> Values:
    """A scan that is in the register, as a row."""
    texts = {name: escape(getattr(mark, name)) for name in ("scan", "site", "basis")}
    return {**texts, "at": to_time(mark.at)}


def to_mark(row: Row[Any]) -> Mark:
    """The scan of a row of `registered`."""
    return Mark(unescape(row.scan), unescape(row.site), from_time(row.at), unescape(row.basis))


def to_tally(row: Row[Any]) -> Tally:
    """The tally of a row that was grouped."""
    return Tally(unescape(row.site), State(row.state), row.first, row.since, row.devices)
