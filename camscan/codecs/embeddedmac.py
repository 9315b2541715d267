"""MAC addresses in what devices derive from their MAC: IPv6 addresses, UUIDs, UPnP names, realms, serial numbers.

Like any other value in an answer, they are claims.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from uuid import RFC_4122, UUID

from camscan.codecs.layout import hardware_address, mac_in_address
from camscan.records import Fields

MAC_FIELDS = (
    *("sadp.mac", "dhip.mac", "dvrip.mac", "netcommon.mac", "mhed.mac", "moi.mac", "dh01.mac", "isapi.mac"),
    *("isapi.interface_mac", "cgi.interface_mac", "lapi.interface_mac", "onvif.interface_mac"),
    *("mac.address", "onvif.scope.mac"),
)
"""Fields in which an answer names the MAC of the device that gave it, the most trusted first."""
_MAX_VALUES = 16  # of one field that are looked at; a device has one or two names of a kind

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_UUID_OF_MAC = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\b", re.IGNORECASE)
"""As some servers of ONVIF make it, with the colons of the address in its end."""
_NAME_OF_MAC = re.compile(r"uuid:Upnp-[\w.-]{1,40}?-([0-9a-f]{12})(?::|\Z)", re.IGNORECASE)
"""As some devices name themselves in UPnP, instead of a UUID."""
_REALM_OF_MAC = re.compile(r"[A-Za-z][\w .-]{1,32}_([0-9A-F]{12})")
_SERIAL_OF_MAC = re.compile(
    r"[0-9A-F]{2}(?:([:-])[0-9A-F]{2})(?:\1[0-9A-F]{2}){4}|(?=\d*[A-F])[0-9A-F]{12}", re.IGNORECASE
)
"""Of what has no separators, one with a letter: the others are numbers."""


def macs(fields: Fields) -> Iterator[str]:
    """The MACs in the names of a device, as "AA:BB:CC:DD:EE:FF"; no multicast ones, which are random."""
    for name, read in _READERS.items():
        for value in fields.get(name, ())[:_MAX_VALUES]:
            if (mac := read(value)) and not int(mac[1], 16) & 1:
                yield mac


def _in_endpoint(text: str) -> str:
    """The MAC in an endpoint's name: behind its colons, at its end, or as the node of a UUID of version 1.

    A node without a prefix of its own is none (RFC 9562, section 5.1).
    """
    if named := _UUID_OF_MAC.search(text) or _NAME_OF_MAC.search(text):
        return hardware_address(named[1])
    uuid = UUID(match[0]) if (match := _UUID.search(text)) else None
    is_made_of_mac = uuid and uuid.variant == RFC_4122 and uuid.version == 1 and uuid.node >> 24
    return hardware_address(uuid.hex[-12:]) if uuid and is_made_of_mac else ""


def _in_realm(text: str) -> str:
    """The MAC at the end of a realm behind a name, as in "IPCam_0011AABBCCDD"."""
    told = _REALM_OF_MAC.fullmatch(text)
    return hardware_address(told[1]) if told else ""


def _in_serial(text: str) -> str:
    """The MAC that stands in for a serial number."""
    return hardware_address(text) if _SERIAL_OF_MAC.fullmatch(text) else ""


_READERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "wsd.endpoint": _in_endpoint,
        "wsd.xaddr": mac_in_address,
        "onvif.xaddr": mac_in_address,
        "ssdp.location": mac_in_address,
        "mdns.address": mac_in_address,
        "http.realm": _in_realm,
        "rtsp.realm": _in_realm,
        "onvif.serial": _in_serial,
        "upnp.udn": _in_endpoint,
        "ssdp.usn": _in_endpoint,
    }
)
"""Field with a name of the device -> the function that finds a MAC in it, the most reliable first."""
