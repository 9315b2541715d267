"""Who answers the questions of a scan to whole segments from elsewhere, as a new camera with its factory address."""

from __future__ import annotations

from ipaddress import ip_address

from camscan.net.kernel.interfaces import interfaces

_MOST = 1_000  # more than any segment has, and no more than one that forges them may take


class Strays:
    """Keeps `addresses` of which no network is one that this host is in when the scan begins.

    Raises HostError if the kernel does not list those.
    """

    def __init__(self) -> None:
        self.addresses: set[str] = set()
        self._connected = frozenset(interface.network for interface in interfaces())

    def note(self, source: str) -> None:
        """Keep the source of a datagram, if it is such an address."""
        if len(self.addresses) < _MOST and source not in self.addresses:
            address = ip_address(source.partition("%")[0])
            if not any(address in network for network in self._connected):
                self.addresses.add(source)
