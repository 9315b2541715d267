"""What readers of JSON lines share: one object a line, and answers as text in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO

from camscan.codecs import opaque, telnet
from camscan.imports.files.base import Summary, address_of, imported, lines, names, number
from camscan.imports.files.jsonitems import items
from camscan.imports.forms.base import over_udp
from camscan.imports.forms.sip import is_sip
from camscan.imports.notations import encodings
from camscan.imports.pasted import read as read_pasted
from camscan.records import Observation
from camscan.text.jsonwindow import parsed

MAX_RECORD = 1024 * 1024  # bytes of one line; a page with its certificates has a third of it

_BEGINNING = 64
_LIST = b"["

Record = Mapping[str, object]


def records(stream: BinaryIO, summary: Summary) -> Iterator[Record]:
    """The objects in a list or over several lines, else the lines that are objects; others are counted as broken."""
    found = (
        items(stream, summary, MAX_RECORD) if _is_spread(stream) else map(parsed, lines(stream, summary, MAX_RECORD))
    )
    for record in found:
        if isinstance(record, dict):
            yield record
        else:
            summary.broken += 1


def _is_spread(stream: BinaryIO) -> bool:
    """Whether the objects are in a list, or laid out for people, as by `jq`: the first line only opens one."""
    begin = stream.tell()
    first = next(filter(None, (line.strip() for line in iter(lambda: stream.readline(_BEGINNING), b""))), b"")
    stream.seek(begin)
    return first == b"{" or first.startswith(_LIST)


def first_record(head: bytes) -> bytes:
    """The head of a file from its first object on, where it begins with one or with a list; b"" for any other."""
    head = head.lstrip().removeprefix(_LIST).lstrip()
    return head if head.startswith(b"{") else b""


def addressed(found: Iterable[Record], summary: Summary, *names: str) -> Iterator[tuple[str, Record]]:
    """The records that have an address under one of `names`, counted as read, each with that."""
    for record in found:
        if address := host(record, summary, *names):
            summary.whole += 1
            yield address, record


def host(record: Record, summary: Summary, *names: str) -> str:
    """The first of the members `names` that is a unicast address; "" after counting a record that has none."""
    address = next(filter(None, (address_of(text(record, name)) for name in names)), "")
    if not address:
        summary.skip("no address")
    return address


def answers(target: str, port: int | None, told: str, channel: str, at: datetime) -> Iterator[Observation]:
    """The observations of one answer as text, with its channel as a hint. A banner stays one, unless it is SIP."""
    found: tuple[Observation, ...] = ()
    if channel == "banner" and not is_sip(told):
        fields = {**names(banner__text=telnet.without_negotiation(told).strip()), **opaque.fields(_bytes(told))}
        found = (imported(target, channel, at, fields),) if fields else ()
    else:
        found = read_pasted(told, channel, at)
    yield from (replace(one, target=target, port=port) for one in found)


def by_transport(transport: str, found: Iterable[Observation]) -> Iterator[Observation]:
    """The observations of what one service answered, which came by the transport of that name: TCP, unless "udp"."""
    is_udp = transport.lower() == "udp"
    return (replace(one, channel=over_udp(one.channel)) if is_udp else one for one in found)


def _bytes(told: str) -> bytes:
    """The bytes of a text in which each is a character, or is spelled out."""
    return encodings.decoded(told) if "\\x" in told else told.encode("latin_1", "replace")


def labelled(values: Iterable[tuple[str, str]]) -> str:
    """Values as lines, each behind its name, but for empty ones."""
    return "\n".join(f"{name}: {value}" for name, value in values if value)


def pem(certificate: str) -> str:
    """A certificate in base64, as PEM."""
    return f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----"


def listed(value: object) -> Sequence[object]:
    """The items of a list, the value itself where it is none, or nothing where there is no value."""
    return value if isinstance(value, list) else [value] if value else []


def text(record: Record, name: str) -> str:
    """A member that is text or a number, as text; "" for any other."""
    value = record.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def port_of(told: str) -> int | None:
    """A port in decimal; None for anything else."""
    port = number(told, 5)
    return port if port and port < 65536 else None


def time(told: str, otherwise: datetime) -> datetime:
    """The time of a text in RFC 3339, as UTC where it names no zone; `otherwise` where it is no such text."""
    try:
        found = datetime.fromisoformat(told[:64])
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the latter: in UTC it is before the year 1, or after 9999
        return otherwise
