"""Middleboxes (RFC 3234), such as a proxy, a firewall or a captive portal, that answer in the place of devices.

What one says is not theirs, and "none found" there means that nobody could look.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from ipaddress import ip_address
from itertools import islice

from camscan.devices.identity import host_in
from camscan.engine import TCP, Sink
from camscan.networks import Network, network_of
from camscan.records import LedgerEntry, Observation, Outcome
from camscan.reports.escape import terminal

_FEWEST_PORTS, _FEWEST = 4, 16
"""Ports that all must be open, and addresses of one network, more than half of those asked, at which they are: no
device has the ports of so many makers open, and even of hostile ones that do there are few."""
_MOST_NAMED = 20
_LONGEST_NAME = 80
_TELLING = (Outcome.ANSWERED, Outcome.AUTH_REQUIRED)
_NOT_THEIRS = (TCP, "tls", "arp")  # channels on which a portal may answer as well: it shows its own certificate
_IN_THEIR_PLACE = "answers there in the place of devices"


class Middleboxes:
    """A sink that counts, per network, the addresses at which every one of these ports is open, and passes all on.

    And those that do nothing but send a browser to another host, as a portal does with whoever has not logged in:
    cameras may do so too, where one host logs all in, but say more than that.
    """

    def __init__(self, sink: Sink, ports: Collection[int]) -> None:
        self._sink = sink
        self._ports = frozenset(ports)
        self._open: dict[str, set[int]] = {}
        self._away: dict[str, str] = {}
        self._themselves: set[str] = set()
        self._bits: defaultdict[Network, int] = defaultdict(int)
        """Who was asked, a bit each: the entry of whoever speaks up late comes again."""
        self._by_others: Counter[tuple[Network, str]] = Counter()
        """Addresses of a network by the host to which they redirect, "" where all ports are open."""

    async def put(self, observation: Observation) -> None:
        """See `Sink.put`."""
        port, target = observation.port, observation.target
        if observation.channel == TCP and observation.outcome is Outcome.ANSWERED and port in self._ports:
            self._open.setdefault(target, set()).add(port)
        hosts = [host_in(location) for location in observation.fields.get("http.location", ())]
        if elsewhere := next((host for host in hosts if host not in ("", target)), ""):
            self._away.setdefault(target, elsewhere)
        elif not hosts and observation.outcome in _TELLING and observation.channel not in _NOT_THEIRS:
            self._themselves.add(target)
        await self._sink.put(observation)

    async def put_ledger(self, entry: LedgerEntry) -> None:
        """See `Sink.put_ledger`."""
        found, host = self._open.pop(entry.target, set()), self._away.pop(entry.target, None)
        if entry.target in self._themselves:
            self._themselves.discard(entry.target)
            host = None
        if len(self._ports) >= _FEWEST_PORTS and found == self._ports:
            host = ""
        if (network := network_of(entry.target)) is not None:
            self._bits[network] |= _bit(entry.target)
            if host is not None:
                self._by_others[network, host] += 1
        await self._sink.put_ledger(entry)

    @property
    def _shielded(self) -> dict[Network, str]:
        """Networks in which too many are open or redirected to be devices, and where they lead."""
        found = self._by_others.items()
        return dict(pair for pair, count in found if count >= _FEWEST and 2 * count > self._asked(pair[0]))

    def _asked(self, network: Network) -> int:
        return self._bits[network].bit_count()

    @property
    def hides_most(self) -> bool:
        """Whether these are most of what was asked."""
        return 2 * sum(map(self._asked, self._shielded)) > sum(map(self._asked, self._bits))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of them."""
        found = sorted(self._shielded.items(), key=str)
        notes = (self._note(network, host) for network, host in islice(found, _MOST_NAMED))
        more = len(found) - _MOST_NAMED
        return (*notes, *([f"the same holds for {more:,} more networks"] if more > 0 else []))

    def _note(self, network: Network, host: str) -> str:
        where = f"{self._by_others[network, host]} of {self._asked(network)} addresses in {network}"
        if host:
            shown = terminal(host, _LONGEST_NAME)
            return f"{where} redirect to {shown}: something on the way, such as a captive portal, {_IN_THEIR_PLACE}"
        what = f"all TCP ports that were asked are open at {where}"
        return f"{what}: something on the way, such as a proxy or a firewall, {_IN_THEIR_PLACE}"


def _bit(address: str) -> int:
    """What stands for an address in its network: of IPv6, where nobody asks more of one, by its last 16 bits."""
    _, dot, last = address.rpartition(".")
    return 1 << (int(last) if dot else int(ip_address(address.partition("%")[0])) & 0xFFFF)
