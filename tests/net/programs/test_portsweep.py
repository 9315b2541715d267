from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from support.namespaces import Namespace, cable
from support.peers import Serve

from camscan.errors import HostError, UsageError
from camscan.net.kernel import netlink
from camscan.net.kernel.ways import Hop
from camscan.net.pacing.profile import profile
from camscan.net.programs import method as module
from camscan.net.programs import portsweep
from camscan.net.programs.checkpoint import Checkpoint
from camscan.net.programs.method import LARGE, choose
from camscan.net.programs.portsource import Found, PortQuery
from camscan.net.programs.portsweep import PortSweep, Resuming
from camscan.records import Outcome

PACE = replace(profile("fast"), host_rate=10**6)
SLOW = PortQuery([("127.88.0.1", "127.88.0.250")], [9], replace(PACE, rate=10), seed=1, want="all")


def sweep(*spans: tuple[str, str], ports: tuple[int, ...], method: str = "connect", want: str = "open") -> PortSweep:
    return PortSweep(PortQuery(spans, ports, PACE, seed=1, want=want), method)


async def found(sweep: PortSweep) -> list[Found]:
    return [one for batch in [batch async for batch in sweep.run()] for one in batch]


async def mute(*_: object) -> None:
    """Say nothing."""


async def test_loopback_by_connecting(serve: Serve) -> None:
    peer = await serve(mute, "127.88.0.5")
    other = sweep(("127.88.0.4", "127.88.0.6"), ports=(peer.port,), want="all")
    assert sorted(await found(other), key=lambda one: one.address) == [
        Found("127.88.0.4", peer.port, Outcome.REFUSED),
        Found("127.88.0.5", peer.port, Outcome.ANSWERED),
        Found("127.88.0.6", peer.port, Outcome.REFUSED),
    ]
    assert other.complete
    assert other.counters["answered"] == 1


async def test_both_families_are_asked(serve: Serve) -> None:
    peer = await serve(mute, "::1")
    both = sweep(("127.88.0.4", "127.88.0.4"), ("::1", "::1"), ports=(peer.port,))
    assert await found(both) == [Found("::1", peer.port, Outcome.ANSWERED)]


@pytest.mark.netns
async def test_loopback_by_syn_packets(serve: Serve, new_namespace: Callable[[], Namespace]) -> None:
    inside = new_namespace()
    peer = await serve(mute, "127.88.0.5", inside=inside)
    with inside.inside():
        by_syn = sweep(("127.88.0.4", "127.88.0.6"), ports=(peer.port,), method="syn", want="all")
        outcomes = {one.address: one.outcome for one in await found(by_syn)}
    assert outcomes == {
        "127.88.0.4": Outcome.REFUSED,
        "127.88.0.5": Outcome.ANSWERED,
        "127.88.0.6": Outcome.REFUSED,
    }


@pytest.mark.netns
async def test_what_has_no_route_is_said(new_namespace: Callable[[], Namespace]) -> None:
    with new_namespace().inside():
        nowhere = sweep(("10.1.2.3", "10.1.2.4"), ports=(80,), want="all")
        why = "no route: Network is unreachable"
        assert await found(nowhere) == [
            Found("10.1.2.3", 80, Outcome.NOT_SENT, why),
            Found("10.1.2.4", 80, Outcome.NOT_SENT, why),
        ]
    assert nowhere.notes == [f"10.1.2.3 and 1 other address not asked: {why}"]
    assert not nowhere.complete


@pytest.mark.netns
@pytest.mark.parametrize("method", ["connect", "syn"])
async def test_what_no_cable_leads_to_keeps_nobody_else_from_being_asked(
    method: str, new_namespace: Callable[[], Namespace]
) -> None:
    """A pulled cable or a bridge without containers, and this host's own address where its loopback is down."""
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/30", "10.66.0.2/30"))
    here.ip("link add bare0 type veth peer name bare1")
    for command in ("addr add 10.67.0.1/24 dev bare0", "link set bare0 up", "link set lo down"):
        here.ip(command)
    with here.inside():
        cut = sweep(("10.66.0.1", "10.66.0.2"), ("10.67.0.8", "10.67.0.9"), ports=(80,), method=method, want="all")
        async with asyncio.timeout(60):
            outcomes = {one.address: one.outcome for one in await found(cut)}
    assert outcomes == {
        "10.66.0.1": Outcome.NOT_SENT,
        "10.66.0.2": Outcome.REFUSED,
        "10.67.0.8": Outcome.NOT_SENT,
        "10.67.0.9": Outcome.NOT_SENT,
    }
    assert sorted(cut.notes) == [
        "10.66.0.1 not asked: lo is not connected",
        "10.67.0.8 and 1 other address not asked: bare0 is not connected",
    ]


