from __future__ import annotations

from ipaddress import IPv6Address

import numpy as np
import pytest

from camscan.syn.space import space

BASE = int(IPv6Address("fd77::ffff:ffff:ffff:fff0"))
"""From which sixteen addresses on the upper half changes."""
RANGES6 = [(int(IPv6Address("2001:db8::80")), int(IPv6Address("2001:db8::8f"))), (BASE, BASE + 31)]


def words(*numbers: int) -> np.typing.NDArray[np.uint32]:
    return np.frombuffer(b"".join(number.to_bytes(16) for number in numbers), ">u4").reshape(-1, 4).astype(np.uint32)


def test_a_space_numbers_its_addresses() -> None:
    asked = space(4, [(10, 12), (20, 20), (30, 39)])
    hosts = np.arange(14, dtype=np.uint32)
    addresses = [10, 11, 12, 20, *range(30, 40)]
    assert len(asked) == 14
    assert asked.addresses(hosts).tolist() == addresses
    assert asked.hosts(np.array(addresses, np.uint32)).tolist() == list(range(14))
    assert asked.hosts(np.array([0, 9, 13, 19, 21, 40, 2**32 - 1], np.uint32)).tolist() == [-1] * 7
    assert asked.ranges_of(hosts).tolist() == [0, 0, 0, 1, *[2] * 10]
    assert list(asked.texts(hosts[3:4])) == ["0.0.0.20"]


def test_a_space_may_end_with_the_last_address() -> None:
    asked = space(4, [(2**32 - 4, 2**32 - 1)])
    assert asked.addresses(np.array([3], np.uint32)).tolist() == [2**32 - 1]
    assert asked.hosts(np.array([2**32 - 1], np.uint32)).tolist() == [3]


def test_ipv6_is_numbered_as_well() -> None:
    asked = space(6, RANGES6)
    hosts = np.arange(48, dtype=np.uint32)
    numbers = [number for first, last in RANGES6 for number in range(first, last + 1)]
    assert len(asked) == 48
    assert asked.addresses(hosts).tolist() == words(*numbers).tolist()
    assert asked.hosts(words(*numbers)).tolist() == list(range(48))
    assert list(asked.texts(hosts)) == [str(IPv6Address(number)) for number in numbers]
    assert asked.ranges_of(hosts).tolist() == [0] * 16 + [1] * 32


@pytest.mark.parametrize(
    "address", ["::", "2001:db8::7f", "2001:db8::90", "2001:db8:0:1::80", "ffff::", "fd77:0:0:2::"]
)
def test_what_is_in_no_range_has_no_number(address: str) -> None:
    assert space(6, RANGES6).hosts(words(int(IPv6Address(address)))).tolist() == [-1]


def test_the_last_address_of_all() -> None:
    asked = space(6, [(2**128 - 4, 2**128 - 1)])
    assert asked.hosts(words(2**128 - 1, 2**128 - 5, 0)).tolist() == [3, -1, -1]
    assert list(asked.texts(np.array([3], np.uint32))) == ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]


def test_addresses_that_end_in_zeros_are_told_apart() -> None:
    first = int(IPv6Address("fd00::"))
    asked = space(6, [(first, first + 0x1FFFF)])
    assert asked.hosts(words(first, first + 0x100, first + 0x10000, first + 0x20000)).tolist() == [0, 256, 65_536, -1]
