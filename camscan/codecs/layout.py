"""Helpers for codecs: text, numbers and addresses at fixed offsets, and fields from pairs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address

from camscan.codecs.text import clip, mac, to_text

MAX_VALUE = 256  # characters kept of one value; the longest names and serial numbers seen have about 60


def fields(values: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Fields from (name, value) pairs. Empty and repeated values are left out."""
    found: dict[str, dict[str, None]] = {}
    for name, value in values:
        if kept := clip(value.replace("\0", ""), MAX_VALUE):
            found.setdefault(name, {})[kept] = None
    return {name: tuple(kept) for name, kept in found.items()}


@lru_cache(maxsize=4096)
def address(text: str) -> str:
    """An IP address in its usual notation, without prefix length.

    "" for anything else and for the unspecified address, by which a device says that it has none.

    >>> address("fe80::0aed:edff:fe87:427a/64")
    'fe80::aed:edff:fe87:427a'
    """
    try:
        parsed = ip_address(text.strip().partition("/")[0])
    except ValueError:
        return ""
    return "" if parsed.is_unspecified else str(parsed)


def hardware_address(text: str) -> str:
    """A MAC address in any usual notation as "AA:BB:CC:DD:EE:FF"; "" where it names no station."""
    return mac(text) or ""


def mac_in_address(text: str) -> str:
    """The MAC of which an IPv6 address, alone or in a URL, was formed (RFC 4291, appendix A); "" for any other.

    >>> mac_in_address("http://[fe80::c62f:90ff:fe00:1]/onvif/device_service")
    'C4:2F:90:00:00:01'
    """
    if "ff:fe" not in text.lower():
        return ""
    host = text.partition("[")[2].partition("]")[0] or text
    try:
        parsed = ip_address(host.strip().partition("/")[0].partition("%")[0])
    except ValueError:
        return ""
    own = parsed.packed[8:]
    if own[3:5] != b"\xff\xfe" or not own[0] & 2:  # not derived from a MAC
        return ""
    return hardware_address(bytes((own[0] ^ 2, *own[1:3], *own[5:])).hex())


def number(value: int) -> str:
    """A number as text; "" for 0, by which these protocols mean "unknown"."""
    return str(value) if value else ""


def text_at(data: bytes, offset: int, length: int) -> str:
    """The text at a fixed place, up to its first NUL; "" where the answer ends before it."""
    return to_text(data[offset : offset + length].partition(b"\0")[0])


def ipv4_at(data: bytes, offset: int) -> str:
    """The IPv4 address whose four octets stand at `offset`, in network order."""
    return address(".".join(map(str, data[offset : offset + 4])))


def mac_at(data: bytes, offset: int) -> str:
    """The MAC address whose six octets stand at `offset`."""
    return hardware_address(data[offset : offset + 6].hex())
