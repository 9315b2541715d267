"""The order of devices in every report for people: verdict first, then address."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from camscan.records import Judged, Verdict

_VERDICTS = tuple(Verdict)


def ranked(devices: Iterable[Judged]) -> list[Judged]:
    """The devices by rank."""
    return sorted(devices, key=rank)


def rank(judged: Judged) -> tuple[int, int, int, str]:
    """Verdict first, then address, as a number; what is no address comes last.

    A camera behind a recorder follows it, or stands where it would stand.
    """
    slot = judged.device.behind
    text, behind = (slot.address, f"{slot.number:05}") if slot else (judged.device.address, "")
    try:
        address = ip_address(text)
    except ValueError:
        return _VERDICTS.index(judged.verdict), 9, 0, text + behind
    return _VERDICTS.index(judged.verdict), address.version, int(address), text + behind
