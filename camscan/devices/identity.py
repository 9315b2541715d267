"""Reads the identity of a device from observations: serial, MAC, endpoint, host name, and its own addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import islice
from typing import TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

from camscan.codecs.embeddedmac import MAC_FIELDS
from camscan.records import Identification, Observation


class IdentifierKind(StrEnum):
    """A kind of identifier; the values are the words used in conflicts."""

    SERIAL = "serial"
    MAC = "MAC"
    ENDPOINT = "endpoint"
    HOSTNAME = "host name"


UNIQUE = (IdentifierKind.SERIAL, IdentifierKind.MAC, IdentifierKind.ENDPOINT)
"""The kinds that should be unique to a device, although makers of clones copy each of them."""

MAX_VALUES = 16
"""Values of one field that are kept of one address: no device has more, and a hostile one must not fill the memory."""

LINK = "link"  # stands for a field with MACs seen in frames, which are trusted more than anything that a device claims
LINK_CHANNEL = "arp"

FIELDS: Mapping[str, IdentifierKind] = {
    LINK: IdentifierKind.MAC,
    **dict.fromkeys(MAC_FIELDS, IdentifierKind.MAC),
    "behind.mac": IdentifierKind.MAC,
    "sadp.device_sn": IdentifierKind.SERIAL,
    "dhip.serial_no": IdentifierKind.SERIAL,
    "dvrip.serial": IdentifierKind.SERIAL,
    "netcommon.serial": IdentifierKind.SERIAL,
    "mhed.serial": IdentifierKind.SERIAL,
    "dh01.serial": IdentifierKind.SERIAL,
    "isapi.serial": IdentifierKind.SERIAL,
    "cgi.serial": IdentifierKind.SERIAL,
    "lapi.serial": IdentifierKind.SERIAL,
    "onvif.serial": IdentifierKind.SERIAL,
    "onvif.scope.serial": IdentifierKind.SERIAL,
    "upnp.serial_number": IdentifierKind.SERIAL,
    "behind.serial": IdentifierKind.SERIAL,
    "wsd.endpoint": IdentifierKind.ENDPOINT,
    "upnp.udn": IdentifierKind.ENDPOINT,
    "host.name": IdentifierKind.HOSTNAME,
    "dhcp.hostname": IdentifierKind.HOSTNAME,
    "mdns.host": IdentifierKind.HOSTNAME,
    "onvif.hostname": IdentifierKind.HOSTNAME,
    "netcommon.host_name": IdentifierKind.HOSTNAME,
    "snmp.sys_name": IdentifierKind.HOSTNAME,
}
"""Field -> kind of identifier, the most trusted first within a kind."""

FIELDS_OF: Mapping[IdentifierKind, tuple[str, ...]] = {
    kind: tuple(name for name, its_kind in FIELDS.items() if its_kind is kind) for kind in IdentifierKind
}
"""Kind -> its fields, in the same order."""

ONE_BOX_ONE_MAC = tuple(
    name
    for name, kind in FIELDS.items()
    if kind is IdentifierKind.MAC and name not in {LINK, "onvif.scope.mac"} and not name.endswith("_mac")
)
"""Fields in which a device gives only one MAC: two values mean two devices, or a change between two answers."""

_OWN_ADDRESS = (
    "sadp.ipv4_address",
    "sadp.ipv6_address",
    "dhip.ipv4_address",
    "dhip.ipv6_address",
    "dvrip.ipv4_address",
    "netcommon.ipv4_address",
    "mhed.ipv4_address",
    "moi.ipv4_address",
    "dh01.ipv4_address",
    "isapi.ipv4_address",
    "cgi.ipv4_address",
    "lapi.ipv4_address",
    "onvif.ipv4_address",
    "mdns.address",
)
_OWN_URL = ("wsd.xaddr", "onvif.xaddr", "ssdp.location", "upnp.presentation_url")

_SEPARATORS = re.compile("[-:. ]")
_TWELVE = re.compile(r"[0-9A-F]{12}")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_PLACEHOLDER = re.compile(
    r"(.)\1*|n/a|none|null|undefined|unknown|redacted|default(?: string)?|not (?:available|set|specified)"
    r"|serial(?:[ _-]?(?:number|no))?|0?1234(?:5(?:6(?:7(?:8(?:9(?:0)?)?)?)?)?)?",
    re.IGNORECASE,
)
_AROUND = " \t\r\n\"'`*,;."  # what texts have around a serial, and serials have not

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of one address, or of one device, according to its answers.

    `values` holds field -> normalised values. `claims` are all addresses that the answers call their own; `away` are
    those from answers that do not name the address they came from.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    claims: frozenset[str] = frozenset()
    away: frozenset[str] = frozenset()

    def of(self, kind: IdentifierKind) -> tuple[str, ...]:
        """All values of a kind, the most trusted first, each once."""
        values = self.values
        return tuple(dict.fromkeys(value for name in FIELDS_OF[kind] if name in values for value in values[name]))

    @property
    def link_macs(self) -> tuple[str, ...]:
        """The source MACs of frames."""
        return self.values.get(LINK, ())


def identity_of(observations: Iterable[Observation]) -> Identity:
    """The identity in the observations of one address, within bounds."""
    values: dict[str, dict[str, None]] = {}
    claims: dict[Address, None] = {}  # no sets: which of them are kept may not change from run to run
    away: dict[Address, None] = {}
    for observation in observations:
        for name, value in _values(observation):
            found = values.setdefault(name, {})
            if len(found) < MAX_VALUES:
                found.setdefault(value)
        own = dict.fromkeys(islice(_own_addresses(observation), MAX_VALUES))
        claims |= own
        away |= dict.fromkeys(_away(observation.target, own))
    kept = {name: tuple(found) for name, found in values.items()}
    return Identity(kept, *(frozenset(islice(map(str, some), MAX_VALUES)) for some in (claims, away)))


def joined(identities: Iterable[Identity]) -> Identity:
    """The identity of a device that has several addresses."""
    values: dict[str, dict[str, None]] = {}
    claims: set[str] = set()
    away: set[str] = set()
    for identity in identities:
        for name, found in identity.values.items():
            values.setdefault(name, {}).update(dict.fromkeys(found))
        claims |= identity.claims
        away |= identity.away
    return Identity({name: tuple(found) for name, found in values.items()}, frozenset(claims), frozenset(away))


def attributed(identifications: Iterable[Identification], name: str) -> Iterator[str]:
    """The usable serials or MACs (`name`) that fingerprint rules have extracted."""
    normalise = to_mac if name == "mac" else to_serial
    for found in identifications:
        value = normalise(found.attributes.get(name, ""))
        if value:
            yield value


def source_mac(observation: Observation) -> str | None:
    """The MAC of the sender according to the observation itself, if it has one: the most trusted of several."""
    told = {name: value for name, value in reversed([*_values(observation)]) if FIELDS[name] is IdentifierKind.MAC}
    return next((told[name] for name in FIELDS_OF[IdentifierKind.MAC] if name in told), None)


@lru_cache(maxsize=4096)
def to_mac(text: str) -> str | None:
    """A MAC as "AA:BB:CC:DD:EE:FF"; None if it is all-zero or a group's."""
    digits = _SEPARATORS.sub("", text).upper()
    if not _TWELVE.fullmatch(digits) or int(digits, 16) == 0 or int(digits[1], 16) & 1:
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def to_serial(text: str) -> str | None:
    """A serial without quotes and white space around it; None if it is a placeholder."""
    text = text.strip(_AROUND)
    return None if len(text) < 4 or _PLACEHOLDER.fullmatch(text) else text


