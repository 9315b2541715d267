"""The channels of a recorder, and what its lists say of the cameras on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from camscan.devices.identity import IdentifierKind, identity_of
from camscan.records import Fields, Identification, Observation, Outcome

Identify: TypeAlias = Callable[[Sequence[Observation]], tuple[Identification, ...]]
_MAX_CHANNELS = 4096  # more than any recorder has; a larger number is not a count of channels
SLOT = "behind.slot"
"""The field of observations that are about one channel of a recorder, not about the recorder itself."""
_TITLE = frozenset({"behind.api", SLOT, "behind.name"})  # fields of a list of titles, which has channels of every kind
_TAKEN = ("behind.address", "behind.host", "behind.model", "behind.serial", "behind.mac")
"""A channel with a camera has at least one of these fields, unless its recorder says that it is online."""
_ONLINE = ("true",)


@dataclass(frozen=True, slots=True)
class Camera:
    """What a recorder says about the camera on one of its channels, in all its lists."""

    number: int
    fields: Fields
    identifications: tuple[Identification, ...]
    serial: str | None
    mac: str | None

    def value(self, name: str) -> str:
        """The first text of the field `behind.<name>`, or ""."""
        return next(iter(self.fields.get(f"behind.{name}", ())), "")


@dataclass(frozen=True, slots=True)
class ChannelList:
    """The channels of a recorder: how many it has, the cameras on them, and whether a list of them was cut off."""

    total: int
    cameras: tuple[Camera, ...]
    cut: bool


def channel_list(observations: Iterable[Observation], identify: Identify) -> ChannelList:
    """The channels by number. A title alone does not make one: analogue inputs have titles, too."""
    lists: defaultdict[int, list[Observation]] = defaultdict(list)
    for observation in observations:
        number = to_count(observation.fields[SLOT][0])
        if number is not None:
            lists[number].append(observation)
    channels = {n: seen for n, seen in sorted(lists.items()) if any(one.fields.keys() - _TITLE for one in seen)}
    taken = {n: seen for n, seen in channels.items() if any(map(_is_taken, seen))}
    cameras = tuple(_camera(number, seen, identify) for number, seen in taken.items())
    return ChannelList(len(channels), cameras, any(one.outcome is Outcome.TRUNCATED for one in observations))


def _is_taken(said: Observation) -> bool:
    return said.fields.get("behind.online") == _ONLINE or any(name in said.fields for name in _TAKEN)


def _camera(number: int, observations: Sequence[Observation], identify: Identify) -> Camera:
    identity = identity_of(observations)
    said = {name: values for one in reversed(observations) for name, values in one.fields.items()}
    serial, mac = (next(iter(identity.of(kind)), None) for kind in (IdentifierKind.SERIAL, IdentifierKind.MAC))
    return Camera(number, said, identify(observations), serial, mac)


def to_count(text: str) -> int | None:
    """A count of channels, or None if the text is not one."""
    text = text.strip()
    plain = text.isascii() and text.isdigit() and len(text) <= 5
    return int(text) if plain and int(text) <= _MAX_CHANNELS else None
