"""Tracks, scans and what was said, for the register."""

from __future__ import annotations

from datetime import datetime, timedelta

from support.estate import BEGIN, Camera, sweep

from camscan.register.names import names
from camscan.summaries import State, StateChange
from camscan.sweeps.lifecycle import begun
from camscan.sweeps.memory import Track


def day(number: float) -> datetime:
    """So many days after the first night."""
    return BEGIN + timedelta(days=number)


def track(camera: Camera, night: int = 0) -> Track:
    """The track of a camera that was seen in one night."""
    look = sweep(night, [camera])
    return begun(look.sightings[0], look)


def said(camera: Camera, state: State, at: float, number: int, site: str = "hq") -> StateChange:
    """What was said of a camera on a day."""
    one = track(camera)
    return StateChange(site, one.device.id, camera.address, state, "ann", "because", day(at), names(one), (), number)
