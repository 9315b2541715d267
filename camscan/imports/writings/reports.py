"""A row of a report of scans of the whole network, as a table with commas: the answer that its columns tell of."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from html import escape

MAX_REPORT = 64 * 1024  # characters of a table that are read; a report of one answer needs a few thousand

_HEAD = re.compile(r'\A"?timestamp"?,(?:"?[a-z][a-z0-9_-]{1,40}"?,){2,128}"?[a-z][a-z0-9_-]{1,40}"?\r?\n')
_SUBJECT = {"CN": "subject_common_name", "OU": "subject_organization_unit_name", "O": "subject_organization_name"}
_SEARCHED = {"server": "SERVER", "location": "LOCATION", "search_target": "ST", "unique_service_name": "USN"}
_SAID = {
    "server": "Server",
    "server_type": "Server",
    "www_authenticate": "WWW-Authenticate",
    "http_location": "Location",
    "set_cookie": "Set-Cookie",
}

_Cells = Mapping[str, str]


def csv_row(text: str) -> str:
    """The lines of the first answer in a report; any other text as it is."""
    if not _HEAD.match(text) or len(text) > MAX_REPORT:
        return text
    told = next(csv.DictReader(text.splitlines(keepends=True)), {})
    cells = {name: value.strip() for name, value in told.items() if name and isinstance(value, str) and value.strip()}
    return next((lines for tell in _KINDS if (lines := tell(cells))), text)


def _found(cells: _Cells) -> str:
    """An answer to DHIP, with its members by the names of the feed."""
    return "\n".join(f"extra.{name}: {value}" for name, value in cells.items()) if "machine_name" in cells else ""


def _described(cells: _Cells) -> str:
    described = cells.get("sysdesc") or cells.get("sysdescr")
    return f"SNMPv2-MIB::sysDescr.0 = STRING: {described}" if described else ""


def _searched(cells: _Cells) -> str:
    return _answer("HTTP/1.1 200 OK", _SEARCHED, cells) if "unique_service_name" in cells else ""


def _certified(cells: _Cells) -> str:
    subject = [f"{short} = {cells[name]}" for short, name in _SUBJECT.items() if name in cells]
    return f"subject={', '.join(subject)}" if subject else ""


def _said(cells: _Cells) -> str:
    """An answer over HTTP."""
    if not {"http_code", "server", "www_authenticate"} & cells.keys():
        return ""
    lines = _answer(f"HTTP/1.1 {cells.get('http_code', '200')} -", _SAID, cells)
    return lines + (f"<title>{escape(cells['http_title'])}</title>" if "http_title" in cells else "")


def _concluded(cells: _Cells) -> str:
    """What the scanner took the device for, as the line of a port that nmap prints."""
    if "device_vendor" not in cells or not {"port", "protocol"} <= cells.keys():
        return ""
    product = f"{cells['device_vendor']} {cells.get('device_model', '')}".strip()
    return f"{cells['port']}/{cells['protocol']} open unknown {product}"


def _answer(first: str, names: Mapping[str, str], cells: _Cells) -> str:
    told = (f"{header}: {cells[name]}" for name, header in names.items() if name in cells)
    return "\r\n".join([first, *told, "", ""])


_KINDS: tuple[Callable[[_Cells], str], ...] = (_found, _described, _searched, _certified, _said, _concluded)
"""What reports tell of, that which says most of a device first."""
