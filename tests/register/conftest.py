"""Tracks, scans and what was said, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from support.estate import BEGIN, Camera, sweep

from camscan.register.names import names
from camscan.summaries import State, StateChange
from camscan.sweeps.lifecycle import begun
from camscan.sweeps.memory import Track


def day(number: float) -> datetime:
    """So many days after the first night."""
    return BEGIN + timedelta(days=number)


@pytest.fixture
def track() -> Callable[..., Track]:
    """The track of a camera that was seen in one night."""

    def make(camera: Camera, night: int = 0) -> Track:
        look = sweep(night, [camera])
        return begun(look.sightings[0], look)

    return make


@pytest.fixture
def said(track: Callable[..., Track]) -> Callable[..., StateChange]:
    """What was said of a camera on a day."""

    def make(camera: Camera, state: State, at: float, number: int, site: str = "hq") -> StateChange:
        one = track(camera)
        return StateChange(
            site, one.device.id, camera.address, state, "ann", "because", day(at), names(one), (), number
        )

    return make
