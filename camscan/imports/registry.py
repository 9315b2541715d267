"""The kinds of files that can be imported."""

from __future__ import annotations

import re
from collections.abc import Callable

from camscan.errors import UsageError
from camscan.imports import pcap
from camscan.imports.files import (
    banners,
    httpx,
    jsontable,
    leases,
    maclist,
    mactable,
    masscan,
    neighbours,
    runzero,
    shodan,
    switchports,
    zeek,
    zgrab,
)
from camscan.imports.files.base import Reader
from camscan.imports.nmap import stream as nmap_stream
from camscan.text.fileformats import BUNDLE, DATABASE, OF_CAMSCAN, format_of

READERS = (
    Reader("pcap", pcap.sniff, pcap.read, pcap.CHANNELS),
    Reader("nmap-xml", nmap_stream.sniff, nmap_stream.read, nmap_stream.CHANNELS),
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
    Reader("json-table", jsontable.sniff, jsontable.read, jsontable.CHANNELS),
    Reader("mac-table", mactable.sniff, mactable.read, mactable.CHANNELS),
    Reader("arp", neighbours.sniff_arp, neighbours.read, neighbours.CHANNELS),
    Reader("banners", banners.sniff, banners.read, banners.CHANNELS),
)
"""Readers in the order in which they are tried, the most certain first."""
_ONE_CLIENT = Reader("json-table", jsontable.sniff_one, jsontable.read, jsontable.CHANNELS)
"""A list of one client, which elsewhere may be what a device answered."""
_EVERY = (*READERS, switchports.READER, _ONE_CLIENT)
"""All that an import reads: also what is read only once the other files were."""
KINDS = tuple(dict.fromkeys(reader.name for reader in _EVERY))
_OWN = re.compile(
    rb'\A(?:\{"schema": ?"camscan|\{"scan": "[0-9a-z]+", "site": |(?:\xef\xbb\xbf)?id,address,mac,hostname,maker,)'
)
_OPEN_PORTS = (
    "lists open ports, and not what answered there: scan the addresses: jq -r .{} FILE | sort -u | camscan scan -"
)
_NOT_READ: tuple[tuple[Callable[[bytes], object], str], ...] = (
    (re.compile(rb"\s*\Z").match, "is empty: nothing to import"),
    (re.compile(re.escape(pcap.GZIP)).match, "is packed with gzip and no capture: `zcat FILE | camscan import -`"),
    (
        re.compile(rb"# Nmap |Starting Nmap ").match,
        "is nmap's output for people: import its XML (nmap -oX, or -oA for all forms)",
    ),
    (
        re.compile(rb"# Masscan ").match,
        "is masscan's greppable output: have it write JSON (masscan -oJ) or a list (-oL)",
    ),
    (lambda head: format_of(head) == DATABASE, f"is a database: {OF_CAMSCAN[DATABASE]}"),
    (re.compile(rb"\s*%PDF").match, "is a PDF: export the list from its program as CSV"),
    (re.compile(rb"\s*<[!?A-Za-z]").match, "is HTML or XML, and none of nmap's: save its table as CSV"),
    (
        _OWN.match,
        (
            "was written by camscan, and does not hold the answers in a form to import: get the store or a bundle of "
            "its scan (`camscan evidence export`), and use `camscan db merge`"
        ),
    ),
    (lambda head: format_of(head) == BUNDLE, f"looks like a bundle of evidence: {OF_CAMSCAN[BUNDLE]}"),
    (
        re.compile(rb"PK\x03\x04").match,
        "is a workbook or an archive: save its table as CSV, or unpack it; an inventory is for `camscan reconcile`",
    ),
    (re.compile(rb'\{"address": "').match, _OPEN_PORTS.format("address")),  # of `camscan ports`
    (  # of naabu
        re.compile(rb'\{"(?:host|ip)":"[^"]*",(?:"[a-z_]{1,16}":"[^"]*",){0,4}"port":\d').match,
        _OPEN_PORTS.format("ip"),
    ),
    (
        mactable.names_addresses,
        "lists addresses, and neither MACs nor answers: hold it against a scan with `camscan reconcile FILE`",
    ),
    (
        maclist.sniff,
        "lists MAC addresses, and no IP addresses: judge them by their MACs alone, `camscan identify FILE`",
    ),
)
"""By what files are known that no reader reads, and what to do with them."""
_UNKNOWN = (
    f"is not a file that camscan knows: choose its kind with --kind, from {', '.join(KINDS)}; a list of devices is for"
    " `camscan reconcile`"
)


def is_own_report(head: bytes) -> bool:
    """Whether a file begins as the JSON, the lines or the CSV of camscan's own reports do."""
    return _OWN.match(head) is not None


def reader_for(head: bytes, name: str | None = None, file: str = "this") -> Reader:
    """The reader of that name, or else the first that recognises the head of `file`.

    Raises UsageError if no reader has that name, or none recognises the file.
    """
    if name is not None:
        for reader in _EVERY:
            if reader.name == name.lower():
                return reader
        raise UsageError(f"unknown kind {name!r}: --kind is one of {', '.join(KINDS)}")
    if not is_own_report(head):  # a report holds no answers: it would be judged by its MACs alone
        for reader in _EVERY:
            if reader.sniff(head):
                return reader
    why = next((told for is_one, told in _NOT_READ if is_one(head)), _UNKNOWN)
    raise UsageError(f"{file} {why}")
