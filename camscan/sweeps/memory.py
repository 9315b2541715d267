"""What is remembered of a site from sweep to sweep: its devices, what usually answers, and what was lost.

It is derived from the sweeps, one after the other, and kept because deriving it again would mean to judge a year of
scans every night. Losing it costs one quiet sweep, which becomes the new beginning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

from camscan.records import Verdict
from camscan.sweeps.sightings import DeviceSummary, Traits

if TYPE_CHECKING:
    from pydantic import TypeAdapter

VERSION = 1
_adapters: dict[type, TypeAdapter[Any]] = {}  # made when they are first asked for, which takes a while


class _Zoned:
    """Has pydantic take no time without a zone: who compared it with others would fail."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return {**handler(source), "tz_constraint": "aware"}


Moment: TypeAlias = Annotated[datetime, _Zoned()]


@dataclass(frozen=True, slots=True)
class Debounced:
    """A value that changes only after several snapshots; `odd` marks, of the latest, those that showed another."""

    value: str | None
    odd: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Track(Traits):
    """One device through all sweeps.

    `device` is how it was last seen. `places` and `channels` hold its addresses and the channels on which it answers,
    each with the number of sightings since. `covered` says of the latest snapshots that could have seen it which did;
    in the register, nothing of a device that never showed itself. `unasked` counts the complete snapshots since that
    did not ask it at all. `aliases` are names by which the register knew it before it told more of itself.
    """

    device: DeviceSummary
    first_seen: Moment
    last_seen: Moment
    places: Mapping[str, int]
    channels: Mapping[str, int]
    verdict: Debounced
    name: Debounced
    covered: tuple[bool, ...] = ()
    gone: bool = False
    unasked: int = 0
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gauge:
    """How many devices answered on a channel or in a network in the latest sweeps; `lost` counts sweeps of loss."""

    counts: tuple[int, ...] = ()
    lost: int = 0

    @property
    def usual(self) -> int:
        """How many are to be expected."""
        return max(self.counts, default=0)


SITE, DECOY = "site", "decoy "  # what a loss of all that is at a site names, and how the name of one of a decoy begins
MAX_UNSEEN = 100  # the most addresses named in one loss
_MAX_NAMED = 20  # the most missing devices named of one site


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that answered before and does not now, so that silence behind it means nothing.

    `what` names it in a word or two ("channel sadp"); `unseen` are the addresses of devices that are not reported
    missing because of it, the first of them where there are more than `MAX_UNSEEN`; `lasting`: the sweep before has
    told it already.
    """

    what: str
    text: str
    unseen: tuple[str, ...] = ()
    lasting: bool = False

    @property
    def is_blindness(self) -> bool:
        """Whether nobody knows what else was not seen: a decoy did not answer, or nothing at all did."""
        return self.what == SITE or self.what.startswith(DECOY)


@dataclass(frozen=True, slots=True)
class Overview:
    """What was seen last of a site. `scan` and `at` are of the last snapshot, `good` of the last complete one.

    `sound` is of the last complete one that was not blind: when a sweep could last see what is there.
    """

    scan: str = ""
    at: Moment | None = None
    good: Moment | None = None
    sound: Moment | None = None
    losses: tuple[Loss, ...] = ()
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)  # devices in the last snapshot
    coverage: Mapping[str, int] = field(default_factory=dict)  # targets of the last snapshot by outcome
    by_channel: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # as `coverage`, by channel
    seconds: float = 0  # what the last snapshot took
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Memory(Overview):
    """All that is remembered of a site."""

    tracks: tuple[Track, ...] = ()
    channels: Mapping[str, Gauge] = field(default_factory=dict)
    networks: Mapping[str, Gauge] = field(default_factory=dict)
    short: tuple[bool, ...] = ()  # of the latest complete snapshots, which saw fewer devices than expected

    @property
    def saw_nothing(self) -> bool:
        """Whether no device was ever seen, and the last sweep may have been blind."""
        return not self.tracks and bool(self.losses)


@dataclass(frozen=True, slots=True)
class Absent:
    """A device that is reported missing, as it was last seen."""

    id: str
    address: str
    verdict: Verdict
    label: str
    last_seen: Moment


@dataclass(frozen=True, slots=True)
class SiteStatus(Overview):
    """What is shown of a memory; `missing` counts the devices that are reported missing.

    `absent` names them, or the first `_MAX_NAMED` of them: those whose verdict weighs most, of these the latest.
    """

    missing: int = 0
    absent: tuple[Absent, ...] = ()


def status_of(memory: Memory) -> SiteStatus:
    """What is shown of a memory."""
    overview = {one.name: getattr(memory, one.name) for one in fields(Overview)}
    order = list(Verdict)
    missing = [track for track in memory.tracks if track.gone]
    missing.sort(key=lambda track: track.last_seen, reverse=True)
    missing.sort(key=lambda track: order.index(track.device.verdict))
    return SiteStatus(**overview, missing=len(missing), absent=tuple(map(_absent, missing[:_MAX_NAMED])))


def _absent(track: Track) -> Absent:
    device = track.device
    return Absent(device.id, device.address, device.verdict, device.label, track.last_seen)


def dump(one: Memory | SiteStatus) -> str:
    """A memory or a status as JSON; both are kept, as reading the memories of 50 sites takes a second."""
    return adapter(type(one)).dump_json(one).decode()


def dump_track(track: Track) -> str:
    """One device as JSON, as pydantic reads it, which a scan that only writes some need not load for that."""
    return json.dumps(track, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return sorted(value) if isinstance(value, frozenset) else value.isoformat()


def load(text: str | None) -> Memory:
    """What `dump` was given; an empty memory for None, and for one that another version of camscan wrote.

    Raises ValueError if it is no JSON, as every version writes it.
    """
    if text is None:
        return Memory()
    found = _read(Memory, text)
    if found is None:
        json.loads(text)
    return found or Memory()


def load_status(text: str) -> SiteStatus | None:
    """The status that `dump` was given; None for one that another version of camscan wrote."""
    return _read(SiteStatus, text)


_Read = TypeVar("_Read", Memory, SiteStatus)


def _read(kind: type[_Read], text: str) -> _Read | None:
    try:
        found: _Read = adapter(kind).validate_json(text)
    except ValueError:
        return None
    return found if found.version == VERSION else None


def adapter(kind: type) -> TypeAdapter[Any]:
    """What reads and writes the JSON of a record."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - not for those who only want the records

    return _adapters.get(kind) or _adapters.setdefault(kind, TypeAdapter(kind))
