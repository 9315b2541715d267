"""Leases and log lines of DHCP servers: address, host name and vendor class of a device."""

from __future__ import annotations

import re
from collections.abc import Iterator

from camscan.codecs.layout import fields as as_fields
from camscan.imports.forms import macs
from camscan.imports.forms.base import Answer, answer, named, pairs

_STATEMENT = re.compile(
    r"(?:^|[{;])[ \t]*+(client-hostname|(?:option )?host-name|(?:set )?vendor-class-identifier)\s*+(?:=\s*+)?"
    r'"([^"\r\n]{1,255})"',
    re.MULTILINE,
)
_LOGGED = re.compile(
    r"\bDHCP(?:ACK|REQUEST|DISCOVER|OFFER)\b\S{0,40} (?:on |for )?[0-9a-fA-F.:]{7,39} (?:(?:to|from) )?"
    r"[0-9a-fA-F:]{17} \(?([A-Za-z][\w./()-]{0,254})"
)
_LEASED = re.compile(r"^\d{1,12} (?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2} [0-9.]{7,15} ([A-Za-z]\S{0,254})", re.MULTILINE)
_NAMES = {
    "hostname": "dhcp.hostname",
    "clienthostname": "dhcp.hostname",
    "optionhostname": "dhcp.hostname",
    "vendorclass": "dhcp.vendor_class",
    "vendorclassidentifier": "dhcp.vendor_class",
    "setvendorclassidentifier": "dhcp.vendor_class",
}


def leased(text: str) -> Iterator[Answer]:
    """A lease of ISC dhcpd or dnsmasq, a line of their logs, or a mapping with the name of the host."""
    found = named(_STATEMENT.findall(text), _NAMES) or [
        ("dhcp.hostname", name.rstrip(")")) for name in (*_LOGGED.findall(text), *_LEASED.findall(text))
    ]
    found = found or named(pairs(text), _NAMES)
    yield from answer("dhcp", as_fields(found))
    yield from macs.addresses(text)


def is_lease(text: str) -> bool:
    """Whether a text is of a DHCP server."""
    return any(pattern.search(text) for pattern in (_STATEMENT, _LOGGED, _LEASED))
