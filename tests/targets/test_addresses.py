from __future__ import annotations

import sys
import time
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from camscan.errors import TargetError
from camscan.targets import TargetSet, parse, usual

_SPAN = 48  # addresses that the small worlds of the property tests span


def _address(number: int) -> str:
    """The small world: half of it IPv4 around a /24 border, half of it IPv6."""
    half = _SPAN // 2
    return str(IPv4Address("10.0.0.244") + number if number < half else IPv6Address("fd00::") + number - half)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[str], set[str]]:
    """Specs, and the set of addresses that they naively stand for."""
    specs: list[str] = []
    naive: set[str] = set()
    for _ in range(draw(st.integers(0, 6))):
        half = draw(st.sampled_from([0, _SPAN // 2]))
        first, last = sorted(draw(st.tuples(*[st.integers(half, half + _SPAN // 2 - 1)] * 2)))
        specs.append(f"{_address(first)}-{_address(last)}")
        naive.update(map(_address, range(first, last + 1)))
    return specs, naive


@given(worlds(), worlds())
def test_the_algebra_agrees_with_plain_sets(one: tuple[list[str], set[str]], two: tuple[list[str], set[str]]) -> None:
    (specs, naive), (other_specs, other_naive) = one, two
    targets, other = parse(specs), parse(other_specs)
    for result, expected in (
        (targets, naive),
        (parse(specs + other_specs), naive | other_naive),
        (targets.minus(other), naive - other_naive),
        (targets.within(other), naive & other_naive),
    ):
        assert (set(result.shuffled(1)), len(result), bool(result)) == (expected, len(expected), bool(expected))
        assert {address for address in map(_address, range(_SPAN)) if address in result} == expected
        assert all(last < first for (_, last), (first, _) in zip(result.ranges, result.ranges[1:], strict=False))


@given(worlds(), worlds(), st.permutations([0, 1, 2]))
def test_exclusions_win_in_any_order(
    one: tuple[list[str], set[str]], two: tuple[list[str], set[str]], order: list[int]
) -> None:
    exclusions = parse(two[0])
    parts = [one[0], two[0], [_address(0), _address(_SPAN - 1)]]
    targets = parse([spec for part in order for spec in parts[part]]).minus(exclusions)
    assert not two[1] & set(targets.shuffled(0))


_V4 = st.integers(2**24, 255 * 2**24 - 1).map(IPv4Address)  # what is before or behind it is a mask, and no target
_V6 = st.integers(2**125, 2**128 - 1).map(IPv6Address)  # far from those that hold IPv4 addresses
_BIG = st.one_of(
    st.builds(lambda address, prefix: f"{address}/{prefix}", _V4, st.integers(0, 32)),
    st.builds(lambda address, prefix: f"{address}/{prefix}", _V6, st.integers(3, 128)),
    st.tuples(_V4, _V4).map(lambda pair: f"{min(pair)}-{max(pair)}"),
    st.tuples(_V6, _V6).map(lambda pair: f"{min(pair)}-{max(pair)}"),
)


@given(st.lists(_BIG, max_size=5), st.lists(_BIG, max_size=5))
def test_networks_read_back_to_the_same_set(specs: list[str], exclusions: list[str]) -> None:
    try:
        targets = parse(specs).minus(parse(exclusions))
    except TargetError:
        reject()  # it begins with link-local addresses, which are no targets
    assert parse(targets.networks()) == targets
    assert targets.count == parse(specs).count - parse(specs).within(parse(exclusions)).count


def test_networks_are_shown_shortest() -> None:
    targets = parse(["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0-10.0.2.255", "10.1.0.0/31", "10.1.0.3", "fd00::/120"])
    assert list(targets.networks()) == [
        *("10.0.0.0/24", "10.0.1.0/24", "10.0.2.0-10.0.2.255", "10.1.0.0/31", "10.1.0.3", "fd00::/120"),
    ]
    unaligned = ["10.0.0.3-10.0.0.8", "fd00::1-fd00::2"]
    assert list(parse(unaligned).networks()) == unaligned
    assert list(parse(["0.0.0.0/0", "::/0"]).networks()) == ["0.0.0.0/0", "::/0"]
    assert list(parse(["10.0.0.0/24"]).minus(parse(["10.0.0.77"])).networks()) == [
        *("10.0.0.1-10.0.0.76", "10.0.0.78-10.0.0.254"),
    ]


@pytest.mark.parametrize(
    ("address", "held"),
    [
        ("10.0.0.5", True),
        ("::ffff:10.0.0.5", True),
        ("fd00::5%eth0", True),
        ("10.0.2.5", False),
        ("::10.0.0.5", False),
        ("010.0.0.5", False),
        ("10.0.0.256", False),
        ("10.0.0.+5", False),
        ("10.0.0.\u0665", False),
        ("10.0.0", False),
        ("10.0.0.5.", False),
        (" 10.0.0.5", False),
        ("167772165", False),
        ("cam.example", False),
        ("", False),
    ],
)
def test_membership_is_of_destinations(address: str, held: bool) -> None:
    targets = parse(["10.0.0.0/23", "fd00::/64", "cam.example"], resolve=lambda _: ["10.0.0.5"])
    assert (address in targets) is held


def test_membership_is_fast_in_many_ranges() -> None:
    targets = parse(f"10.{high}.{low}.7" for high in range(256) for low in range(256))
    assert len(targets.ranges) == 65_536
    began = time.process_time()
    assert all("10.200.100.7" in targets for _ in range(1_000))
    assert time.process_time() - began < 3


@pytest.mark.parametrize("specs", [["10.0.0.0/24", "fd00::/120", "10.2.0.1"], ["10.0.0.5"], [], ["10.0.0.0/31"]])
def test_shuffled_visits_everything_once(specs: list[str]) -> None:
    targets = parse(specs)
    visited = list(targets.shuffled(7))
    assert (len(visited), len(set(visited))) == (targets.count, targets.count)
    assert all(address in targets for address in visited)


def test_the_seed_alone_fixes_the_order() -> None:
    targets = parse(["10.0.0.0/24"])
    assert list(targets.shuffled(7)) == list(targets.shuffled(7))
    assert list(targets.shuffled(7)) != list(targets.shuffled(8))


@pytest.mark.parametrize("spec", ["10.0.0.0/8", "fd00::/64", "::/0"])
def test_a_large_network_is_walked_lazily(spec: str) -> None:
    began = time.process_time()
    first = next(parse([spec]).shuffled(7))
    assert time.process_time() - began < 0.5
    assert first in parse([spec])


def test_an_ipv6_network_outgrows_len_but_not_count() -> None:
    targets = parse(["fd00::/64"])
    assert (targets.count, bool(targets)) == (2**64, True)
    assert targets.count > sys.maxsize
    with pytest.raises(OverflowError):
        len(targets)


def test_the_empty_set() -> None:
    empty = TargetSet()
    assert (len(empty), list(empty.networks()), list(empty.shuffled(0)), "10.0.0.1" in empty) == (0, [], [], False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("FD00:0::5", "fd00::5"),
        (" 10.0.0.5 ", "10.0.0.5"),
        ("FD00:0::/64", "fd00::/64"),
        ("10.0.0.1/24", "10.0.0.1/24"),
        ("44:19:B6:00:00:01", "44:19:B6:00:00:01"),
        ("", ""),
    ],
)
def test_what_is_an_address_or_a_network_is_spelled_as_usual(text: str, shown: str) -> None:
    assert usual(text) == shown
