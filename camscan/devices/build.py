"""Builds the record of a device from its hosts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain, islice
from typing import TypeAlias

from camscan.answers import Resolution
from camscan.codecs.layout import mac_in_address
from camscan.devices.channels import to_count
from camscan.devices.hosts import Host
from camscan.devices.identity import (
    LINK,
    LINK_CHANNEL,
    Address,
    IdentifierKind,
    Identity,
    attributed,
    joined,
    mac_in,
    to_address,
)
from camscan.records import Device, Identification
from camscan.text.serials import same_serial

_RECORDER = "recorder"
_SLACK = timedelta(days=1)
"""By how much a lease must be later than frames to count for more: one that runs is dated by its file."""
_MAX_CLAIMS = 4  # the most other addresses named in a device's conflicts
_MOST_ALIKE = 8
"""Identifications by one rule of a device that has several addresses: the same from thirty proves no more."""
_MOST_CONFLICTS = 64
"""Of one device that answers told, or that others share something with it; the strangest one seen has a dozen."""

Resolve: TypeAlias = Callable[[tuple[Identification, ...]], Resolution]


def build(
    hosts: Sequence[Host], doubts: Sequence[str], resolve: Resolve, foreign: frozenset[str] = frozenset()
) -> Device:
    """The device of `hosts`; `doubts` are conflicts with other devices.

    `foreign` MACs, which are on its frames but belong to others, are not attributed to it.
    """
    hosts = [_without_frames(host, foreign) for host in hosts] if foreign else hosts
    identifications = tuple(_each_once(hosts))
    shows_channels = any(host.channels for host in hosts)
    resolution = resolve(identifications)
    attributes = resolution.attributes
    own = resolution.agreeing
    identity = hosts[0].identity if len(hosts) == 1 else joined(host.identity for host in hosts)
    addresses = addresses_of(hosts)
    conflicts = _some(text for host in hosts for text in host.conflicts)
    return Device(
        address=addresses[0],
        addresses=tuple(addresses),
        ports=tuple(sorted(frozenset().union(*(host.ports for host in hosts)))),
        mac=_mac(identity, own, addresses),
        hostname=_first(identity.of(IdentifierKind.HOSTNAME)) or attributes.get("hostname"),
        maker=resolution.maker,
        brand=resolution.brand,
        model=attributes.get("model"),
        firmware=attributes.get("firmware"),
        serial=_first(_serials(hosts, identity, resolution.maker)) or _in_full(attributed(own, "serial")),
        kind=attributes.get("kind") or (_RECORDER if shows_channels else None),
        level=resolution.level,
        identifications=telling(identifications, resolution),
        conflicts=tuple(
            dict.fromkeys(
                (*conflicts, *_some(doubts), *_away(identity, addresses), *resolution.conflicts, *_spoken_for(foreign))
            )
        ),
        camera_like=any(host.camera_like for host in hosts),
        hidden_channels=_hidden(hosts, attributes) if shows_channels or attributes.get("kind") == _RECORDER else None,
    )


def telling(identifications: Sequence[Identification], resolution: Resolution) -> tuple[Identification, ...]:
    """Identifications sorted: the strongest first, then those for the maker, then those whose evidence names it."""
    names = (resolution.maker, resolution.brand, resolution.attributes.get("model"))
    words = [name.casefold() for name in names if name]

    def rank(found: Identification) -> tuple[int, bool, bool]:
        shown = found.evidence[0].value.casefold() if found.evidence else ""
        return -found.level, found.maker != resolution.maker, not any(word in shown for word in words)

    return tuple(sorted(identifications, key=rank))


def addresses_of(hosts: Sequence[Host]) -> list[str]:
    """The addresses of one device in order; those behind others that it had left, as leases and frames tell by time."""
    left = frozenset(_left(hosts))
    return sorted((host.address for host in hosts), key=lambda address: (address in left, order(address)))


def _left(hosts: Sequence[Host]) -> Iterator[str]:
    """Of addresses with a lease and others without, by IPv4 or by IPv6: those of the kind that is older."""
    for version in (4, 6):
        some = [host for host in hosts if order(host.address)[0] == version]
        lease, frame = (max((one.at for one in some if one.leased is kind), default=None) for kind in (True, False))
        if lease and frame:
            returned = lease - _SLACK > frame
            yield from (host.address for host in some if host.leased is not returned)


def order(address: str) -> tuple[int, int, str]:
    """A sort key for addresses: IPv4 before IPv6, by number, then by zone; other texts come last."""
    found: Address | None = to_address(address)
    return (found.version, int(found), address) if found else (9, 0, address)


def _without_frames(host: Host, foreign: frozenset[str]) -> Host:
    """The host without the MACs of others, and without identifications that rest only on them."""
    own = tuple(mac for mac in host.identity.link_macs if mac not in foreign)
    found = host.identifications
    if not own:
        found = tuple(one for one in found if {proof.channel for proof in one.evidence} != {LINK_CHANNEL})
    identity = replace(host.identity, values={**host.identity.values, LINK: own})
    return replace(host, identity=identity, identifications=found)


def _spoken_for(foreign: frozenset[str]) -> Iterator[str]:
    for mac in sorted(foreign)[:_MAX_CLAIMS]:
        yield f"its frames come from {mac}, as those of others do: taken for a router's, not for its own"


def _each_once(hosts: Sequence[Host]) -> Iterator[Identification]:
    """The identifications of all hosts without repeats; of several hosts, only the first that say alike by one rule.

    A box that answers at every address of a network says it thousands of times.
    """
    if len(hosts) == 1:
        yield from hosts[0].identifications
        return
    seen: set[Hashable] = set()
    alike: Counter[Hashable] = Counter()
    for found in chain.from_iterable(host.identifications for host in hosts):
        said = found.rule, found.level, found.maker, found.brand
        what = (said, *sorted(found.attributes.items()), found.evidence)
        if what not in seen and alike[said] < _MOST_ALIKE:
            seen.add(what)
            alike[said] += 1
            yield found


def _in_full(serials: Iterable[str]) -> str | None:
    """The first serial, in the longest form that it is told in."""
    first = None
    for serial in serials:
        if first is None or (len(serial) > len(first) and same_serial(serial, first)):
            first = serial
    return first


def _serials(hosts: Sequence[Host], identity: Identity, maker: str | None) -> Iterator[str]:
    """The serials in fields of answers that may be of a device of this maker."""
    makers: defaultdict[str, set[str]] = defaultdict(set)
    for host in hosts:
        for serial, named in host.serial_makers.items():
            makers[serial] |= named
    every = identity.of(IdentifierKind.SERIAL)
    return (serial for serial in every if maker is None or serial not in makers or maker in makers[serial])


def _some(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(texts), _MOST_CONFLICTS))


def _first(values: Iterator[str] | tuple[str, ...]) -> str | None:
    return next(iter(values), None)


def _mac(identity: Identity, identifications: Sequence[Identification], addresses: Iterable[str]) -> str | None:
    """The MAC: from frames, else as stated by the device, else from a rule, an IPv6 address or a version 1 UUID."""
    nodes = chain(map(mac_in_address, addresses), map(mac_in, identity.of(IdentifierKind.ENDPOINT)))
    return (
        _first(identity.of(IdentifierKind.MAC))
        or _first(attributed(identifications, "mac"))
        or _first(filter(None, nodes))
    )


def _away(identity: Identity, addresses: Sequence[str]) -> Iterator[str]:
    if not identity.away:
        return
    here = {str(to_address(address)) for address in addresses}
    for claim in sorted(identity.away - here, key=order)[:_MAX_CLAIMS]:
        yield f"claims the address {claim}"


def _hidden(hosts: Sequence[Host], attributes: Mapping[str, str]) -> int | None:
    counts = (*(host.attached for host in hosts), to_count(attributes.get("channels", "")))
    return max((count for count in counts if count is not None), default=None)
