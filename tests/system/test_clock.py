"""How far this host's clock may be off."""

from __future__ import annotations

from camscan.system.clock import clock


def test_the_clock_is_what_the_kernel_says() -> None:
    told = clock()
    assert told["source"] in {"adjtimex", "unknown"}
    if told["source"] == "adjtimex":
        assert {"synchronised", "offset_ns", "max_error_ns"} < set(told)
        assert abs(int(told["offset_ns"])) < 10**10
