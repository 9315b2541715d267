"""Reads capture files (pcap and pcapng, gzipped or not) in one pass and bounded memory.

Besides ARP and discovery datagrams, TCP segments from private addresses are reported that begin with an HTTP or RTSP
answer or with the server's side of a TLS handshake, or are a short binary answer on a maker's own port. Streams are not
reassembled: what did not fit into one segment is cut off.
"""

from __future__ import annotations

import gzip
import logging
import re
import zlib
from collections.abc import Callable
from io import BufferedReader
from ipaddress import ip_address
from typing import Any

from camscan.l2 import frames
from camscan.l2.frames import Segment
from camscan.l2.lines import Lines, RefusalError
from camscan.l2.reporter import PacketReporter
from camscan.l2.sockets import Stop

MAX_BYTES = 16 * 1024**3  # bytes read of one file, after decompression
MAX_RECORD = 4 * 1024**2
"""Bytes read for one packet, including the blocks before it; capture programs write packets of up to 256 KiB."""
MAX_INTERFACES = 1024  # interfaces and processes that a pcapng file may name: scapy keeps them all
MAX_CONNECTIONS = 4096  # TCP connections whose latest request is remembered

_REQUEST = re.compile(rb"([A-Z_]{3,16}) (\S{1,1024}) (?:HTTP/1\.[01]|RTSP/1\.0)\r?\n")
_ANSWER = re.compile(
    rb"(?:HTTP/1\.[01]|(RTSP)/1\.0) \d{3}\b|(\x16\x03.{3}\x02)", re.DOTALL
)  # the last: TLS ServerHello
_SDK_PORT = 8000
_MAX_FRAME = 64  # bytes of an answer on that port that is read: longer ones hold more than a status
_YEAR_2100 = 4_102_444_800
_RECORD_STARTS = (4, 16)
"""Bytes that scapy reads where a record would begin: the type of a pcapng block, the header of a pcap packet."""


def replay(file: BufferedReader, lines: Lines, stop: Stop) -> None:
    """Report the packets of a capture. A missing or implausible time becomes 0. Raises RefusalError if it is none."""
    from scapy.error import Scapy_Exception  # noqa: PLC0415 - takes 0.1 s to load
    from scapy.utils import RawPcapReader  # noqa: PLC0415

    logging.getLogger("scapy").setLevel(logging.CRITICAL)  # it warns of each malformed block
    try:
        source = _Source(gzip.GzipFile(fileobj=file) if file.peek(2)[:2] == b"\x1f\x8b" else file)
        reader: Any = RawPcapReader(source)  # type: ignore[arg-type]  # scapy's annotation forgets files
    except (Scapy_Exception, OSError, EOFError) as error:
        raise RefusalError("no capture file: pcap or pcapng is needed, gzipped or not") from error
    lines.emit("begin")
    _replay(reader, source, lines, stop)


def _replay(reader: Any, source: _Source, lines: Lines, stop: Stop) -> None:
    capture, packets, unknown = _CaptureReporter(lines), 0, 0
    while not stop and (record := _next(reader, source)):
        data, about = record
        packets += 1
        unwrap = _LINKS.get(about.linktype if hasattr(about, "linktype") else reader.linktype)
        if unwrap is None:
            unknown += 1
        elif (link := unwrap(data)) and (found := frames.packet(link[0], link[2])):
            capture.report(found, frames.Origin(link[1], "", _when(reader, about)))
    counters = {"packets": packets, "unknown": unknown, "cut": int(source.cut), **capture.packets.counters}
    lines.emit("end", **counters, interrupted=bool(stop))


def _next(reader: Any, source: _Source) -> tuple[bytes, Any] | None:
    """The next packet with its metadata; None at the end of the file, and at the first damage."""
    source.begin_record()
    if sum(len(getattr(reader, kept, ())) for kept in ("interfaces", "process_information")) > MAX_INTERFACES:
        source.cut = True
        return None
    try:
        record: tuple[bytes, Any] | None = next(reader, None)
    except Exception:  # whatever scapy makes of a damaged file: what was read before it counts
        source.cut = True
    return None if source.cut else record


