"""Addresses in the cells of tables, as spreadsheets and programs write them: with a prefix length, a port, quotes."""

from __future__ import annotations

import re
from ipaddress import IPv4Interface

from camscan.codecs.text import mac
from camscan.imports.files.base import IPV4, address_of

_MAX = 255
"""Characters of a cell that are looked at."""
_IPV4 = re.compile(rf"(?<![\w.:#])({IPV4})(/[0-9]{{1,2}})?(?![\w.]|[:-][0-9A-Fa-f]{{2}}[:-])")
_PADDED = re.compile(r"[0-9]{3}(?:\.[0-9]{3}){3}")
"""An address whose zeros cannot mean octal, as all its numbers have three digits."""
_MAC = re.compile(
    r"(?<![0-9A-Za-z:.-])(?<!\b[0-9A-F]{2} )(?:[0-9A-F]{1,2}([:. -])[0-9A-F]{1,2}(?:\1[0-9A-F]{1,2}){4}"
    r"|[0-9A-F]{4}([:.-])[0-9A-F]{4}\2[0-9A-F]{4}|[0-9A-F]{6}-?[0-9A-F]{6})"
    r"(?![0-9A-Za-z]|[:.-][0-9A-F]| [0-9A-F]{2}\b)",
    re.IGNORECASE,
)


def address_in(text: str) -> str:
    """The address in a cell, the first of several; "" where there is none, or only a network."""
    if found := address_of(text):
        return found
    hosts = (_host(match[1], match[2] or "") for match in _IPV4.finditer(text[:_MAX]))
    return next(filter(None, hosts), "")


def mac_in(text: str) -> str | None:
    """The MAC address in a cell; None where there is none, or there are several."""
    if (found := mac(text)) or len(text) > _MAX:
        return found
    several = {known for match in _MAC.finditer(text) if (known := mac(match[0].replace(" ", ":")))}
    return several.pop() if len(several) == 1 else None


def _host(address: str, length: str) -> str:
    if _PADDED.fullmatch(address):
        address = ".".join(str(int(part)) for part in address.split("."))
    found = address_of(address)
    if not found or not length or int(length[1:]) > 30:  # networks of two addresses or one have no address of their own
        return found
    interface = IPv4Interface(f"{found}{length}")
    return "" if interface.ip == interface.network.network_address else found
