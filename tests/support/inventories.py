"""Small inventories, and devices to hold them against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from camscan.inventory.agreement import Found
from camscan.inventory.coverage import Coverage
from camscan.inventory.matching import SiteScope
from camscan.inventory.reconcile import Result, reconcile
from camscan.inventory.rows import Row
from camscan.records import (
    Device,
    Evidence,
    Identification,
    Judged,
    LedgerEntry,
    Level,
    Outcome,
    Scan,
    ScanStatus,
    Vantage,
    Verdict,
)

AT = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass(frozen=True)
class Edge:
    maker: str


@dataclass(frozen=True)
class Label:
    name: str
    edges: tuple[Edge, ...] = field(default=())
    generic: bool = False


_LABELS = {
    "axis": Label("Axis", (Edge("Axis"),)),
    "axiscommunications": Label("Axis", (Edge("Axis"),)),
    "hikvision": Label("Hikvision", (Edge("Hikvision"),)),
    "hanwhavision": Label("Hanwha Vision", (Edge("Hanwha Vision"),)),
    "annke": Label("Annke", (Edge("Hikvision"), Edge("Dahua"))),
    "hilook": Label("HiLook", (Edge("Hikvision"),)),
    "dahua": Label("Dahua", (Edge("Dahua"),)),
    "ring": Label("Ring", (Edge("Ring"),), generic=True),
}


def find(name: str) -> Label | None:
    """The labels that these tests know."""
    return _LABELS.get("".join(filter(str.isalnum, name.casefold())))


def device(
    *addresses: str,
    site: str | None = None,
    counts: bool = True,
    channels: Mapping[str, str] | None = None,
    endpoints: tuple[str, ...] = (),
    level: Level = Level.CERTAIN,
    **values: Any,
) -> Found:
    """A device as it was found, by address; a maker is known from one rule."""
    proofs = tuple(
        Evidence(channel, 80, "x", "x", "", asked) for channel, asked in (channels or {"http": "GET /"}).items()
    )
    rules = (Identification("rule", level, values.get("maker"), values.get("brand"), {}, proofs),) if counts else ()
    made = Device(addresses[0], addresses, identifications=rules, level=level, **values)
    return Found(Judged(made, Verdict.NOT_LISTED), site, endpoints, counts=counts)


def row(number: int, *addresses: str, **values: Any) -> Row:
    """A row, by number and identifiers."""
    return Row(number, ("x",), ("Name",), addresses=addresses, **values)


def coverage(
    outcomes: Mapping[str, Outcome],
    site: str | None = None,
    status: ScanStatus = ScanStatus.COMPLETE,
    reason: str = "",
    into: Coverage | None = None,
    *,
    asking: str = "",
) -> Coverage:
    """What a scan covered: address -> outcome on its one channel, or a mapping of channels and the reason."""
    made = into if into is not None else Coverage(_Everything())
    scan = Scan("4f2a", AT, (), (), site, AT, status, vantage=Vantage("", (), (("eth0", asking),) if asking else ()))
    reasons = {"tcp": reason} if reason else {}
    made.add(scan, [LedgerEntry(target, {"tcp": outcome}, reasons) for target, outcome in outcomes.items()])
    return made


def held(
    rows: Sequence[Row], found: Sequence[Found], covered: Coverage | None = None, scope: SiteScope | None = None
) -> tuple[Result, ...]:
    """Rows held against devices, in all that was covered."""
    return reconcile(rows, found, covered or coverage({}), find, scope or SiteScope())


class _Everything:
    def __contains__(self, _item: object) -> bool:
        return True
