from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from camscan.syn.priority import RealtimePriority


@pytest.fixture(autouse=True)
def ordinary() -> Iterator[None]:
    yield
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def policy() -> int:
    return os.sched_getscheduler(0)


@pytest.fixture
def allowed() -> None:
    try:
        with RealtimePriority(wanted=True):
            if policy() == os.SCHED_RR:
                return
    finally:
        assert policy() == os.SCHED_OTHER
    pytest.skip("this host grants no real-time priority")


@pytest.mark.usefixtures("allowed")
def test_it_is_there_inside_and_gone_behind() -> None:
    with RealtimePriority(wanted=True):
        assert policy() == os.SCHED_RR
    assert policy() == os.SCHED_OTHER


@pytest.mark.usefixtures("allowed")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_process_that_is_forked_inside_has_its_own() -> None:
    with RealtimePriority(wanted=True, used=lambda: 0.0) as ours:
        if not (child := os.fork()):
            ours._used = lambda: 5.0
            ours._looked = (0.0, 0.0)
            had = policy()
            ours.check(5.0)
            os._exit(0 if (had, policy()) == (os.SCHED_RR, os.SCHED_OTHER) else 1)
        assert os.waitpid(child, 0)[1] == 0
        ours.check(5.0)
        assert policy() == os.SCHED_RR


@pytest.mark.usefixtures("allowed")
def test_a_process_that_is_forked_may_go_before_this_one() -> None:
    with RealtimePriority(wanted=True) as ours:
        before = os.sched_getparam(0).sched_priority
        ours.acquire()
        assert policy() == os.SCHED_RR
        assert os.sched_getparam(0).sched_priority > before


def test_who_has_no_precedence_does_not_rise() -> None:
    with RealtimePriority(wanted=False) as unwanted:
        unwanted.acquire()
        assert policy() == os.SCHED_OTHER


def test_it_is_not_there_where_nobody_wants_it() -> None:
    with RealtimePriority(wanted=False) as unwanted:
        unwanted.check(0)
        assert policy() == os.SCHED_OTHER


def refuse(*_: object) -> None:
    raise PermissionError


@pytest.mark.usefixtures("allowed")
def test_a_priority_that_somebody_chose_is_kept() -> None:
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    with RealtimePriority(wanted=True):
        assert policy() == os.SCHED_BATCH
    assert policy() == os.SCHED_BATCH


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that grants no real-time priority."""
    monkeypatch.setattr(os, "getpriority", lambda *_: 0)
    monkeypatch.setattr(os, "sched_setscheduler", refuse)


@pytest.mark.usefixtures("refusing")
def test_where_it_is_refused_a_better_niceness_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    monkeypatch.setattr(os, "setpriority", lambda _which, _who, niceness: taken.append(niceness))
    with RealtimePriority(wanted=True):
        assert taken == [-10]


@pytest.mark.usefixtures("refusing")
def test_where_all_is_refused_it_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "setpriority", refuse)
    with RealtimePriority(wanted=True) as refused:
        refused.check(0)
        refused.check(5)


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("processors", "share", "kept"), [(2, 0.89, True), (2, 0.91, False), (1, 0.49, True), (1, 0.51, False)]
)
def test_who_needs_most_of_a_processor_gives_it_back(
    monkeypatch: pytest.MonkeyPatch, processors: int, share: float, kept: bool
) -> None:
    now = 0.0
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)))
    with RealtimePriority(wanted=True, used=lambda: now * share) as taken:
        for step in range(30):
            now = step / 10
            assert (policy() == os.SCHED_RR) is (kept or step <= 10)
            taken.check(now)
