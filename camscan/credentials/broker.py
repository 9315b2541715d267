"""For whom a login is enrolled, and what came of each."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from pydantic import SecretStr

from camscan.credentials.dialogue import DeviceState, Dialogue, LoginContext, without
from camscan.credentials.enrolment import Enrolment, SiteBook
from camscan.credentials.pins import Pins
from camscan.credentials.sighting import Sighting, objection
from camscan.net.base import Exchange, HttpRequest, Login, LoginReason, Send
from camscan.records import Observation

_log = logging.getLogger(__name__)

Sight = Callable[[str, Sequence[Observation]], Sighting]
"""What an address has shown of itself, from what it said without a login."""
ALERT = "ALERT: "  # begins a note that somebody must look into
_MAX_NAMED = 20  # addresses that one note names
_ALARMING = (LoginReason.CERTIFICATE, LoginReason.OTHER_DEVICE)

Read = Callable[[Enrolment], SecretStr]


class CredentialBroker:
    """Implements `camscan.net.base.Broker` for one run over one site."""

    def __init__(self, site: str | None, book: SiteBook, pins: Pins, sight: Sight, read: Read) -> None:
        self._book = book
        self._sight = sight
        self._context = LoginContext(site, pins, read, self._report)
        self._sightings: dict[str, tuple[int, Sighting]] = {}
        self._devices: dict[str, DeviceState] = {}
        self._dialogues: dict[tuple[str, int, bool], Dialogue] = {}
        self._accepted: set[str] = set()
        self._reasons: dict[str, str] = {}

    def login(self, address: str, port: int, seen: Sequence[Observation], *, tls: bool) -> Login | None:
        """See `Broker.login`. The first enrolment that fits a device is the only one that it is told of in this run."""
        candidates = [e for e in self._book.at(address) if not e.ports or port in e.ports]
        if not candidates:
            return None
        device = self._devices.get(address)
        if device is None:
            sighting = self._sighting(address, seen)
            fitting = next((e for e in candidates if not objection(e, sighting)), None)
            if fitting is None:
                return self._stranger(address, port, candidates[0], sighting)
            device = self._devices[address] = DeviceState(fitting, sighting.clock)
        if device.enrolment not in candidates:
            return None
        if device.enrolment.needs_tls and not tls:
            return _Silent(address, port, f"{LoginReason.UNSAFE}: it is enrolled for TLS alone")
        key = address, port, tls
        if key not in self._dialogues:
            self._dialogues[key] = Dialogue(self._context, device, address, port, tls=tls)
        return self._dialogues[key]

    def mismatch(self, address: str, seen: Sequence[Observation]) -> str:
        """Why no login is for what has shown this at an address; "" where one is."""
        candidates = tuple(self._book.at(address))
        if not candidates:
            return LoginReason.NOT_ENROLLED
        reasons = [objection(enrolled, self._sighting(address, seen)) for enrolled in candidates]
        return "" if "" in reasons else reasons[0]

    @property
    def notes(self) -> Iterator[str]:
        """What a reader of the scan must know about its logins; alerts first."""
        others: defaultdict[str, list[str]] = defaultdict(list)
        for address, reason in sorted(self._reasons.items(), key=lambda pair: int(ip_address(pair[0]))):
            if reason.startswith(_ALARMING):
                yield f"{ALERT}{address}: {reason}; no secret was sent to it"
            else:
                others[reason].append(address)
        for reason, addresses in others.items():
            left = len(addresses) - _MAX_NAMED
            more = f" and {left:,} other{'s' * (left != 1)}" if left > 0 else ""
            yield f"{', '.join(addresses[:_MAX_NAMED])}{more}: {reason}"
        if self._accepted:
            count = len(self._accepted)
            yield f"{count} device{'s' * (count != 1)} accepted the enrolled login"

    def _sighting(self, address: str, seen: Sequence[Observation]) -> Sighting:
        """What an address shows, judged anew only where it has said more since."""
        known = self._sightings.get(address)
        if known is None or known[0] != len(seen):
            known = self._sightings[address] = len(seen), self._sight(address, seen)
        return known[1]

    def _stranger(self, address: str, port: int, enrolled: Enrolment, sighting: Sighting) -> Login | None:
        """Something else than what was enrolled; in a network, that is no fault of it."""
        if enrolled.address is None:
            return None
        reason = objection(enrolled, sighting)
        self._report(address, reason)
        return _Silent(address, port, reason)

    def _report(self, address: str, reason: str) -> None:
        if not reason:
            self._accepted.add(address)
        elif self._reasons.get(address) != reason:
            _log.warning("%s: %s", address, reason)
            self._reasons[address] = reason


@dataclass(frozen=True, slots=True)
class _Silent:
    """Implements `camscan.net.base.Login` for those to whom nothing may be said."""

    address: str
    port: int
    reason: str
    accepted: bool = False

    def objection(self, _certificate: bytes) -> str:
        """See `Login.objection`."""
        return self.reason

    async def ask(self, _request: HttpRequest, _send: Send) -> Exchange:
        """See `Login.ask`."""
        return without(self.address, self.port, self.reason)
