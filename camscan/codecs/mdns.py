"""Multicast DNS (RFC 6762) and DNS service discovery (RFC 6763) over UDP 5353: the services that a device announces.

Names are decoded within the bounds of RFC 1035; compression pointers must lead backwards, and they are counted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from camscan.codecs import layout
from camscan.codecs.text import to_text
from camscan.errors import DecodeError, UsageError

FIELDS = ("mdns.service", "mdns.instance", "mdns.host", "mdns.txt", "mdns.address", "mac.address")

SERVICES = ("_axis-video._tcp", "_axis-nvr._tcp", "_psia._tcp", "_CGI._tcp", "_arec._tcp", "_rtsp._tcp", "_http._tcp")
"""What cameras are known to announce: two makers' own types, those of the PSIA and CGI interfaces, and general ones.

Sources: UniversalScanner for the makers' own, public captures for PSIA and CGI, the IANA registry for the last two.
"""

_MAC_KEYS = frozenset({"macaddress", "mac", "mac_address"})
"""Keys of TXT strings under which devices name their own MAC: cameras, intercoms and printers, by public captures."""

MAX_LABELS = 128  # of one name: RFC 1035 allows 127 and the root
MAX_NAME = 253  # bytes of a name as text (RFC 1035 section 2.3.4: 255 on the wire)
MAX_POINTERS = 16  # jumps of one name; encoders need one, or two with nested compression
MAX_QUESTIONS = 32  # that are skipped; an answer repeats the question at most
MAX_RECORDS = 128  # that are read of one message; a camera sends about ten for each of its services
MAX_TEXTS = 32  # strings of one TXT record; cameras send one to six

_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_RESPONSE = 0x8000
_UNICAST = 0x8000  # the QU bit of a question's class (RFC 6762 section 5.4)
_A, _PTR, _TXT, _AAAA, _SRV, _IN = 1, 12, 16, 28, 33, 1
_ADDRESS_SIZES = {_A: 4, _AAAA: 16}


@dataclass(frozen=True, slots=True)
class _Record:
    name: tuple[bytes, ...]
    kind: int
    start: int
    end: int


def encode_query(services: Sequence[str]) -> bytes:
    """One query for the instances of some of `SERVICES`, whose answers are to come to the asker alone.

    Raises UsageError for any other service.
    """
    if unknown := [service for service in services if service not in SERVICES]:
        raise UsageError(
            f"mDNS service {unknown[0][:64]!r} cannot be asked for: it must be one of {', '.join(SERVICES)}"
        )
    question = struct.pack("!HH", _PTR, _IN | _UNICAST)
    names = (
        b"".join(bytes([len(label)]) + label.encode() for label in f"{name}.local".split(".")) for name in services
    )
    return _HEADER.pack(0, 0, len(services), 0, 0, 0) + b"".join(name + b"\0" + question for name in names)


def decode(data: bytes) -> dict[str, tuple[str, ...]]:
    """Services, instances, host names, TXT strings and addresses in a response, and MACs in its TXT strings.

    A truncated response gives what precedes the cut, and a record that is broken costs no other one. Raises DecodeError
    for a query, and if nothing can be read.
    """
    if len(data) < _HEADER.size:
        raise DecodeError(f"no mDNS: {len(data)} bytes are less than a header")
    _, flags, questions, *counts = _HEADER.unpack_from(data)
    if not flags & _RESPONSE:
        raise DecodeError("an mDNS query, not a response")
    pairs: list[tuple[str, str]] = []
    broken: DecodeError | None = None
    records = _records(data, min(questions, MAX_QUESTIONS), min(sum(counts), MAX_RECORDS))
    while True:
        try:
            pairs += _pairs(data, next(records))
        except StopIteration:
            break
        except DecodeError as error:
            broken = broken or error
    if broken and not pairs:
        raise broken
    return layout.fields(pairs)


def mac_of(text: str) -> str:
    """The MAC that one string of a TXT record names ("macaddress=00408C000001"); "" for every other string."""
    key, _, value = text.partition("=")
    return layout.hardware_address(value) if key.lower() in _MAC_KEYS else ""


def _records(data: bytes, questions: int, count: int) -> Iterator[_Record]:
    position = _HEADER.size
    for _ in range(questions):
        _, position = _name(data, position)
        position += 4
    for _ in range(count):
        name, position = _name(data, position)
        if position + _RECORD.size > len(data):
            raise DecodeError(f"mDNS record at byte {position} breaks off")
        kind, _, _, length = _RECORD.unpack_from(data, position)
        position += _RECORD.size
        if position + length > len(data):
            raise DecodeError(f"mDNS record at byte {position} claims {length} bytes, {len(data) - position} are left")
        yield _Record(name, kind, position, position + length)
        position += length


def _pairs(data: bytes, record: _Record) -> Iterator[tuple[str, str]]:
    if record.kind == _PTR:
        target, _ = _name(data, record.start)
        yield from _service(target)
    elif record.kind == _SRV:
        target, _ = _name(data, record.start + 6)
        yield from _service(record.name)
        yield "mdns.host", _text(target)
    elif record.kind == _TXT:
        yield from _service(record.name)
        for text in map(to_text, _strings(data[record.start : record.end])):
            yield "mdns.txt", text
            yield "mac.address", mac_of(text)
    elif record.end - record.start == _ADDRESS_SIZES.get(record.kind):
        yield "mdns.host", _text(record.name)
        yield "mdns.address", str(ip_address(data[record.start : record.end]))


def _service(name: tuple[bytes, ...]) -> Iterator[tuple[str, str]]:
    """Service and instance of `<instance>.<_service>.<_tcp or _udp>.<domain>` (RFC 6763 section 4.1)."""
    for place in range(1, len(name)):
        if name[place].lower() in (b"_tcp", b"_udp") and name[place - 1].startswith(b"_"):
            yield "mdns.service", _text(name[place - 1 : place + 1])
            yield "mdns.instance", _text(name[: place - 1])
            return


def _strings(data: bytes) -> Iterator[bytes]:
    """The strings of a TXT record, each behind its length."""
    position = 0
    for _ in range(MAX_TEXTS):
        if position >= len(data):
            break
        end = position + 1 + data[position]
        yield data[position + 1 : end]
        position = end


def _text(name: tuple[bytes, ...]) -> str:
    return to_text(b".".join(name))


def _name(data: bytes, position: int) -> tuple[tuple[bytes, ...], int]:
    """The labels of the name that starts there, and where the bytes behind it begin (RFC 1035 section 4.1.4)."""
    labels: list[bytes] = []
    size, behind, jumps = 0, 0, 0
    while position < len(data):
        length = data[position]
        if length == 0:
            return tuple(labels), behind or position + 1
        if length >= 0xC0:
            jumps += 1
            behind = behind or position + 2
            position = _pointer(data, position)
        elif length < 0x40:
            labels.append(data[position + 1 : position + 1 + length])
            position += 1 + length
            size += 1 + length
        else:
            raise DecodeError(f"mDNS label at byte {position} is of no known kind")
        if len(labels) > MAX_LABELS or size > MAX_NAME + 1 or jumps > MAX_POINTERS:
            raise DecodeError(f"mDNS name before byte {position} is longer than names can be")
    raise DecodeError("mDNS name breaks off")


def _pointer(data: bytes, position: int) -> int:
    if position + 2 > len(data):
        raise DecodeError("mDNS name breaks off in a pointer")
    target: int = struct.unpack_from("!H", data, position)[0] & 0x3FFF
    if target >= position:
        raise DecodeError(f"mDNS name at byte {position} points forward to byte {target}")
    return target
