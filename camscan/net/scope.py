"""Which addresses and ports may be sent to at all. The dialer asks here with the final address of every send."""

from __future__ import annotations

import ipaddress
from collections.abc import Container
from dataclasses import dataclass

from camscan.net.base import BROADCAST
from camscan.net.outcomes import EndedError
from camscan.records import Outcome

NEVER_SEND = frozenset({102, 502, 515, 631, 5060, 5061, *range(9100, 9108), 20000, 44818, 47808})
"""Ports where a stray byte does harm: raw printing, IPP, LPD, and controllers and phones that break when spoken to."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an address or port is not sent to."""

    outcome: Outcome
    reason: str


def heed(refusal: Refusal | None) -> None:
    """Raises EndedError where there is a refusal."""
    if refusal is not None:
        raise EndedError(refusal.outcome, refusal.reason)


class _Everything(Container[str]):
    def __contains__(self, item: object) -> bool:
        return True


EVERYTHING: Container[str] = _Everything()
NOTHING: Container[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Targets and exclusions; exclusions win over everything. `listens`: sources whose datagrams are taken in.

    `broadcasts` stand for all hosts of a network: no target has such an address.
    """

    targets: Container[str]
    excluded: Container[str] = NOTHING
    listens: Container[str] | None = None
    broadcasts: Container[str] = NOTHING

    def address_refusal(self, address: str) -> Refusal | None:
        """Why nothing must be sent to an address, or None where it may.

        An address has one spelling here, the canonical one: what the kernel would read in another way than the
        sets do (IPv4-mapped, with a zone, a name) is never sent to.
        """
        ip = _literal(address)
        if ip is None:
            return Refusal(Outcome.NOT_SENT, "not a literal address in its canonical form")
        if address in self.excluded:
            return Refusal(Outcome.EXCLUDED, "excluded")
        if address not in self.targets:
            return Refusal(Outcome.NOT_SENT, "outside the scope")
        if ip.is_multicast or address == BROADCAST or address in self.broadcasts:
            return Refusal(Outcome.NOT_SENT, "a group, not a host")
        if ip.is_unspecified:
            return Refusal(Outcome.NOT_SENT, "the unspecified address, which the kernel takes for this host")
        return None

    def group_refusal(self, group: str, port: int) -> Refusal | None:
        """Why a whole segment must not be asked at this group, or None where it may."""
        ip = _literal(group)
        if ip is None or not (ip.is_multicast or group == BROADCAST):
            return Refusal(Outcome.NOT_SENT, f"{group} is no multicast group")
        if group in self.excluded:
            return Refusal(Outcome.EXCLUDED, f"{group} is excluded")
        return port_refusal(port)

    def hears(self, source: str) -> bool:
        """Whether a datagram from this source is taken in."""
        return source not in self.excluded and source in (self.targets if self.listens is None else self.listens)


def _literal(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    if str(ip) != address or (isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or ip.scope_id)):
        return None
    return ip


def port_refusal(port: int) -> Refusal | None:
    """Why nothing must be sent to a port, or None where it may."""
    if not 0 < port < 65_536:
        return Refusal(Outcome.NOT_SENT, f"{port} is no port")
    if port in NEVER_SEND:
        return Refusal(Outcome.NOT_SENT, f"port {port} is never sent to")
    return None
