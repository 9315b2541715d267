"""Sweeps of very many TCP ports by `python -m camscan.syn`."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import AsyncGenerator, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import groupby
from typing import Any

from camscan.net.kernel.interruptions import is_connected
from camscan.net.kernel.neighbours import entries_allowed, entries_in_use, permanent
from camscan.net.kernel.ways import Hop, Way, ways
from camscan.net.outcomes import of_answer, reason, remark
from camscan.net.pacing.profile import CONNECT_TIMEOUT
from camscan.net.programs.checkpoint import Checkpoint, Part
from camscan.net.programs.child import ChildProcess
from camscan.net.programs.portsource import Found, PortQuery, allowed
from camscan.records import Outcome

_PYTHON = (sys.executable, "-P", "-m", "camscan.syn")
_SYN_WAIT = 1.2
"""Seconds that answers to the last packet of a round are waited for, and those that come again after a second."""
_MANY = 250_000  # packets a second that one thread can send on most hosts


@dataclass(frozen=True, slots=True)
class Resuming:
    """With a `checkpoint`, a sweep resumes from there and saves its progress; with `keeping` the results as well.

    Those the next run yields first. Of addresses in `known`, which that run has to ask no more, it yields nothing.
    """

    checkpoint: Checkpoint | None = None
    keeping: bool = False
    known: Container[str] = ()


_ONCE = Resuming()


class PortSweep:
    """Implements `PortSource`. Never-send ports are left out.

    `counters` and `notes` (what was not tried) grow as it runs.
    """

    def __init__(self, query: PortQuery, method: str, resuming: Resuming = _ONCE) -> None:
        self._query = query
        self._method = method
        self._resuming = resuming
        self.ports = allowed(query.ports)
        self._spans = [(ip_address(first), ip_address(last)) for first, last in query.spans]
        self.rate = query.profile.port_rate
        self._settings = {"ports": self.ports, "seed": query.seed, "want": query.want, "rate": self.rate}
        self._barred: list[tuple[str, str]] = []
        self._outdated = False
        self._running: ChildProcess | None = None
        self._under_way = 0
        self.interrupted = False
        self.notes: list[str] = []
        self.counters: dict[str, int] = {}

    @property
    def how(self) -> str:
        """See `PortSource.how`."""
        return "SYN packets" if self._method == "syn" else "connecting"

    @property
    def lost(self) -> int:
        """See `PortSource.lost`."""
        return self.counters.get("dropped", 0)

    @property
    def sent(self) -> int:
        """See `PortSource.sent`; as of the last second."""
        return self.counters.get("sent", 0) + self._under_way

    @property
    def complete(self) -> bool:
        """See `PortSource.complete`."""
        return not self.interrupted and not self.notes

    def stop(self) -> None:
        """See `PortSource.stop`."""
        self.interrupted = True
        if self._running is not None:
            self._running.stop()

    def exclude(self, spans: Iterable[tuple[str, str]]) -> None:
        """See `PortSource.exclude`; without a checkpoint nobody knows what is left, so the sweep ends."""
        self._barred = [*spans]
        self._outdated = True
        if self._resuming.checkpoint is None:
            self.notes.append("exclusions were added while it ran")
            self.stop()
        elif self._running is not None:
            self._running.stop()

    async def run(self) -> AsyncGenerator[Sequence[Found], None]:
        """See `PortSource.run`."""
        for version, pairs in groupby(self._spans, key=lambda pair: pair[0].version):
            spans = [(int(first), int(last)) for first, last in pairs]
            found = _connected(ways(version, spans))
            for way in found:
                if way.hop is None:
                    for batch in self._not_asked(way):
                        yield batch
            usable = [way for way in found if way.hop is not None]
            if usable and not self.interrupted:
                async with aclosing(self._part(usable)) as batches:
                    async for batch in batches:
                        yield batch

    async def _part(self, usable: Sequence[Way]) -> AsyncGenerator[Sequence[Found], None]:
        """Ask those of one IP version: anew, from where it was, whenever some of them have been excluded."""
        request, version, kept = self._request(usable), usable[0].version, self._resuming.checkpoint
        digest = _digest(request["ways"])
        part = kept.part(version, digest) if kept is not None else Part()
        for message in part.found:
            yield self._new(message)
        while not part.over:
            self._outdated = False
            rest = request | {"position": part.position, "barred": _of_version(self._barred, version)}
            async with aclosing(self._once(rest, bytes(part.settled), version)) as batches:
                async for batch in batches:
                    yield batch
            if kept is None or self.interrupted or not self._outdated:
                break
            kept.read_again()
            part = kept.part(version, digest)
        if kept is not None and not self.interrupted:
            kept.note(version, over=True)

    async def _once(
        self, request: Mapping[str, Any], settled: bytes, version: int
    ) -> AsyncGenerator[Sequence[Found], None]:
        kept: list[Mapping[str, Any]] = []
        async with aclosing(self._run(json.dumps(request).encode() + b"\n" + settled)) as messages:
            async for message in messages:
                if message["type"] == "found":
                    yield self._new(message)
                    kept += [message] if self._resuming.keeping else []
                elif message["type"] == "at" and self._resuming.checkpoint is not None:
                    now = {"position": message["position"], "settled": message["settled"], "found": kept}
                    self._resuming.checkpoint.note(version, **now)
                    kept = []

    def _new(self, message: Mapping[str, Any]) -> Sequence[Found]:
        return tuple(found for found in _found(message) if found.address not in self._resuming.known)

    async def _run(self, request: bytes) -> AsyncGenerator[Mapping[str, Any], None]:
        async with ChildProcess(_PYTHON, request) as running:
            self._running = running
            if self.interrupted or self._outdated:  # while the program was starting
                running.stop()
            async for message in running.messages():
                if message["type"] == "note":
                    self.notes.append(message["text"])
                elif message["type"] == "at":
                    self._under_way = message["sent"]
                yield message
            for name, value in running.counters.items():
                self.counters[name] = self.counters.get(name, 0) + value
            self._outdated &= bool(running.counters.get("interrupted", True))  # else there is nothing left
            self._running, self._under_way = None, 0

    def _request(self, usable: Sequence[Way]) -> dict[str, Any]:
        by_syn = self._method == "syn"
        known = list(permanent(usable[0].version)) if by_syn else []
        return {
            **self._settings,
            "method": self._method,
            "ways": [_plain(way, known) for way in usable],
            "host_rate": self._query.profile.host_rate,
            "half_open": self._query.profile.half_open,
            "neighbours": entries_allowed(usable[0].version),
            "held": len(entries_in_use(usable[0].version)),
            "rounds": self._query.rounds if by_syn else 1,
            "wait": _SYN_WAIT if by_syn else CONNECT_TIMEOUT,
            "senders": 2 if _takes_two(self.rate) else 1,
            "checkpoints": self._resuming.checkpoint is not None,
        }

    def _not_asked(self, way: Way) -> Iterator[Sequence[Found]]:
        count = sum(last - first + 1 for first, last in way.spans)
        others = f" and {count - 1:,} other address{'es' if count > 2 else ''}" if count > 1 else ""
        self.notes.append(f"{_text(way.spans[0][0], way.version)}{others} not asked: {way.reason}")
        if self._query.want == "all":
            numbers = (number for first, last in way.spans for number in range(first, last + 1))
            for number in numbers:
                address = _text(number, way.version)
                yield [Found(address, port, Outcome.NOT_SENT, way.reason) for port in self.ports]


def _connected(found: Sequence[Way]) -> Sequence[Way]:
    """Ways without those by interfaces that are not connected, for which the program would wait in vain.

    Where none is connected, it waits: a switch may be restarting.
    """
    names = {way.hop.interface for way in found if way.hop is not None}
    cut = {name for name in names if not is_connected(name)}
    if cut == names:
        return found
    return [
        replace(way, hop=None, reason=f"{way.hop.interface} is not connected")
        if way.hop is not None and way.hop.interface in cut
        else way
        for way in found
    ]


def _digest(ways_: Sequence[Mapping[str, Any]]) -> str:
    """A digest of the addresses, and of whether a link is among the ways, as positions are valid only for the same."""
    ranges = sorted(tuple(pair) for way in ways_ for pair in way["ranges"])
    on_link = any(way["frames"] and not way["gateway"] for way in ways_)
    return blake2b(json.dumps([on_link, ranges]).encode(), digest_size=16).hexdigest()


def _found(message: Mapping[str, Any]) -> Iterator[Found]:
    number, local = message["errno"], message.get("local", False)
    outcome = Outcome.ANSWERED if number == 0 else Outcome.NOT_SENT if local else of_answer(number)
    why = reason(number) if local else remark(number)
    for address, port in zip(message["addresses"], message["ports"], strict=True):
        yield Found(address, port, outcome, why)


def _of_version(spans: Iterable[tuple[str, str]], version: int) -> list[tuple[str, str]]:
    return [span for span in spans if ip_address(span[0]).version == version]


def _text(number: int, version: int) -> str:
    return str(IPv4Address(number) if version == 4 else IPv6Address(number))


def _takes_two(rate: float) -> bool:
    """Whether one process may be too slow for this rate, and there is a processor for another."""
    return (not rate or rate >= _MANY) and len(os.sched_getaffinity(0)) > 1


def _plain(way: Way, known: Iterable[tuple[int, bytes, bytes]]) -> dict[str, Any]:
    assert way.hop is not None  # noqa: S101 - only usable ways come here
    pairs = [(_text(first, way.version), _text(last, way.version)) for first, last in way.spans]
    hop = way.hop
    return {
        "interface": hop.interface,
        "source": hop.source,
        "gateway": hop.gateway,
        "frames": hop.frames,
        "ranges": pairs,
        "known": list(_known(hop, known)) if hop.frames else [],
    }


def _known(hop: Hop, known: Iterable[tuple[int, bytes, bytes]]) -> Iterator[tuple[str, str]]:
    """The permanent MACs of a gateway, or of all neighbours on a link."""
    try:
        index = socket.if_nametoindex(hop.interface)
    except OSError:  # it has gone, which the program says when it opens it
        return
    for its_index, packed, mac in known:
        text = str(ip_address(packed))
        if its_index == index and hop.gateway in ("", text):
            yield text, mac.hex()
