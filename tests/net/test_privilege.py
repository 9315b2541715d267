from __future__ import annotations

import os
from pathlib import Path

import pytest

from camscan.net.privilege import has_net_raw, may_go_first


@pytest.mark.parametrize(("effective", "has"), [("0000000000002000", True), ("000001ffffffffff", True), ("0", False)])
def test_the_effective_set_counts(tmp_path: Path, effective: str, *, has: bool) -> None:
    status = tmp_path / "status"
    status.write_text(f"Name:\tpython\nCapPrm:\t0000000000002000\nCapEff:\t{effective}\nCapBnd:\t0000000000002000\n")
    assert has_net_raw(status) is has


def test_the_kernel_says_whether_we_may_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def grant(_process: int, policy: int, _priority: object) -> None:
        asked.append(policy)

    def refuse(*_: object) -> None:
        raise PermissionError

    before = os.sched_getscheduler(0)
    monkeypatch.setattr(os, "sched_setscheduler", grant)
    assert may_go_first()
    assert asked == [os.SCHED_RR, before]
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert not may_go_first()


def test_asking_leaves_nothing_behind() -> None:
    before = os.sched_getscheduler(0)
    may_go_first()
    assert os.sched_getscheduler(0) == before
