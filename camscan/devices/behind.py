"""The cameras that are known only from the channel lists of a recorder.

They are never merged with devices that answer themselves, because private addresses repeat. A camera with the serial or
MAC of such a device and the same address is that device, and is listed once; so is one of which the recorder tells no
address, as where it knows a host name, if no other device has that serial or MAC, and it is not the recorder's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from camscan.devices.build import Resolve, order, telling
from camscan.devices.channels import ChannelList
from camscan.devices.identity import attributed, to_address
from camscan.devices.spool import Spool
from camscan.records import Device
from camscan.summaries import Slot, Slots
from camscan.text.serials import end_of, same_serial

_AT = "at "
_MOST = 4  # the most other devices named in one conflict
_MOST_ALIKE = 64  # the most devices with one serial or MAC that are compared; if there are more, it is worthless


class Entry(NamedTuple):
    """A device in the index: its id, place and addresses, the id of the recorder that it is behind, serial and MAC."""

    id: str
    place: str
    places: frozenset[str]
    recorder: str | None
    serial: str | None
    mac: str | None


class KnownDevices:
    """The devices of a scan, by serial, MAC and address."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def add(self, device: Device, addresses: Iterable[str]) -> None:
        """Add a device. Its address counts only if it answers itself."""
        places = frozenset(map(_plain, addresses))
        at = () if device.behind else [_AT + place for place in places]
        recorder = device.behind.recorder if device.behind else None
        entry = Entry(device.id, device.place, places, recorder, device.serial, device.mac)
        self._spool.put(entry, labels=[*_keys(device), *at])

    def alike(self, device: Device) -> Sequence[Entry]:
        """The devices with a serial or MAC of this one."""
        found = dict.fromkeys(one for key in _keys(device) for one in self._under(key))
        return [one for one in found if _is_alike(one, device)]

    def same(self, device: Device, alike: Sequence[Entry]) -> Entry | None:
        """Of those alike the one at its address; if it has none, the only one that answers."""
        place = _plain(device.address)
        here = next((one for one in alike if place in one.places), None)
        only = alike[0] if len(alike) == 1 and device.address == device.place else None
        recorder = device.behind.recorder if device.behind else None  # it may tell its own serial of each channel
        return here or (only if only and only.recorder is None and only.id != recorder else None)

    def doubts(self, device: Device, alike: Sequence[Entry]) -> Iterator[str]:
        """Weak signs that this device is the same as another one."""
        if alike:
            yield f"shares its serial or MAC with {', '.join(list(dict.fromkeys(one.place for one in alike))[:_MOST])}"
        elif self._under(_AT + _plain(device.address)):
            yield f"may be the device that answers at {device.address} itself"

    def _under(self, label: str) -> Sequence[Entry]:
        return self._spool.under(label, _MOST_ALIKE)


def behind(
    recorders: Iterable[tuple[Device, ChannelList | None]], known: KnownDevices, resolve: Resolve
) -> Iterator[Device]:
    """All devices, and after each recorder the cameras that only it knows, by channel.

    `known` has all devices that answer themselves.
    """
    for device, channels in recorders:
        if channels is None:
            yield device
            continue
        elsewhere: dict[str, None] = {}
        cameras: list[Device] = []
        for camera in _cameras(device, channels, resolve):
            alike = known.alike(camera)
            if same := known.same(camera, alike):
                if same.recorder != device.id:  # one camera may take several channels
                    elsewhere.setdefault(same.id)
                continue
            doubts = tuple(known.doubts(camera, alike))
            cameras.append(replace(camera, conflicts=(*camera.conflicts, *doubts)))
            known.add(camera, (camera.address,))
        total = max(channels.total, device.hidden_channels or 0)
        slots = Slots(total, total - len(channels.cameras), tuple(elsewhere), cut=channels.cut)
        yield replace(device, slots=slots)
        yield from cameras


def _cameras(recorder: Device, channels: ChannelList, resolve: Resolve) -> Iterator[Device]:
    for camera in channels.cameras:
        slot = Slot(recorder.id, recorder.address, camera.number, camera.value("name"), _truth(camera.value("online")))
        resolution = resolve(camera.identifications)
        attributes, own = resolution.attributes, resolution.agreeing
        yield Device(
            address=camera.value("address") or f"{recorder.address} #{camera.number}",
            addresses=(),
            mac=camera.mac or next(attributed(own, "mac"), None),
            hostname=camera.value("host") or None,
            maker=resolution.maker,
            brand=resolution.brand,
            model=attributes.get("model") or camera.value("model") or None,
            firmware=attributes.get("firmware") or camera.value("firmware") or None,
            serial=camera.serial or next(attributed(own, "serial"), None),
            kind=attributes.get("kind", "camera"),
            level=resolution.level,
            identifications=telling(camera.identifications, resolution),
            conflicts=resolution.conflicts,
            camera_like=True,
            behind=slot,
        )


def by_place(device: Device) -> tuple[tuple[int, int, str], str]:
    """A sort key for devices that answer themselves: by address, several at one address by MAC."""
    return order(device.address), device.mac or ""


def _keys(device: Device) -> Iterator[str]:
    if device.serial:
        yield f"serial {device.serial.casefold()}"
        yield f"end {end_of(device.serial)}"
    if device.mac:
        yield f"mac {device.mac}"


def _is_alike(one: Entry, device: Device) -> bool:
    """Whether they have a serial, in whatever form, or a MAC in common: two serials may end alike by chance."""
    by_serial = bool(one.serial and device.serial) and same_serial(one.serial or "", device.serial or "")
    return by_serial or (one.mac is not None and one.mac == device.mac)


def _plain(address: str) -> str:
    return str(to_address(address) or address)


def _truth(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())
