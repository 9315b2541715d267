"""Whose MAC it is that frames come from, where a router answers for others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from support.merging import answer

from camscan.records import Device, Observation

A, B, C = "58:50:ED:1F:E3:85", "08:ED:ED:1A:2B:3C", "3C:EF:8C:51:7D:0E"
UUID = "urn:uuid:aa85c000-6324-41b3-819e-000000000001"
ONE, TWO, SIX = "10.0.0.1", "10.0.0.2", "2001:db8::1"
SPOKEN_FOR = f"its frames come from {A}, as those of others do: taken for a router's, not for its own"
Merge = Callable[..., tuple[Device, ...]]


def test_a_router_that_speaks_for_many_makes_no_clones_one(devices: Merge) -> None:
    def clones(count: int) -> Iterator[Observation]:
        for number in range(1, count + 1):
            yield answer(f"10.0.0.{number}", "arp", mac__address=A)
            yield answer(f"10.0.0.{number}", "wsd", wsd__endpoint=UUID)

    assert len(devices(*clones(15))) == 1
    found = devices(*clones(16))
    assert [device.addresses for device in found] == [(f"10.0.0.{number}",) for number in range(1, 17)]
    shared, spoken_for = found[0].conflicts
    assert shared.startswith("shares its endpoint with 10.0.0.2, ")
    assert "MAC" not in shared
    assert spoken_for == SPOKEN_FOR


@pytest.mark.parametrize(("count", "mac", "makers"), [(15, A, ["Router's", "Camera's"]), (16, None, ["Camera's"])])
def test_the_mac_of_a_router_says_nothing_of_those_that_it_speaks_for(
    devices: Merge, count: int, mac: str | None, makers: list[str]
) -> None:
    frames = [
        answer(f"10.0.0.{number}", "arp", mac__address=A, say__maker="Router's") for number in range(1, count + 1)
    ]
    silent, camera = devices(*frames, answer(f"10.0.0.{count}", "http", say__maker="Camera's"))[-2:]
    assert (silent.mac, camera.mac) == (mac, mac)
    assert [found.maker for found in camera.identifications] == makers
    assert (SPOKEN_FOR in silent.conflicts, silent.maker) == ((False, "Router's") if mac else (True, None))


def test_clones_that_a_router_speaks_for_stay_apart(devices: Merge) -> None:
    frames = [answer(f"10.0.0.{number}", "arp", mac__address=A) for number in range(1, 17)]
    clones = [answer(place, "wsd", wsd__endpoint=UUID, onvif__serial="SERIAL-1") for place in (ONE, TWO)]
    one, two, *_ = devices(frames[0], clones[0], frames[1], clones[1], *frames[2:])
    assert (one.addresses, two.addresses) == ((ONE,), (TWO,))


def test_a_second_address_keeps_what_its_own_frames_say(devices: Merge) -> None:
    frames = [answer(f"10.0.0.{number}", "arp", mac__address=A) for number in range(2, 18)]
    same = {"wsd__endpoint": UUID, "onvif__serial": "SERIAL-1"}
    one, *_ = devices(
        answer(ONE, "arp", mac__address=B, say__maker="Camera's"),
        answer(ONE, "wsd", **same),
        frames[0],
        answer(TWO, "wsd", wsd__xaddr=f"http://{ONE}/", **same),
        *frames[1:],
    )
    assert (one.addresses, one.mac, one.maker) == ((ONE, TWO), B, "Camera's")


def test_what_states_its_own_mac_does_not_have_that_of_a_router(devices: Merge) -> None:
    one, two, three = devices(
        answer(ONE, "arp", mac__address=A),
        answer(ONE, "sadp", sadp__mac=B),
        answer(TWO, "arp", mac__address=A),
        answer("10.0.0.3", "arp", mac__address=C),
        answer("10.0.0.3", "sadp", sadp__mac=B),
    )
    assert (one.mac, one.conflicts) == (B, (f"shares its MAC with {TWO}, 10.0.0.3", SPOKEN_FOR))
    assert (two.mac, two.conflicts) == (A, (f"shares its MAC with {ONE}",))
    assert three.mac == C  # nobody else's frames come from there: its second network card


def test_an_ipv6_address_is_nobody_else_who_speaks_from_a_mac(devices: Merge) -> None:
    stated = answer(ONE, "sadp", sadp__mac=B)
    one, six = devices(answer(ONE, "arp", mac__address=A), stated, answer(SIX, "arp", mac__address=A))
    assert (one.mac, six.mac) == (A, A)


def test_two_routers_that_speak_for_the_same_addresses_leave_none_a_mac(devices: Merge) -> None:
    found = devices(*(answer(f"10.0.0.{n}", "arp", mac__address=mac) for n in range(1, 17) for mac in (A, B)))
    assert [(one.address, one.mac) for one in found] == [(f"10.0.0.{n}", None) for n in range(1, 17) for _ in "AB"]
