"""The cameras that only a recorder knows: what its lists say of each channel, taken together.

They are never merged with a device that answers itself, for private addresses repeat. One that has the serial or the
MAC of such a device and is at its very address is that device, and is told once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from camscan.devices.build import Resolve, order, telling
from camscan.devices.hosts import ChannelList
from camscan.devices.identity import to_address
from camscan.records import Device, Slot, Slots

_AT = "at "
_MOST = 4
"""Other devices that one conflict names."""
MOST_ALIKE = 64
"""Devices with one serial or MAC that are told apart by their addresses; of more, it tells nothing."""


class Entry(NamedTuple):
    """A device as others ask for it: its id, its place, its addresses, and the id of the recorder that it is behind."""

    id: str
    place: str
    places: frozenset[str]
    recorder: str | None


class Index(Protocol):
    """Entries by their labels."""

    def add(self, entry: Entry, labels: Iterable[str]) -> None:
        """Remember an entry under these labels."""

    def under(self, label: str) -> Sequence[Entry]:
        """The first `MOST_ALIKE` entries that were added under a label."""


class InMemory:
    """An index in memory."""

    def __init__(self) -> None:
        self._entries: defaultdict[str, list[Entry]] = defaultdict(list)

    def add(self, entry: Entry, labels: Iterable[str]) -> None:
        """Remember an entry under these labels."""
        for label in labels:
            if len(self._entries[label]) < MOST_ALIKE:
                self._entries[label].append(entry)

    def under(self, label: str) -> Sequence[Entry]:
        """The first entries that were added under a label."""
        return self._entries.get(label, ())


class KnownDevices:
    """The devices of a scan by what tells them apart, and by where they are."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def add(self, device: Device, addresses: Iterable[str]) -> None:
        """Remember a device. Only one that answers itself is known by its address."""
        places = frozenset(map(_plain, addresses))
        at = () if device.behind else [_AT + place for place in places]
        recorder = device.behind.recorder if device.behind else None
        self._index.add(Entry(device.id, device.place, places, recorder), [*_keys(device), *at])

    def same(self, device: Device) -> Entry | None:
        """The device that has a serial or MAC of this one, and is at its address."""
        place = _plain(device.address)
        return next((one for key in _keys(device) for one in self._index.under(key) if place in one.places), None)

    def doubts(self, device: Device) -> Iterator[str]:
        """What speaks for this device being one that stands elsewhere, but does not carry far enough."""
        sharing = dict.fromkeys(one.place for key in _keys(device) for one in self._index.under(key))
        if sharing:
            yield f"shares its serial or MAC with {', '.join(list(sharing)[:_MOST])}"
        elif self._index.under(_AT + device.address):
            yield f"may be the device that answers at {device.address} itself"


def with_cameras(recorders: Sequence[tuple[Device, ChannelList | None]], resolve: Resolve) -> Iterator[Device]:
    """Every device, and behind each recorder the cameras that only it knows, in the order of its channels."""
    if all(channels is None for _, channels in recorders):
        yield from (device for device, _ in recorders)
        return
    known = KnownDevices(InMemory())
    for device, _ in recorders:
        known.add(device, device.addresses)
    yield from behind(recorders, known, resolve)


def behind(
    recorders: Iterable[tuple[Device, ChannelList | None]], known: KnownDevices, resolve: Resolve
) -> Iterator[Device]:
    """The same, where all that answer themselves are known already."""
    for device, channels in recorders:
        if channels is None:
            yield device
            continue
        elsewhere: dict[str, None] = {}
        cameras: list[Device] = []
        for camera in _cameras(device, channels, resolve):
            if same := known.same(camera):
                if same.recorder != device.id:  # one camera may take several channels
                    elsewhere.setdefault(same.id)
                continue
            doubts = tuple(known.doubts(camera))
            cameras.append(replace(camera, conflicts=(*camera.conflicts, *doubts)))
            known.add(camera, (camera.address,))
        total = max(channels.total, device.hidden_channels or 0)
        yield replace(device, slots=Slots(total, total - len(channels.cameras), tuple(elsewhere)))
        yield from cameras


def _cameras(recorder: Device, channels: ChannelList, resolve: Resolve) -> Iterator[Device]:
    for camera in channels.cameras:
        slot = Slot(recorder.id, recorder.address, camera.number, camera.say("name"), _truth(camera.say("online")))
        resolution = resolve(camera.identifications)
        attributes = resolution.attributes
        yield Device(
            address=camera.say("address") or f"{recorder.address} #{camera.number}",
            addresses=(),
            mac=camera.mac or attributes.get("mac"),
            hostname=camera.say("host") or None,
            maker=resolution.maker,
            brand=resolution.brand,
            model=attributes.get("model") or camera.say("model") or None,
            firmware=attributes.get("firmware") or camera.say("firmware") or None,
            serial=camera.serial or attributes.get("serial"),
            kind=attributes.get("kind", "camera"),
            level=resolution.level,
            identifications=telling(camera.identifications, resolution),
            conflicts=resolution.conflicts,
            camera_like=True,
            behind=slot,
        )


def by_place(device: Device) -> tuple[tuple[int, int, str], int, str]:
    """Sorts devices by address, and cameras by their channel behind their recorder."""
    slot = device.behind
    return (order(slot.address), slot.number, "") if slot else (order(device.address), 0, device.mac or "")


def _keys(device: Device) -> Iterator[str]:
    if device.serial:
        yield f"serial {device.serial.casefold()}"
    if device.mac:
        yield f"mac {device.mac}"


def _plain(address: str) -> str:
    return str(to_address(address) or address)


def _truth(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())
