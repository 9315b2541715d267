"""What a scan owes its reader when its own host failed it."""

from __future__ import annotations

from collections.abc import Mapping

from support.rig import Result, Rig

from camscan.records import Outcome, ScanStatus

Told = Mapping[str, Mapping[str, object]]
"""What is told of each device on a host that fails in nothing."""
SILENT_OR_CLOSED = {Outcome.SILENT, Outcome.REFUSED}


def changed(site: Rig, result: Result, usual: Told) -> list[str]:
    """Devices of which less or other is told than usual."""
    return [name for name, address in site.places.items() if result.told(address) != usual[name]]


def assert_admitted(site: Rig, result: Result, usual: Told) -> None:
    """All is told as usual, or the ledger gives a reason for each device of which it is not; none is called closed."""
    for name in changed(site, result, usual):
        entry = result.ledger.get(site.places[name])
        if entry is None:
            assert result.scan.status is not ScanStatus.COMPLETE
        else:
            assert entry.reasons, name
            assert entry.outcome not in SILENT_OR_CLOSED, (name, entry)
