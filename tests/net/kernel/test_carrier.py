from __future__ import annotations

import asyncio
import errno

import pytest

from camscan.net.kernel import carrier
from camscan.net.kernel.carrier import watched


async def test_the_time_for_which_an_interface_is_cut_off_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    running = {"eth0": True, "eth1": True, "eth2": False}
    monkeypatch.setattr(carrier, "has_carrier", running.__getitem__)
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


async def test_an_interface_that_is_gone_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"tun0"}

    def has_carrier(name: str) -> bool:
        if name not in there:
            raise OSError(errno.ENODEV, name)
        return True

    monkeypatch.setattr(carrier, "has_carrier", has_carrier)
    monkeypatch.setattr(carrier, "_EVERY", 0.01)
    async with watched(["tun0", "gone0"]) as cut:
        there.clear()
        await asyncio.sleep(0.1)
    assert list(cut) == ["tun0"]
