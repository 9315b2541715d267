"""zgrab2's output: one host a line, with what each of its modules was answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from camscan.codecs.jsontext import inner
from camscan.imports.files.base import Summary
from camscan.imports.files.jsonlines import (
    Record,
    addressed,
    answers,
    first_record,
    listed,
    pem,
    port_of,
    records,
    text,
    time,
)
from camscan.records import Observation

CHANNELS = ("http", "tls", "banner")

_MARK = re.compile(rb'\A\s*\{\s*(?:"(?:ip|domain|timestamp)"\s*:\s*"[^"]{0,255}"\s*,\s*){1,3}"data"\s*:\s*\{')
_CERTIFICATE = ("handshake_log", "server_certificates", "certificate")
_DEFAULTS = {"http": 80, "https": 443}


def sniff(head: bytes) -> bool:
    """Whether it begins as zgrab2's lines do, or as a list of them."""
    return _MARK.match(first_record(head)) is not None


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The observations of every line that is whole."""
    for address, record in addressed(records(stream, summary), summary, "ip"):
        for found in inner(record, "data").values():
            if isinstance(found, dict):
                yield from _answered(address, found, at)


def _answered(address: str, found: Record, at: datetime) -> Iterator[Observation]:
    """What one module was answered."""
    when, result, port = time(text(found, "timestamp"), at), inner(found, "result"), port_of(text(found, "port"))
    response = inner(result, "response")
    if response:
        port = port or _port_asked(inner(response, "request", "url"))
        yield from answers(address, port, _page(response), "http", when)
    for log in (inner(result, "tls"), inner(response, "request", "tls_log"), result):
        if certificate := text(inner(log, *_CERTIFICATE), "raw"):
            yield from answers(address, port, pem(certificate), "tls", when)
    yield from answers(address, port, text(result, "banner"), "banner", when)


def _port_asked(url: Record) -> int | None:
    try:
        port = urlsplit(f"//{text(url, 'host')}").port
    except ValueError:
        return None
    return port or _DEFAULTS.get(text(url, "scheme"))


def _page(response: Record) -> str:
    """An HTTP answer made of its parts: zgrab2 writes header names in lower case, with "_" for "-"."""
    protocol = text(inner(response, "protocol"), "name") or "HTTP/1.1"
    head = [f"{protocol} {text(response, 'status_line') or text(response, 'status_code') or '200'}"]
    headers = inner(response, "headers")
    rare = headers.get("unknown")
    named = [(name, values) for name, values in headers.items() if name != "unknown"]
    named += [(text(one, "key"), one.get("value")) for one in listed(rare) if isinstance(one, dict)]
    for name, values in named:
        head += [f"{name.replace('_', '-')}: {value}" for value in listed(values)]
    return "\r\n".join([*head, "", text(response, "body")])
