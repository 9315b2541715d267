from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

from support import frames as made
from support.nets import AT, ScriptedNet

from camscan.net.base import Datagram, Exchange
from camscan.probes.arp import ArpProbe, NeighbourProbe
from camscan.probes.base import Ask, Stage
from camscan.records import Observation, Outcome


@dataclass
class Linked(ScriptedNet):
    answers: Sequence[Datagram | Exchange] = ()
    table: Mapping[str, str] = field(default_factory=dict)

    async def arp(self) -> AsyncGenerator[Datagram | Exchange, None]:
        for item in self.answers:
            yield item

    def neighbour(self, address: str) -> str:
        return self.table.get(address, "")


def answer(address: str, mac: str) -> Datagram:
    return Datagram(address, 0, made.arp(address, mac), AT, "eth0")


async def swept(*answers: Datagram | Exchange) -> list[Observation]:
    return [found async for found in ArpProbe().run(Ask(), Linked(answers=answers))]


async def test_who_answers_is_observed_with_its_mac() -> None:
    (found,) = await swept(answer("10.0.0.5", "44:19:8d:00:00:01"))
    assert (found.target, found.channel, found.outcome, found.at, found.asked) == (
        "10.0.0.5",
        "arp",
        Outcome.ANSWERED,
        AT,
        "who-has",
    )
    assert found.fields["mac.address"] == ("44:19:8D:00:00:01",)
    assert found.raw == made.arp("10.0.0.5", "44:19:8d:00:00:01")
    assert found.port is None


async def test_two_macs_at_one_address_are_both_observed() -> None:
    found = await swept(*(answer("10.0.0.5", f"02:00:00:00:00:0{number}") for number in (1, 2)))
    assert [one.fields["mac.address"] for one in found] == [("02:00:00:00:00:01",), ("02:00:00:00:00:02",)]


async def test_a_mac_that_answers_for_everybody_is_no_sign_of_life() -> None:
    router = "02:00:00:00:00:fe"
    proxied = [answer(f"10.0.0.{number}", router) for number in range(1, 101)]
    found = await swept(*proxied, answer("10.0.0.5", "02:00:00:00:00:05"))
    assert [one.target for one in found if one.outcome is Outcome.ANSWERED] == [
        *(f"10.0.0.{number}" for number in range(1, 17)),
        "10.0.0.5",
    ]
    (note,) = [one for one in found if one.outcome is not Outcome.ANSWERED]
    assert (note.target, note.outcome) == ("", Outcome.SILENT), "they were asked"
    assert note.reason == f"{router} answers for more than 16 addresses: no sign of life any more"


async def test_an_interface_that_cannot_be_used_is_named() -> None:
    failed = Exchange("", 0, Outcome.NOT_SENT, AT, reason="no CAP_NET_RAW")
    assert await swept(failed) == [Observation("", "arp", Outcome.NOT_SENT, AT, reason="no CAP_NET_RAW")]


async def test_a_packet_that_names_no_station_is_garbled() -> None:
    (found,) = await swept(Datagram("10.0.0.5", 0, bytes(28), AT))
    assert (found.outcome, found.fields) == (Outcome.GARBLED, {})


TABLE = {"10.0.0.5": "44:19:8d:00:00:01"}


async def asked(*seen: Observation) -> list[Observation]:
    net = Linked(table=TABLE)
    asks = [Ask(address, observations=seen) for address in ("10.0.0.5", "10.0.0.6")]
    return [found for ask in asks async for found in NeighbourProbe().run(ask, net)]


async def test_the_kernel_knows_the_mac_of_a_neighbour() -> None:
    (found,) = await asked()
    assert (found.target, found.channel, found.asked, found.outcome) == (
        "10.0.0.5",
        "arp",
        "neighbour table",
        Outcome.ANSWERED,
    )
    assert found.fields["mac.address"] == ("44:19:8D:00:00:01",)


async def test_the_kernel_is_not_asked_where_the_sweep_had_an_answer() -> None:
    assert await asked(Observation("10.0.0.5", "arp", Outcome.ANSWERED, AT)) == []


def test_their_turn_and_cost() -> None:
    assert (ArpProbe.stage, NeighbourProbe.stage) == (Stage.SEGMENT, Stage.HOST)
    assert ArpProbe.channels == NeighbourProbe.channels == ("arp",)
