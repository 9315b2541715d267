"""Reads nmap's XML as a stream, one host in memory at a time. A file that is cut off gives its whole hosts."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from camscan.errors import DecodeError
from camscan.imports.files.base import Summary, address_of, moment
from camscan.imports.forms.base import observed
from camscan.imports.nmap.host import host_address, host_answers, is_assumed, is_up, seen_at
from camscan.records import Observation

CHANNELS = ("nmap", "arp", "http", "tls", "rtsp", "snmp", "ssdp", "banner", "udp")

PIECE = 64 * 1024  # bytes that are read at a time
MAX_SILENCE = 1024 * 1024  # bytes without an element begun or ended: old expat needs quadratic time for long tags
MAX_ELEMENTS = 20_000  # of one host; three for each open port, more for scripts with long tables
MAX_CHARACTERS = 8 * 1024 * 1024  # of one host, texts and attributes together
MAX_DEPTH = 64  # levels; structured output of scripts has about ten

_ROOT = re.compile(rb"<nmaprun[\s>]")


def sniff(head: bytes) -> bool:
    """Whether it begins as nmap's XML does."""
    return _ROOT.search(head) is not None


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The observations of all complete hosts; one that is broken or too large is skipped.

    Entities and internal DTDs are refused: nmap writes none, and attacks on XML parsers need them.
    """
    collector = Collector()
    for host in _hosts(collector, stream, summary):
        yield from _observations(host, moment(collector.began, at), summary)


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


def _hosts(collector: Collector, stream: BinaryIO, summary: Summary) -> Iterator[Element | None]:
    """Every host in order; None for one that broke a bound."""
    try:
        while piece := stream.read(PIECE):
            collector.feed(piece)
            while collector.hosts:
                yield collector.hosts.popleft()
        collector.close()
    except (expat.ExpatError, DecodeError) as error:
        summary.cut = f"not well-formed, or cut off: {error}"
        summary.broken += collector.inside_host
    while collector.hosts:
        yield collector.hosts.popleft()


class Collector:
    """Builds the elements of one host at a time and forgets everything else."""

    def __init__(self) -> None:
        self.hosts: deque[Element | None] = deque()
        self.began = ""
        """When nmap was started: hosts that it only pinged have no time of their own."""
        self._builder: TreeBuilder | None = None
        self._depth = 0
        self._elements = 0
        self._characters = 0
        self._events = self._events_before = self._silence = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity

    @property
    def inside_host(self) -> bool:
        """Whether the file stopped within a host."""
        return self._builder is not None

    def feed(self, piece: bytes) -> None:
        """Read on. Raises ExpatError or DecodeError where it is no XML of nmap's."""
        try:
            self._parser.Parse(piece, False)
        except (LookupError, ValueError) as error:  # an encoding that Python or expat does not know
            raise DecodeError(str(error)) from None
        self._silence = self._silence + len(piece) if self._events == self._events_before else 0
        self._events_before = self._events
        if self._silence > MAX_SILENCE:
            raise DecodeError(f"more than {MAX_SILENCE} bytes without the end of a tag")

    def close(self) -> None:
        """Say that this was all. Raises ExpatError where the document has not ended."""
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._events += 1
        self._depth += 1
        if self._depth == 1 and name != "nmaprun":
            raise DecodeError(f"the root is {name[:32]!r}, not nmaprun")
        if self._depth == 1:
            self.began = attributes.get("start", "")
        if self._depth > MAX_DEPTH:
            raise DecodeError(f"nested deeper than {MAX_DEPTH} levels")
        if self._depth == 2 and name == "host":
            self._builder, self._elements, self._characters = TreeBuilder(), 0, 0
        if self._builder is not None:
            self._elements += 1
            self._characters += sum(len(key) + len(value) for key, value in attributes.items())
            if self._fits():
                self._builder.start(name, attributes)

    def _end(self, name: str) -> None:
        self._events += 1
        if self._builder is not None:
            fits = self._fits()
            if fits:
                self._builder.end(name)
            if self._depth == 2:
                self.hosts.append(self._builder.close() if fits else None)
                self._builder = None
        self._depth -= 1

    def _data(self, text: str) -> None:
        if self._builder is not None:
            self._characters += len(text)
            if self._fits():
                self._builder.data(text)

    def _fits(self) -> bool:
        return self._elements <= MAX_ELEMENTS and self._characters <= MAX_CHARACTERS

    def _doctype(self, _name: str, _system: str | None, _public: str | None, internal: bool) -> None:
        if internal:
            raise DecodeError("a document type with declarations of its own")

    def _entity(self, *_: object) -> None:
        raise DecodeError("an entity")
