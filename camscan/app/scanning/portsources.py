"""The programs that ask ports for a scan or for `camscan ports`: our own sweep, or an nmap that is installed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from itertools import groupby
from typing import TYPE_CHECKING, Any

from camscan.app.planning.scope import ScanScope
from camscan.errors import DecodeError, HostError, UsageError
from camscan.net.programs import nmaprun
from camscan.net.programs.checkpoint import Checkpoint, forget_old
from camscan.net.programs.portsource import Found, PortQuery, PortSource, allowed
from camscan.net.programs.portsweep import PortSweep, Resuming
from camscan.records import Outcome
from camscan.system.userdirs import data_file

if TYPE_CHECKING:
    from camscan.imports.nmap.portstates import PortState, PortStates


def port_source(method: str, scope: ScanScope, query: PortQuery, resuming: Resuming) -> PortSource:
    """What tries the ports of a query, which is on all that is asked of a scope, by the method that was chosen.

    Nmap is not resumed: it asks all anew. Raises UsageError if none of the ports may be sent to; HostError if nmap is
    to do it, and is not installed.
    """
    if method == "nmap":
        return NmapSource(scope, query)
    return PortSweep(query, method, resuming)


def checkpoint(name: str, asked: Mapping[str, Any] | None = None) -> Checkpoint:
    """How far the sweep of that name is: of a new one where `asked` says what it asks; see `Checkpoint`."""
    folder = data_file("sweeps")
    if asked is not None:
        forget_old(folder)
    if not name.isalnum():
        raise UsageError(f"no sweep is called {name!r}: give the ID that it was begun with, such as 5f0c3a9e")
    return Checkpoint(folder / f"{name}.sweep", asked)


class NmapSource:
    """Implements `PortSource`. Of each host that it says anything of, it says how all ports ended.

    With `want` "open" it says only which are open.
    """

    sent = lost = 0  # its packets are not known

    def __init__(self, scope: ScanScope, query: PortQuery) -> None:
        self._program = nmaprun.path()
        self.ports = allowed(query.ports)
        excluded = tuple(scope.excluded.spans())
        self._sweep = nmaprun.Sweep(tuple(query.spans), excluded, self.ports, query.profile, query.rounds)
        self._only_open = query.want == "open"
        self.rate = query.profile.port_rate
        self.notes: list[str] = []
        self._stopping = asyncio.Event()

    @property
    def how(self) -> str:
        """See `PortSource.how`."""
        return f"nmap {' '.join(self._sweep.options())}, whose packets are not counted here"

    @property
    def complete(self) -> bool:
        """See `PortSource.complete`."""
        return not self.interrupted

    @property
    def interrupted(self) -> bool:
        """See `PortSource`."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """See `PortSource.stop`."""
        self._stopping.set()

    def exclude(self, spans: Iterable[tuple[str, str]]) -> None:
        """See `PortSource.exclude`: nmap cannot be told, and so it ends."""
        del spans
        self.notes.append("exclusions were added while it ran, and nmap takes none then")
        self.stop()

    async def run(self) -> AsyncGenerator[Sequence[Found], None]:
        """See `PortSource.run`."""
        from camscan.imports.nmap.portstates import PortStates  # takes three megabytes, which other sweeps do not need

        for sweep in self._sweep.families():
            states = PortStates()
            async with aclosing(nmaprun.pieces(self._program, sweep, self._stopping)) as pieces:
                async for piece in pieces:
                    for address, known in groupby(_read(states, piece), key=lambda state: state.address):
                        yield self._found(address, known)

    def _found(self, address: str, known: Iterable[PortState]) -> Sequence[Found]:
        by_port = {state.port: Found(*state) for state in known}
        found = [by_port.get(port) or Found(address, port, Outcome.SILENT) for port in self.ports]
        return [one for one in found if one.outcome is Outcome.ANSWERED] if self._only_open else found


def _read(states: PortStates, piece: bytes) -> Iterator[PortState]:
    try:
        yield from states.feed(piece)
    except DecodeError as error:
        raise HostError(f"cannot read nmap's output: {error}: run without --sweep nmap") from error
