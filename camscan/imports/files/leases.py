"""DHCP leases of dnsmasq, ISC dhcpd and Kea. The last lease of an address counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from camscan.codecs.text import to_text
from camscan.imports.files.base import Summary, address_of, imported, lines, link_fields, moment, names, number
from camscan.records import Observation

MAX_ADDRESSES = 131_072  # leases that are kept until the file ends; a /16 has half as many addresses

CHANNELS = ("dhcp",)

_FIRST_YEAR = 2000
"""No lease has ended before it."""

_DNSMASQ_MAC = r"(?:[0-9A-Fa-f]{2}-)?[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}"
"""A MAC address, behind the type of hardware where that is not Ethernet."""
_DNSMASQ = re.compile(rf"(\d{{1,11}}) ({_DNSMASQ_MAC}|T?\d{{1,11}}) (\S{{2,45}}) (\S{{1,255}})(?: (\S.*))?")
_DNSMASQ_HEAD = re.compile(rf"\A(?:duid \S+\s+)?\d{{1,11}} {_DNSMASQ_MAC} \S+ \S+".encode())
_ISC_HEAD = re.compile(rb"^lease [0-9.]{7,15} \{", re.MULTILINE)
_ISC_LEASE = re.compile(r"lease ([0-9.]{7,15}) \{")
_ISC_TEXT = r'(?:[^"\\]|\\.){0,255}+'
_ISC_ESCAPED = re.compile(r"(?:\\[0-7]{3})+|\\(.)")
"""Bytes that cannot be printed, in octal; or a quote or backslash."""
_ISC_STATEMENTS = {
    "mac": re.compile(r"hardware ethernet (\S{1,64});"),
    "hostname": re.compile(rf'client-hostname "({_ISC_TEXT})";'),
    "vendor_class": re.compile(rf'set vendor-class-identifier = "({_ISC_TEXT})";'),
    "starts": re.compile(r"starts \d ([\d/]{10} [\d:]{8});"),
    "seconds": re.compile(r"starts epoch (\d{1,11});"),
    "state": re.compile(r"binding state (\w{1,32});"),
}
_KEA_HEAD = b"address,hwaddr,client_id,"


def sniff_dnsmasq(head: bytes) -> bool:
    """Whether it begins as dnsmasq's leases do."""
    return _DNSMASQ_HEAD.match(head) is not None


def sniff_isc(head: bytes) -> bool:
    """Whether it has a lease as ISC dhcpd writes them."""
    return _ISC_HEAD.search(head) is not None


def sniff_kea(head: bytes) -> bool:
    """Whether it begins with the header of Kea's memfile for IPv4."""
    return head.startswith(_KEA_HEAD)


def read_dnsmasq(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """One observation for each lease: "expiry MAC address name client-id". Those of IPv6 bear no MAC, but an IAID.

    When a lease began is not told; but one that has ended was nobody's since.
    """
    for line in map(str.strip, lines(stream, summary)):
        match = _DNSMASQ.fullmatch(line)
        if match is None:
            if not line.startswith("duid "):
                summary.broken += 1
            continue
        lease = {"address": match[3], "mac": match[2][-17:], "hostname": "" if match[4] == "*" else match[4]}
        yield from _observed(lease, _running(match[1], at), summary)


def _running(end: str, at: datetime) -> datetime:
    """The last moment by `at` at which a lease ran; where the router has no clock, its length stands for its end."""
    ended = moment(end, at)
    return min(at, ended) if ended.year >= _FIRST_YEAR else at


def read_isc(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """One observation for each address: of its last block that is whole, where that is active."""
    yield from _last(_isc_leases(stream, summary), at, summary)


def read_kea(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """One observation for each address: of its last row, where that is active. A lifetime of 0 means: deleted."""
    yield from _last(_kea_leases(stream, summary), at, summary)


def _isc_leases(stream: BinaryIO, summary: Summary) -> Iterator[Mapping[str, str]]:
    lease: dict[str, str] | None = None
    for line in map(str.strip, lines(stream, summary)):
        begins = _ISC_LEASE.match(line)
        if begins:
            summary.broken += lease is not None  # the one before has no end
            lease = {"address": begins[1]}
        elif lease is not None and line == "}":
            yield lease
            lease = None
        elif lease is not None:
            lease |= {
                name: _ISC_ESCAPED.sub(_unescaped, match[1])
                for name, pattern in _ISC_STATEMENTS.items()
                if (match := pattern.match(line))
            }
    if lease is not None:
        summary.broken += 1
        summary.cut = "the last lease has no end"


def _unescaped(match: re.Match[str]) -> str:
    return match[1] or to_text(bytes(int(digits, 8) & 0xFF for digits in match[0].split("\\")[1:]))


def _kea_leases(stream: BinaryIO, summary: Summary) -> Iterator[Mapping[str, str]]:
    rows = map(str.strip, lines(stream, summary))
    header = next(rows, "").split(",")
    if "address" not in header:
        summary.cut = "its header names no column of addresses"
        return
    for row in (line.split(",") for line in rows):  # Kea writes a comma in a value as &#x2c
        if len(row) < len(header):
            summary.broken += 1
            continue
        cell = dict(zip(header, row, strict=False))
        yield {
            "address": cell.get("address", ""),
            "mac": cell.get("hwaddr", ""),
            "hostname": cell.get("hostname", "").rstrip("."),
            "seconds": _minus(cell.get("expire", ""), cell.get("valid_lifetime", "")),
            "state": "active" if cell.get("state", "0") == "0" and cell.get("valid_lifetime") != "0" else "gone",
        }


def _minus(end: str, length: str) -> str:
    ended, lasted = number(end), number(length)
    return "" if ended is None or lasted is None else str(max(ended - lasted, 0))


def _last(leases: Iterator[Mapping[str, str]], at: datetime, summary: Summary) -> Iterator[Observation]:
    """The last lease of each address, in the order in which the addresses first appear."""
    latest: dict[str, Mapping[str, str]] = {}
    for lease in leases:
        address = lease["address"]
        if address in latest or len(latest) < MAX_ADDRESSES:
            latest[address] = lease
        else:
            summary.skip(f"address beyond the first {MAX_ADDRESSES}")
    for lease in latest.values():
        if lease.get("state", "active") == "active":
            yield from _observed(lease, at, summary)
        else:
            summary.skip("lease that is not active")


def _observed(lease: Mapping[str, str], at: datetime, summary: Summary) -> Iterator[Observation]:
    address, link = address_of(lease["address"]), link_fields(lease.get("mac", ""))
    if not (address and link):
        summary.skip("lease without an address and a MAC")
        return
    summary.whole += 1
    told = names(dhcp__hostname=lease.get("hostname", ""), dhcp__vendor_class=lease.get("vendor_class", ""))
    yield imported(address, "dhcp", _time(lease, at), {**link, **told})


def _time(lease: Mapping[str, str], at: datetime) -> datetime:
    """When the lease began: ISC dhcpd writes that in UTC or in seconds, Kea as expiry and lifetime."""
    try:
        return datetime.strptime(lease.get("starts", ""), "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return moment(lease.get("seconds", ""), at)
