"""Sets of addresses of both families: algebra, membership, display, a shuffled walk. Nothing here lists the members."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import accumulate
from operator import itemgetter
from typing import TypeAlias

from camscan.targets.shuffle import permutation

Address: TypeAlias = IPv4Address | IPv6Address
Range: TypeAlias = tuple[int, int]
"""First and last key, both included. A key is an IPv4 address's number, or an IPv6 address's number plus `_V6`."""

_V6 = 1 << 33  # where IPv6 begins on the one number line of both families: far enough that the two never touch

_OCTETS = {str(number): number for number in range(256)}


def key(address: Address) -> int:
    """The place of an address on the number line."""
    return int(address) + _V6 if address.version == 6 else int(address)


def usual(text: str) -> str:
    """An address or a network in its usual spelling; any other text as it is."""
    for read in (ip_address, ip_network):
        try:
            return str(read(text.strip()))
        except ValueError:
            continue
    return text


def is_address(text: str) -> bool:
    """Whether this is an address, in whatever spelling."""
    try:
        ip_address(text.strip())
    except ValueError:
        return False
    return True


def unmapped(address: Address) -> Address:
    """The address that packets to `address` reach: IPv4-mapped IPv6 is IPv4 (RFC 4291, 2.5.5.2)."""
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


@dataclass(frozen=True, slots=True)
class TargetSet:
    """A set of addresses, as sorted ranges that neither overlap nor touch.

    `names` pins each host name to the addresses that it had when the targets were read.
    """

    ranges: tuple[Range, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, ranges: Iterable[Range], names: Mapping[str, tuple[str, ...]] | None = None) -> TargetSet:
        """The set of ranges that come in any order and may overlap."""
        return cls(tuple(_merged(ranges)), names or {})

    @property
    def count(self) -> int:
        """How many addresses these are, without bound."""
        return sum(last - first + 1 for first, last in self.ranges)

    def __len__(self) -> int:
        """`count`; OverflowError above `sys.maxsize`, which a single IPv6 /64 exceeds."""
        return self.count

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __contains__(self, address: object) -> bool:
        """Whether a packet to `address` would reach the set; a zone makes no difference, and no name is ever in."""
        try:
            place = _place(str(address))
        except ValueError:
            return False
        at = bisect_right(self.ranges, place, key=itemgetter(0)) - 1
        return at >= 0 and place <= self.ranges[at][1]

    def minus(self, exclusions: TargetSet) -> TargetSet:
        """What is left of this set without `exclusions`."""
        return TargetSet(tuple(_without(self.ranges, exclusions.ranges)), self.names)

    def within(self, other: TargetSet) -> TargetSet:
        """The part that `other` holds too."""
        return self.minus(self.minus(other))

    def networks(self) -> Iterator[str]:
        """Every contiguous part as the shortest target that says it; the same set can be read from them.

        Single addresses in 0.0.0.0/8 and 255.0.0.0/8 cannot: they look like masks, and no host can have them.

        A network where the part is just what a target of that network stands for, else both ends, else the address.
        """
        return (_text(first, last) for first, last in self.ranges)

    def spans(self) -> Iterator[tuple[str, str]]:
        """The first and last address of every contiguous part, IPv4 first."""
        return ((str(_address(first)), str(_address(last))) for first, last in self.ranges)

    def shuffled(self, seed: int) -> Iterator[str]:
        """Every address exactly once, in an order that `seed` fixes, lazily and in constant memory."""
        begins = [0, *accumulate(last - first + 1 for first, last in self.ranges)]
        for index in permutation(self.count, seed):
            at = bisect_right(begins, index) - 1
            yield str(_address(self.ranges[at][0] + index - begins[at]))


def _place(text: str) -> int:
    """The key of what packets to an address reach. Its usual spelling in IPv4 is read in a tenth of the time.

    Raises ValueError if it is no address.
    """
    try:
        a, b, c, d = text.split(".")
        return _OCTETS[a] << 24 | _OCTETS[b] << 16 | _OCTETS[c] << 8 | _OCTETS[d]
    except (KeyError, ValueError):
        return key(unmapped(ip_address(text)))


def _address(place: int) -> Address:
    return IPv6Address(place - _V6) if place >= _V6 else IPv4Address(place)


def _merged(ranges: Iterable[Range]) -> Iterator[Range]:
    """Sorted ranges, with those joined that overlap or touch."""
    current: Range | None = None
    for first, last in sorted(ranges):
        if current and first <= current[1] + 1:
            current = current[0], max(current[1], last)
            continue
        if current:
            yield current
        current = first, last
    if current:
        yield current


def _without(ranges: Sequence[Range], holes: Sequence[Range]) -> Iterator[Range]:
    """`ranges` less `holes`, both sorted and disjoint, in one pass over each."""
    at = 0
    for start, last in ranges:
        first = start
        while at < len(holes) and holes[at][0] <= last:
            if first < holes[at][0]:
                yield first, holes[at][0] - 1
            first = max(first, holes[at][1] + 1)
            if first > last:  # this hole may reach into the next range
                break
            at += 1
        if first <= last:
            yield first, last


def _text(first: int, last: int) -> str:
    start, end = _address(first), _address(last)
    if first == last:
        return str(start)
    edge = 1 if start.version == 4 and last - first > 1 else 0
    size = last - first + 1 + 2 * edge
    base = int(start) - edge
    if size & (size - 1) == 0 and base % size == 0:
        return f"{type(start)(base)}/{start.max_prefixlen - size.bit_length() + 1}"
    return f"{start}-{end}"
