"""The records that sum up many observations: states of devices, progress of sites, coverage of networks, recorders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class State(StrEnum):
    """How far a device has come on its way out. `RETURNED` is never given, but follows: removed, and seen again."""

    FOUND = "found"
    CONFIRMED = "confirmed"
    TICKETED = "ticketed"
    DISCONNECTED = "disconnected"
    REMOVED = "removed"
    REPLACED = "replaced"
    EXEMPT = "exempt"
    RETURNED = "returned"

    @property
    def is_gone(self) -> bool:
        """Whether the device is no longer there: that must have been looked at."""
        return self in (State.REMOVED, State.REPLACED)


GIVEN = tuple(state for state in State if state is not State.RETURNED)  # the states that a person can give


@dataclass(frozen=True, slots=True)
class StateChange:
    """What a person said of a device, when and why. `names` tell the device from others; `site` is "" for none.

    `proof` holds the scans that covered the address and did not see the device, where it is said to be gone.
    """

    site: str
    device: str
    address: str
    state: State
    who: str
    why: str
    at: datetime
    names: tuple[str, ...]
    proof: tuple[str, ...] = ()
    number: int = 0


class Tag(StrEnum):
    """What a place may be, the gravest first: a sensitive site, a core network."""

    SENSITIVE = "sensitive"
    CORE = "core"


@dataclass(frozen=True, slots=True)
class Listing:
    """One policy entry that names the maker of a device."""

    policy: str
    entity: str
    since: str


@dataclass(frozen=True, slots=True)
class Offence:
    """The sentence of a policy that a listed device offends by where it is: on a sensitive site, on a core network."""

    policy: str
    place: Tag
    text: str
    citation: str
    url: str
    since: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a policy is laid down, and since when."""

    policy: str
    title: str
    text: str
    url: str
    since: str


@dataclass(frozen=True, slots=True)
class Segment:
    """What became of the targets of one network: a /24, or a /64 of IPv6.

    `outcomes` counts targets by the most telling outcome, `channels` by channel and outcome; both in the six outcomes
    of a coverage statement. `control` is an address there that gave a sign of life: without one, silence means nothing.
    """

    network: str
    outcomes: Mapping[str, int]
    channels: Mapping[str, Mapping[str, int]]
    control: str = ""
    listed: int = 0
    hosts: int = 0  # addresses that hosts can have there

    @property
    def targets(self) -> int:
        """All targets in the network."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Group:
    """Results of one class of a reconciliation: what it means, how many, and the first of them as cells."""

    name: str
    meaning: str
    count: int
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of an inventory that was held against a scan: in sentences, then by class. Texts are raw.

    `estimates` say how many devices neither has seen, `assumptions` how far that carries. `heads` are those of `rows`.
    """

    file: str
    findings: tuple[str, ...]
    estimates: tuple[str, ...]
    assumptions: tuple[str, ...]
    heads: tuple[str, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """The channel (`number`, as its screen counts) of a recorder (`recorder`: its id) that a device is on."""

    recorder: str
    address: str
    number: int
    name: str = ""
    online: bool | None = None  # whether the device answers the recorder; None where that is not told


@dataclass(frozen=True, slots=True)
class Slots:
    """The channels of a recorder for network cameras, as a login has shown them."""

    total: int
    empty: int
    elsewhere: tuple[str, ...] = ()  # ids of devices on them that answer themselves, or are on another recorder too
    named: int = 0  # cameras on them that have a maker
    listed: int = 0  # those of them that a policy lists
    cut: bool = False  # whether a list of them came in part: what is not in it may be there


@dataclass(frozen=True, slots=True)
class SwitchPort:
    """Where a device is connected, as a table of a switch says; so many `others` have their MACs at the same port.

    `switch` is its name or, where that is not known, the file of the table; `at` is when the table was made, and `scan`
    the import that holds it. Of a device that shows no MAC, it is where its address was then (`by_address`).
    """

    port: str
    switch: str
    others: int
    at: datetime
    scan: str
    by_address: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """So many devices of a site that count as listed were first seen on a day, and so many have a state since a day.

    Days are counted from 1970-01-01.
    """

    site: str
    state: State
    first_day: int
    state_day: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """How many listed devices were known and still there at the end of a day."""

    day: date
    remaining: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a site (None: all together) has come: listed devices by what became of them, and when it will be done.

    `rate` is in devices a day; `done` is when nothing will remain at that rate, or since when nothing does, and None
    where nothing goes; `late` says whether that is after the deadline, and is None where there is none. `unseen` of
    those that remain are known from earlier scans than the one that a report is about, which did not see them.
    """

    site: str | None
    known: int
    removed: int
    exempt: int
    returned: int
    remaining: int
    rate: float
    done: date | None
    late: bool | None
    curve: tuple[Point, ...]
    unseen: int = 0
