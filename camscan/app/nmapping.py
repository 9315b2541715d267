"""`--engine nmap`: an installed nmap asks the ports of the first look, and camscan goes on from what it found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from camscan.app.aims import Aim, Manner
from camscan.errors import DecodeError, HostError
from camscan.imports.nmap.knocks import Knocks
from camscan.net import nmaprun
from camscan.net.portsweep import Found

ENGINES = ("camscan", "nmap")


class NmapSource:
    """Implements `camscan.net.presweep.PortSource`.

    Raises HostError where nmap is not installed.
    """

    def __init__(self, aim: Aim, manner: Manner) -> None:
        self._program = nmaprun.path()
        spans, excluded = tuple(aim.asked.spans()), tuple(aim.excluded.spans())
        self._sweep = nmaprun.Sweep(spans, excluded, manner.plan.first_ports, manner.profile)

    @property
    def ports(self) -> frozenset[int]:
        """The ports of the first look."""
        return frozenset(self._sweep.ports)

    @property
    def note(self) -> str:
        """What a reader of the report must know of it."""
        return f"nmap swept the first ports ({' '.join(self._sweep.options())}); its packets are not counted here"

    async def run(self) -> AsyncIterator[Found]:
        """See `PortSource.run`."""
        for sweep in self._sweep.families():
            knocks = Knocks()
            async for piece in nmaprun.pieces(self._program, sweep):
                for found in _read(knocks, piece):
                    yield found


def _read(knocks: Knocks, piece: bytes) -> Iterator[Found]:
    try:
        yield from (Found(*knock) for knock in knocks.feed(piece))
    except DecodeError as error:
        raise HostError(f"what nmap wrote cannot be read: {error}") from error
