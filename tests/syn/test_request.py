from __future__ import annotations

import json
import random
from typing import Any

import pytest

from camscan.l2.lines import WRONG_USE, RefusalError
from camscan.syn.request import MAX_INPUT, Way, read

WAY = {
    "interface": "eth0",
    "source": "10.0.0.2",
    "gateway": "",
    "frames": True,
    "ranges": [["10.0.0.9", "10.0.0.9"], ["10.0.0.1", "10.0.0.4"]],
}
GOOD: dict[str, Any] = {
    "method": "syn",
    "ways": [WAY],
    "ports": [80, 554],
    "rate": 1000,
    "host_rate": 20,
    "rounds": 2,
    "wait": 1.0,
    "want": "open",
    "seed": 1,
}


def test_a_request_is_read() -> None:
    request = read(json.dumps(GOOD).encode())
    assert (request.hosts, request.ports, request.position) == (5, (80, 554), 0)
    (way,) = request.ways
    assert way.on_link
    assert way.ranges == ((0x0A000001, 0x0A000004), (0x0A000009, 0x0A000009))


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "udp"},
        {"want": "some"},
        {"ways": []},
        {"ways": 5},
        {"ways": [{**WAY, "ranges": [["10.0.0.1", "fd00::1"]]}]},
        {"ways": [{**WAY, "ranges": [["fd00::1", "fd00::2"]]}]},
        {"ways": [{**WAY, "ranges": [["10.0.0.4", "10.0.0.1"]]}]},
        {"ways": [{**WAY, "ranges": [["10.0.0.1", "10.0.0.4"], ["10.0.0.4", "10.0.0.5"]]}]},
        {"ways": [{**WAY, "ranges": [["a", "b"]]}]},
        {"ways": [{**WAY, "ranges": []}]},
        {"ways": [{**WAY, "colour": "red"}]},
        {"ways": [{**WAY, "known": [["10.0.0.1", "0a0b"]]}]},
        {"ways": [{**WAY, "known": [["10.0.0.1", "words"]]}]},
        {"ports": []},
        {"ports": [80, 80]},
        {"ports": [0]},
        {"ports": [65_536]},
        {"rate": -1},
        {"rate": float("inf")},
        {"rate": float("nan")},
        {"rate": None},
        {"rounds": 0},
        {"rounds": 9},
        {"position": -1},
        {"half_open": 0},
        {"neighbours": 0},
        {"held": -1},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_used_is_said(changed: dict[str, Any]) -> None:
    with pytest.raises(RefusalError, match="cannot be used") as caught:
        read(json.dumps({**GOOD, **changed}).encode())
    assert caught.value.code == WRONG_USE


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"[" * 100_000, b"\xff", b" " * (MAX_INPUT + 1)])
def test_no_request_at_all(data: bytes) -> None:
    with pytest.raises(RefusalError):
        read(data)


def test_more_than_one_sweep_may_ask() -> None:
    way = {**WAY, "gateway": "10.0.0.1", "ranges": [["10.0.0.0", "10.255.255.255"]]}
    assert read(json.dumps({**GOOD, "ways": [way], "ports": list(range(1, 17))}).encode()).hosts == 1 << 24
    with pytest.raises(RefusalError, match="in parts"):
        read(json.dumps({**GOOD, "ways": [way], "ports": list(range(1, 18))}).encode())


def test_who_is_barred_is_not_asked_and_keeps_every_number() -> None:
    """In ranges, of which they may be parts or more, and of all ways, as a sweep numbers them."""
    other = {**WAY, "ranges": [["10.0.0.5", "10.0.0.6"]]}
    barred = [["10.0.0.6", "10.0.0.200"], ["10.0.0.2", "10.0.0.2"], ["fd00::1", "fd00::2"]]
    request = read(json.dumps({**GOOD, "ways": [WAY, other], "barred": barred}).encode(), b"\1\0\0\0")
    first, second = request.ways
    assert first.ranges == ((0x0A000001, 0x0A000004), (0x0A000009, 0x0A000009))
    assert first.asked == ((0x0A000001, 0x0A000001), (0x0A000003, 0x0A000004))
    assert second.asked == ((0x0A000005, 0x0A000005),)
    assert list(request.barred) == [(1, 1), (5, 5), (6, 6)], "host 1 is .2, 5 is .6 and 6 is .9"
    assert request.settled == b"\1\0\0\0"


def test_what_is_asked_is_what_is_left_of_ranges() -> None:
    draws = random.Random(1)
    for _ in range(300):
        ranges, holes = (_some_ranges(draws) for _ in range(2))
        hidden = {number for first, last in holes for number in range(first, last + 1)}
        wanted = [number for first, last in ranges for number in range(first, last + 1) if number not in hidden]
        left = Way("eth0", "10.0.0.2", "", frames=True, version=4, ranges=ranges, barred=holes).asked
        assert [number for first, last in left for number in range(first, last + 1)] == wanted


def test_barred_hosts_are_numbered_as_the_sweep_numbers_them() -> None:
    draws = random.Random(2)
    for _ in range(300):
        ranges, holes = (_some_ranges(draws) for _ in range(2))
        hidden = {number for first, last in holes for number in range(first, last + 1)}
        every = [number for first, last in ranges for number in range(first, last + 1)]
        texts = [[[f"10.0.0.{end}" for end in span] for span in some] for some in (ranges, holes)]
        request = read(json.dumps({**GOOD, "ways": [{**WAY, "ranges": texts[0]}], "barred": texts[1]}).encode())
        barred = [host for first, last in request.barred for host in range(first, last + 1)]
        assert [every[host] for host in barred] == [number for number in every if number in hidden]


def _some_ranges(draws: random.Random) -> tuple[tuple[int, int], ...]:
    ends = sorted(draws.sample(range(40), 2 * draws.randint(1, 6)))
    return tuple(zip(ends[::2], ends[1::2], strict=True))