class _Source:
    """The file as scapy reads it, within the bounds. `cut`: it ends, or is damaged, within a record."""

    name = "capture"

    def __init__(self, file: BufferedReader | gzip.GzipFile) -> None:
        self._file = file
        self._left = MAX_BYTES
        self._left_of_record = MAX_RECORD
        self.cut = False

    def begin_record(self) -> None:
        """Reset the bound on one packet."""
        self._left_of_record = MAX_RECORD

    def read(self, size: int) -> bytes:
        """Up to `size` bytes."""
        self._left -= size
        self._left_of_record -= size
        if self._left < 0 or self._left_of_record < 0:
            self.cut = True
            raise EOFError
        try:
            data = self._file.read(size)
        except (EOFError, OSError, zlib.error) as error:
            self.cut = True
            raise EOFError from error
        if len(data) < size and (data or size not in _RECORD_STARTS):
            self.cut = True
        return data

    def seek(self, _place: int) -> None:
        """Refused: scapy seeks only if the content is gzipped again."""
        raise OSError("gzipped twice")

    def close(self) -> None:
        """Do nothing: whoever opened the file closes it."""


def _when(reader: Any, about: Any) -> float:
    """The time of a packet in seconds since 1970; 0 if it has no plausible one."""
    if hasattr(about, "sec"):
        seconds = about.sec + about.usec / (1e9 if reader.nano else 1e6)
    elif about.tshigh is None:
        return 0
    else:
        seconds = ((about.tshigh << 32) + about.tslow) / about.tsresol
    return seconds if seconds < _YEAR_2100 else 0


class _CaptureReporter:
    """Reports packets, and for an answer over TCP also the request, if the capture contains it."""

    def __init__(self, lines: Lines) -> None:
        self.packets = PacketReporter(lines)
        self._asked: dict[tuple[str, int, str, int], str] = {}

    def report(self, found: frames.Packet, origin: frames.Origin) -> None:
        """Report one packet."""
        if not isinstance(found, Segment) or not found.is_tcp:
            self.packets.report(found, origin)
        elif request := _REQUEST.match(found.payload):
            self._remember(found, request)
        elif (answer := _ANSWER.match(found.payload)) and not _is_public(found.source):
            asked = self._asked.pop((found.target, found.target_port, found.source, found.source_port), "")
            channel = "rtsp" if answer[1] else "tls" if answer[2] else "http"
            if channel != "http" or asked.startswith("GET ") or not asked:
                self.packets.report_payload(channel, found, origin, asked)
        elif _is_status(found) and not _is_public(found.source):
            self.packets.report_payload("banner", found, origin)

    def _remember(self, found: Segment, request: re.Match[bytes]) -> None:
        """Keep method and path, or for RTSP only the method: a query, or a URL with a user, may contain secrets."""
        method, target = request[1].decode("ascii"), request[2].decode("latin-1").partition("?")[0]
        if len(self._asked) >= MAX_CONNECTIONS:
            del self._asked[next(iter(self._asked))]
        key = (found.source, found.source_port, found.target, found.target_port)
        self._asked[key] = f"{method} {target}" if target.startswith("/") else method


def _is_public(source: str) -> bool:
    """Whether an address is in public space; that of carriers (100.64.0.0/10), which VPNs use too, is not."""
    return ip_address(source).is_global


def _is_status(found: Segment) -> bool:
    """Whether it is a short answer of a maker's own protocol, which begins with its length."""
    size = len(found.payload)
    return found.source_port == _SDK_PORT and 8 <= size <= _MAX_FRAME and int.from_bytes(found.payload[:4]) == size


def _cooked(data: bytes) -> frames.Link | None:
    """Linux cooked capture, version 1: packet type, ARPHRD type, address length, address, protocol."""
    return frames.link(int.from_bytes(data[14:16]), _mac(data[4:6], data[6:12]), data[16:])


def _cooked_2(data: bytes) -> frames.Link | None:
    """Version 2: protocol, 2 reserved, interface index, ARPHRD type, packet type, address length, address."""
    return frames.link(int.from_bytes(data[0:2]), _mac(data[11:12], data[12:18]), data[20:])


def _mac(length: bytes, address: bytes) -> bytes:
    return address if int.from_bytes(length) == 6 else b""


def _bare(data: bytes) -> frames.Link | None:
    """Raw IP, without a link-layer header."""
    return frames.link(frames.IPV6 if data[:1] >= b"\x60" else frames.IPV4, b"", data)


_LINKS: dict[int, Callable[[bytes], frames.Link | None]] = {
    1: frames.ethernet,
    101: _bare,
    113: _cooked,
    228: _bare,
    229: _bare,
    276: _cooked_2,
}
"""Link type (the LINKTYPE_ registry of tcpdump.org) -> the function that removes its header."""
