from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from support.namespaces import Namespace, cable

from camscan.net import carrier
from camscan.net.carrier import watched
from camscan.net.interfaces import is_running


async def test_the_time_for_which_an_interface_is_cut_off_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    running = {"eth0": True, "eth1": True, "eth2": False}
    monkeypatch.setattr(carrier, "is_running", running.__getitem__)
    monkeypatch.setattr(carrier, "_EVERY", 0.01)
    async with watched(running) as cut:
        await asyncio.sleep(0.05)
        assert dict(cut) == {}
        running |= {"eth0": False, "eth2": True}
        await asyncio.sleep(0.1)
        running |= {"eth0": True, "eth2": False}
        await asyncio.sleep(0.05)
    assert list(cut) == ["eth0"], "one that was not connected at the beginning is none that was cut off"
    assert cut["eth0"] > 0.05


async def test_what_fails_inside_is_told_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with watched(["lo"]):
            raise ZeroDivisionError


@pytest.mark.netns
def test_a_cable_that_is_pulled_and_an_interface_that_is_down_are_not_running(
    new_namespace: Callable[[], Namespace],
) -> None:
    ours, theirs = new_namespace(), new_namespace()
    cable(ours, theirs, "cr0", ("10.62.0.1/24", "10.62.0.2/24"))
    with ours.inside():
        assert is_running("cr0")
        theirs.ip("link set cr0 down")
        assert soon(lambda: not is_running("cr0"))
        theirs.ip("link set cr0 up")
        assert soon(lambda: is_running("cr0"))
        ours.ip("link set cr0 down")
        assert soon(lambda: not is_running("cr0"))
        assert not is_running("gone0")


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it comes true; the kernel tells of a cut up to a second late."""
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()
