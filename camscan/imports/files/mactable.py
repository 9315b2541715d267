"""Tables of IP and MAC addresses as CSV, with the column names of switches, controllers and people."""

# ruff: noqa: RUF001  the names are in many scripts, and some letters of these look alike

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

from camscan.codecs.text import to_text
from camscan.folding import compact
from camscan.imports.files.base import Summary, address_of, imported, lines, link_fields, names
from camscan.imports.files.switchports import DELIMITERS, asked_of, is_port
from camscan.records import Fields, Observation

CHANNELS = ("arp",)

_WORDS = {
    "address": """
        address ip ipaddress ipaddr ipv4 ipv4address ipv6address host hostip inet clientip clientipaddress deviceip
        clientipadresse adresseipduclient ipadresse ipv4adresse adresseip adresseipv4 direccionip dirip
        indirizzoip ipadres enderecoip adresip ipadresa
        ipadress ipcim iposoite ipadresi ipадрес ip地址 ipアドレス ip주소
    """,
    "mac": """
        mac macaddress macaddr hwaddr hwaddress hardwareaddress physicaladdress ethernet lladdr linklayeraddress
        clientmac clientmacaddress clientid uniqueid eindeutigeid idunique ethernetaddress macadresse
        hardwareadresse physischeadresse physikalischeadresse
        adressemac adressephysique direccionmac direccionfisica dirmac indirizzomac indirizzofisico macadres
        enderecomac enderecofisico adresmac adresfizyczny macadresa macadress maccim macosoite macadresi macадрес
        mac地址 物理地址 macアドレス 物理アドレス mac주소
    """,
    "port": "port switchport swport portname destinationport ports anschluss puerto porta",
    "interface": "interface ifname",
    "switch": "switch switchname switchhostname swname recentdevice recentdevicename",
    "name": """
        name hostname devicename dnsname clientname rechnername geratename nomdhote nom nombre nombredehost nomehost
        nome nazwahosta nazwa hostnaam naam
    """,
}
"""Names of columns without accents, blanks and punctuation."""
COLUMN_OF = {word: name for name, words in _WORDS.items() for word in words.split()}
_COMMENT = "#"
"""Before a comment; PowerShell's Export-Csv writes a comment above the header."""


def sniff(head: bytes) -> bool:
    """Whether the first line that is no comment names a column of addresses and one of MAC addresses."""
    header = _first_line(head)
    found = _columns(_cells(header, _delimiter(header)))
    return {"address", "mac"} <= found.keys()


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """One observation for each row with both addresses; `asked` names the switch port, as do fields."""
    rows = lines(stream, summary)
    header = next((row for row in rows if not row.startswith(_COMMENT)), "")
    delimiter = _delimiter(header)
    columns = _columns(_cells(header, delimiter))
    if not {"address", "mac"} <= columns.keys():
        summary.cut = "its header names no column of addresses, or none of MAC addresses"
        return
    for row in (_cells(line, delimiter) for line in rows):
        cell = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
        yield from entry(cell, at, summary)


def entry(cell: Mapping[str, str], at: datetime, summary: Summary) -> Iterator[Observation]:
    """What a row with an `address` and a `mac` tells, by its columns; it is left out where one of them is none."""
    target, link = address_of(cell["address"]), link_fields(cell["mac"])
    if not (target and link):
        summary.skip("row without an address" if not target else "row without a MAC")
        return
    summary.whole += 1
    hung = _hung(cell)
    yield imported(target, "arp", at, {**link, **names(host__name=cell.get("name", "")), **hung}, asked_of(hung))


def _hung(cell: Mapping[str, str]) -> Fields:
    """Where the device of a row is connected. An interface may also be the router's own, such as "Vlan10"."""
    interface = cell.get("interface", "")
    port = cell.get("port", "") or (interface if is_port(interface) else "")
    switch = cell.get("switch", "")
    return names(switch__port=port[:64], switch__name=switch[:64]) if port else {}


def _cells(row: str, delimiter: str) -> list[str]:
    """The cells of a row; an unclosed quote ends with the row, and does not affect others."""
    return next(csv.reader([row.replace("\r", " ")], delimiter=delimiter), [])


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Column -> place of the first cell that one of its words names."""
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        if name := COLUMN_OF.get(compact(cell)):
            found.setdefault(name, place)
    return found


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _first_line(head: bytes) -> str:
    rows = to_text(head).strip().splitlines()
    return next((row.strip() for row in rows if not row.startswith(_COMMENT)), "")
