"""The records that flow from a probe to a report. All are frozen, and each points back at its evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple, TypeAlias

from camscan.scansettings import CHOICES, ORIGIN
from camscan.summaries import (
    Citation,
    Listing,
    Offence,
    Progress,
    Reconciled,
    Segment,
    Slot,
    Slots,
    State,
    StateChange,
    SwitchPort,
)

NAME = r"^[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,62}[^\s\x00-\x1f\x7f])?$"
"""The form of a name that somebody gives to a site: one line of at most 64 characters."""
NO_BYTES = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The SHA-256 of what has no bytes of an answer behind it: an open port, or a value that another tool recorded."""
READ_IN = "read in "  # so begins the reason of what was imported; the name of the file follows
Fields: TypeAlias = Mapping[str, tuple[str, ...]]  # what an answer said: dotted name -> values, as they came


class Outcome(StrEnum):
    """How one attempt ended. The list is closed; `NOT_SENT`, `GARBLED` and `CRASHED` carry a reason."""

    ANSWERED = "answered"
    AUTH_REQUIRED = "auth-required"
    TRUNCATED = "truncated"
    GARBLED = "garbled"
    RESET = "reset"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    EXCLUDED = "excluded"
    NOT_SENT = "not-sent"
    CRASHED = "crashed"

    @property
    def has_answer(self) -> bool:
        """Whether the peer sent bytes that say something about it."""
        return self in _WITH_ANSWER

    @property
    def is_alive(self) -> bool:
        """Whether the outcome proves that something lives at the address (a refusal is a sign of life too)."""
        return self in SIGNS_OF_LIFE


_WITH_ANSWER = frozenset({Outcome.ANSWERED, Outcome.AUTH_REQUIRED, Outcome.TRUNCATED, Outcome.GARBLED})
SIGNS_OF_LIFE = _WITH_ANSWER | {Outcome.RESET, Outcome.REFUSED}
UNASKED = frozenset({Outcome.EXCLUDED, Outcome.NOT_SENT, Outcome.CRASHED})  # these say nothing of the target
UNCALLED = "only whole segments are asked, and this address is on none of them"  # where nothing is missing for it
REJECTION = "EACCES"  # begins the reason where a router or firewall rejects what is for an address, whoever is there
MOST_TELLING = {outcome: place for place, outcome in enumerate(Outcome)}  # the lowest tells most


class Level(IntEnum):
    """How far one rule alone carries."""

    HINT = 1
    LIKELY = 2
    CERTAIN = 3

    def __str__(self) -> str:
        return self.name.lower()


class Verdict(StrEnum):
    """What the chosen policies say about a device."""

    LISTED = "listed"
    SUSPECTED = "suspected"
    NOT_LISTED = "not-listed"
    UNIDENTIFIED = "unidentified"


@dataclass(frozen=True, slots=True)
class Observation:
    """One attempt on one channel and what came of it.

    `target` is the address that was asked or, for an answer to a multicast, the one that the datagram came from;
    addresses that an answer claims for itself are fields. `asked` names the request ("GET /", "DESCRIBE").
    `raw` holds the bytes as they came over the wire, up to the byte budget; `fields` is what a codec read in them.
    """

    target: str
    channel: str
    outcome: Outcome
    at: datetime
    port: int | None = None
    asked: str = ""
    fields: Fields = field(default_factory=dict)
    raw: bytes = b""
    reason: str = ""


class Evidence(NamedTuple):
    """The value in one answer that a rule matched. A tuple, as `Identification`: large scans make millions of both."""

    channel: str
    port: int | None
    field: str
    value: str
    sha256: str
    asked: str = ""
    file: str = ""  # that an import read it in


class Identification(NamedTuple):
    """What one rule says about a device. `attributes` may hold model, firmware, serial, kind, mac."""

    rule: str
    level: Level
    maker: str | None
    brand: str | None
    attributes: Mapping[str, str]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """One physical box, merged from observations. `level` says how far `maker` carries; null when nothing speaks.

    A device `behind` a recorder was never asked: it has no `addresses`, and `address` is what the recorder names, which
    may be that of another device elsewhere.
    """

    address: str
    addresses: tuple[str, ...]
    ports: tuple[int, ...] = ()
    mac: str | None = None
    hostname: str | None = None
    maker: str | None = None
    brand: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    kind: str | None = None
    level: Level | None = None
    identifications: tuple[Identification, ...] = ()
    conflicts: tuple[str, ...] = ()
    camera_like: bool = False  # it behaves like a camera: RTSP, ONVIF or a maker's own protocol answered
    hidden_channels: int | None = None  # a recorder's count of attached cameras, as it states it itself
    slots: Slots | None = None
    behind: Slot | None = None

    @property
    def id(self) -> str:
        """A stable name for the device within its site: serial, else MAC, else where it is."""
        return self.serial or self.mac or self.place

    @property
    def place(self) -> str:
        """Where it is found, for people: its address, or the channel of its recorder as "10.0.4.9 #3"."""
        return f"{self.behind.address} #{self.behind.number}" if self.behind else self.address


