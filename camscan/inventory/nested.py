"""Devices that lie in objects which are none themselves: sites with their cameras, floors in buildings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

from camscan.inventory import values
from camscan.inventory.recognising import OTHERS, is_exact, recognise
from camscan.inventory.synonyms import Field
from camscan.text.folding import compact

_MAX_DEPTH = 5
"""How many objects may lie around a device."""

_BEHIND = frozenset(("cameras", "cams", "devices", "channels", "kameras"))
"""Keys of lists of devices. What lies there in a device is one too; its interfaces and addresses are its own."""

_KINDS = _BEHIND | {"recorders", "nvrs", "dvrs", "encoders", "servers", "switches", "items", "results", "list", "data"}
"""Keys of lists that say what is in them, and not where that is."""
_CARDS = frozenset(("interfaces", "networkinterfaces", "nics", "networkcards", "adapters", "networkadapters"))
"""Keys of lists of the network cards of one device."""

Object: TypeAlias = Mapping[str, object]
Flatten: TypeAlias = Callable[[Object], Mapping[str, str]]
"""Gives the texts in an object by their names."""
_NAMES = ("name", "title", "display", "label", "display_value")
"""Keys of the name of what lies around devices, the best first."""
_INTERFACE = re.compile(
    r"(?:eth|ethernet|eno|ens|enp|wlan|wlp|wi-?fi|lan|wan|nic|net|if|interface|port|bond|br)[-_ ]?[\ds./]*"
    r"|wired|wireless|primary|secondary",
    re.IGNORECASE,
)
_PARTS = frozenset(
    ("device", "network", "hardware", "system", "general", "info", "identity", "connection", "status", "settings")
)
"""Keys of what is told of one device in parts, as {"device": {"serial": ...}, "network": {"ip": ...}}."""
_READERS = {Field.IP: values.addresses, Field.MAC: values.macs, Field.SERIAL: values.serial}


class Opener:
    """Takes devices out of what lies around them."""

    def __init__(self, flatten: Flatten) -> None:
        self._flatten = flatten

    def opened(self, item: object, key: str = "") -> list[object]:
        """The devices in an object under `key`, each with what is said of all of them; else it alone."""
        if not isinstance(item, dict):
            return [item]
        whole = self._with_cards(item)
        if self._are_devices(whole) and not _are_parts(whole):
            return [one for name, member in item.items() for one in self._with_behind(member, {"name": name})]
        if not any(map(_members, whole.values())):
            return [item]
        found = self._with_behind(whole, {}) if self._is_device(whole) else self._within(whole, key, {}, 0)
        return list(found) or [item]

    def is_alone(self, item: object) -> bool:
        """Whether an object names a device itself, and holds no others but what lies behind that."""
        if not isinstance(item, dict):
            return False
        own = (pair for pair in self._flatten(item).items() if not isinstance(item.get(pair[0], []), list))
        named = any(_identifies(key, text) for key, text in own)
        others = {key: value for key, value in item.items() if key.casefold() not in _BEHIND}
        return named and not any(self._within(others, "", {}, 0))

    def _within(self, item: Object, key: str, told: Object, depth: int) -> Iterator[Object]:
        """The devices below an object that lies under `key`; of what is `told` around it, the nearest counts."""
        named, name = next(((one, item[one]) for one in _NAMES if isinstance(item.get(one), str)), ("", ""))
        said = {other: text for other, text in item.items() if other != named and isinstance(text, str | int | float)}
        here = {**told, **said, **({key: name} if key and name else {})}
        if depth == _MAX_DEPTH:
            return
        are_lists = all(isinstance(value, list) for value in item.values())
        for inner_key, value in item.items():
            place = {key: inner_key} if are_lists and _is_place(key, inner_key) else {}
            for called, member in ((called, self._with_cards(member)) for called, member in _members(value)):
                inner = {**here, inner_key: called} if called else {**here, **place}
                if self._is_group(member):
                    yield from self._within({called or inner_key: member}, "", inner, depth + 1)
                elif self._is_device(member):
                    yield from self._with_behind(member, {**here, **place, **({"name": called} if called else {})})
                else:
                    yield from self._within(member, inner_key, inner, depth + 1)

    def _with_cards(self, item: Object) -> Object:
        """An object with what its network cards tell together, and it does not itself: addresses or MACs."""
        lists = (value for key, value in item.items() if compact(key) in _CARDS and isinstance(value, list))
        cards = [card for value in lists for card in value if isinstance(card, dict)]
        if not cards:
            return item
        own = {_reader(name) for name, text in self._flatten(item).items() if _identifies(name, text)}
        told: dict[str, list[str]] = {}
        for name, text in (pair for card in cards for pair in self._flatten(card).items()):
            if _identifies(name, text) and _reader(name) not in own:
                told.setdefault(name, []).append(text)
        return {**{name: ", ".join(texts) for name, texts in told.items()}, **item}

    def _with_behind(self, device: Object, told: Object) -> Iterator[Object]:
        """A device, and those that lie in it."""
        yield {**told, **device}
        for key, value in device.items():
            if key.casefold() in _BEHIND:
                yield from ({**told, **inner} for _, inner in _members(value) if self._is_device(inner))

    def _are_devices(self, item: Object, depth: int = 0) -> bool:
        """Whether an object holds nothing but devices, each under its name."""
        members = [member for member in item.values() if isinstance(member, dict)]
        return len(members) == len(item) > 1 and all(self._is_device(member, depth) for member in members)

    def _is_group(self, item: Object, depth: int = 0) -> bool:
        """Whether an object holds devices under their names, none of which is that of a part of one device."""
        are_of_one = any(map(_is_of_device, item)) or _are_parts(item)
        return depth < _MAX_DEPTH and not are_of_one and self._are_devices(item, depth + 1)

    def _is_device(self, item: Object, depth: int = 0) -> bool:
        """Whether an address, a MAC or a serial in it can be read; what it holds by name is not its own."""
        if self._is_group(item, depth):
            return False
        texts = ((key, value) for key, value in item.items() if isinstance(value, str))
        if any(_identifies(key, text) for key, text in texts):
            return True
        flat = self._flatten({key: value for key, value in item.items() if not _holds_others(value)})
        return any(_identifies(key, text) for key, text in flat.items())


def is_of_none(item: object) -> bool:
    """Whether an object says that it holds no devices: the list of them is empty."""
    return isinstance(item, dict) and any(key.casefold() in _BEHIND and value == [] for key, value in item.items())


def _identifies(name: str, text: str) -> bool:
    read = _reader(name)
    return read is not None and bool(read(text).values)


@lru_cache(maxsize=4096)
def _reader(name: str) -> Callable[[str], values.Read] | None:
    """What reads the identifiers under a name; those of other devices ("NVR IP") are none."""
    found = recognise(name)
    if found is None:
        return values.addresses if is_exact(name) else None
    return _READERS.get(found[0]) if found[1] > OTHERS else None


def _is_place(key: str, name: str) -> bool:
    """Whether a list under `name`, in an object under `key`, holds what is at the place of that name."""
    found = recognise(key) if key else None
    return found is not None and found[0] in (Field.SITE, Field.LOCATION) and name.casefold() not in _KINDS


def _holds_others(value: object) -> bool:
    """Whether it holds objects by names that are not those of parts of one device."""
    return isinstance(value, dict) and _is_by_name(value) and not _are_parts(value)


def _are_parts(keys: Iterable[str]) -> bool:
    """Whether all keys are those of parts of one device."""
    return all(key.casefold() in _PARTS or _is_of_device(key) for key in keys)


def _is_of_device(key: str) -> bool:
    """Whether a key is that of a part of one device, such as an interface, and not the name of one among others."""
    return is_exact(key) or _INTERFACE.fullmatch(key) is not None


def _members(value: object) -> list[tuple[str, Object]]:
    """The objects in a list, or in an object that holds nothing but objects and lists, each with its key there."""
    if isinstance(value, list):
        return [("", member) for member in value if isinstance(member, dict)]
    if not isinstance(value, dict):
        return []
    if _is_by_name(value):
        return list(value.items())
    return [("", value)] if any(isinstance(member, dict | list) for member in value.values()) else []


def _is_by_name(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(member, dict) for member in value.values())
