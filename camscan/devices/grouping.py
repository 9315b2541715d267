"""Which addresses belong to one device.

Serials, MACs and endpoint addresses are copied from unit to unit by makers of cheap cameras, so no single one joins two
addresses, and not even all of them do alone. Two addresses are one device where they share at least two kinds, and one
of these holds:

- an answer at one of them calls the other its own address;
- frames from both came from one MAC;
- they are the only two that share serial and endpoint, their MACs differ (two network cards), and neither claims to
  live elsewhere;
- they are the only two that share MAC and endpoint, and one is IPv4, the other IPv6.

So are one IPv4 address and those by IPv6 that have one MAC, and show no other: by IPv6 from frames, or in the address.
So are an address of which a DHCP server alone tells, and the only one from which frames of its MAC came: the device has
moved, since a lease outlives its use.

Otherwise they stay apart, and each names the others from which it cannot be told. So do those without any identifier in
common, although a third one would join them: it passes for several devices, and can be one of them at most.

A MAC whose frames come from very many addresses is a router's that speaks for them (proxy ARP, RFC 1027): it joins
nothing, and says nothing of any of them. So does one whose frames come from several devices, for those of them that
state another MAC as their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, islice, product, starmap
from operator import ne
from typing import NamedTuple

from camscan.codecs.layout import mac_in_address
from camscan.devices.hosts import Host
from camscan.devices.identity import UNIQUE, IdentifierKind, attributed, to_address
from camscan.text.serials import differ

_MAX_VALUES = 4  # values of one kind by which an address is compared: two network cards, a label and a spare
_MAX_NAMED = 5  # other addresses that one conflict names
_MANY = 16  # addresses from which on one MAC speaks for others

_Keys = dict[IdentifierKind, tuple[str, ...]]


class Signs(NamedTuple):
    """The parts of a host's identity that decide whether another host is the same device."""

    address: str
    keys: Mapping[IdentifierKind, tuple[str, ...]]
    link_macs: tuple[str, ...]
    claims: frozenset[str]
    away: bool
    leased: bool

    @property
    def labels(self) -> Iterator[str]:
        """Its identifiers as texts: hosts without a common one are unrelated."""
        return (f"{kind} {value}" for kind, values in self.keys.items() for value in values)


class Group(NamedTuple):
    """The hosts of one device by number, conflicts with other devices, and foreign MACs on their frames."""

    numbers: tuple[int, ...]
    doubts: tuple[str, ...] = ()
    foreign: frozenset[str] = frozenset()


def signs_of(host: Host) -> Signs:
    """The signs of a host."""
    identity = host.identity
    return Signs(host.address, _keys(host), identity.link_macs, identity.claims, bool(identity.away), host.leased)


def grouped(hosts: Sequence[Signs]) -> list[Group]:
    """The groups of hosts that are one device each, in order; each host is in one."""
    spokesmen = _spokesmen(hosts)
    known = [_without(spokesmen, host) for host in hosts]
    roots = _joined(known)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for number, root in enumerate(roots):
        groups[root].append(number)
    foreign = _foreign(hosts, groups, spokesmen)
    doubts = _doubts(known, roots)
    return [
        Group(tuple(group), tuple(dict.fromkeys(text for number in group for text in doubts[number])), foreign[root])
        for root, group in groups.items()
    ]


def _joined(hosts: Sequence[Signs]) -> list[int]:
    """For each host the number that all hosts of its device have; an identifier is common to all of them."""
    parents, common = list(range(len(hosts))), [frozenset(host.labels) for host in hosts]
    shared = _shared([host.keys for host in hosts], 2)
    links = (_links(kinds, [(number, hosts[number]) for number in bucket]) for kinds, bucket in shared)
    for first, second in chain(chain.from_iterable(links), _of_one_card(hosts), _moved(hosts)):
        one, other = _root(parents, first), _root(parents, second)
        if one != other and (both := common[one] & common[other]):
            parents[other], common[one] = one, both
    return [_root(parents, number) for number in range(len(hosts))]


