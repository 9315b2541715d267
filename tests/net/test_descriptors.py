from __future__ import annotations

import resource

import pytest

from camscan.net.descriptors import descriptor_budget


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [(1_024, 4_096, 4_032), (64, 64, 32), (4, 4, 2), (1_024, resource.RLIM_INFINITY, 65_472)],
)
def test_the_descriptor_limit_is_raised(monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, expected: int) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: asked.append(limits))
    assert descriptor_budget() == expected
    assert asked == ([] if soft == hard else [(hard, hard)])


@pytest.mark.parametrize("error", [PermissionError, ValueError])
def test_a_limit_that_cannot_be_raised_is_lived_with(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 4_096))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert descriptor_budget() == 192
