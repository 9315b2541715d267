"""Which addresses and ports may be sent to at all. The dialer asks here with the final address of every send."""

from __future__ import annotations

import ipaddress
from collections.abc import Container
from dataclasses import dataclass

from camscan.records import Outcome

NEVER_SEND = frozenset({102, 502, 515, 631, 5060, 5061, *range(9100, 9108), 20000, 44818, 47808})
"""Ports where a stray byte does harm: raw printing, IPP, LPD, and controllers and phones that break when spoken to."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an address or port is not sent to."""

    outcome: Outcome
    reason: str


class _Everything(Container[str]):
    def __contains__(self, item: object) -> bool:
        return True


EVERYTHING: Container[str] = _Everything()
NOTHING: Container[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Targets and exclusions; exclusions win over everything. `listens`: sources whose datagrams are taken in."""

    targets: Container[str]
    excluded: Container[str] = NOTHING
    listens: Container[str] | None = None

    def refusal(self, address: str, port: int) -> Refusal | None:
        """Why this must not be sent, or None where it may."""
        try:
            canonical = str(ipaddress.ip_address(address))
        except ValueError:
            return Refusal(Outcome.NOT_SENT, "not a literal address")
        if canonical in self.excluded:
            return Refusal(Outcome.EXCLUDED, "excluded")
        if canonical not in self.targets:
            return Refusal(Outcome.NOT_SENT, "outside the scope")
        if port in NEVER_SEND:
            return Refusal(Outcome.NOT_SENT, f"port {port} is never sent to")
        return None

    def hears(self, source: str) -> bool:
        """Whether a datagram from this source is taken in."""
        return source not in self.excluded and source in (self.targets if self.listens is None else self.listens)
