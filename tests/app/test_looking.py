"""Looks that no store keeps: what is said of them."""

from __future__ import annotations

import pytest

from camscan.app.looking import _lost


@pytest.mark.parametrize(("dropped", "begins"), [(1, "1 datagram was lost"), (1200, "1,200 datagrams were lost")])
def test_what_was_lost_is_told(dropped: int, begins: str) -> None:
    assert [*_lost(dropped)] == [f"{begins} because a buffer was full: ask again on one --interface at a time"]
    assert [*_lost(0)] == []
