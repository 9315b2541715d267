"""The records in a bundle, as they are read one after the other; whether they hold is for `verify` to say.

Every function raises EvidenceError where a part is not as camscan writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from camscan.evidence import canonical, export
from camscan.evidence.archive import Archive
from camscan.evidence.chain import HashChain
from camscan.records import LedgerEntry, Observation, Scan
from camscan.summaries import StateChange

_Record = TypeVar("_Record")


def scan(archive: Archive) -> Scan:
    """The scan with its settings, those aside that were left out; what was JSON in them is JSON again."""
    value = canonical.load(archive.read(export.SCAN, export.MAX_RECORD), export.SCAN)
    found = canonical.read(value, canonical.to_scan, canonical.scan_object, export.SCAN)
    settings = canonical.load(archive.read(export.SETTINGS, export.MAX_RECORD), export.SETTINGS)
    return replace(found, settings={name: _folded(one) for name, one in settings.items()})


def _folded(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def observations(archive: Archive) -> Iterator[Observation]:
    """What was seen, as today's codecs read it."""
    links = HashChain(canonical.dump(canonical.scan_object(scan(archive))))
    return links.read(archive.lines(export.OBSERVATIONS), export.OBSERVATIONS)


def entries(archive: Archive) -> Iterator[LedgerEntry]:
    """What became of each target."""
    return _records(archive, export.LEDGER, canonical.to_entry, canonical.ledger_object)


def state_changes(archive: Archive) -> Iterator[StateChange]:
    """What people said of devices, in the order in which they did."""
    changes = _records(archive, export.STATES, canonical.to_change, canonical.change_object, export.MAX_STATE_CHANGES)
    return (replace(change, number=number) for number, change in enumerate(changes, start=1))


def _records(
    archive: Archive,
    name: str,
    to: Callable[[canonical.Object], _Record],
    back: Callable[[_Record], canonical.Object],
    most: float = math.inf,
) -> Iterator[_Record]:
    for number, line in enumerate(archive.lines(name, most), start=1):
        where = f"{name} line {number:,}"
        yield canonical.read(canonical.load(line, where), to, back, where)
