"""Lists of clients or leases in JSON, at whatever depth: of controllers (UniFi, Meraki), of Kea, of PowerShell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from camscan.codecs.text import to_text
from camscan.imports.files import presence
from camscan.imports.files.base import Summary
from camscan.imports.files.jsonitems import CUT_OFF, items
from camscan.imports.files.mactable import CHANNELS, COLUMN_OF, IS, entry
from camscan.records import Observation
from camscan.text.folding import compact
from camscan.text.jsonwindow import closed, ends_early, parsed

__all__ = ["CHANNELS", "read", "sniff", "sniff_one"]

_MAX = 16 * 1024 * 1024
_BEGIN = ("[", "{")
_MEMBER = re.compile(
    r'"([^"\\]{2,24})"\s{0,4}:\s{0,4}(?:\{[^{}]{0,400}"IPAddressToString"\s{0,4}:\s{0,4})?"([^"\\]{7,45})"'
)
_DESCRIBES = re.compile(r'(?i)"(?:model|product|device_?type|firmware|serial)\w{0,16}"\s{0,4}:')
"""A member that tells more of a device than such lists do: what it is, is not to be judged by its MAC address alone."""
_AS_TEXT = "IPAddressToString"
"""The member of an address that PowerShell writes as an object."""


def sniff(head: bytes) -> bool:
    """Whether it begins as JSON that names several IP addresses and several MAC addresses, and no model."""
    return _fewest(head) > 1


def sniff_one(head: bytes) -> bool:
    """The same of one of each: of a list of a single client, if it is known to be no answer of a device."""
    return _fewest(head) > 0


def _fewest(head: bytes) -> int:
    """How many IP addresses or MAC addresses are named, whichever are fewer; 0 where a model is."""
    text = to_text(head).lstrip()
    if not text.startswith(_BEGIN) or _DESCRIBES.search(text):
        return 0
    found: dict[str, set[str]] = {"address": set(), "mac": set()}
    for key, value in _MEMBER.findall(text):
        if (name := COLUMN_OF.get(compact(key), "")) in found:
            found[name].add(value if IS[name](value) else "")
    return min(len(values - {""}) for values in found.values())


def read(stream: BinaryIO, at: datetime, summary: Summary) -> Iterator[Observation]:
    """One observation for each object with both addresses; what is around it does not matter."""
    data = stream.read(_MAX + 1)
    if len(data) > _MAX:
        summary.cut = f"it is larger than {_MAX >> 20} MiB"
        return
    for record in _objects(to_text(data), summary):
        cell = _cells(record)
        if {"address", "mac"} <= cell.keys():
            yield from entry(cell, at, summary)


def _objects(text: str, summary: Summary) -> Iterator[Mapping[str, object]]:
    """All objects in a document, or in several one after another, in their order."""
    open_ = [*reversed(_values(text, summary))]
    while open_:
        value = open_.pop()
        if isinstance(value, dict):
            yield value
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        open_ += reversed([*inner])


def _values(text: str, summary: Summary) -> Sequence[object]:
    """The values in a text; of one that was cut off or is broken, what is whole of it, however deep that lies."""
    try:
        return [json.loads(text)]
    except RecursionError:
        pass
    except json.JSONDecodeError as error:
        if ends_early(text, error) and (whole := parsed(closed(text))) is not None:
            summary.broken += 1
            summary.cut = CUT_OFF
            return [whole]
    return [*items(BytesIO(text.encode("utf-8", "replace")), summary)]


def _cells(record: Mapping[str, object]) -> dict[str, str]:
    """Column -> text of the first member that has such a name, and is an address where it should be one."""
    cells: dict[str, str] = {}
    for key, value in record.items():
        name = COLUMN_OF.get(compact(key[:64]))
        told = value.get(_AS_TEXT) if isinstance(value, dict) else value
        if name and isinstance(told, str | int) and IS[name](text := str(told)[:255]):
            cells[name] = presence.states((cells.get(name, ""), text)) if name == "state" else cells.get(name, text)
    return {**cells, presence.KIND: presence.kind_of(record)}
