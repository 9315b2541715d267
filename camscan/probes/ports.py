"""Which TCP ports are tried, and which further ones a host names for itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from camscan.records import Observation, Outcome

FIRST_PORTS = (
    80,  # web page of nearly every device
    443,  # the same over TLS
    554,  # RTSP
    8000,  # SDK port of SADP devices; ONVIF of others
    37777,  # DVRIP
    8080,  # second web port, moved web pages
    34567,  # NetCommon recorders and cameras
    9000,  # Baichuan
)
"""Tried at every address: almost every device has one of these open, or refuses one."""

MORE_PORTS = (
    *(81, 82, 83, 85, 88, 888),  # web pages moved off 80, and ONVIF of small boards
    *(2020, 8899, 8999),  # ONVIF of app cameras and boards
    *(5000, 8001, 8081, 8082, 8090),  # web pages of recorders and door stations
    8443,  # TLS web pages; SDK over TLS
    *(5554, 8554, 10554),  # RTSP moved off 554
    *(6036, 35000),  # SDK ports of recorders
)
"""Tried only at addresses that are alive."""

BINARY_PORTS = frozenset({6036, 34567, 35000, 37777})  # SDK ports with a binary protocol, to which no text is sent

TLS_PORTS = frozenset({443, 8443})
RTSP_PORTS = frozenset({554, 5554, 8554, 10554})

_PORT_FIELDS = (
    *("sadp.http_port", "dhip.http_port", "netcommon.http_port", "mhed.http_port", "mhed.rtsp_port"),
    *("moi.port", "dh01.port"),
)
_URL_FIELDS = ("wsd.xaddr", "onvif.xaddr", "http.location", "http.refresh", "upnp.presentation_url", "ssdp.location")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def named_ports(address: str, seen: Iterable[Observation]) -> Iterator[int]:
    """Ports that the host's own answers name, in port fields and in URLs with its own address."""
    for observation in seen:
        for field in _PORT_FIELDS:
            for value in observation.fields.get(field, ()):
                if value.isascii() and value.isdecimal() and 0 < int(value) < 65_536:
                    yield int(value)
        for field in _URL_FIELDS:
            for value in observation.fields.get(field, ()):
                port = port_of(value, address)
                if port:
                    yield port


def port_of(url: str, address: str) -> int | None:
    """The port of an http(s) URL whose host is literally this address; None for any other, or where no text is sent."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        same = ipaddress.ip_address(host) == ipaddress.ip_address(address)
    except ValueError:
        return None
    if not same or parts.username is not None or parts.scheme not in _DEFAULT_PORTS:
        return None
    port = port or _DEFAULT_PORTS[parts.scheme]
    return None if port in BINARY_PORTS else port


def is_secured(port: int | None, seen: Iterable[Observation]) -> bool:
    """Whether TLS was established with a port; a failed attempt has no certificate."""
    at_port = (o for o in seen if o.channel == "tls" and o.port == port)
    return any(o.outcome is Outcome.ANSWERED or o.raw for o in at_port)
