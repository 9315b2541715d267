from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from camscan.errors import HostError
from camscan.net.base import Discovery, Exchange
from camscan.net.discovery.swept import SweptDiscovery, parted
from camscan.net.pacing.pace import Pace
from camscan.net.pacing.profile import Profile, profile
from camscan.net.programs.portsource import Found, PortQuery
from camscan.net.programs.portsweep import PortSweep
from camscan.records import Outcome

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ADDRESSES = ["127.88.0.1", "127.88.0.2", "127.88.0.3", "127.88.0.4"]
ANSWER = Exchange("127.88.0.4", 37_810, Outcome.ANSWERED, AT, (b"me",))


class Scripted(PortSweep):
    """Finds what it is told to, and then fails if it is told to."""

    def __init__(self, batches: Sequence[Sequence[Found]], failure: str = "") -> None:
        query = PortQuery([("127.88.0.1", "127.88.0.4")], [80, 554], profile("default"), seed=1, want="answers")
        super().__init__(query, "syn")
        self._batches = batches
        self._failure = failure
        self.over = asyncio.Event()

    async def run(self) -> AsyncGenerator[Sequence[Found], None]:
        for batch in self._batches:
            yield batch
        self.over.set()
        if self._failure:
            raise HostError(self._failure)


async def by_datagram(addresses: Iterable[str]) -> AsyncGenerator[Discovery, None]:
    for address in addresses:
        yield Discovery(address, (), ((0, None, ANSWER),) if address == ANSWER.address else ())  # type: ignore[arg-type]


async def in_full(addresses: Iterable[str]) -> AsyncGenerator[Discovery, None]:
    for address in addresses:
        yield Discovery(address, (Exchange(address, 80, Outcome.REFUSED, AT),), ())


async def looked(sweep: PortSweep, notes: list[str]) -> dict[str, Discovery]:
    look = SweptDiscovery(sweep, Pace(10**6), by_datagram=by_datagram, in_full=in_full)
    found = [discovery async for discovery in look.run(iter(ADDRESSES), notes)]
    assert len(found) == len({discovery.address for discovery in found})
    return {discovery.address: discovery for discovery in found}


def outcomes(discovery: Discovery) -> list[tuple[int, Outcome]]:
    return [(attempt.port, attempt.outcome) for attempt in discovery.tried]


BATCHES = [
    [Found(ADDRESSES[1], 554, Outcome.ANSWERED), Found(ADDRESSES[1], 80, Outcome.REFUSED)],
    [Found(ADDRESSES[2], 80, Outcome.UNREACHABLE, "EHOSTUNREACH"), Found(ADDRESSES[1], 81, Outcome.ANSWERED)],
]


async def test_who_lives_comes_at_once_and_the_others_by_datagram() -> None:
    notes: list[str] = []
    found = await looked(Scripted(BATCHES), notes)
    assert list(found) == [ADDRESSES[1], ADDRESSES[0], ADDRESSES[2], ADDRESSES[3]]
    assert outcomes(found[ADDRESSES[1]]) == [(554, Outcome.ANSWERED), (80, Outcome.REFUSED)]
    assert outcomes(found[ADDRESSES[0]]) == [(80, Outcome.SILENT), (554, Outcome.SILENT)]
    assert outcomes(found[ADDRESSES[2]]) == [(80, Outcome.UNREACHABLE), (554, Outcome.UNREACHABLE)]
    assert found[ADDRESSES[2]].tried[0].reason == "EHOSTUNREACH"
    assert found[ADDRESSES[3]].answers[0][2] is ANSWER
    assert notes == []


async def test_it_is_read_to_its_end_while_the_first_that_lives_is_looked_at() -> None:
    """A program whose lines nobody reads waits, and sends nothing meanwhile."""
    sweep = Scripted([[Found(address, 80, Outcome.ANSWERED)] for address in ADDRESSES])
    looks = SweptDiscovery(sweep, Pace(10**6), by_datagram=by_datagram, in_full=in_full).run(iter(ADDRESSES), [])
    async with aclosing(looks), asyncio.timeout(10):
        assert (await anext(looks)).address == ADDRESSES[0]
        await sweep.over.wait()
        assert [discovery.address async for discovery in looks] == ADDRESSES[1:]


@pytest.mark.usefixtures("held_up")
async def test_all_that_the_sweep_sends_is_paid_for_on_a_busy_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop comes late to everything there, and the sweep's program does not."""
    charged: list[float] = []
    monkeypatch.setattr(Pace, "charge", lambda _pace, count: charged.append(count))
    seconds: list[float] = []

    class Long(Scripted):
        async def run(self) -> AsyncGenerator[Sequence[Found], None]:
            began = time.monotonic()
            while not seconds or seconds[-1] < 1 or len(seconds) < 10:
                await asyncio.sleep(0.01)
                time.sleep(0.06)  # noqa: ASYNC251 - what keeps the loop busy
                seconds.append(time.monotonic() - began)
                yield []

    sweep = Long([])
    await looked(sweep, [])
    assert sum(charged) >= sweep.rate * seconds[-5]  # it may be late by what passed at the end


async def test_where_the_sweep_breaks_off_the_rest_is_asked_in_full() -> None:
    notes: list[str] = []
    found = await looked(Scripted(BATCHES[:1], "the cable is gone"), notes)
    assert outcomes(found[ADDRESSES[1]]) == [(554, Outcome.ANSWERED), (80, Outcome.REFUSED)]
    assert all(outcomes(found[address]) == [(80, Outcome.REFUSED)] for address in ADDRESSES if address != ADDRESSES[1])
    assert notes == ["the port sweep broke off, and ports were asked by connecting instead: the cable is gone"]


async def test_nothing_counts_as_silent_that_was_never_sent_to() -> None:
    notes: list[str] = []
    sweep = Scripted(BATCHES[:1])
    sweep.notes.append("127.88.0.1 not asked: no route")
    found = await looked(sweep, notes)
    assert all(outcomes(found[address]) == [(80, Outcome.REFUSED)] for address in ADDRESSES if address != ADDRESSES[1])
    assert notes == ["in the port sweep, before all was asked by connecting: 127.88.0.1 not asked: no route"]


@pytest.mark.parametrize("name", ["default", "fast"])
def test_both_parts_of_a_pace_are_no_more_than_the_whole(name: str) -> None:
    whole = profile(name)
    sweep, left = parted(whole)
    assert sweep.rate <= whole.rate - 500
    assert sweep.host_rate + left.host_rate == whole.host_rate
    assert left.rate == whole.rate  # from which the sweep's share is taken as it goes


def test_a_pace_of_one_can_still_be_parted() -> None:
    sweep, left = parted(Profile("slow", rate=1, host_rate=1))
    assert (sweep.rate, sweep.host_rate, left.host_rate) == (1, 1, 1)
