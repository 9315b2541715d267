"""Merging finds what is found where all hosts are looked at together, in memory and in a spool."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

import pytest
from support.merging import answer, identify, resolve

from camscan.devices import hosts_of, merge
from camscan.devices.behind import KnownDevices, behind, by_place
from camscan.devices.build import build, order
from camscan.devices.grouping import grouped, signs_of
from camscan.devices.merge import merge_spooled
from camscan.devices.spool import InMemory
from camscan.policy import judge_all, judge_each
from camscan.records import Device, Observation
from camscan.store.spool import Spool

MACS = [f"44:19:B6:00:00:{number:02X}" for number in range(12)]
SERIALS = [f"SERIAL-{number}" for number in range(12)]
ENDPOINTS = [f"urn:uuid:aa85c000-6324-41b3-819e-{number:012}" for number in range(12)]


def world(draw: random.Random) -> Iterator[Observation]:
    """Answers at some addresses, among them clones, devices with several addresses, and recorders with cameras."""
    places = [*(f"10.0.0.{number}" for number in range(1, 40)), *(f"2001:db8::{number}" for number in range(9))]
    for address in sorted(draw.sample(places, draw.randrange(1, len(places)))):
        for mac in draw.sample(MACS, draw.choice([0, 0, 1, 2])):
            yield answer(address, "arp", mac__address=mac)
        if draw.random() < 0.1:
            yield answer(address, "dhcp", mac__address=draw.choice(MACS))
            continue
        told = {"dhip__mac": draw.choice(MACS), "dhip__serial_no": draw.choice(SERIALS)}
        told |= {"wsd__endpoint": draw.choice(ENDPOINTS), "dhip__ipv4_address": draw.choice(places)}
        yield answer(address, "dhip", 37810, **dict(draw.sample(sorted(told.items()), draw.randrange(5))))
        for number in range(draw.choice([0, 0, 4])):
            camera = {"behind__address": draw.choice(places), "behind__serial": draw.choice(SERIALS)}
            camera |= {"behind__mac": draw.choice(MACS), "behind__model": "C-1", "say__maker": "Maker"}
            some = dict(draw.sample(sorted(camera.items()), draw.randrange(1, 5)))
            yield answer(address, "isapi", 80, behind__api="isapi", behind__slot=str(number), **some)


def together(seen: Iterable[Observation]) -> tuple[Device, ...]:
    """The devices as all hosts together show them, whether or not they have anything in common."""
    hosts = list(hosts_of(seen, identify))
    pairs = []
    for group in grouped(list(map(signs_of, hosts))):
        own = [hosts[number] for number in group.numbers]
        channels = next((host.channels for host in own if host.channels), None)
        pairs.append((build(own, group.doubts, resolve, group.foreign), channels))
    pairs.sort(key=lambda pair: by_place(pair[0]))
    known = KnownDevices(InMemory())
    for device, _ in pairs:
        known.add(device, device.addresses)
    return tuple(behind(pairs, known, resolve))


@pytest.mark.parametrize("seed", range(40))
def test_the_same_devices_in_the_same_order_and_the_same_counts(seed: int) -> None:
    seen = list(world(random.Random(seed)))
    expected = together(seen)
    assert merge(seen, identify, resolve) == expected
    with ExitStack() as open_spools:
        found = open_spools.enter_context(Spool[Device]())
        merge_spooled(hosts_of(seen, identify), resolve, lambda: open_spools.enter_context(Spool()), found)
        assert tuple(device for _, device in found.in_order()) == expected
        devices = (device for _, device in found.in_order())
        assert tuple(judge_each(devices, (), found.last)) == judge_all(expected, ())


def test_the_worlds_hold_what_they_are_to_hold() -> None:
    devices = [one for seed in range(40) for one in merge(world(random.Random(seed)), identify, resolve)]
    assert any(len(one.addresses) > 1 for one in devices)
    assert any(one.address != min(one.addresses, key=order) for one in devices if one.addresses)
    assert any(one.behind for one in devices)
    assert any(one.slots and one.slots.elsewhere for one in devices)
    assert any("cannot be told apart" in text for one in devices for text in one.conflicts)