@pytest.mark.netns
@pytest.mark.parametrize("method", ["connect", "syn"])
async def test_what_a_firewall_rejects_is_no_refusal_of_who_was_asked(
    method: str, new_namespace: Callable[[], Namespace]
) -> None:
    here, there = new_namespace(), new_namespace()
    cable(here, there, "v0", ("10.66.0.1/30", "10.66.0.2/30"))
    here.ip("route add 10.67.0.0/24 via 10.66.0.2")
    there.nft("table ip t { chain in { type filter hook prerouting priority 0; tcp dport 80 reject; }; }")
    with here.inside():
        rejected = sweep(("10.66.0.2", "10.66.0.2"), ("10.67.0.5", "10.67.0.5"), ports=(80,), method=method, want="all")
        async with asyncio.timeout(60):
            outcomes = {(one.address, one.outcome, one.reason) for one in await found(rejected)}
    assert outcomes == {
        ("10.66.0.2", Outcome.REFUSED, ""),
        ("10.67.0.5", Outcome.UNREACHABLE, "EACCES: rejected by a router or firewall"),
    }


def test_positions_hold_for_the_same_addresses_and_order_alone() -> None:
    near: dict[str, Any] = {"frames": True, "gateway": "", "ranges": [("10.0.0.1", "10.0.0.9")]}
    far: dict[str, Any] = {"frames": True, "gateway": "10.0.0.1", "ranges": [("10.0.2.1", "10.0.2.9")]}
    digest = portsweep._digest([near, far])
    assert digest == portsweep._digest([far, near])
    assert digest == portsweep._digest([near | {"ranges": [*near["ranges"], *far["ranges"]]}])
    assert digest != portsweep._digest([near | {"gateway": "10.9.0.1"}, far]), "links are asked in parts"
    assert digest != portsweep._digest([near])


def test_ports_that_are_never_sent_to_are_left_out() -> None:
    assert sweep(("127.88.0.1", "127.88.0.1"), ports=(80, 9100, 80, 631, 554)).ports == (80, 554)
    with pytest.raises(UsageError, match="no port is left"):
        sweep(("127.88.0.1", "127.88.0.1"), ports=(9100, 515))


async def test_of_who_is_known_already_nothing_is_said_again(tmp_path: Path) -> None:
    """What was kept of them, and ports of theirs whose turn comes only now: a scan that goes on has covered them."""
    query = PortQuery([("127.88.0.4", "127.88.0.6")], (2, 3), PACE, seed=1, want="answers")
    with Checkpoint(tmp_path / "one.sweep", {}) as progress:
        first = PortSweep(query, "connect", Resuming(progress, keeping=True))
        told = {one.address for one in await found(first)}
    with Checkpoint(tmp_path / "two.sweep", {}) as progress:
        second = PortSweep(query, "connect", Resuming(progress, keeping=True, known={"127.88.0.5"}))
        fresh = {one.address for one in await found(second)}
    with Checkpoint(tmp_path / "one.sweep") as progress:
        third = PortSweep(query, "connect", Resuming(progress, keeping=True, known={"127.88.0.5"}))
        again = {one.address for one in await found(third)}
    assert told == {"127.88.0.4", "127.88.0.5", "127.88.0.6"}
    assert fresh == again == told - {"127.88.0.5"}


async def test_who_is_excluded_meanwhile_is_asked_no_more_and_all_others_are(tmp_path: Path) -> None:
    barred = {f"127.88.0.{last}" for last in range(100, 200)}
    with Checkpoint(tmp_path / "one.sweep", {}) as progress:
        query = PortQuery([("127.88.0.1", "127.88.0.250")], [9], replace(PACE, rate=150), seed=1, want="all")
        slow = PortSweep(query, "connect", Resuming(progress))
        told: list[str] = []
        async with asyncio.timeout(60):
            async for batch in slow.run():
                if len(told) < 20 <= len(told) + len(batch):
                    slow.exclude([("127.88.0.100", "127.88.0.150"), ("127.88.0.151", "127.88.0.199"), ("::1", "::1")])
                told += [one.address for one in batch]
    assert slow.complete
    assert {f"127.88.0.{last}" for last in range(1, 251)} - barred == set(told) - barred
    assert 0 < len(barred & set(told)) < 90


