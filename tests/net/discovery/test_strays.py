from __future__ import annotations

import pytest

from camscan.net.discovery import strays as module
from camscan.net.discovery.strays import Strays


def test_only_addresses_of_no_connected_network_are_kept() -> None:
    strays = Strays()
    for source in ("127.88.0.1", "::1", "203.0.113.9", "2001:db8::9%eth7", "203.0.113.9"):
        strays.note(source)
    assert strays.addresses == {"203.0.113.9", "2001:db8::9%eth7"}


def test_while_datagrams_come_the_kernel_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take a descriptor, and time that the event loop has no room for."""
    strays = Strays()
    monkeypatch.setattr(module, "interfaces", None)
    strays.note("203.0.113.9")
    assert strays.addresses


def test_who_forges_sources_fills_no_memory() -> None:
    strays = Strays()
    for number in range(2 * module._MOST):
        strays.note(f"203.0.{number // 250}.{number % 250}")
    assert len(strays.addresses) == module._MOST
