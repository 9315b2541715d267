from __future__ import annotations

import asyncio

import pytest
from support import clock

from camscan.net.pacing.hostpace import HostLimit, Losses


def now() -> float:
    return asyncio.get_running_loop().time()


def test_a_host_that_speaks_and_then_stops_is_asked_half_as_fast() -> None:
    async def play() -> HostLimit:
        host = HostLimit(20, 2)
        host.missed(80, connected=False)
        host.missed(80, connected=False)
        host.missed(80, connected=False)
        assert not host.faded  # it has never spoken
        host.heard(80)
        host.missed(80, connected=True)
        host.missed(443, connected=False)
        host.heard(80)
        host.missed(80, connected=True)
        host.missed(80, connected=True)
        assert not host.faded  # it spoke in between
        host.missed(80, connected=True)
        return host

    host = clock.run(play())
    assert host.faded
    assert seconds_for(host, 40) == pytest.approx(2 * seconds_for(HostLimit(20, 2), 40), rel=0.03)


def seconds_for(host: HostLimit, packets: int) -> float:
    async def play() -> float:
        start = now()
        for _ in range(packets):
            async with host.window.reserve(1):
                host.window.note(1)
        return now() - start

    return clock.run(play())


def test_a_port_that_accepts_and_never_speaks_says_nothing_about_its_host() -> None:
    async def play() -> bool:
        host = HostLimit(20, 2)
        host.heard(80)
        for port in (8000, 8000, 8000, 37777, 37777):
            host.missed(port, connected=True)
        return host.faded

    assert not clock.run(play())


def test_connection_attempts_of_the_last_second_are_counted() -> None:
    async def play() -> list[int]:
        host = HostLimit(20, 2)
        counts = []
        for _ in range(4):
            counts.append(host.note_connect())
            await asyncio.sleep(0.4)
        return counts

    assert clock.run(play()) == [1, 2, 3, 3]


def test_a_loss_is_held_against_its_host_and_many_against_the_way() -> None:
    losses = Losses()
    hosts = [HostLimit(20, 2, losses=losses) for _ in range(16)]
    assert not any(host.loses for host in hosts)
    for host in hosts[:3]:
        host.note_loss()
        host.note_loss()
    assert [host.loses for host in hosts] == 3 * [True] + 13 * [False]
    hosts[3].note_loss()
    assert all(host.loses for host in hosts)


def test_a_site_of_two_hosts_has_no_way_to_speak_of() -> None:
    losses = Losses()
    first, second = (HostLimit(20, 2, losses=losses) for _ in range(2))
    first.note_loss()
    assert (first.loses, second.loses) == (True, False)
