"""What is concluded from observations, as the objects of canonical lines (see `camscan.evidence.canonical`)."""

from __future__ import annotations

from dataclasses import asdict

from camscan.evidence.canonical import Object
from camscan.records import Identification, Judged


def device_object(judged: Judged) -> Object:
    """A device with every rule that speaks of it."""
    device = judged.device
    return {
        "address": device.address,
        "addresses": list(device.addresses),
        "ports": list(device.ports),
        "mac": device.mac,
        "hostname": device.hostname,
        "maker": device.maker,
        "brand": device.brand,
        "model": device.model,
        "firmware": device.firmware,
        "serial": device.serial,
        "kind": device.kind,
        "level": None if device.level is None else str(device.level),
        "camera_like": device.camera_like,
        "hidden_channels": device.hidden_channels,
        "slots": None if device.slots is None else asdict(device.slots),
        "behind": None if device.behind is None else asdict(device.behind),
        "conflicts": list(device.conflicts),
        "identifications": [_identification(found) for found in device.identifications],
    }


def verdict_object(judged: Judged) -> Object:
    """What the policies say about a device."""
    device = judged.device
    return {
        "address": device.address,
        "behind": device.place if device.behind else None,
        "mac": device.mac,
        "maker": device.maker,
        "level": None if device.level is None else str(device.level),
        "verdict": judged.verdict.value,
        "listed_by": [asdict(listing) for listing in judged.listed_by],
        "state": None if judged.state is None else judged.state.value,
    }


def _identification(found: Identification) -> Object:
    evidence = [item._asdict() for item in found.evidence]
    for item in evidence:
        if not item["file"]:  # only of an import is there one
            del item["file"]
    return found._asdict() | {"level": str(found.level), "attributes": dict(found.attributes), "evidence": evidence}
