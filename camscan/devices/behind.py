"""The cameras that only a recorder knows: what its lists say of each channel, taken together.

They are never merged with a device that answers itself, for private addresses repeat. One that has the serial or the
MAC of such a device and is at its very address is that device, and is told once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from camscan.devices.build import Resolve, order, telling
from camscan.devices.hosts import Told
from camscan.devices.identity import to_address
from camscan.records import Device, Slot, Slots

_MOST = 4
"""Other devices that one conflict names."""
_MOST_ALIKE = 64
"""Devices with one serial or MAC that are told apart by their addresses; of more, it tells nothing."""


@dataclass(slots=True)
class Known:
    """The devices of a scan by what tells them apart, and by where they are."""

    by_key: defaultdict[str, list[tuple[Device, frozenset[str]]]] = field(default_factory=lambda: defaultdict(list))
    by_address: defaultdict[str, list[Device]] = field(default_factory=lambda: defaultdict(list))

    def add(self, device: Device, addresses: Iterable[str]) -> None:
        """Remember a device. Only one that answers itself is known by its address."""
        places = frozenset(map(_plain, addresses))
        for key in _keys(device):
            if len(self.by_key[key]) < _MOST_ALIKE:
                self.by_key[key].append((device, places))
        if device.behind is None:
            for place in places:
                self.by_address[place].append(device)

    def same(self, device: Device) -> Device | None:
        """The device that has a serial or MAC of this one, and is at its address."""
        place = _plain(device.address)
        return next((one for key in _keys(device) for one, places in self.by_key.get(key, ()) if place in places), None)

    def doubts(self, device: Device) -> Iterator[str]:
        """What speaks for this device being one that stands elsewhere, but does not carry far enough."""
        sharing = dict.fromkeys(one.place for key in _keys(device) for one, _ in self.by_key.get(key, ()))
        if sharing:
            yield f"shares its serial or MAC with {', '.join(list(sharing)[:_MOST])}"
        elif device.address in self.by_address:
            yield f"may be the device that answers at {device.address} itself"


def with_cameras(recorders: Sequence[tuple[Device, Told | None]], resolve: Resolve) -> Iterator[Device]:
    """Every device, and behind each recorder the cameras that only it knows, in the order of its channels."""
    if all(told is None for _, told in recorders):
        yield from (device for device, _ in recorders)
        return
    known = Known()
    for device, _ in recorders:
        known.add(device, device.addresses)
    for device, told in recorders:
        if told is None:
            yield device
            continue
        elsewhere: dict[str, None] = {}
        cameras: list[Device] = []
        for camera in _cameras(device, told, resolve):
            if same := known.same(camera):
                if not (same.behind and same.behind.recorder == device.id):  # one camera may take several channels
                    elsewhere.setdefault(same.id)
                continue
            doubts = tuple(known.doubts(camera))
            cameras.append(replace(camera, conflicts=(*camera.conflicts, *doubts)))
            known.add(camera, (camera.address,))
        total = max(told.total, device.hidden_channels or 0)
        yield replace(device, slots=Slots(total, total - len(told.cameras), tuple(elsewhere)))
        yield from cameras


def _cameras(recorder: Device, told: Told, resolve: Resolve) -> Iterator[Device]:
    for camera in told.cameras:
        slot = Slot(recorder.id, recorder.address, camera.number, camera.say("name"), _truth(camera.say("online")))
        resolution = resolve(camera.identifications)
        attributes = resolution.attributes
        yield Device(
            address=camera.say("address") or f"{recorder.address} #{camera.number}",
            addresses=(),
            mac=camera.mac or attributes.get("mac"),
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
