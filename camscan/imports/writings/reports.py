"""A row of a report of scans of the whole network, as a table with commas: the answer that its columns tell of."""

from __future__ import annotations

import csv
import re
from html import escape

MAX_REPORT = 64 * 1024  # characters of a table that are read; a report of one answer needs a few thousand

_HEAD = re.compile(r'\A"?timestamp"?,(?:"?[a-z][a-z0-9_-]{1,40}"?,){2,128}"?[a-z][a-z0-9_-]{1,40}"?\r?\n')
_WEB = {
    "server": "Server: {}\r\n",
    "server_type": "Server: {}\r\n",
    "www_authenticate": "WWW-Authenticate: {}\r\n",
    "http_location": "Location: {}\r\n",
    "set_cookie": "Set-Cookie: {}\r\n",
    "http_title": "\r\n<title>{}</title>",
}
_UPNP = {"server": "SERVER: {}\r\n", "location": "LOCATION: {}\r\n", "search_target": "ST: {}\r\n"}
_SUBJECT = {
    "subject_common_name": "CN = {},",
    "subject_organization_unit_name": "OU = {},",
    "subject_organization_name": "O = {},",
}
_ANSWERS = (
    ("sysdesc", "", {"sysdesc": "SNMPv2-MIB::sysDescr.0 = STRING: {}"}),
    ("unique_service_name", "HTTP/1.1 200 OK\r\n", {**_UPNP, "unique_service_name": "USN: {}\r\n"}),
    ("subject_common_name", "subject=", _SUBJECT),
    ("http_code", "HTTP/1.1 ", {"http_code": "{} -\r\n", **_WEB}),
    ("server", "HTTP/1.1 200 -\r\n", _WEB),
    ("www_authenticate", "HTTP/1.1 200 -\r\n", _WEB),
    (
        "device_vendor",
        "",
        {"port": "{}/", "protocol": "{} open unknown", "device_vendor": " {}", "device_model": " {}"},
    ),
)
"""The column by which each kind of report is told, that which says most of a device first; what begins the answer, and
what each column adds to it."""


def csv_row(text: str) -> str:
    """The lines of the first answer in a report; any other text as it is."""
    if not _HEAD.match(text) or len(text) > MAX_REPORT:
        return text
    row = next(csv.DictReader(text.splitlines(keepends=True)), {})
    cells = {name: value.strip() for name, value in row.items() if name and isinstance(value, str) and value.strip()}
    if "machine_name" in cells:  # an answer to DHIP, with its members by the names of the feed
        return "\n".join(f"extra.{name}: {value}" for name, value in cells.items())
    cells |= {name: escape(cells[name]) for name in ("http_title",) if name in cells}
    for mark, begin, shapes in _ANSWERS:
        if mark in cells:
            return begin + "".join(shape.format(cells[name]) for name, shape in shapes.items() if name in cells)
    return text
