"""Reads nmap's XML as a stream, one host in memory at a time. A file that is cut off gives its whole hosts.

Hosts are found by their tags: in an attribute or a text, XML has no "<", and nmap writes no comments in a host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from camscan.codecs.text import to_text
from camscan.errors import DecodeError
from camscan.imports.files.base import Summary, address_of, moment
from camscan.imports.forms.base import observed
from camscan.imports.nmap.host import host_address, host_answers, is_assumed, is_up, seen_at
from camscan.records import Observation

CHANNELS = ("nmap", "arp", "http", "tls", "rtsp", "snmp", "ssdp", "banner", "udp")

PIECE = 64 * 1024  # bytes that are read at a time
MAX_HOST = 8 * 1024 * 1024  # bytes of one host
MAX_TAGS = 40_000  # of one host; six for each open port, more for scripts with long tables
MAX_TAG = 4096  # bytes of the last tag of the head, and of the beginning of a host

_ROOT = re.compile(rb"<nmaprun[\s>]")
_FIRST = re.compile(rb"<([A-Za-z][\w.-]{0,63})(?:\s[^<>]{0,4096})?/?>")
_BEGAN = re.compile(rb"\sstart=[\"'](\d{1,11})[\"']")
_DECLARES = re.compile(rb"<!(?!--)[^>]{0,4096}\[")
_BEGIN = re.compile(rb"<host(?:\s[^<>]{0,4096})?>")
_END_OF_HOST = re.compile(rb"</host\s*>")
_END = b"</nmaprun>"


def sniff(head: bytes) -> bool:
    """Whether it begins as nmap's XML does."""
    return _ROOT.search(head) is not None


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The observations of all complete hosts; one that is broken or too large is skipped."""
    hosts = Hosts()
    for host in _hosts(hosts, stream, summary):
        yield from _observations(host, moment(hosts.began, at), summary)


def _observations(host: Element | None, at: datetime, summary: Summary) -> Iterator[Observation]:
    address = address_of(host_address(host)) if host is not None else ""
    if host is None:
        summary.broken += 1
    elif not address:
        summary.skip("host without an address")
    elif not is_up(host):
        summary.skip("host that is down")
    else:
        try:
            answers = list(host_answers(host))
        except DecodeError:
            summary.broken += 1
            return
        if is_assumed(host) and len(answers) < 2:  # the first is the host itself
            summary.skip("host that was only taken to be up (-Pn)")
            return
        summary.whole += 1
        when = seen_at(host, at)
        for one in answers:
            yield observed(address, one, when)


def _hosts(hosts: Hosts, stream: BinaryIO, summary: Summary) -> Iterator[Element | None]:
    """Every host in order; None for one that is broken or too large."""
    try:
        while piece := stream.read(PIECE):
            yield from hosts.feed(piece)
        hosts.close()
    except DecodeError as error:
        summary.cut = f"not well-formed, or cut off: {error}"
        summary.broken += hosts.inside_host


class Hosts:
    """Takes one host at a time out of a document, which comes in pieces, and forgets everything else."""

    def __init__(self) -> None:
        self.began = ""
        """When nmap was started: hosts that it only pinged have no time of their own."""
        self.inside_host = False
        """Whether what was read ends within a host."""
        self._rest = b""
        self._has_root = self._is_large = False

    def feed(self, piece: bytes) -> Iterator[Element | None]:
        """The hosts that are whole with this piece. Raises DecodeError where it is no XML of nmap's."""
        data, begin = self._rest + piece, 0
        at = max(0, len(self._rest) - MAX_TAG) if self.inside_host else 0
        self._has_root = self._has_root or self._find_root(data)
        while self._has_root and (found := (_END_OF_HOST if self.inside_host else _BEGIN).search(data, at)):
            if self.inside_host:
                yield None if self._is_large else _parsed(data[begin : found.end()])
            begin, at = found.end() if self.inside_host else found.start(), found.end()
            self.inside_host, self._is_large = not self.inside_host, False
        self._is_large = self._is_large or (self.inside_host and len(data) - begin > MAX_HOST)
        is_needed = not self._has_root or (self.inside_host and not self._is_large)
        self._rest = data[begin if is_needed else max(begin, len(data) - MAX_TAG) :]

    def close(self) -> None:
        """Say that this was all. Raises DecodeError where the document has not ended."""
        if self.inside_host or not self._rest.rstrip().endswith(_END):
            raise DecodeError("it has no end")

    def _find_root(self, data: bytes) -> bool:
        """Whether the root has begun. Entities are refused: nmap writes none, and attacks on XML parsers need them."""
        if _DECLARES.search(data):
            raise DecodeError("a document type with declarations of its own")
        root = _FIRST.search(data)
        if root and root[1] != b"nmaprun":
            raise DecodeError(f"the root is {root[1].decode('ascii', 'replace')[:32]!r}, not nmaprun")
        if not root and len(data) > PIECE:
            raise DecodeError("it has no root")
        began = _BEGAN.search(root[0]) if root else None
        self.began = began[1].decode() if began else ""
        return root is not None


def _parsed(host: bytes) -> Element | None:
    """The element of a host; None of one that is broken or has too many elements."""
    if host.count(b"<") > MAX_TAGS or b"<!" in host:
        return None
    try:
        return ET.fromstring(to_text(host))  # noqa: S314 - it declares nothing, and is bounded
    except ET.ParseError:
        return None
