from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable
from typing import Any

import pytest
from support.namespaces import Namespace, cable

from camscan.system.carrier import has_carrier


@pytest.mark.parametrize("name", ["gone0", os.fsdecode(b"b\xfcro")])
def test_the_loopback_is_connected_and_what_is_not_there_is_told(name: str) -> None:
    """Whatever bytes the kernel lets it be called by."""
    assert has_carrier("lo")
    with pytest.raises(OSError, match="No such device"):
        has_carrier(name)


@pytest.mark.parametrize(("flags", "connected"), [(0x1 | 0x40, True), (0x1, False), (0x40, False)])
def test_where_the_driver_does_not_say_the_kernel_does(
    flags: int, connected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ioctl(_sock: object, request: int, _arguments: bytes) -> bytes:
        if request == 0x8946:
            raise OSError(errno.EOPNOTSUPP, "of ethtool")
        return b"tun0".ljust(16, b"\0") + flags.to_bytes(2, "little") + bytes(22)

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    assert has_carrier("tun0") is connected


def test_where_nobody_can_be_asked_it_counts_as_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: Any) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("socket.socket", none_left)
    assert has_carrier("gone0")


@pytest.mark.netns
def test_a_cable_that_is_pulled_is_told_at_once(new_namespace: Callable[[], Namespace]) -> None:
    ours, theirs = new_namespace(), new_namespace()
    cable(ours, theirs, "cr0", ("10.62.0.1/24", "10.62.0.2/24"))
    with ours.inside():
        told = [has_carrier("cr0")]
        for side, state in ((theirs, "down"), (theirs, "up"), (ours, "down"), (ours, "up")):
            side.ip(f"link set cr0 {state}")
            told.append(has_carrier("cr0"))
    assert told == [True, False, True, False, True]