@dataclass(frozen=True, slots=True)
class Judged:
    """A device with its verdict; the sentences that it offends by where it is; its state; and its `switch_port`."""

    device: Device
    verdict: Verdict
    listed_by: tuple[Listing, ...] = ()
    offends: tuple[Offence, ...] = ()
    state: State | None = None  # known if any was said
    state_change: StateChange | None = None
    switch_port: SwitchPort | None = None  # known if a table of a switch tells


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What became of one target: its outcome on each channel, and the reason where one is called for."""

    target: str
    channels: Mapping[str, Outcome]
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """The most telling outcome over all channels; without an answer, that a question could or may not be asked."""
        telling = min(self.channels.values(), key=MOST_TELLING.__getitem__, default=Outcome.NOT_SENT)
        unasked = UNASKED & {self.channels.get(name) for name, why in self.reasons.items() if why != UNCALLED}
        left = Outcome.EXCLUDED if Outcome.EXCLUDED in unasked else Outcome.NOT_SENT
        return telling if telling.has_answer or not unasked else left


@dataclass(frozen=True, slots=True)
class Sent:
    """What a scan really put on the network."""

    packets: int = 0
    bytes: int = 0
    max_host_connections_per_second: int = 0


@dataclass(frozen=True, slots=True)
class Vantage:
    """Where the scan looked from. `sources` pairs interfaces with the addresses from which targets were asked."""

    host: str
    interfaces: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of the host itself: that it answers itself shows nothing of the network."""
        return frozenset(address for _, address in self.sources)


class ScanStatus(StrEnum):
    """How a scan ended. `RUNNING` in the store of a scan that was killed is read as interrupted."""

    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    INTERRUPTED = "interrupted"


class Origin(StrEnum):
    """How the observations of a scan came about. All but `SCAN` know only those that spoke: nobody's silence."""

    SCAN = "scan"
    DISCOVER = "discover"
    LISTEN = "listen"
    IMPORT = "import"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Scan:
    """One run over a set of targets. `targets` and `excluded` are as the user wrote them."""

    id: str
    started_at: datetime
    targets: tuple[str, ...]
    channels: tuple[str, ...]
    site: str | None = None
    finished_at: datetime | None = None
    status: ScanStatus = ScanStatus.RUNNING
    excluded: tuple[str, ...] = ()
    vantage: Vantage = Vantage("")
    settings: Mapping[str, str] = field(default_factory=dict)
    sent: Sent = Sent()
    notes: tuple[str, ...] = ()

    @property
    def origin(self) -> Origin:
        """How it came about, as its settings say; a scan where they do not."""
        return Origin(self.settings.get(ORIGIN, Origin.SCAN))

    @property
    def register_site(self) -> str:
        """Its site as the register of devices calls it: "" for none, where None would stand for any."""
        return self.site or ""

    @property
    def choices(self) -> Any:
        """What the user chose, by name, where it asked addresses; ValueError where that is no JSON."""
        return json.loads(self.settings.get(CHOICES, "{}"))

    @property
    def ended_at(self) -> datetime:
        """When it ended; of one that did not, when it began."""
        return self.finished_at or self.started_at


@dataclass(frozen=True, slots=True)
class Report:
    """What a format may print about a scan. `missed`: decoys that did not answer."""

    scan: Scan
    devices: tuple[Judged, ...]
    policies: tuple[str, ...]
    ledger: Mapping[str, Mapping[str, int]]
    """Channel -> outcome -> count of targets; the key "" holds the counts by each target's most telling outcome."""
    targets: int
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    """Target -> its most telling outcome; like `networks`, what was covered, empty where it is not known by address."""
    citations: tuple[Citation, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)  # name -> version
    networks: tuple[Segment, ...] = ()
    missed: tuple[str, ...] = ()
    left_out: Mapping[Verdict, int] = field(default_factory=dict)  # devices that were not asked for, by verdict
    others: int = 0  # hosts that answered and are not shown, as nothing makes surveillance devices of them
    unasked: Mapping[str, int] = field(default_factory=dict)  # why -> targets that were not asked for that
    progress: Progress | None = None
    reconciled: Reconciled | None = None
