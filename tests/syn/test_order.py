from __future__ import annotations

import itertools

import pytest

from camscan.syn.order import Order


def walked(order: Order, position: int = 0, step: int = 97) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while position < order.round_size:
        hosts, ports, position = order.batch(position, step)
        found += zip(hosts.tolist(), ports.tolist(), strict=True)
    return found


@pytest.mark.parametrize(("hosts", "ports"), [(1, 1), (1, 9), (2, 3), (3, 2), (5, 1), (255, 4), (1000, 7), (65_537, 2)])
def test_every_pair_comes_exactly_once(hosts: int, ports: int) -> None:
    found = walked(Order(hosts, ports, seed=5))
    assert len(found) == hosts * ports
    assert set(found) == {(host, port) for host in range(hosts) for port in range(ports)}


@pytest.mark.parametrize(("hosts", "ports", "part"), [(1000, 3, 128), (1000, 3, 1024), (1000, 3, 4096), (5, 2, 2)])
def test_in_parts_every_pair_comes_exactly_once_too(hosts: int, ports: int, part: int) -> None:
    found = walked(Order(hosts, ports, seed=5, part=part))
    assert len(found) == hosts * ports
    assert set(found) == {(host, port) for host in range(hosts) for port in range(ports)}


def test_a_part_is_done_with_before_the_next_is_begun_with() -> None:
    order = Order(1000, 3, seed=5, part=128)
    assert (order.size, order.round_size) == (128, 3 * 1024)
    parts = [walked(order, begin)[:1] for begin in range(0, order.round_size, 3 * 128)]
    assert len({tuple(first) for first in parts}) == 8
    found = walked(order)
    first = {host for host, _ in found[: 3 * 100]}
    assert len(first) <= 128
    assert all(found.count((host, port)) == 1 for host in first for port in range(3))
    assert max(place for place, (host, _) in enumerate(found) if host in first) < 3 * 128


def test_the_seed_fixes_the_order() -> None:
    assert walked(Order(1000, 3, 1)) == walked(Order(1000, 3, 1), step=5)
    assert walked(Order(1000, 3, 1)) != walked(Order(1000, 3, 2))


def test_it_is_the_order_of_earlier_versions() -> None:
    """A sweep that one of them began may be gone on with."""
    assert Order(1_000, 3, 1).batch(0, 9)[0].tolist() == [701, 398, 651, 875, 485, 909, 937, 195, 481]
    assert Order(100_000, 3, 7).batch(99_990, 6)[0].tolist() == [94052, 20736, 66612, 91516]


def test_it_goes_on_from_any_position() -> None:
    order = Order(1000, 3, 1)
    whole = walked(order, step=1)
    for position in (0, 1, 500, 1024, 2047, 3000):
        before = sum(host < 1000 for at in range(position) for host in order.batch(at, 1)[0].tolist())
        assert walked(order, position) == whole[before:]


def test_a_second_round_is_like_the_first() -> None:
    order = Order(100, 3, 1)
    first, second = order.batch(5, 50), order.batch(order.round_size + 5, 50)
    assert first[0].tolist() == second[0].tolist()
    assert first[1].tolist() == second[1].tolist()


def test_packets_to_one_host_lie_a_pass_apart() -> None:
    order = Order(64, 5, 3)
    places: dict[int, list[int]] = {}
    for place, (host, _) in enumerate(walked(order)):
        places.setdefault(host, []).append(place)
    gaps = {after - before for found in places.values() for before, after in itertools.pairwise(found)}
    assert gaps == {64}


def test_neighbours_are_spread() -> None:
    hosts = [host for host, _ in walked(Order(4096, 1, 7))]
    near = sum(abs(after - before) < 16 for before, after in itertools.pairwise(hosts))
    assert near < 4096 * 0.02


def test_the_ports_of_a_pass_are_mixed() -> None:
    ports = [port for _, port in walked(Order(4096, 8, 7))[:4096]]
    assert min(ports.count(port) for port in range(8)) == 512
