"""runZero's exports as JSON lines: services with what they answered, and assets, of which the MAC address is read.

What runZero makes of an asset (its type, hardware and operating system) is its own verdict, and no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from camscan.codecs.jsontext import inner
from camscan.imports.files.base import Summary, address_of, imported, link_fields, moment, names
from camscan.imports.files.jsonlines import (
    Record,
    addressed,
    answers,
    by_transport,
    first_record,
    labelled,
    listed,
    pem,
    port_of,
    records,
    text,
)
from camscan.records import Observation

CHANNELS = ("arp", "http", "tls", "rtsp", "snmp", "banner", "udp")

_MARKS = ((b'"service_address":', b'"service_asset_id":'), (b'"addresses_extra":', b'"alive":'))
"""What services have, and what assets have, before the values that may be long."""
_HEAD = "http.head."
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STARTS = ("HTTP/", "RTSP/")
"""How a summary begins that is the answer itself."""
_SNMP = {"snmp__sys_descr": "sysDescr", "snmp__sys_object_id": "sysObjectID", "snmp__sys_name": "sysName"}


def sniff(head: bytes) -> bool:
    """Whether it begins as an export of services or of assets does, or as a list of their lines."""
    record = first_record(head)
    return any(all(mark in record for mark in marks) for marks in _MARKS)


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The observations of every line that is whole."""
    linked: set[tuple[str, str]] = set()
    found = (_with_address(record) for record in records(stream, summary))
    for address, record in addressed(found, summary, "service_address", "first_address"):
        seen = moment(text(record, "last_seen"), at)
        yield from _links(record, address, seen, linked, summary)
        data = inner(record, "service_data")
        answered = _answered(address, record, data, moment(text(data, "ts"), seen))
        yield from by_transport(text(record, "service_transport"), answered)


def _with_address(record: Record) -> Record:
    """An asset with the first of its addresses as text."""
    first = next((one for one in listed(record.get("addresses")) if address_of(str(one))), "")
    return {**record, "first_address": str(first)}


def _links(
    record: Record, address: str, when: datetime, linked: set[tuple[str, str]], summary: Summary
) -> Iterator[Observation]:
    """The MAC address of an asset that has one: of several, nothing tells at which of its addresses each is."""
    macs = listed(record.get("macs"))
    if len(macs) > 1:
        summary.skip("asset with several MAC addresses")
    elif macs and (address, str(macs[0])) not in linked and (fields := link_fields(str(macs[0]))):
        linked.add((address, str(macs[0])))
        yield imported(address, "arp", when, fields)


def _answered(address: str, record: Record, data: Record, when: datetime) -> Iterator[Observation]:
    """What one service answered."""
    port, told = port_of(text(record, "service_port")), text(record, "service_summary")
    answer = told if told.startswith(_STARTS) else ""
    yield from answers(address, port, _page(data) or (answer if answer.startswith("HTTP/") else ""), "http", when)
    if answer.startswith("RTSP/"):
        yield from answers(address, port, answer, "rtsp", when)
    elif not answer:
        yield from answers(address, port, text(data, "banner"), "banner", when)
    icons = [(kind, value) for kind in ("md5", "mmh3") for value in _values(data, f"favicon.ico.image.{kind}")[:1]]
    yield from answers(address, port, labelled(icons), "favicon", when)
    yield from answers(address, port, _certificate(data), "tls", when)
    if fields := names(**{ours: next(iter(_values(data, f"snmp.{name}")), "") for ours, name in _SNMP.items()}):
        yield replace(imported(address, "snmp", when, fields), port=port)


def _page(data: Record) -> str:
    """The HTTP answer made of its parts; where runZero asked more than once, they are of all answers, without order."""
    messages, body = _values(data, "http.message"), text(data, "http.body")
    if not body and (titles := _values(data, "html.title")):
        body = f"<title>{titles[0]}</title>"
    head = [f"HTTP/1.1 {next((one for one in messages if one.startswith('401')), messages[0])}"] if messages else []
    for name in data:
        if name.startswith(_HEAD):
            head += [f"{_CAPITAL.sub('-', name.removeprefix(_HEAD))}: {value}" for value in _values(data, name)]
    return "\r\n".join([*(head or ["HTTP/1.1 200 OK"]), "", body]) if head or body else ""


def _certificate(data: Record) -> str:
    """The certificate of the service, or else the names in it."""
    if chain := _values(data, "tls.certificates"):
        return pem(chain[0])
    return labelled((name, one) for name in ("subject", "issuer") for one in _values(data, f"tls.{name}")[:1])


def _values(data: Record, name: str) -> list[str]:
    """The values of an attribute: several stand in one text, with tabs between them."""
    return [one for one in text(data, name).split("\t") if one.strip()]
