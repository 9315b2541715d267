"""Reduces the observations of one address to what merging needs, so that they can be dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations, starmap
from typing import TypeAlias

from camscan.devices.forwards import SerialMakers, serial_makers, serials_by_port
from camscan.devices.identity import (
    FIELDS_OF,
    LINK,
    ONE_BOX_ONE_MAC,
    IdentifierKind,
    Identity,
    differ,
    identity_of,
    source_mac,
    to_mac,
    to_serial,
)
from camscan.devices.relayed import RELAYED, told_apart
from camscan.records import Fields, Identification, Observation, Outcome

Identify: TypeAlias = Callable[[Sequence[Observation]], tuple[Identification, ...]]

_CAMERA_CHANNELS = frozenset(
    ("rtsp", "onvif", "sadp", "dhip", "dvrip", "netcommon", "mhed", "lapi", "moi", "dh01", "baichuan")
)
_CAMERA_FIELDS = ("isapi.root", "lapi.response_url")  # fields of makers' own interfaces over HTTP
_LEASES = "dhcp"
_SPEAKS = frozenset((Outcome.ANSWERED, Outcome.AUTH_REQUIRED, Outcome.TRUNCATED))
"""Outcomes that show that the peer speaks the channel's protocol."""

_DATAGRAM_CHANNELS = frozenset(
    ("arp", "wsd", "sadp", "dhip", "mdns", "snmp", "netcommon", "mhed", "moi", "dh01", "dhcp", "udp")
)
_DATAGRAM_PORTS = frozenset((("ssdp", 1900), ("dvrip", 5050)))  # channels that also use TCP, with their UDP port

_CHANNEL_COUNTS = ("sadp.digital_channel_num", "dhip.remote_video_input_channels", "recorder.channels")
_MAX_CHANNELS = 4096  # more than any recorder has; a larger number is not a count of channels

_MAX_NAMED = 4  # values that one conflict names
_MOST_AT_ONE = 64  # devices of one protocol at one address: of a batch that was unpacked and plugged in together
_TOLD_TOGETHER = (
    ("sadp.mac", "sadp.device_sn"),
    ("dhip.mac", "dhip.serial_no"),
    ("dvrip.mac", "dvrip.serial"),
    ("netcommon.mac", "netcommon.serial"),
    ("mhed.mac", "mhed.serial"),
    ("dh01.mac", "dh01.serial"),
)
"""MAC and serial of one device in the answers of a discovery protocol."""

_SLOT = "behind.slot"
"""The field of observations that are about one channel of a recorder, not about the recorder itself."""
_TITLE = frozenset({"behind.api", _SLOT, "behind.name"})  # fields of a list of titles, which has channels of every kind
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


@dataclass(frozen=True, slots=True)
class Host:
    """What answers at one address: usually one device."""

    address: str
    identity: Identity
    identifications: tuple[Identification, ...]
    ports: frozenset[int]
    camera_like: bool
    attached: int | None  # the number of network cameras that it says it supports
    conflicts: tuple[str, ...]
    serial_makers: SerialMakers
    leased: bool  # whether nothing but a DHCP server tells of it: somebody was given the address, and may have left it
    at: datetime  # when it was last told of
    channels: ChannelList | None = None


def hosts_at(address: str, observations: Sequence[Observation], identify: Identify) -> Iterator[Host]:
    """The hosts at an address: none if nothing answered, several if frames or answers show several devices."""
    if not any(observation.outcome.has_answer for observation in observations):
        return
    observations = tuple(map(told_apart, observations))
    slots = [observation for observation in observations if _SLOT in observation.fields]
    if slots:
        of_itself = [observation for observation in observations if _SLOT not in observation.fields]
        hosts = list(hosts_at(address, of_itself, identify))
        recorder = next((host for host in hosts if slots[0].port in host.ports), next(iter(hosts), None))
        yield from (
            replace(host, channels=_channel_list(slots, identify) if host is recorder else None) for host in hosts
        )
        return
    identity, leased = identity_of(observations), _is_leased(observations)
    parts = _parts(observations, identity.of(IdentifierKind.MAC) if leased else identity.link_macs)
    if not parts:
        yield _host(address, observations, identity, identify, tuple(_contradictions(address, identity)))
        return
    names = [name for name in parts if name is not None]
    conflict = f"several devices {'were given' if leased else 'answer at'} {address}: {', '.join(names[:_MAX_NAMED])}"
    for name in names:
        own = identity_of(parts[name])
        alone = replace(own, values={**own.values, LINK: (name,)}) if name in identity.link_macs else own
        yield _host(address, (*parts[name], *parts[None]), alone, identify, (conflict,))


def _is_leased(observations: Iterable[Observation]) -> bool:
    return all(one.channel == _LEASES for one in observations if one.outcome.has_answer)


def _parts(
    observations: Sequence[Observation], of_frames: tuple[str, ...]
) -> Mapping[str | None, Sequence[Observation]]:
    """The observations by MAC or, behind a router, by serial; under None those that may be from any of them.

    Nothing where one device answers at the address.
    """
    macs = _macs(observations, of_frames)
    if len(macs) > 1:
        sources = [mac if (mac := source_mac(one)) in macs else None for one in observations]
        return _by_source(observations, sources, macs)
    serials = serials_by_port(observations)
    sources = [serials.get(one.port or 0) for one in observations]
    return _by_source(observations, sources, dict.fromkeys(serials.values())) if serials else {}


