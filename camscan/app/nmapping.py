"""The programs that ask ports for a scan or for `camscan ports`: our own sweep, or an nmap that is installed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from itertools import groupby

from camscan.app.aims import Aim
from camscan.errors import DecodeError, HostError
from camscan.imports.nmap.knocks import Knock, Knocks
from camscan.net import nmaprun
from camscan.net.portsweep import Found, PortSource, PortSweep, allowed
from camscan.net.profile import Profile
from camscan.records import Outcome


def port_source(
    method: str, aim: Aim, ports: Iterable[int], profile: Profile, *, seed: int, rounds: int = 2, want: str = "answers"
) -> PortSource:
    """What asks these ports of all that is asked, by the method that was chosen; see `PortSweep` for the rest.

    Raises:
        UsageError: none of the ports may be sent to.
        HostError: nmap is to do it, and is not installed.
    """
    if method == "nmap":
        return NmapSource(aim, ports, profile, rounds=rounds, want=want)
    return PortSweep(aim.asked.spans(), ports, method, profile, seed=seed, rounds=rounds, want=want)


class NmapSource:
    """Implements `PortSource`. Of each host that it says anything of, it says how all ports ended.

    With `want` "open" it says only which are open.
    """

    sent = lost = 0  # its packets are not known

    def __init__(self, aim: Aim, ports: Iterable[int], profile: Profile, *, rounds: int = 2, want: str = "all") -> None:
        self._program = nmaprun.path()
        self.ports = allowed(ports)
        spans, excluded = tuple(aim.asked.spans()), tuple(aim.excluded.spans())
        self._sweep = nmaprun.Sweep(spans, excluded, self.ports, profile, rounds)
        self._only_open = want == "open"
        self.rate = profile.knock_rate
        self.notes: list[str] = []
        self._stopping = asyncio.Event()

    @property
    def how(self) -> str:
        """See `PortSource.how`."""
        return f"nmap {' '.join(self._sweep.options())}, whose packets are not counted here"

    @property
    def complete(self) -> bool:
        """See `PortSource.complete`."""
        return not self._stopping.is_set()

    def stop(self) -> None:
        """See `PortSource.stop`."""
        self._stopping.set()

    async def run(self) -> AsyncGenerator[Sequence[Found], None]:
        """See `PortSource.run`."""
        for sweep in self._sweep.families():
            knocks = Knocks()
            async with aclosing(nmaprun.pieces(self._program, sweep, self._stopping)) as pieces:
                async for piece in pieces:
                    for address, known in groupby(_read(knocks, piece), key=lambda knock: knock.address):
                        yield self._found(address, known)

    def _found(self, address: str, known: Iterable[Knock]) -> Sequence[Found]:
        by_port = {knock.port: Found(*knock) for knock in known}
        found = [by_port.get(port) or Found(address, port, Outcome.SILENT) for port in self.ports]
        return [one for one in found if one.outcome is Outcome.ANSWERED] if self._only_open else found


def _read(knocks: Knocks, piece: bytes) -> Iterator[Knock]:
    try:
        yield from knocks.feed(piece)
    except DecodeError as error:
        raise HostError(f"what nmap wrote cannot be read: {error}") from error
