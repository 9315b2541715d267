"""A gateway whose MAC is not known yet costs one address, not all that are begun with meanwhile."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection
from ipaddress import ip_network

import pytest
from support import clock
from support.namespaces import Namespace, cable
from support.peers import eventually

from camscan.net.kernel.neighbours import Room
from camscan.net.kernel.routes import Routes
from camscan.net.pacing.gateways import FirstHop, Gateways, Spared
from camscan.net.pacing.profile import NEIGHBOURS

INCOMPLETE, REACHABLE, STALE, FAILED, NO_ARP = 0x01, 0x02, 0x04, 0x20, 0x40


def passing(states: Callable[[float], int], count: int = 20) -> list[float]:
    """When each of some addresses passes, where the gateway has these states at these times."""

    async def play() -> list[float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        hop = FirstHop("192.0.2.1", lambda _: states(loop.time() - began))

        async def one() -> float:
            await hop.approach()
            return loop.time() - began

        return sorted(await asyncio.gather(*(one() for _ in range(count))))

    return clock.run(play())


@pytest.mark.parametrize("state", [REACHABLE, STALE, NO_ARP])
def test_nobody_waits_for_a_gateway_that_is_known(state: int) -> None:
    assert max(passing(lambda _: state)) == 0


def test_one_goes_ahead_and_the_others_follow_once_it_has_answered() -> None:
    times = passing(lambda at: REACHABLE if at > 2 else INCOMPLETE if at > 0.01 else 0)
    assert times[0] == 0
    assert times[1:] == pytest.approx([2.0] * 19, abs=0.1)


def test_another_goes_ahead_where_the_first_found_nobody() -> None:
    def states(at: float) -> int:
        return 0 if at < 0.01 else INCOMPLETE if at < 3 else FAILED if at < 3.1 else INCOMPLETE if at < 4 else STALE

    times = passing(states)
    assert times[:2] == pytest.approx([0, 3], abs=0.1)
    assert times[2:] == pytest.approx([4.0] * 18, abs=0.1)


def test_a_gateway_that_never_answers_is_waited_for_no_longer_than_some_turns() -> None:
    times = passing(lambda at: INCOMPLETE if at else 0)
    assert len([at for at in times if at < max(times)]) == 4
    assert max(times) < 20


def test_a_kernel_that_has_no_entry_needs_none() -> None:
    assert max(passing(lambda _: 0)) < 1


def test_for_how_long_a_gateway_that_had_answered_is_lost_is_counted() -> None:
    table = {
        "192.0.2.1": lambda at: REACHABLE if at < 10 else FAILED if at < 15 else INCOMPLETE if at < 16 else STALE,
        "192.0.2.2": lambda at: INCOMPLETE if at < 3 else FAILED,  # never was there: the outcomes say so
        "192.0.2.3": lambda at: STALE if at < 5 else 0,  # the kernel needs its entry no more
    }

    async def play() -> dict[str, float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        networks = [(ip_network(f"10.0.{number}.0/24"), gateway) for number, gateway in enumerate(table)]
        gateways = Gateways(Routes(networks), None, lambda some: {g: table[g](loop.time() - began) for g in some})
        watching = asyncio.create_task(gateways.watch())
        approaching = [asyncio.create_task(gateways.approach(f"10.0.{number}.1")) for number in range(len(table))]
        await asyncio.sleep(30.5)
        watching.cancel()
        await asyncio.gather(*approaching)
        return dict(gateways.lost)

    assert clock.run(play()) == pytest.approx({"192.0.2.1": 6}, abs=1.1)


@pytest.mark.parametrize("scans", [1, 30])
def test_where_a_look_takes_long_it_is_taken_less_often(scans: int) -> None:
    """Also where one of many scans takes it for all: each would take its turn as the others wait."""
    looks: list[float] = []

    async def play() -> None:
        loop = asyncio.get_running_loop()

        def slow(some: Collection[str]) -> dict[str, int]:
            looks.append(loop.time())
            clock.stall(0.5)
            return dict.fromkeys(some, REACHABLE)

        spared = Spared()
        some = [Gateways(Routes([LINK, BEHIND]), None, slow, spared=spared) for _ in range(scans)]
        watching = [asyncio.create_task(one.watch()) for one in some]
        for one in some:
            await one.approach("10.0.0.1")
        await asyncio.sleep(60)
        for task in watching:
            task.cancel()

    clock.run(play())
    assert 5 <= len(looks) <= 7


LINK, BEHIND = (ip_network("192.0.2.0/24"), ""), (ip_network("10.0.0.0/23"), "192.0.2.1")
OTHER = (ip_network("10.9.0.0/24"), "192.0.2.2")


def test_each_router_has_a_budget_of_its_own_and_the_link_has_none() -> None:
    gateways = Gateways(Routes([LINK, BEHIND, OTHER]), 100)
    first = gateways.flows("10.0.0.1")
    assert first is not None
    assert gateways.flows("10.0.1.1") is first
    assert gateways.flows("10.9.0.1") not in (first, None)
    assert gateways.flows("192.0.2.7") is None
    assert Gateways(Routes([LINK, BEHIND]), None).flows("10.0.0.1") is None


def test_of_scans_at_one_time_one_looks_whether_their_gateway_still_answers() -> None:
    """The kernel's table may have thousands of entries, and there may be thirty scans."""
    looks: list[float] = []

    async def play() -> list[dict[str, float]]:
        loop, spared = asyncio.get_running_loop(), Spared()

        def states(some: Collection[str]) -> dict[str, int]:
            looks.append(loop.time())
            return dict.fromkeys(some, REACHABLE if len(looks) < 4 else FAILED)

        some = [Gateways(Routes([LINK, BEHIND]), None, states, spared=spared) for _ in range(30)]
        for one in some:
            await one.approach("10.0.0.1")
        watching = [asyncio.create_task(one.watch()) for one in some]
        await asyncio.sleep(10.5)
        for task in watching:
            task.cancel()
        return [one.lost for one in some]

    lost = clock.run(play())
    assert len(looks) == 10
    assert [one["192.0.2.1"] for one in lost] == pytest.approx([7.0] * 30, abs=0.5)


