"""One row of a table with a header, as tools of discovery and inventories export it, or of leases without one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from camscan.codecs.layout import fields as as_fields
from camscan.codecs.text import mac
from camscan.imports.forms import hardware, singles, web
from camscan.imports.forms.base import Answer, answer, key

MAX_TABLE = 16 * 1024  # characters of a table that are read; a header and a row have a few hundred
_FEWEST = 3  # columns of a table
_LINES = 2  # the header and the row
_KNOWN = 2  # columns whose names are known

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "model": ("model", "devicemodel", "modelname", "productmodel", "devicetype", "deviceid", "型号", "设备型号"),
    "maker": ("manufacturer", "vendor", "brand", "make", "厂商", "制造商"),
    "firmware": ("firmware", "firmwareversion", "softwareversion", "version", "fwversion", "软件版本", "固件版本"),
    "serial": ("serial", "serialnumber", "serialno", "sn", "deviceserialno", "deviceserialnumber", "序列号"),
    "mac": ("mac", "macaddress", "macaddr", "physicaladdress", "hwaddr", "clientmac", "mac地址"),
    "name": ("hostname", "clientname", "devicename", "name", "host"),
    "server": ("server", "httpserver", "serverheader"),
    "title": ("title", "httptitle", "webtitle"),
    "address": ("ip", "ipaddress", "ipaddr", "ipv4", "ipv4address", "address", "ip地址", "port", "端口"),
}
_PLACES = {word: (name, place) for name, words in _COLUMNS.items() for place, word in enumerate(words)}
_INFORMED = {
    "model": "onvif.model",
    "maker": "onvif.manufacturer",
    "firmware": "onvif.firmware",
    "serial": "onvif.serial",
}
_RULE = re.compile(r"[\s|:+=-]+")
_SEPARATORS = re.compile(r"\s*\|\s*|\t+| {2,}")
_STARTED = re.compile(r"\W{0,2}(?:https?://)?(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?[\"']?[ \t]{0,4}[,;|\t]")
_WORDED = re.compile(r"[A-Za-z][\w ./()+&|-]{2,127}")
_SCHEMES = frozenset({"http", "https", "rtsp", "tcp", "udp"})
_HOST = re.compile(r"[A-Za-z](?=[\w.-]*[\d-])[\w.()-]{2,62}|[HX]?[NDX]VR|IPC(?:AM)?|CAMERA")


def table_row(text: str) -> Iterator[Answer]:
    """What one row of a table tells, with the header above it or without; nothing where the text is no such row."""
    if cells := _cells(text):
        yield from _row(cells)
        yield from answer("banner", as_fields([("banner.text", text)]))
    elif len(text) < MAX_TABLE and len(text.strip().splitlines()) == 1 and _STARTED.match(text.strip()):
        yield from _found(_split(text))


def _row(cells: Mapping[str, str]) -> Iterator[Answer]:
    """The device in the words of its own protocol, its name, its address, its web server.

    A maker beside nothing but a MAC address is whoever holds the block of that.
    """
    device = as_fields((field, cells[name]) for name, field in _INFORMED.items() if name in cells)
    if "onvif.model" in device or ("onvif.manufacturer" in device and "mac" not in cells):
        yield from answer("onvif", device)
    yield from answer("dhcp", as_fields([("dhcp.hostname", cells.get("name", ""))]))
    if "mac" in cells:
        yield from hardware.linked(cells["mac"], cells.get("maker", ""))
    if "server" in cells:
        yield from singles.server("http", cells["server"])
    if "title" in cells:
        yield from web.title(cells["title"])


def _found(cells: Sequence[str]) -> Iterator[Answer]:
    """The server and the title in a row of a search engine, which begins with an address.

    Which cell is which is not said, so that each is tried as both.
    """
    if len(cells) > _FEWEST and not any(True for cell in cells for _ in hardware.addresses(cell)):
        for cell in cells[1:]:
            if _WORDED.fullmatch(cell) and cell.lower() not in _SCHEMES:
                yield from singles.server("http", cell)
                yield from web.title(cell)


def host_name(text: str) -> str:
    """The name in a line of a lease that has no header: the one cell that is a name with a digit or a hyphen."""
    line = text.strip()
    cells = _split(line) if len(line.splitlines()) == 1 and len(line) < MAX_TABLE else []
    if len(cells) < _FEWEST or not any(map(mac, cells)):
        return ""
    names = [cell for cell in cells if _HOST.fullmatch(cell) and not mac(cell)]
    return names[0] if len(names) == 1 else ""


def _cells(text: str) -> dict[str, str] | None:
    """The cells of the row by what their columns are called; None where it is no such table."""
    if len(text) > MAX_TABLE or "\n" not in text.strip():
        return None
    lines = [line for line in text.strip().splitlines() if not _RULE.fullmatch(line)]
    if len(lines) != _LINES or "<" in lines[0] or "{" in lines[0]:
        return None
    header, values = map(_split, lines)
    columns = sorted((_PLACES[word], at) for at, word in enumerate(map(key, header)) if word in _PLACES)
    if len(header) != len(values) or len(header) < _FEWEST or len({name for (name, _), _ in columns}) < _KNOWN:
        return None
    found: dict[str, str] = {}
    for (name, _), at in columns:
        if values[at].strip(" -"):
            found.setdefault(name, values[at])
    return found


def _split(line: str) -> list[str]:
    """The cells of a line, whatever is between them."""
    line = line.strip()
    delimiter = max(",;", key=line.count)
    if line.count(delimiter) >= _FEWEST - 1 and "|" not in line and "\t" not in line:
        with suppress(csv.Error):
            return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
    return [cell.strip() for cell in _SEPARATORS.split(line.strip("|").strip())]
