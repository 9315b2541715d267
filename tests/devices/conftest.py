"""Both ways to merge the answers of devices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any

import pytest
from support.merging import identify, resolve

from camscan.devices import hosts_of, merge
from camscan.devices.merge import merge_spooled
from camscan.records import Device, Observation
from camscan.store.spool import Spool


@pytest.fixture(params=["in memory", "spooled"])
def devices(request: pytest.FixtureRequest) -> Callable[..., tuple[Device, ...]]:
    """Both ways to merge observations: what holds for one holds for the other."""
    way = merge if request.param == "in memory" else spooled
    return lambda *observations: way(observations, identify, resolve)


def spooled(
    observations: Iterable[Observation], identify: Callable[..., Any], resolve: Callable[..., Any]
) -> tuple[Device, ...]:
    """The devices that observations show, merged spooled."""
    with ExitStack() as open_spools:
        found = open_spools.enter_context(Spool[Device]())
        merge_spooled(hosts_of(observations, identify), resolve, lambda: open_spools.enter_context(Spool()), found)
        return tuple(device for _, device in found.in_order())