def to_endpoint(text: str) -> str | None:
    """The UUID in an endpoint address in lower case, or all of it if there is none; None for the nil UUID."""
    text = text.strip().lower()
    found = _UUID.search(text)
    endpoint = found[0] if found else text
    return endpoint if endpoint.strip("0-") else None


def mac_in(endpoint: str) -> str | None:
    """The MAC in a version 1 UUID, whose last 12 digits are the node (RFC 9562, 5.1).

    None where they are random, or too small a number to be a MAC.
    """
    if not _UUID.fullmatch(endpoint):
        return None
    uuid = UUID(endpoint)
    is_made_of_mac = uuid.version == 1 and uuid.node >> 24  # other variants have no version
    return to_mac(endpoint[-12:]) if is_made_of_mac else None


@lru_cache(maxsize=4096)
def to_address(text: str) -> Address | None:
    """An address without zone or prefix length, IPv4-mapped ones as IPv4; None if it is not an address."""
    try:
        address = ip_address(text.strip().split("%")[0].split("/")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


_NORMALISE: Mapping[IdentifierKind, Callable[[str], str | None]] = {
    IdentifierKind.MAC: to_mac,
    IdentifierKind.SERIAL: to_serial,
    IdentifierKind.ENDPOINT: to_endpoint,
    IdentifierKind.HOSTNAME: str.strip,
}


def _values(observation: Observation) -> Iterator[tuple[str, str]]:
    for name, texts in observation.fields.items():
        kind = FIELDS.get(name)
        if kind is not None:
            below = name == "mac.address" and observation.channel == LINK_CHANNEL
            for value in filter(None, map(_NORMALISE[kind], texts)):
                yield LINK if below else name, value


def _own_addresses(observation: Observation) -> Iterator[Address]:
    fields = observation.fields
    texts = [text for name in _OWN_ADDRESS for text in fields.get(name, ())]
    texts += [host_in(url) for name in _OWN_URL for url in fields.get(name, ())]
    yield from filter(None, map(to_unicast, texts))


@lru_cache(maxsize=4096)
def to_unicast(text: str) -> Address | None:
    """An address that a device may call its own, else None."""
    address = to_address(text)
    if address is None or address.is_unspecified or address.is_loopback or address.is_multicast:
        return None
    return address


def host_in(url: str) -> str:
    """The host that a URL names, "" where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _away(target: str, own: Collection[Address]) -> Iterator[Address]:
    """The addresses in one answer that contradict its source; none if the source is among them."""
    asked = to_address(target)
    if asked is not None and asked not in own:
        yield from (one for one in own if one.version == asked.version and not one.is_link_local)
