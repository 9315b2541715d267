"""What this program is told to do: one JSON object in the first line of standard input.

    {"method": "syn", "ways": [{"interface": "eth0", "source": "10.99.0.1", "gateway": "10.99.0.2", "frames": true,
     "ranges": [["10.77.0.1", "10.77.255.254"]]}], "ports": [80, 554], "rate": 1000, "host_rate": 20, "rounds": 2,
     "wait": 1.0, "want": "open", "seed": 1, "position": 0}

`rate` 0 is without bound. A way's `gateway` is empty for its own network; `frames` is false where the kernel is to
route. `want`: "open" says ports that accepted, "answers" refusals and unreachable hosts too, "all" also silent ones.
`senders` may be 2: a process of its own sends, too. For `connect`, `wait` is the time of one attempt, and `half_open`
how many may be under way; the kernel takes `neighbours` hosts of the own link that answer, and holds `held` already.

With `checkpoints` a later run can go on: its `position` is the last that was told, and behind its first line come the
numbers of all questions that were told to be settled (see `Settled`). Addresses in its `barred` ranges are asked no
more, but keep their numbers.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import pairwise
from typing import Any

from camscan.l2.lines import WRONG_USE, RefusalError
from camscan.syn.order import Range
from camscan.syn.settled import MAX_QUESTIONS

MAX_INPUT = 8 * 1024 * 1024  # bytes of JSON; a /16 with every second address left out takes one million
MAX_SETTLED = 4 * MAX_QUESTIONS
MAX_ROUNDS = 8
METHODS = ("syn", "connect")
WANTS = ("open", "answers", "all")
_NUMBERS = ("rate", "host_rate", "wait")


@dataclass(frozen=True, slots=True)
class Way:
    """How some addresses are reached. All ranges are of one family, sorted, and none overlaps another."""

    interface: str
    source: str
    gateway: str
    frames: bool
    version: int
    ranges: tuple[Range, ...]
    barred: tuple[Range, ...] = ()  # what is not to be asked any more; sorted, and not of these ranges alone
    known: tuple[tuple[int, bytes], ...] = ()
    """Addresses whose MACs are written down; who has them need not answer when asked."""

    @property
    def on_link(self) -> bool:
        """Whether each address has to be found by ARP."""
        return self.frames and not self.gateway

    @property
    def asked(self) -> tuple[Range, ...]:
        """The ranges without what is barred."""
        return tuple(_without(self.ranges, self.barred))

    @property
    def hosts(self) -> int:
        """How many addresses these are."""
        return sum(last - first + 1 for first, last in self.ranges)


@dataclass(frozen=True, slots=True)
class Request:
    """See the module."""

    method: str
    ways: tuple[Way, ...]
    ports: tuple[int, ...]
    rate: float
    host_rate: float
    rounds: int
    wait: float
    want: str
    seed: int
    position: int = 0
    half_open: int = 1024
    neighbours: int = 1 << 20
    held: int = 0
    senders: int = 1
    checkpoints: bool = False
    settled: bytes = b""

    @property
    def hosts(self) -> int:
        """How many addresses are asked."""
        return sum(way.hosts for way in self.ways)

    @property
    def barred(self) -> Iterator[Range]:
        """The hosts that are not to be asked any more, by their numbers in the sweep."""
        holes, begin = {way.version: deque(way.barred) for way in self.ways}, 0
        for version, (first, last) in sorted((way.version, span) for way in self.ways for span in way.ranges):
            left = holes[version]
            while left and left[0][0] <= last:
                low, high = left[0]
                if high >= first:
                    yield begin + max(low, first) - first, begin + min(high, last) - first
                if high > last:  # it may reach into the next
                    break
                left.popleft()
            begin += last - first + 1


def read(data: bytes, settled: bytes = b"") -> Request:
    """The request in a JSON object, with what is settled. Raises RefusalError if it is none, or asks for too much."""
    if len(data) > MAX_INPUT:
        raise RefusalError(f"a request of more than {MAX_INPUT:,} bytes: sweep in parts", WRONG_USE)
    try:
        values = json.loads(data)
        barred = _ranges(values.pop("barred", ()))
        ways, ports = tuple(_way(way, barred) for way in values.pop("ways")), tuple(map(int, values.pop("ports")))
        request = Request(ways=ways, ports=ports, settled=settled, **values)
        _check(request)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise RefusalError(f"the request cannot be used: {error}", WRONG_USE) from error
    if request.hosts * len(request.ports) > MAX_QUESTIONS:
        raise RefusalError(f"more than {MAX_QUESTIONS:,} ports in all: sweep in parts", WRONG_USE)
    return request


def _ranges(pairs: Iterable[Sequence[str]]) -> list[tuple[int, Range]]:
    """Sorted ranges, each with the version of its family."""
    found = [(ip_address(first), ip_address(last)) for first, last in pairs]
    if any(first.version != last.version or int(first) > int(last) for first, last in found):
        raise ValueError("a range is of one family, and has its first address first")
    return sorted((first.version, (int(first), int(last))) for first, last in found)


def _without(ranges: Iterable[Range], holes: Iterable[Range]) -> Iterator[Range]:
    """Sorted ranges without what is in others, sorted as well."""
    left = deque(holes)
    for first, last in ranges:
        begin = first
        while left and begin <= last and left[0][0] <= last:
            low, high = left[0]
            if begin < low:
                yield begin, low - 1
            begin = max(begin, high + 1)
            if high > last:  # it may reach into the next
                break
            left.popleft()
        if begin <= last:
            yield begin, last


def _way(values: dict[str, Any], barred: Iterable[tuple[int, Range]] = ()) -> Way:
    found = _ranges(values.pop("ranges"))
    versions, ranges = {version for version, _ in found}, [span for _, span in found]
    versions.add(ip_address(values["source"]).version)
    if not ranges or len(versions) != 1:
        raise ValueError("a way needs a source and ranges of one family")
    if any(before[1] >= after[0] for before, after in pairwise(ranges)):
        raise ValueError("ranges overlap")
    known = tuple((int(ip_address(text)), bytes.fromhex(mac)) for text, mac in values.pop("known", ()))
    if any(len(mac) != 6 for _, mac in known):
        raise ValueError("a MAC has six bytes")
    version = versions.pop()
    holes = tuple(span for its_version, span in barred if its_version == version)
    return Way(version=version, ranges=tuple(ranges), barred=holes, known=known, **values)


def _check(request: Request) -> None:
    if request.method not in METHODS or request.want not in WANTS:
        raise ValueError(f"the method is one of {METHODS} and what is wanted one of {WANTS}")
    if not request.ports or not request.ways or len(set(request.ports)) != len(request.ports):
        raise ValueError("ways and ports are needed, each port once")
    if not all(0 < port < 65_536 for port in request.ports):
        raise ValueError("a port is a number from 1 to 65535")
    if request.method == "syn" and len({way.version for way in request.ways}) != 1:
        raise ValueError("SYN packets are for one family at a time")
    for name in _NUMBERS:
        if not 0 <= float(getattr(request, name)) < float("inf"):
            raise ValueError(f"{name} cannot be {getattr(request, name)!r}")
    if (
        not 0 < request.rounds <= MAX_ROUNDS
        or request.position < 0
        or request.half_open < 1
        or request.neighbours < 1
        or request.held < 0
        or request.senders not in (1, 2)
    ):
        raise ValueError(
            f"rounds are 1 to {MAX_ROUNDS}, the position is 0 or more, half_open and neighbours 1 or more, "
            "senders 1 or 2"
        )
