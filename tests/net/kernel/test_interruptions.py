from __future__ import annotations

import asyncio
import errno

import pytest

from camscan.net.kernel import interruptions
from camscan.net.kernel.interruptions import watched


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """What the drivers say of interfaces at each look, of which there are many."""
    running: dict[str, bool] = {}

    def has_carrier(name: str) -> bool:
        if name not in running:
            raise OSError(errno.ENODEV, name)
        return running[name]

    monkeypatch.setattr(interruptions, "has_carrier", has_carrier)
    monkeypatch.setattr(interruptions.is_connected, "__defaults__", (has_carrier,))
    monkeypatch.setattr(interruptions, "_EVERY", 0.01)
    return running


async def test_the_time_for_which_an_interface_is_cut_off_is_counted(
    looking: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    looking |= {"eth0": True, "eth1": True, "usb0": False, "br0": False}
    monkeypatch.setattr(interruptions, "is_running", {"usb0": True}.__getitem__)
    monkeypatch.setattr(interruptions, "is_for_containers", {"usb0": False, "br0": True}.__getitem__)
    async with watched(looking, {}) as cut:
        await asyncio.sleep(0.05)
        assert dict(cut) == {}, "neither where only the driver denies it, nor a bridge that nobody is on"
        looking |= {"eth0": False, "usb0": True}
        await asyncio.sleep(0.1)
        looking |= {"eth0": True, "usb0": False}
        await asyncio.sleep(0.05)
    assert list(cut) == ["eth0 was not connected"]
    assert cut["eth0 was not connected"] > 0.05


async def test_what_fails_inside_is_told_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with watched(["lo"], {}):
            raise ZeroDivisionError


async def test_an_interface_that_is_gone_is_cut_off(looking: dict[str, bool]) -> None:
    looking |= {"tun0": True}
    async with watched(["tun0"], {}) as cut:
        looking.clear()
        await asyncio.sleep(0.1)
    assert list(cut) == ["tun0 was not connected"]


async def test_an_interface_that_was_never_connected_is_cut_off(
    looking: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    looking |= {"eth0": False}
    monkeypatch.setattr(interruptions, "is_running", looking.__getitem__)
    async with watched(["eth0"], {}) as cut:
        await asyncio.sleep(0.1)
    assert list(cut) == ["eth0 was not connected"]


async def test_an_interface_that_does_not_lead_to_the_targets_any_more_is_cut_off(
    looking: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    looking |= {"eth0": True, "eth1": True}
    leads = {"10.0.0.1": "eth0", "10.0.1.1": "eth1"}
    monkeypatch.setattr(interruptions, "interfaces_to", lambda asked: {a: leads[a] for a in asked if a in leads})
    async with watched(["eth0", "eth1"], dict(leads)) as cut:
        del leads["10.0.1.1"]  # the kernel cannot be asked at the moment
        await asyncio.sleep(0.1)
        assert dict(cut) == {}
        leads["10.0.0.1"] = "eth1"
        await asyncio.sleep(0.15)
    assert list(cut) == ["eth0 did not lead to 10.0.0.1 any more"]