def test_what_a_router_still_tracks_of_one_scan_counts_in_the_next() -> None:
    """And for two at one time it has as much room as for one."""
    spared = Spared()
    first, second = (Gateways(Routes([LINK, BEHIND, OTHER]), 100, spared=spared) for _ in range(2))
    assert first.flows("10.0.0.1") is second.flows("10.0.1.2") is not None
    assert first.neighbours is second.neighbours
    assert Gateways(Routes([LINK, BEHIND, OTHER]), 100).flows("10.0.0.1") is not first.flows("10.0.0.1")


def test_a_router_that_is_the_gateway_by_both_versions_of_ip_has_one_budget() -> None:
    macs: dict[str, str] = {}
    routes = Routes([LINK, BEHIND, OTHER, (ip_network("fd00:20::/64"), "fe80::1")])
    gateways = Gateways(routes, 100, mac=lambda gateway: macs.get(gateway, ""))
    first = gateways.flows("10.0.0.1")
    assert first is not None
    macs.update({"192.0.2.1": "02:00:00:00:00:01", "192.0.2.2": "02:00:00:00:00:02", "fe80::1": "02:00:00:00:00:01"})
    shared = [gateways.flows(address) is first for address in ("10.0.1.1", "fd00:20::9", "10.9.0.1")]
    assert shared == [True, True, False]


def test_the_router_at_the_other_end_of_a_tunnel_has_a_budget_too() -> None:
    gateways = Gateways(Routes([LINK, BEHIND, (ip_network("10.20.0.0/16"), "", "wg0")]), 100)
    first = gateways.flows("10.20.0.1")
    assert first is not None
    assert gateways.flows("10.20.9.1") is first
    assert gateways.flows("10.0.0.1") not in (first, None)


def free(gateways: Gateways, version: int = 4) -> int:
    """How many neighbours of an IP version may be started."""
    return gateways.neighbours[version]._value


