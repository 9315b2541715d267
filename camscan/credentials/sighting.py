"""What a device has shown of itself without a login, against what was enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from camscan.credentials.enrolment import Enrolment
from camscan.net.base import LoginReason
from camscan.text.serials import same_serial


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of an address. `link_macs` come from frames, `macs` and `serials` from what it says itself.

    `maker` is the maker as judged, at level likely or better and without a contradiction; else None. `clock` is how
    far its clock is ahead of ours, where it has told it.
    """

    link_macs: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    maker: str | None = None
    clock: timedelta | None = None


def objection(enrolment: Enrolment, sighting: Sighting) -> str:
    """Why what is at the address is not taken for what was enrolled; "" where everything that was enrolled fits."""
    shown = sighting.link_macs or sighting.macs
    if enrolment.mac is not None and not _shows_mac(enrolment.mac, sighting):
        return _mismatch(f"MAC {enrolment.mac}", shown)
    if enrolment.serial is not None and not _shows_serial(enrolment.serial, sighting):
        return _mismatch(f"serial {enrolment.serial}", sighting.serials)
    if enrolment.maker is not None and enrolment.maker != sighting.maker:
        return _mismatch(enrolment.maker, (sighting.maker,) if sighting.maker else ())
    return ""


def _mismatch(enrolled: str, shown: tuple[str, ...]) -> str:
    if not shown:
        return f"{LoginReason.UNRECOGNISED}: {enrolled} was enrolled, it shows none"
    return f"{LoginReason.OTHER_DEVICE}: {enrolled} was enrolled, it shows {', '.join(shown[:4])}"


def _shows_mac(enrolled: str, sighting: Sighting) -> bool:
    """What frames came from is believed before what a device says of itself."""
    if sighting.link_macs:
        return sighting.link_macs == (enrolled,)
    return enrolled in sighting.macs


def _shows_serial(enrolled: str, sighting: Sighting) -> bool:
    """One that shows the right serial beside another is no better than one that shows another alone."""
    fits = [same_serial(enrolled, serial) for serial in sighting.serials]
    return bool(fits) and all(fits)