def _macs(observations: Iterable[Observation], of_frames: tuple[str, ...]) -> tuple[str, ...]:
    """The MACs of several devices with one address, as makers give it to every new one; else those of frames or leases.

    Without frames, answers of one protocol tell: there are several serials in them, each with a MAC of its own.
    """
    told: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for observation in observations:
        for mac_name, serial_name in _TOLD_TOGETHER:
            known, mac = told[mac_name], to_mac(_first(observation, mac_name))
            if mac and (mac in known or len(known) < _MOST_AT_ONE):
                known[mac] = known.get(mac) or to_serial(_first(observation, serial_name)) or ""
    pairs = ((macs, combinations(filter(None, macs.values()), 2)) for macs in told.values())
    several = (macs for macs, serials in pairs if any(starmap(differ, serials)))
    found = tuple(dict.fromkeys(mac for macs in several for mac in macs))
    if not found:
        return of_frames
    return tuple(dict.fromkeys((*of_frames, *found))) if len(of_frames) > 1 else found


def _first(observation: Observation, name: str) -> str:
    return next(iter(observation.fields.get(name, ())), "")


def _channel_list(observations: Iterable[Observation], identify: Identify) -> ChannelList:
    """The channels by number. A title alone does not make one: analogue inputs have titles, too."""
    lists: defaultdict[int, list[Observation]] = defaultdict(list)
    for observation in observations:
        number = to_count(observation.fields[_SLOT][0])
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


def _by_source(
    observations: Iterable[Observation], sources: Iterable[str | None], names: Iterable[str]
) -> Mapping[str | None, Sequence[Observation]]:
    parts: dict[str | None, list[Observation]] = {name: [] for name in (*names, None)}
    for observation, source in zip(observations, sources, strict=True):
        parts[source].append(observation)
    return parts


def _host(
    address: str,
    observations: Sequence[Observation],
    identity: Identity,
    identify: Identify,
    conflicts: tuple[str, ...],
) -> Host:
    found = identify(observations)
    return Host(
        address=address,
        identity=identity,
        identifications=found,
        ports=frozenset(_open_ports(observations)),
        camera_like=any(map(_is_camera_like, observations)),
        attached=max(_counts(observations), default=None),
        conflicts=(*conflicts, *_relays(observations)),
        serial_makers=serial_makers(observations, found),
        leased=_is_leased(observations),
        at=max(one.at for one in observations),
    )


def _relays(observations: Iterable[Observation]) -> Iterator[str]:
    others = dict.fromkeys(other for observation in observations for other in observation.fields.get(RELAYED, ()))
    if others:
        yield f"passes on what {', '.join(list(others)[:_MAX_NAMED])} announced: taken for hints"


def _open_ports(observations: Iterable[Observation]) -> Iterator[int]:
    for observation in observations:
        yield from (int(text) for text in observation.fields.get("tcp.port", ()) if _is_port(text))
        datagram = (
            observation.channel in _DATAGRAM_CHANNELS or (observation.channel, observation.port) in _DATAGRAM_PORTS
        )
        if observation.port and observation.outcome.has_answer and not datagram:
            yield observation.port


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536


def _is_camera_like(observation: Observation) -> bool:
    if observation.outcome not in _SPEAKS:
        return False
    if observation.channel in _CAMERA_CHANNELS or any(name in observation.fields for name in _CAMERA_FIELDS):
        return True
    # Printers and PCs answer WS-Discovery too; ONVIF devices say so by type or scope (ONVIF Core, section Discovery).
    types, scopes = (observation.fields.get(name, ()) for name in ("wsd.types", "onvif.scope"))
    return any("onvif.org/" in text or "NetworkVideo" in text for text in (*types, *scopes))


def _counts(observations: Iterable[Observation]) -> Iterator[int]:
    for observation in observations:
        for name in _CHANNEL_COUNTS:
            counts = map(to_count, observation.fields.get(name, ()))
            yield from (count for count in counts if count is not None)


def to_count(text: str) -> int | None:
    """A count of channels, or None if the text is not one."""
    text = text.strip()
    plain = text.isascii() and text.isdigit() and len(text) <= 5
    return int(text) if plain and int(text) <= _MAX_CHANNELS else None


def _contradictions(address: str, identity: Identity) -> Iterator[str]:
    """Two serials, or two MACs in one field, at one address."""
    serials: dict[str, str] = {}
    for name in FIELDS_OF[IdentifierKind.SERIAL]:
        serials |= dict.fromkeys(identity.values.get(name, ()), name)
    if any(differ(one, other) for one, other in combinations(serials, 2)):
        yield f"several serials at {address}: {_named(serials)}"
    for name in ONE_BOX_ONE_MAC:
        macs = identity.values.get(name, ())
        if len(macs) > 1:
            yield f"several MACs at {address}: {_named(dict.fromkeys(macs, name))}"


def _named(values: dict[str, str]) -> str:
    return ", ".join(f"{value} ({name})" for value, name in list(values.items())[:_MAX_NAMED])
