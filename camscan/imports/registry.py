"""The kinds of files that can be imported."""

from __future__ import annotations

import re

from camscan.errors import UsageError
from camscan.imports import pcap
from camscan.imports.files import banners, httpx, leases, mactable, masscan, neighbours, runzero, shodan, zeek, zgrab
from camscan.imports.files.base import Reader
from camscan.imports.nmap import stream as nmap_stream

READERS = (
    Reader("pcap", pcap.sniff, pcap.read, pcap.CHANNELS),
    Reader(
        "nmap-xml",
        nmap_stream.sniff,
        nmap_stream.read,
        ("nmap", "arp", "http", "tls", "rtsp", "snmp", "ssdp", "banner"),
    ),
    Reader("zgrab2", zgrab.sniff, zgrab.read, zgrab.CHANNELS),
    Reader("banners-json", banners.sniff_json, banners.read_json, banners.CHANNELS),
    Reader("masscan-json", masscan.sniff_json, masscan.read_json, masscan.CHANNELS),
    Reader("masscan-list", masscan.sniff_list, masscan.read_list, masscan.CHANNELS),
    Reader("httpx", httpx.sniff, httpx.read, httpx.CHANNELS),
    Reader("shodan", shodan.sniff, shodan.read, shodan.CHANNELS),
    Reader("runzero", runzero.sniff, runzero.read, runzero.CHANNELS),
    Reader("zeek", zeek.sniff, zeek.read, zeek.CHANNELS),
    Reader("kea", leases.sniff_kea, leases.read_kea, leases.CHANNELS),
    Reader("isc-dhcp", leases.sniff_isc, leases.read_isc, leases.CHANNELS),
    Reader("dnsmasq", leases.sniff_dnsmasq, leases.read_dnsmasq, leases.CHANNELS),
    Reader("ip-neigh", neighbours.sniff_neigh, neighbours.read_neigh, neighbours.CHANNELS),
    Reader("mac-table", mactable.sniff, mactable.read, mactable.CHANNELS),
    Reader("arp", neighbours.sniff_arp, neighbours.read, neighbours.CHANNELS),
    Reader("banners", banners.sniff, banners.read, banners.CHANNELS),
)
"""Readers in the order in which they are tried, the most certain first."""
_ARCHIVE = b"PK\x03\x04"
"""How a ZIP archive begins, which no reader reads."""
_NMAP_TEXT = (b"# Nmap ", b"Starting Nmap ")
"""How the other two forms of nmap's output begin."""
_OPEN_PORTS = re.compile(rb'\A\{"(?:(address)": "|(?:host|ip)":"[^"]*",(?:"[a-z_]{1,16}":"[^"]*",){0,4}"port":\d)')
"""How the lines of `camscan ports` begin, and those of naabu."""
_LIST = b"[ \t\r\n"
"""How a list begins of what a reader expects one a line."""
_BUNDLE = b"README.txt"
"""The first part of a bundle of evidence; its name begins at byte 30."""


def reader_for(head: bytes, name: str | None = None, file: str = "this") -> Reader:
    """The reader of that name, or else the first that recognises the head of `file`.

    Raises:
        UsageError: no reader has that name, or none recognises the file.
    """
    known = ", ".join(reader.name for reader in READERS)
    if name is not None and all(reader.name != name for reader in READERS):
        raise UsageError(f"unknown kind {name!r}: --kind is one of {known}")
    found = [reader for reader in READERS if (reader.sniff(head) if name is None else reader.name == name)]
    if not found:
        if not head.strip():
            raise UsageError(f"{file} is empty: nothing to import")
        if head.startswith(pcap.GZIP):
            raise UsageError(f"{file} is packed with gzip and no capture: `zcat FILE | camscan import -`")
        if head.startswith(_ARCHIVE):
            if head.startswith(_BUNDLE, 30):
                raise UsageError(f"{file} looks like a bundle of evidence: import it with `camscan db merge`")
            raise UsageError(f"{file} is a workbook or an archive: save its table as CSV, or unpack it")
        if head.startswith(_NMAP_TEXT):
            raise UsageError(f"{file} is nmap's output for people: import its XML (nmap -oX, or -oA for all forms)")
        if ports := _OPEN_PORTS.match(head):
            remedy = f"scan the addresses: jq -r .{'address' if ports[1] else 'ip'} FILE | sort -u | camscan scan -"
            raise UsageError(f"{file} lists open ports, and not what answered there: {remedy}")
        if any(reader.sniff(head.lstrip(_LIST)) for reader in READERS if head.lstrip().startswith(b"[")):
            raise UsageError(f"{file} is one JSON list: import its items, `jq -c '.[]' FILE | camscan import -`")
        remedy = f"choose its kind with --kind, from {known}; a list of devices is for `camscan reconcile`"
        raise UsageError(f"{file} is not a file that camscan knows: {remedy}")
    return found[0]
