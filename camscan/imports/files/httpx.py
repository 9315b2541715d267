"""httpx's output (-json): one web server a line. With -irh, -irr, -favicon and -tls-grab it holds more than a title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from camscan.codecs.jsontext import inner
from camscan.imports.files.base import Summary
from camscan.imports.files.jsonlines import (
    Record,
    addressed,
    answers,
    first_record,
    labelled,
    port_of,
    records,
    text,
    time,
)
from camscan.records import Observation

CHANNELS = ("http", "tls")

_MARKS = tuple(map(re.compile, (rb'"url": ?"http', rb'"input": ?"')))
_ADDRESSES = ("host_ip", "host", "input")
_NAMES = {"server": "webserver", "content-type": "content_type", "location": "location"}


def sniff(head: bytes) -> bool:
    """Whether it begins as httpx's lines do, or as a list of them."""
    record = first_record(head)
    return all(mark.search(record) for mark in _MARKS)


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The observations of every line that is whole."""
    for address, record in addressed(_answering(records(stream, summary), summary), summary, *_ADDRESSES):
        when, port = time(text(record, "timestamp"), at), port_of(text(record, "port"))
        yield from answers(address, port, _page(record), "http", when)
        icon = [("md5", text(record, "favicon_md5")), ("mmh3", text(record, "favicon"))]
        yield from answers(address, port, labelled(icon), "favicon", when)
        grabbed = inner(record, "tls") or inner(record, "tls-grab")
        names = [(name, text(grabbed, f"{name}_dn")) for name in ("subject", "issuer")]
        yield from answers(address, port, labelled(names), "tls", when)


def _answering(found: Iterable[Record], summary: Summary) -> Iterator[Record]:
    for record in found:
        if record.get("failed") is True:
            summary.skip("host that did not answer")
        else:
            yield record


def _page(record: Record) -> str:
    """The answer as it came where httpx kept its head; else its parts, in the form of one."""
    head = text(record, "raw_header").strip() or "\r\n".join(_head(record))
    body = text(record, "body")
    if not body and (title := text(record, "title")):
        body = f"<title>{title}</title>"
    return f"{head}\r\n\r\n{body}"


def _head(record: Record) -> Iterator[str]:
    yield f"HTTP/1.1 {text(record, 'status_code') or '200'} "
    headers = inner(record, "header")
    told = {name.replace("_", "-").lower(): text(headers, name) for name in headers}
    told |= {name: text(record, known) for name, known in _NAMES.items() if name not in told}
    yield from (f"{name}: {value}" for name, value in told.items() if value)