def _of_one_card(hosts: Sequence[Signs]) -> Iterator[tuple[int, int]]:
    """Pairs of addresses of one network card by IPv4 and IPv6, or by IPv6 alone."""
    by_mac: defaultdict[str, list[int]] = defaultdict(list)
    for number, host in enumerate(hosts):
        for mac in host.keys[IdentifierKind.MAC]:
            by_mac[mac].append(number)
    for mac, bucket in by_mac.items():
        first, *others = sorted(bucket, key=lambda number: ":" in hosts[number].address)
        if others and all(":" in hosts[number].address for number in others):
            yield from ((first, other) for other in others if _shows_card(mac, hosts[first], hosts[other]))


def _moved(hosts: Sequence[Signs]) -> Iterator[tuple[int, int]]:
    """Pairs of the only address from which frames of a MAC came, and one of its leases; by IPv4 or by IPv6."""
    seen: defaultdict[tuple[str, bool], list[int]] = defaultdict(list)
    for number, host in enumerate(hosts):
        for mac in host.link_macs:
            seen[mac.casefold(), ":" in host.address].append(number)
    for number, host in enumerate(hosts):
        for mac in host.keys[IdentifierKind.MAC] if host.leased else ():
            if len(found := seen.get((mac, ":" in host.address), [])) == 1:
                yield found[0], number


def _shows_card(mac: str, first: Signs, other: Signs) -> bool:
    """Whether two addresses have one MAC, an IPv6 address by frames or in itself, and nothing else tells them apart."""
    for host in (first, other):
        shown = {*map(str.casefold, host.link_macs), mac_in_address(host.address).casefold()}
        if host.keys[IdentifierKind.MAC] != (mac,) or (":" in host.address and mac not in shown):
            return False
    serials = [*product(first.keys[IdentifierKind.SERIAL], other.keys[IdentifierKind.SERIAL])]
    ends = [*product(first.keys[IdentifierKind.ENDPOINT], other.keys[IdentifierKind.ENDPOINT])]
    tell_two = bool(serials) and all(starmap(differ, serials)), bool(ends) and all(starmap(ne, ends))
    return not any(tell_two)


def _keys(host: Host) -> _Keys:
    read = {
        IdentifierKind.MAC: (*attributed(host.identifications, "mac"), *filter(None, [mac_in_address(host.address)])),
        IdentifierKind.SERIAL: attributed(host.identifications, "serial"),
        IdentifierKind.ENDPOINT: (),
    }
    values = {kind: (*host.identity.of(kind), *read[kind]) for kind in UNIQUE}
    return {kind: tuple(dict.fromkeys(map(str.casefold, values[kind])))[:_MAX_VALUES] for kind in UNIQUE}


def _spokesmen(hosts: Iterable[Signs]) -> frozenset[str]:
    counts = Counter(mac for host in hosts for mac in host.link_macs)
    return frozenset(mac for mac, count in counts.items() if count >= _MANY)


def _foreign(
    hosts: Sequence[Signs], groups: Mapping[int, Sequence[int]], spokesmen: frozenset[str]
) -> Mapping[int, frozenset[str]]:
    """For each device the MACs on its frames that belong to others; IPv4 and IPv6 are counted apart."""
    links = {
        root: {(mac, ":" in hosts[number].address) for number in group for mac in hosts[number].link_macs}
        for root, group in groups.items()
    }
    counts = Counter(link for found in links.values() for link in found)
    foreign = {}
    for root, group in groups.items():
        stated = {mac for number in group for mac in hosts[number].keys[IdentifierKind.MAC]}
        has_own = bool(stated - {mac.casefold() for mac, _ in links[root]})
        shared = {link for link in links[root] if link[0] in spokesmen or (has_own and counts[link] > 1)}
        foreign[root] = frozenset(mac for mac, _ in shared)
    return foreign


def _without(macs: frozenset[str], host: Signs) -> Signs:
    if macs.isdisjoint(host.link_macs):
        return host
    folded = set(map(str.casefold, macs))
    own = tuple(mac for mac in host.keys[IdentifierKind.MAC] if mac not in folded)
    links = tuple(mac for mac in host.link_macs if mac not in macs)
    return host._replace(keys={**host.keys, IdentifierKind.MAC: own}, link_macs=links)


