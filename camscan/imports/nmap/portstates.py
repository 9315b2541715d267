"""The state of every TCP port in nmap's XML, as an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple
from xml.etree.ElementTree import Element
from xml.parsers import expat

from camscan.errors import DecodeError
from camscan.imports.files.base import address_of
from camscan.imports.nmap.host import host_address, ports
from camscan.imports.nmap.stream import Collector
from camscan.records import REJECTION, Outcome

_STATES = {"open": Outcome.ANSWERED, "closed": Outcome.REFUSED}
_SILENCE = "no-response"
"""nmap's reason for a filtered port from which nothing came; any other is an ICMP error, by name."""
_REJECTIONS = frozenset(("port-unreach", "net-prohibited", "host-prohibited", "admin-prohibited"))
"""Errors with which a firewall rejects, whoever is behind it."""
_MAX_PORT = 65_535
_SPAN = re.compile(r"(?:^|(?<=,))([0-9]{1,5})(?:-([0-9]{1,5}))?(?=,|$)")


class PortState(NamedTuple):
    """One port. `reason` is nmap's word for what came instead, after `REJECTION` where a firewall sent that."""

    address: str
    port: int
    outcome: Outcome
    reason: str = ""


class PortStates:
    """Reads one document of nmap piece by piece."""

    def __init__(self) -> None:
        self._collector = Collector()

    def feed(self, piece: bytes) -> Iterator[PortState]:
        """The ports of every host that is whole with this piece, but for those that were silent.

        Raises DecodeError if it is not XML as nmap writes it.
        """
        try:
            self._collector.feed(piece)
        except expat.ExpatError as error:
            raise DecodeError(f"not XML as nmap writes it: {error}") from None
        while self._collector.hosts:
            host = self._collector.hosts.popleft()
            if host is not None:
                yield from _of_host(host)


def _of_host(host: Element) -> Iterator[PortState]:
    address = address_of(host_address(host))
    if not address:
        return
    for port, (state, why) in ports(host).items():
        yield from _state(address, port, state, why)
    for others in host.iterfind("ports/extraports"):
        for reasons in others.iterfind("extrareasons"):
            for port in _listed(reasons.get("ports", "")):
                yield from _state(address, port, others.get("state", ""), reasons.get("reason", ""))


def _state(address: str, port: int, state: str, why: str) -> Iterator[PortState]:
    outcome = _STATES.get(state)
    if outcome is not None:
        yield PortState(address, port, outcome)
    elif state == "filtered" and why not in ("", _SILENCE):
        yield PortState(address, port, Outcome.UNREACHABLE, f"{REJECTION}: {why}" if why in _REJECTIONS else why)


def _listed(text: str) -> Iterator[int]:
    """The ports of a list such as "1,3-4,9"; anything else in it is ignored."""
    spans = (range(int(first), min(int(last or first), _MAX_PORT) + 1) for first, last in _SPAN.findall(text))
    return islice(chain.from_iterable(spans), _MAX_PORT)
