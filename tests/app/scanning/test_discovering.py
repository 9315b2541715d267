"""Discovery by multicast: what is said of it."""

from __future__ import annotations

import pytest

from camscan.app.scanning.discovering import _lost, asking_interfaces
from camscan.errors import HostError
from camscan.net.kernel import interfaces


@pytest.mark.parametrize(("dropped", "begins"), [(1, "1 datagram was lost"), (1200, "1,200 datagrams were lost")])
def test_what_was_lost_is_told(dropped: int, begins: str) -> None:
    assert [*_lost(dropped)] == [f"{begins} because a buffer was full: ask again on one --interface at a time"]
    assert [*_lost(0)] == []


def test_where_nothing_supports_multicast_addresses_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interfaces, "interfaces", tuple)
    with pytest.raises(HostError, match="ask addresses, as in `camscan scan"):
        asking_interfaces(())