def _shared(
    keys: Sequence[Mapping[IdentifierKind, tuple[str, ...]]], count: int
) -> Iterator[tuple[tuple[IdentifierKind, ...], list[int]]]:
    """Every set of hosts that share `count` kinds of identifiers, with the kinds."""
    common = _common(keys)
    buckets: defaultdict[tuple[tuple[IdentifierKind, str], ...], list[int]] = defaultdict(list)
    for number, of in enumerate(common):
        for kinds in combinations(of, count):
            for values in product(*(of[kind] for kind in kinds)):
                buckets[tuple(zip(kinds, values, strict=True))].append(number)
    for key, bucket in buckets.items():
        if len(bucket) > 1:
            yield tuple(kind for kind, _ in key), bucket


def _common(keys: Sequence[Mapping[IdentifierKind, tuple[str, ...]]]) -> Iterator[_Keys]:
    """The keys without values that only one host has, which are nearly all and join nothing."""
    counts = {kind: Counter(value for of in keys for value in of[kind]) for kind in UNIQUE}
    for of in keys:
        shared = {kind: tuple(value for value in of[kind] if counts[kind][value] > 1) for kind in UNIQUE}
        yield {kind: values for kind, values in shared.items() if values}


def _links(kinds: tuple[IdentifierKind, ...], bucket: Sequence[tuple[int, Signs]]) -> Iterator[tuple[int, int]]:
    """Pairs of hosts that share two kinds of identifiers and meet one of the further conditions (see the module)."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    by_link: dict[str, int] = {}
    for number, host in bucket:
        places[_place(host)].append(number)
        for mac in host.link_macs:
            yield by_link.setdefault(mac, number), number
    for number, host in bucket:
        for claim in sorted(host.claims):
            # Several at one address were told apart by their frames: the claim does not say which of them is meant.
            if claim != _place(host) and len(places[claim]) == 1:
                yield places[claim][0], number
    if len(bucket) == 2 and _are_one(kinds, *(host for _, host in bucket)):
        yield bucket[0][0], bucket[1][0]


def _are_one(kinds: tuple[IdentifierKind, ...], one: Signs, other: Signs) -> bool:
    """Whether the only two hosts that share these kinds are two network cards of one device, or its IPv4 and IPv6."""
    if IdentifierKind.ENDPOINT not in kinds or _place(one) == _place(other):
        return False
    if IdentifierKind.MAC in kinds:
        return (":" in one.address) != (":" in other.address)
    macs = [set(host.keys[IdentifierKind.MAC]) for host in (one, other)]
    return all(macs) and macs[0].isdisjoint(macs[1]) and not (one.away or other.away)


def _place(host: Signs) -> str:
    return str(to_address(host.address) or host.address)


def _root(root: list[int], number: int) -> int:
    while root[number] != number:
        root[number] = number = root[root[number]]
    return number


def _doubts(hosts: Sequence[Signs], roots: Sequence[int]) -> list[list[str]]:
    """For each host, the identifiers that it shares with other devices, as conflicts."""
    others: list[dict[int, None]] = [{} for _ in hosts]
    cut: set[int] = set()
    for _, bucket in _shared([host.keys for host in hosts], 1):
        firsts: dict[int, int] = {}
        for number in bucket:
            firsts.setdefault(roots[number], number)
        for number in bucket:
            apart = (other for root, other in firsts.items() if root != roots[number])
            near = list(islice(apart, _MAX_NAMED + 1))
            others[number].update(dict.fromkeys(near[:_MAX_NAMED]))
            if len(near) > _MAX_NAMED:
                cut.add(number)
    return [list(_texts(hosts, number, sorted(others[number]), cut=number in cut)) for number in range(len(hosts))]


def _texts(hosts: Sequence[Signs], number: int, others: Iterable[int], *, cut: bool) -> Iterator[str]:
    by_kinds: defaultdict[tuple[IdentifierKind, ...], list[str]] = defaultdict(list)
    for other in others:
        own, its = hosts[number].keys, hosts[other].keys
        kinds = tuple(kind for kind in UNIQUE if not set(own[kind]).isdisjoint(its[kind]))
        by_kinds[kinds].append(hosts[other].address)
    for kinds, addresses in by_kinds.items():
        more = " and others" if cut or len(addresses) > _MAX_NAMED else ""
        named = ", ".join(addresses[:_MAX_NAMED]) + more
        if len(kinds) > 1:
            yield f"cannot be told apart from {named} by {', '.join(kinds)}"
        else:
            yield f"shares its {kinds[0]} with {named}"
