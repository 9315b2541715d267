"""Nights of a site in a store: listed cameras that answer or are silent, and a gateway that shows one could look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from support.stores import keep_scan
from support.world import camera

from camscan.records import LedgerEntry, Observation, Outcome, Scan, ScanStatus
from camscan.store.store import Store

BEGIN = datetime(2026, 1, 1, 2, tzinfo=UTC)
CHANNELS = ("sadp", "http")


def night(
    store: Store,
    number: int,
    there: Mapping[str, int],
    *,
    silent: tuple[str, ...] = (),
    site: str | None = "hq",
    gateway: bool = True,
    status: ScanStatus = ScanStatus.COMPLETE,
) -> Scan:
    """One stored scan: `there` maps addresses to the number of the camera that answers, `silent` are asked in vain."""
    at = BEGIN + timedelta(days=number)
    name, ended_at = f"{site or 'none'}-{number:03}", at + timedelta(hours=1)
    seen = [Observation(a, "sadp", Outcome.ANSWERED, at, 37020, fields=camera(n)) for a, n in there.items()]
    ledger = [LedgerEntry(a, {"sadp": Outcome.ANSWERED, "http": Outcome.SILENT}) for a in there]
    ledger += [LedgerEntry(a, dict.fromkeys(CHANNELS, Outcome.SILENT)) for a in silent]
    ledger.append(LedgerEntry("10.0.0.254", {"sadp": Outcome.SILENT, "http": _gateway(there=gateway)}))
    return keep_scan(store, Scan(name, at, ("10.0.0.0/24",), CHANNELS, site, ended_at, status), seen, ledger)


def serial(number: int) -> str:
    """The serial of a camera."""
    return camera(number)["sadp.device_sn"][0]


def _gateway(*, there: bool) -> Outcome:
    return Outcome.REFUSED if there else Outcome.SILENT
