"""The garbage collector while very many things come and go."""

from __future__ import annotations

import gc
from collections import deque

from camscan.system import gctuning

UNDER_WAY, BURST, OBJECTS = 8_000, 2_000, 40


def passes(told: int) -> int:
    """How often it looks while bursts of things are taken up and let go, `UNDER_WAY` of them there at any time."""
    seen: list[str] = []

    def note(phase: str, _info: dict[str, int]) -> None:
        seen.append(phase)

    things: deque[list[list[None]]] = deque([[] for _ in range(OBJECTS)] for _ in range(UNDER_WAY))
    gc.callbacks.append(note)
    try:
        with gctuning.relaxed(told):
            gc.collect()
            seen.clear()
            for _ in range(20):
                things.extend([[] for _ in range(OBJECTS)] for _ in range(BURST))
                for _ in range(BURST):
                    things.popleft()
            return seen.count("start")
    finally:
        gc.callbacks.remove(note)


def test_it_does_not_walk_through_what_only_comes_and_goes() -> None:
    assert passes(0) >= 10
    assert passes(UNDER_WAY) <= 1


def test_it_is_as_before_in_the_end() -> None:
    before = gc.get_threshold()
    with gctuning.relaxed(10_000):
        young, middle, _ = gc.get_threshold()
        assert young * middle > 1_000_000 > young
    assert gc.get_threshold() == before


def test_it_rests_where_nothing_is_to_be_collected_and_not_where_answers_are_read() -> None:
    assert gc.isenabled()
    frozen = gc.get_freeze_count()
    with gctuning.paused():
        assert not gc.isenabled()
        with gctuning.relaxed():
            assert gc.isenabled()
        assert not gc.isenabled()
        kept: list[list[None]] = [[] for _ in range(100_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() - frozen >= len(kept)
