"""The same as `merge_hosts`, but with hosts and devices spooled to disk instead of in memory.

Only the signs of hosts that have an identifier in common with another are in memory: clones, and devices with several
addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Protocol, TypeAlias

from camscan.devices.behind import MOST_ALIKE, Entry, KnownDevices, behind, by_place
from camscan.devices.build import Resolve, addresses_of, order
from camscan.devices.grouping import Group, grouped, signs_of
from camscan.devices.hosts import ChannelList, Host
from camscan.devices.merge import device_of
from camscan.records import Device

_Pair: TypeAlias = tuple[Device, ChannelList | None]


class Spool(Protocol):
    """A store of items, numbered from one as they are put; read by number, in order, or by label."""

    def put(self, thing: Any, place: bytes = b"", labels: Iterable[str] = ()) -> None:
        """Add an item; `place` is its sort key, and items with the same key stay in the order in which they are put."""

    def get(self, number: int) -> Any:
        """The item with this number."""

    def in_order(self) -> Iterator[tuple[int, Any]]:
        """All items with their numbers, sorted by place."""

    def sharing(self) -> Sequence[int]:
        """The numbers of items that have a label in common with another one."""

    def under(self, label: str, most: int) -> Sequence[Any]:
        """The first items with a label, at most `most`."""


def merge_spooled(hosts: Iterable[Host], resolve: Resolve, spool: Callable[[], Spool], devices: Spool) -> None:
    """Put the devices of the hosts of one scan into `devices`, in order and labelled with their ids; see `merge`.

    `spool` makes an empty one for what is needed meanwhile.
    """
    kept, tell = spool(), False
    for host in hosts:
        tell = tell or host.channels is not None
        kept.put(host, _place(host.address), signs_of(host).labels)
    pairs = _pairs(kept, resolve)
    found = _with_cameras(pairs, resolve, spool) if tell else (device for device, _ in pairs)
    for device in found:
        devices.put(device, labels=(device.id,))


def _pairs(kept: Spool, resolve: Resolve) -> Iterator[_Pair]:
    """All devices that answer themselves, by address, with their lists of channels."""
    groups = _groups(kept)
    for _, at_address in groupby(_built(kept, groups, resolve), key=lambda made: made[1].address):
        for _, device, channels in sorted(at_address, key=lambda made: (by_place(made[1]), made[0])):
            yield device, channels


def _groups(kept: Spool) -> dict[int, Group]:
    """The group of each host that has an identifier in common with another."""
    numbers = sorted(kept.sharing())
    signs = [signs_of(kept.get(number)) for number in numbers]
    groups = [group._replace(numbers=tuple(numbers[at] for at in group.numbers)) for group in grouped(signs)]
    return {number: group for group in groups for number in group.numbers}


def _built(kept: Spool, groups: dict[int, Group], resolve: Resolve) -> Iterator[tuple[int, Device, ChannelList | None]]:
    """The devices, in order of their first address, with the number of their first host."""
    for number, host in _once(kept.in_order()):
        group = groups.pop(number, Group((number,)))
        own = [host if one == number else kept.get(one) for one in group.numbers]
        if own and addresses_of(own)[0] == host.address:
            for other in group.numbers:
                if other != number:
                    groups[other] = Group(())
            yield group.numbers[0], *device_of(own, group, resolve)


def _once(hosts: Iterable[tuple[int, Host]]) -> Iterator[tuple[int, Host]]:
    last = 0, ""
    for number, host in hosts:
        if host.address == last[1] and number != last[0] + 1:
            raise ValueError(f"observations of {host.address} do not come together: sort them by target")
        last = number, host.address
        yield number, host


def _with_cameras(pairs: Iterable[_Pair], resolve: Resolve, spool: Callable[[], Spool]) -> Iterator[Device]:
    """The devices, and after each recorder the cameras that only it knows."""
    both, known = spool(), KnownDevices(_SpoolIndex(spool()))
    for device, channels in pairs:
        known.add(device, device.addresses)
        both.put((device, channels))
    return behind((pair for _, pair in both.in_order()), known, resolve)


class _SpoolIndex:
    """An `Index` in a spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def add(self, entry: Entry, labels: Iterable[str]) -> None:
        self._spool.put(entry, labels=labels)

    def under(self, label: str) -> Sequence[Entry]:
        return self._spool.under(label, MOST_ALIKE)


def _place(address: str) -> bytes:
    """Bytes that sort as `order` does."""
    version, number, text = order(address)
    return bytes([version]) + number.to_bytes(16, "big") + text.encode("utf-8", "surrogatepass")
