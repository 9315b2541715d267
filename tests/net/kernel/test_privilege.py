from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from camscan.net.exchange import udp
from camscan.net.kernel.privilege import can_use_realtime, descriptor_budget, has_net_raw
from camscan.probes.base import Stage, Unicast
from camscan.probes.registry import select


@pytest.mark.parametrize(("effective", "has"), [("0000000000002000", True), ("000001ffffffffff", True), ("0", False)])
def test_the_effective_set_counts(tmp_path: Path, effective: str, *, has: bool) -> None:
    status = tmp_path / "status"
    status.write_text(f"Name:\tpython\nCapPrm:\t0000000000002000\nCapEff:\t{effective}\nCapBnd:\t0000000000002000\n")
    assert has_net_raw(status) is has


def test_without_proc_there_is_none(tmp_path: Path) -> None:
    assert not has_net_raw(tmp_path / "status")


def test_the_kernel_says_whether_we_can_use_realtime(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def grant(_process: int, policy: int, _priority: object) -> None:
        asked.append(policy)

    def refuse(*_: object) -> None:
        raise PermissionError

    before = os.sched_getscheduler(0)
    monkeypatch.setattr(os, "sched_setscheduler", grant)
    assert can_use_realtime()
    assert asked == [os.SCHED_RR, before]
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert not can_use_realtime()


def test_asking_leaves_nothing_behind() -> None:
    before = os.sched_getscheduler(0)
    can_use_realtime()
    assert os.sched_getscheduler(0) == before


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [(1_024, 4_096, 3_968), (64, 64, 32), (4, 4, 2), (1_024, resource.RLIM_INFINITY, 65_408)],
)
def test_the_descriptor_limit_is_raised(monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, expected: int) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    assert descriptor_budget() == expected
    assert asked == ([] if soft == hard else [(hard, hard)])


def test_what_is_kept_is_enough_for_every_question_to_every_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1_024, 1_024))
    probes = [one for one in select(None, "public") if isinstance(one, Unicast)]
    busy = sum(one.stage is Stage.ADDRESS for one in probes)  # the others ask the living, who need no wait
    sockets = 2 * (busy * udp._MOST_SOCKETS + len(probes) - busy)
    assert 1_024 - descriptor_budget() >= sockets + 32


@pytest.mark.parametrize("error", [PermissionError, ValueError])
def test_a_limit_that_cannot_be_raised_is_lived_with(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 4_096))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert descriptor_budget() == 128
