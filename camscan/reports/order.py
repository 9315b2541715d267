"""The order of devices in every report for people: what offends a direction first, then what came back, the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from camscan.records import Judged, Verdict
from camscan.summaries import State, Tag

_VERDICTS = tuple(Verdict)
_NO_ADDRESS = 9  # stands for the version of an address, behind those that there are


def ranked(devices: Iterable[Judged]) -> list[Judged]:
    """The devices by rank."""
    return sorted(devices, key=rank)


def rank(judged: Judged) -> tuple[int, bool, int, int, int, str]:
    """Urgency first, in it what has come back, then verdict, then address, as a number.

    What is no address comes last, in the order it came in.

    A camera behind a recorder follows it, or stands where it would stand.
    """
    slot = judged.device.behind
    text, behind = (slot.address, f"{slot.number:05}") if slot else (judged.device.address, "")
    version, number, _ = place(text)
    named = "" if version == _NO_ADDRESS else text + behind
    usual = judged.state is not State.RETURNED
    return _urgency(judged), usual, _VERDICTS.index(judged.verdict), version, number, named


def place(text: str) -> tuple[int, int, str]:
    """Where an address stands among others: by its number; what is no address comes last."""
    try:
        address = ip_address(text)
    except ValueError:
        return _NO_ADDRESS, 0, text
    return address.version, int(address), text


def _urgency(judged: Judged) -> int:
    """Sensitive sites before core networks, and these before the others."""
    places = {offence.place for offence in judged.offends}
    return 2 if not places else 0 if Tag.SENSITIVE in places else 1
