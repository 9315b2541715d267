"""Reduces the observations of one address to what merging needs, so that they can be dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations, starmap

from camscan.devices.channels import SLOT, ChannelList, Identify, channel_list, to_count
from camscan.devices.forwards import SerialMakers, serial_makers, serials_by_port
from camscan.devices.identity import (
    FIELDS_OF,
    LINK,
    ONE_BOX_ONE_MAC,
    IdentifierKind,
    Identity,
    identity_of,
    source_mac,
    to_mac,
    to_serial,
)
from camscan.devices.relayed import RELAYED, told_apart
from camscan.records import Identification, Observation, Outcome
from camscan.text.serials import differ

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
    slots = [observation for observation in observations if SLOT in observation.fields]
    if slots:
        of_itself = [observation for observation in observations if SLOT not in observation.fields]
        hosts = list(hosts_at(address, of_itself, identify))
        recorder = next((host for host in hosts if slots[0].port in host.ports), next(iter(hosts), None))
        yield from (
            replace(host, channels=channel_list(slots, identify) if host is recorder else None) for host in hosts
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
