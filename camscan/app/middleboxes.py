"""Middleboxes (RFC 3234), such as a proxy or a firewall, that accept connections in the place of the devices behind.

What one says is not theirs, and "none found" there means that nobody could look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import islice

from camscan.engine import TCP, Sink
from camscan.networks import Network, network_of
from camscan.records import LedgerEntry, Observation, Outcome

_FEWEST_PORTS, _FEWEST = 4, 16
"""Ports that all must be open, and addresses of one network, more than half of those asked, at which they are: no
device has the ports of so many makers open, and even of hostile ones that do there are few."""
_MOST_NAMED = 20


class Middleboxes:
    """A sink that counts, per network, the addresses at which every one of these ports is open, and passes all on."""

    def __init__(self, sink: Sink, ports: Collection[int]) -> None:
        self._sink = sink
        self._ports = frozenset(ports)
        self._open: dict[str, set[int]] = {}
        self._asked: Counter[Network] = Counter()
        self._accepting: Counter[Network] = Counter()

    async def put(self, observation: Observation) -> None:
        """See `Sink.put`."""
        port = observation.port
        if observation.channel == TCP and observation.outcome is Outcome.ANSWERED and port in self._ports:
            self._open.setdefault(observation.target, set()).add(port)
        await self._sink.put(observation)

    async def put_ledger(self, entry: LedgerEntry) -> None:
        """See `Sink.put_ledger`."""
        found = self._open.pop(entry.target, set())
        if (network := network_of(entry.target)) is not None:
            self._asked[network] += 1
            self._accepting[network] += len(self._ports) >= _FEWEST_PORTS and found == self._ports
        await self._sink.put_ledger(entry)

    @property
    def networks(self) -> tuple[Network, ...]:
        """Those in which they are too many to be devices."""
        return tuple(n for n, count in self._accepting.items() if count >= _FEWEST and 2 * count > self._asked[n])

    @property
    def hides_most(self) -> bool:
        """Whether these are most of what was asked."""
        return 2 * sum(self._asked[network] for network in self.networks) > self._asked.total()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of them."""
        found = sorted(self.networks, key=str)
        notes = (
            f"all TCP ports that were asked are open at {self._accepting[network]} of {self._asked[network]} addresses "
            f"in {network}: something on the way, such as a proxy or a firewall, answers there in the place of devices"
            for network in islice(found, _MOST_NAMED)
        )
        more = len(found) - _MOST_NAMED
        return (*notes, *([f"the same holds for {more:,} more networks"] if more > 0 else []))