def test_a_neighbour_waits_for_room_and_holds_a_slot_until_it_is_released(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, bytes]] = []

    def take(room: Room, address: bytes) -> bool:
        asked.append((room._version, address))
        return len(asked) > 3

    monkeypatch.setattr(Room, "take", take)

    async def play() -> None:
        loop = asyncio.get_running_loop()
        began, gateways = loop.time(), Gateways(Routes([LINK, (ip_network("fd00::/64"), "")]), None)
        release = await gateways.approach("192.0.2.7")
        assert asked == [(4, bytes([192, 0, 2, 7]))] * 4
        assert loop.time() - began == pytest.approx(0.15)
        assert free(gateways) == NEIGHBOURS - 1
        release()
        await gateways.approach("fd00::1")
        assert asked[-1][0] == 6
        assert (free(gateways), free(gateways, 6)) == (NEIGHBOURS, NEIGHBOURS - 1)

    clock.run(play())


def test_a_neighbour_that_is_given_up_while_it_waits_holds_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Room, "take", lambda _room, _address: False)

    async def play() -> None:
        gateways = Gateways(Routes([LINK]), None)
        waiting = asyncio.create_task(gateways.approach("192.0.2.7"))
        await asyncio.sleep(1)
        assert free(gateways) == NEIGHBOURS - 1
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert free(gateways) == NEIGHBOURS

    clock.run(play())


def test_what_is_behind_a_gateway_takes_no_slot_of_a_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Room, "take", lambda _room, _address: False)

    async def play() -> None:
        gateways = Gateways(Routes([LINK, BEHIND]), None)
        for address in ("10.0.0.1", "127.0.0.1"):
            (await gateways.approach(address))()
        assert free(gateways) == NEIGHBOURS

    clock.run(play())


@pytest.mark.parametrize(("state", "waits"), [(REACHABLE, 0), (NO_ARP, 0), (STALE, 8), (INCOMPLETE, 8), (0, 8)])
def test_a_device_does_not_wait_for_the_slots_of_addresses_that_nobody_has(
    monkeypatch: pytest.MonkeyPatch, state: int, waits: int
) -> None:
    monkeypatch.setattr(Room, "take", lambda _room, _address: True)

    async def play() -> None:
        loop = asyncio.get_running_loop()
        gateways = Gateways(Routes([LINK]), None, lambda some: dict.fromkeys(some, state))
        dark = [await gateways.approach("192.0.2.9") for _ in range(NEIGHBOURS)]
        for release in dark:
            loop.call_later(8, release)
        began = loop.time()
        leave = await gateways.attend("192.0.2.7")
        assert loop.time() - began == pytest.approx(waits)
        await asyncio.sleep(9)
        leave()
        assert free(gateways) == NEIGHBOURS

    clock.run(play())


def test_a_device_takes_a_slot_where_one_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Room, "take", lambda _room, _address: True)

    async def play() -> None:
        gateways = Gateways(Routes([LINK]), None, lambda some: dict.fromkeys(some, REACHABLE))
        leave = await gateways.attend("192.0.2.7")
        assert free(gateways) == NEIGHBOURS - 1
        leave()
        assert free(gateways) == NEIGHBOURS

    clock.run(play())


def test_neighbours_by_ipv4_and_by_ipv6_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Room, "take", lambda _room, _address: True)

    async def play() -> None:
        gateways = Gateways(Routes([LINK, (ip_network("fd00::/64"), "")]), None)
        async with asyncio.timeout(1):
            for _ in range(NEIGHBOURS):
                await gateways.approach("192.0.2.9")
                await gateways.approach("fd00::9")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await gateways.approach("fd00::9")

    clock.run(play())


@pytest.mark.netns
@pytest.mark.parametrize(("net", "prefix"), [("10.66.0.", 24), ("fd66::", 64)])
async def test_the_kernel_says_which_neighbours_need_no_slot(
    new_namespace: Callable[[], Namespace], net: str, prefix: int
) -> None:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", (f"{net}1/{prefix}", f"{net}2/{prefix}"))
    with here.inside():
        gateways = Gateways(Routes([(ip_network(f"{net}0/{prefix}"), "")]), None)
        for last in (2, 9):
            with socket.socket(socket.AF_INET6 if ":" in net else socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.sendto(b"", (f"{net}{last}", 9))
        await eventually(lambda: gateways._is_settled(f"{net}2"))
        assert not gateways._is_settled(f"{net}9")
