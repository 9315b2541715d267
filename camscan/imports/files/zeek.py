"""Zeek's logs about devices, as tables or JSON lines: software, ssl, dhcp."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import BinaryIO

from camscan.imports.files.base import Summary, imported, lines, link_fields, names
from camscan.imports.files.jsonlines import Record, answers, host, labelled, listed, port_of, records, text, time
from camscan.imports.notations.base import with_octets
from camscan.records import Observation

CHANNELS = ("http", "tls", "dhcp")

_TABLE = b"#separator "
_JSON = re.compile(rb'"(?:_path|software_type|id\.resp_h|assigned_addr)":')
_UNSET = ("-", "(empty)")


def sniff(head: bytes) -> bool:
    """Whether it begins as Zeek's tables or JSON logs do."""
    return head.startswith(_TABLE) or (head.lstrip().startswith(b"{") and _JSON.search(head) is not None)


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The observations of every record; those of other logs are left out."""
    is_table = stream.read(len(_TABLE)) == _TABLE
    stream.seek(0)
    for record in _rows(stream, summary) if is_table else records(stream, summary):
        log = next((log for mark, log in _LOGS.items() if mark in record), None)
        if log is None:
            summary.skip("record of a log that says nothing of devices")
        else:
            yield from log(record, _moment(record, at), summary)


def _rows(stream: BinaryIO, summary: Summary) -> Iterator[Record]:
    """The rows of a table below its "#fields"; a row with another number of cells is broken."""
    columns: list[str] = []
    for line in lines(stream, summary):
        cells = line.split("\t")
        if line.startswith("#"):
            columns = cells[1:] if cells[0] == "#fields" else columns
        elif len(cells) == len(columns):
            yield {name: with_octets(cell) for name, cell in zip(columns, cells, strict=True) if cell not in _UNSET}
        else:
            summary.broken += 1


def _moment(record: Record, at: datetime) -> datetime:
    """When it was seen: seconds since 1970, or RFC 3339."""
    told = text(record, "ts")
    try:
        return datetime.fromtimestamp(float(told), UTC)
    except (ValueError, OverflowError, OSError):
        return time(told, at)


def _software(record: Record, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The name that a server gave itself; what clients say of themselves is left out."""
    if text(record, "software_type") != "HTTP::SERVER":
        summary.skip("software other than a web server's")
    elif address := host(record, summary, "host"):
        summary.whole += 1
        told = text(record, "unparsed_version") or text(record, "name")
        yield from answers(address, port_of(text(record, "host_p")), f"Server: {told}", "http", at)


def _ssl(record: Record, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The names in a server's certificate, of a session in which it was seen."""
    told = labelled((name, text(record, name)) for name in ("subject", "issuer"))
    if not told:
        summary.skip("session without a certificate")
    elif address := host(record, summary, "id.resp_h"):
        summary.whole += 1
        yield from answers(address, port_of(text(record, "id.resp_p")), told, "tls", at)


def _dhcp(record: Record, at: datetime, summary: Summary) -> Iterator[Observation]:
    link = link_fields(text(record, "mac"))
    if not link:
        summary.skip("lease without a MAC")
    elif address := host(record, summary, "assigned_addr", "client_addr", *_requested(record)):
        summary.whole += 1
        hostname = text(record, "host_name") or text(record, "client_fqdn")
        yield imported(address, "dhcp", at, {**link, **names(dhcp__hostname=hostname)})


def _requested(record: Record) -> Iterator[str]:
    """The member of the address that a client asked to keep, unless it only looked for a server, or was refused."""
    said = record.get("msg_types")
    messages = set(map(str, said.split(",") if isinstance(said, str) else listed(said)))
    if not messages or ("REQUEST" in messages and "NAK" not in messages):
        yield "requested_addr"


_LOGS: Mapping[str, Callable[[Record, datetime, Summary], Iterator[Observation]]] = MappingProxyType(
    {"software_type": _software, "cipher": _ssl, "subject": _ssl, "assigned_addr": _dhcp, "mac": _dhcp}
)
"""A column that only one log has -> what reads that log."""
