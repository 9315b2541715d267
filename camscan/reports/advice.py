"""What a person who walks up to a suspected device should look for."""

from __future__ import annotations

from collections.abc import Iterable

from camscan.records import Device, Judged, Level

_MAX_NAMES = 6


def advice(judged: Judged) -> str:
    """What to look for on the label of a device whose evidence does not carry: raw text, to be escaped like any."""
    device = judged.device
    names = _named(_makers(device), (device.brand,), (by.entity for by in judged.listed_by))
    sought = f"the name {' or '.join(names)}" if names else "the maker's name"
    mac = f" (the label should show {device.mac})" if device.mac else ""
    return f"Look at the label for {sought}, and note model and serial number{mac}. {_doubt(device)}"


def _doubt(device: Device) -> str:
    if device.conflicts:
        return f"The evidence is in doubt: {device.conflicts[0]}."
    if len(makers := _makers(device)) > 1:
        return f"The evidence names {' and '.join(makers)}."
    if device.level is Level.HINT:
        return "Only hints speak for it: each of them is shared by devices of other makers."
    if device.maker and device.kind is None:
        return "Its maker is known; whether it is surveillance equipment is not: look at what it is."
    return "The evidence alone is not enough."


def _makers(device: Device) -> list[str]:
    return _named((device.maker,), (rule.maker for rule in device.identifications))


def _named(*sources: Iterable[str | None]) -> list[str]:
    """Each name once, in order, but no more than a sentence can hold."""
    return list(dict.fromkeys(name for source in sources for name in source if name))[:_MAX_NAMES]
