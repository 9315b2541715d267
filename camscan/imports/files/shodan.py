"""Shodan's exports (`shodan download`, unpacked): one banner a line, as the device sent it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from camscan.codecs.jsontext import inner
from camscan.imports.files.base import Summary
from camscan.imports.files.jsonlines import (
    Record,
    addressed,
    answers,
    by_transport,
    first_record,
    listed,
    port_of,
    records,
    text,
    time,
)
from camscan.records import Observation

CHANNELS = ("http", "tls", "rtsp", "snmp", "ssdp", "wsd", "onvif", "banner", "udp")

_MARKS = (b'"ip_str":', b'"_shodan":')
_LISTS = ("data", "matches")
_CHANNELS = (("http", "http"), ("rtsp", "rtsp"), ("snmp", "snmp"), ("upnp", "ssdp"), ("wsd", "wsd"), ("onvif", "wsd"))


def sniff(head: bytes) -> bool:
    """Whether it begins as Shodan's lines do, or as a list of them."""
    record = first_record(head)
    return any(mark in record for mark in _MARKS)


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The observations of every line that is whole."""
    for address, record in addressed(_banners(records(stream, summary)), summary, "ip_str"):
        yield from by_transport(text(record, "transport"), _answered(address, record, at))


def _banners(found: Iterable[Record]) -> Iterator[Record]:
    """Each line itself or, where it is the API's answer about a host or to a search, the banners in it."""
    for record in found:
        inside = next((value for name in _LISTS if isinstance(value := record.get(name), list)), None)
        if inside is None:
            yield record
        else:
            yield from ({"ip_str": record.get("ip_str"), **one} for one in inside if isinstance(one, dict))


def _answered(address: str, record: Record, at: datetime) -> Iterator[Observation]:
    """What one service answered."""
    when, port = time(text(record, "timestamp"), at), port_of(text(record, "port"))
    yield from answers(address, port, _banner(record), _channel(record), when)
    yield from answers(address, port, text(inner(record, "http", "favicon"), "hash"), "favicon", when)
    for certificate in listed(inner(record, "ssl").get("chain"))[:1]:
        yield from answers(address, port, str(certificate), "tls", when)


def _channel(record: Record) -> str:
    """What Shodan's module speaks."""
    module = text(inner(record, "_shodan"), "module")
    return next((channel for name, channel in _CHANNELS if module.startswith(name)), "banner")


def _banner(record: Record) -> str:
    """What was answered; of a web page, Shodan keeps the head and the body apart."""
    head, body = text(record, "data"), text(inner(record, "http"), "html")
    return f"{head.rstrip()}\r\n\r\n{body}" if body and head.startswith("HTTP/") else head