async def test_without_a_checkpoint_it_ends_where_somebody_is_excluded_meanwhile() -> None:
    slow = PortSweep(SLOW, "connect")
    async with asyncio.timeout(60):
        async for _ in slow.run():
            slow.exclude([("127.88.0.1", "127.88.0.9")])
    assert not slow.complete
    assert "exclusions were added while it ran" in slow.notes


@pytest.mark.parametrize("method", ["connect", pytest.param("syn", marks=pytest.mark.netns)])
async def test_a_program_that_others_end_has_not_asked_everything(
    method: str, new_namespace: Callable[[], Namespace]
) -> None:
    async def ended() -> None:
        slow = PortSweep(SLOW, method)
        async for _ in slow.run():
            assert slow._running is not None
            slow._running._process.terminate()

    why = r"`python -m camscan\.syn` was ended from outside before it was done"
    with new_namespace().inside(), pytest.raises(HostError, match=why):
        await asyncio.wait_for(ended(), 60)


async def test_it_can_be_stopped() -> None:
    slow = PortSweep(SLOW, "connect")
    count = 0
    async with asyncio.timeout(60):
        async for batch in slow.run():
            count += len(batch)
            slow.stop()
    assert 0 < count < 250
    assert slow.interrupted
    assert not slow.complete


async def test_it_can_be_stopped_while_its_program_starts() -> None:
    slow = PortSweep(SLOW, "connect")
    run = asyncio.create_task(found(slow))
    await asyncio.sleep(0)
    slow.stop()
    async with asyncio.timeout(60):
        assert len(await run) < 250
    assert slow.interrupted


async def test_a_program_that_cannot_run_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    code = 'print(\'{"type": "error", "message": "no way"}\')'
    monkeypatch.setattr(portsweep, "_PYTHON", (sys.executable, "-c", code))
    with pytest.raises(HostError, match="no way"):
        await found(sweep(("127.88.0.1", "127.88.0.1"), ports=(80,)))


async def test_a_kernel_that_tells_no_routes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed() -> NoReturn:
        raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))

    monkeypatch.setattr(netlink, "opened", closed)  # as under a unit's RestrictAddressFamilies
    with pytest.raises(HostError, match="cannot ask the kernel for its routes: Address family not supported"):
        await found(sweep(("127.88.0.1", "127.88.0.1"), ports=(80,)))


def test_a_router_that_is_spared_sets_the_rate() -> None:
    gentle = PortSweep(PortQuery([("127.88.0.1", "127.88.0.1")], [80], profile("gentle"), seed=1), "syn")
    assert gentle._settings["rate"] == pytest.approx(1_000 / 122)


def test_auto_goes_by_number_and_privilege(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "has_net_raw", lambda: True)
    assert choose("auto", LARGE).name == "syn"
    assert choose("auto", LARGE - 1).name == "connect"
    assert choose("syn", 1).name == "syn"
    monkeypatch.setattr(module, "has_net_raw", lambda: False)
    few = choose("auto", LARGE)
    assert (few.name, few.reason) == ("connect", "no CAP_NET_RAW, which SYN packets need")


def test_macs_are_for_the_neighbours_of_a_link_or_for_its_gateway() -> None:
    known = [(1, bytes([127, 0, 0, 9]), bytes(range(6))), (1, bytes([127, 0, 0, 8]), bytes(6)), (0, bytes(4), bytes(6))]
    both = [("127.0.0.9", "000102030405"), ("127.0.0.8", "000000000000")]
    assert list(portsweep._known(Hop("lo", "127.0.0.1"), known)) == both
    assert list(portsweep._known(Hop("lo", "127.0.0.1", "127.0.0.9"), known)) == both[:1]


def test_an_interface_that_has_gone_is_left_to_the_program_to_name() -> None:
    assert list(portsweep._known(Hop("gone0", "127.0.0.1"), [(1, bytes(4), bytes(6))])) == []
