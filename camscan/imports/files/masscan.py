"""masscan's output: JSON (-oJ), JSON lines (-oD) and lists (-oL). The JSON of a stopped run has no end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import BinaryIO

from camscan.codecs import http, opaque, telnet
from camscan.codecs.text import to_text
from camscan.imports.files.base import Summary, address_of, lines, moment
from camscan.imports.files.jsonitems import items
from camscan.imports.forms import certificate, messages, single_values
from camscan.imports.forms.base import Answer, answer, fields_of, observed
from camscan.records import Observation

MAX_PORTS = 64  # ports in one record; masscan writes one

CHANNELS = ("masscan", "http", "tls", "banner")

_JSON = re.compile(
    rb'\A[\s\[,]*\{\s*"ip":\s*"[^"]{2,45}",\s*(?:"timestamp":\s*"\d{1,11}",\s*)?(?:"ports":\s*\[|"port":\s*\d)'
)
_LIST = re.compile(rb"^(?:#masscan\b|(?:open|banner) (?:tcp|udp) \d{1,5} [0-9A-Fa-f.:]+ \d+)", re.MULTILINE)
_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})")
_OPEN = re.compile(
    r"(open|closed|banner) (tcp|udp|sctp|icmp) (\d{1,5}) ([0-9A-Fa-f.:]{2,45}) (\d{1,11})(?: (\S{1,32}) ?(.*))?"
)


def sniff_json(head: bytes) -> bool:
    """Whether it begins as masscan's JSON does, of -oJ or of -oD; others begin with an address, too."""
    return _JSON.match(head) is not None and (b'"ports"' in head or b'"rec_type"' in head)


def sniff_list(head: bytes) -> bool:
    """Whether it begins as masscan's list does."""
    return _LIST.match(head) is not None


def read_json(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The observations of every record that is whole, in the array of -oJ or in the lines of -oD."""
    for record in items(stream, summary):
        yield from _of_record(_with_ports(record), at, summary)


def read_list(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """The observations of every line that is one of masscan's; comments are passed over."""
    for line in map(str.strip, lines(stream, summary)):
        match = _OPEN.fullmatch(line)
        if match:
            kind, protocol, port, address, seconds, service, text = match.groups()
            banner = spelled_out(service, text or "")
            found = {"port": int(port), "proto": protocol, "status": kind}
            record = {
                "ip": address,
                "timestamp": seconds,
                "ports": [found | ({"service": banner} if kind == "banner" else {})],
            }
            yield from _of_record(record, at, summary)
        elif not line.startswith("#"):
            summary.broken += 1


def _with_ports(record: object) -> object:
    """A record of -oD, which has one port and names its parts otherwise, in the form of -oJ."""
    data = record.get("data") if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(data, dict):
        return record
    found = {name: record.get(name) for name in ("port", "proto")}
    if record.get("rec_type") == "banner":
        return {**record, "ports": [found | {"service": {"name": data.get("service_name"), **data}}]}
    return {**record, "ports": [found | {"status": data.get("status")}]}


def _of_record(record: object, at: datetime, summary: Summary) -> Iterator[Observation]:
    if not isinstance(record, dict) or not isinstance(record.get("ports"), list):
        summary.broken += 1
        return
    address = address_of(str(record.get("ip", "")))
    if not address:
        summary.skip("no address")
        return
    summary.whole += 1
    when = moment(str(record.get("timestamp", "")), at)
    for found in record["ports"][:MAX_PORTS]:
        port = found.get("port") if isinstance(found, dict) else None
        if (
            not isinstance(port, int)
            or not 0 < port < 65536
            or found.get("proto") != "tcp"
            or found.get("status") == "closed"
        ):
            summary.skip("port that is not an open TCP port")
            continue
        for one in answers(port, found):
            yield observed(address, one._replace(port=port), when)


def spelled_out(service: str, text: str) -> Mapping[str, object]:
    """A service with its banner, in which lists and XML spell bytes out."""
    return {"name": service, "banner": _ESCAPE.sub(lambda octet: chr(int(octet[1], 16)), text)}


def answers(port: int, found: Mapping[str, object]) -> Iterator[Answer]:
    """What a record tells of an open port: that it is, or what its service said."""
    service = found.get("service")
    if not isinstance(service, dict):
        yield Answer("masscan", {"tcp.port": (str(port),)})
        return
    name, banner = str(service.get("name", "")), str(service.get("banner", ""))
    raw = banner.encode("latin_1", "replace")
    if name == "http":
        yield from answer("http", fields_of(http.decode, raw), "GET /", raw)
    elif name == "http.server":
        yield from single_values.server("http", banner)
    elif name == "title":
        yield from messages.title(banner)
    elif name == "X509":
        yield from certificate.encoded(banner)
    elif name in ("ftp", "telnet", "ssh", "unknown"):
        yield from answer("banner", {**telnet.greeting(to_text(raw)), **opaque.fields(raw)}, "", raw)
