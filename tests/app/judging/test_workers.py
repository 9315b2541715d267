"""Work spread over processes gives what the same work gives in one, in the same order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address

import pytest

from camscan.app.judging import workers
from camscan.app.judging.criteria import library
from camscan.app.judging.workers import map_by_target
from camscan.errors import HostError
from camscan.identify.library import Library
from camscan.records import Evidence, Observation, Outcome

AT = datetime(2026, 11, 24, tzinfo=UTC)
HOSTS = 40


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "CHUNK", 3)
    monkeypatch.setattr(workers, "ALONE", 2)
    monkeypatch.setattr(workers, "_processors", lambda: 2)


def observations() -> Iterator[Observation]:
    for number in range(HOSTS):
        for port in range(80, 81 + number % 3):
            fields = {"http.server": (f"server {number}",)}
            yield Observation(str(IPv4Address(number)), "http", Outcome.ANSWERED, AT, port, fields=fields)


def told(rules: Library, chunk: Sequence[Observation]) -> tuple[int, tuple[str, ...], tuple[Evidence, ...]]:
    """Work that says where it was done, on which targets, and what the rules make of them."""
    evidence = tuple(proof for found in rules.identify(chunk) for proof in found.evidence)
    return os.getpid(), tuple(one.target for one in chunk), evidence


def ended(rules: Library, chunk: Sequence[Observation]) -> int:
    if chunk[0].target == str(IPv4Address(12)):
        os._exit(9)
    return len(chunk)


def test_other_processes_give_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = library()
    rules.identify(())  # its patterns are compiled, and cannot be handed over
    side_by_side = list(map_by_target(observations(), rules, told))
    monkeypatch.setattr(workers, "_processors", lambda: 1)
    alone = list(map_by_target(observations(), rules, told))
    assert [part[1:] for part in side_by_side] == [part[1:] for part in alone]
    assert [target for _, targets, _ in alone for target in targets] == [one.target for one in observations()]
    assert {pid for pid, *_ in alone} == {os.getpid()}
    assert {pid for pid, *_ in side_by_side[:2]} == {os.getpid()}
    assert os.getpid() not in {pid for pid, *_ in side_by_side[2:]}


def test_no_target_is_parted() -> None:
    seen: dict[str, int] = {}
    for number, (_, targets, _) in enumerate(map_by_target(observations(), library(), told)):
        for target in targets:
            assert seen.setdefault(target, number) == number


def test_few_observations_are_in_memory_at_a_time() -> None:
    taken = 0

    def counted() -> Iterator[Observation]:
        nonlocal taken
        for one in observations():
            taken += 1
            yield one

    parts = map_by_target(counted(), library(), told)
    next(parts)
    assert taken <= 3 * 3 + 1


def test_targets_that_said_much_are_worked_on_with_few_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "CHUNK", 100)
    monkeypatch.setattr(workers, "CHUNK_BYTES", 1_000)
    said = [Observation(f"10.0.0.{host}", "http", Outcome.ANSWERED, AT, 80, raw=bytes(300)) for host in range(9)]
    much = [Observation("10.0.0.4", "http", Outcome.ANSWERED, AT, 443, raw=bytes(5_000))]
    parts = map_by_target([*said[:5], *much, *said[5:]], library(), told)
    assert [len(set(targets)) for _, targets, _ in parts] == [4, 1, 4]


def test_parts_of_few_targets_start_no_process_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the targets that make the work."""
    monkeypatch.setattr(workers, "CHUNK", 20)
    monkeypatch.setattr(workers, "CHUNK_BYTES", 1)
    said = (Observation(f"10.0.0.{host}", "http", Outcome.ANSWERED, AT, 80, raw=b"x") for host in range(HOSTS))
    assert {pid for pid, *_ in map_by_target(said, library(), told)} == {os.getpid()}


def test_a_process_that_is_ended_is_told() -> None:
    with pytest.raises(HostError, match="was killed"):
        list(map_by_target(observations(), library(), ended))
