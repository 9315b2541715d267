"""Discovery by datagram: to one address and to a segment."""

from __future__ import annotations

import re

import pytest
from support.nets import AT, ScriptedNet

from camscan.errors import DecodeError
from camscan.net.base import Datagram, Exchange, Inquiry, Question
from camscan.probes.base import Ask, Stage
from camscan.probes.datagrams import Datagrams, Rounds
from camscan.probes.discovery import MHED, SADP, WSD
from camscan.records import Fields, Outcome


def decode(data: bytes) -> list[Fields]:
    if data == b"junk":
        raise DecodeError("not an answer")
    return [{"x.name": (name,)} for name in data.decode().split()]


PROTOCOL = Datagrams("x", "search", lambda: Question(Inquiry(9999, [[b"abc"], [b"de", b"f"]], 1.0), decode))


async def test_each_device_of_a_datagram_is_an_observation() -> None:
    net = ScriptedNet(datagrams={("10.0.0.5", 9999): [b"one two", b"one two", b"junk"]})
    found = [o async for o in PROTOCOL.to_address().run(Ask("10.0.0.5"), net)]
    assert [(o.outcome, o.fields.get("x.name")) for o in found] == [
        (Outcome.ANSWERED, ("one",)),
        (Outcome.ANSWERED, ("two",)),
        (Outcome.GARBLED, None),
    ]
    assert found[2].raw == b"junk"


async def test_an_answer_that_speaks_of_nobody_is_garbled_and_never_taken_for_silence() -> None:
    net = ScriptedNet(datagrams={("10.0.0.5", 9999): [b" "]})
    (found,) = [o async for o in PROTOCOL.to_address().run(Ask("10.0.0.5"), net)]
    assert (found.outcome, found.raw, found.reason) == (Outcome.GARBLED, b" ", "an answer without a device in it")


async def test_a_secret_of_the_question_is_masked_in_the_answer() -> None:
    secretive = Datagrams("x", "search", lambda: Question(Inquiry(9999, [[b"pass"]], 1.0), decode, b"pass"))
    net = ScriptedNet(datagrams={("10.0.0.5", 9999): [b"one pass"]})
    found = [o async for o in secretive.to_address().run(Ask("10.0.0.5"), net)]
    assert [(o.fields["x.name"], o.raw) for o in found] == [(("one",), b"one ****"), (("****",), b"one ****")]


async def test_silence_is_an_observation() -> None:
    found = [o async for o in PROTOCOL.to_address().run(Ask("10.0.0.5"), ScriptedNet())]
    assert [(o.target, o.outcome) for o in found] == [("10.0.0.5", Outcome.SILENT)]


async def test_a_segment_answers_with_its_sources_and_repeats_are_dropped() -> None:
    heard: list[Datagram | Exchange] = [
        Datagram("10.0.0.7", 9999, b"one", AT, "eth0"),
        Datagram("10.0.0.7", 9999, b"one", AT, "eth1"),
        Datagram("192.168.1.64", 9999, b"two", AT, "eth0"),
        Exchange("", 9999, Outcome.NOT_SENT, AT, reason="eth2: down"),
    ]
    found = [o async for o in PROTOCOL.to_segment().run(Ask(), ScriptedNet(called=heard))]
    assert [(o.target, o.outcome, o.reason) for o in found] == [
        ("10.0.0.7", Outcome.ANSWERED, ""),
        ("192.168.1.64", Outcome.ANSWERED, ""),
        ("", Outcome.NOT_SENT, "eth2: down"),
    ]


def test_rounds_that_are_made_as_they_go_out_are_rounds_like_others() -> None:
    made: list[int] = []

    def make(number: int) -> bytes:
        made.append(number)
        return b"?" * number

    rounds = Rounds(3, make)
    assert (len(rounds), made) == (3, [])
    assert [*rounds] == [(b"",), (b"?",), (b"??",)]
    assert (rounds[-1], rounds[1:]) == ((b"??",), ((b"?",), (b"??",)))
    with pytest.raises(IndexError):
        rounds[3]


@pytest.mark.parametrize("protocol", [WSD, SADP], ids=["wsd", "sadp"])
def test_each_question_has_ids_of_its_own(protocol: Datagrams) -> None:
    sent = [data for _ in range(50) for datagrams in protocol.new_question().inquiry.rounds for data in datagrams]
    each = [set(re.findall(rb"[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}", data)) for data in sent]
    assert {len(ids) for ids in each} == {1}
    assert len(set.union(*each)) == (len(sent) if protocol is WSD else 50)


def test_the_cost_is_that_of_its_rounds() -> None:
    probe = PROTOCOL.to_address()
    assert (probe.cost.silent_packets, probe.cost.silent_bytes) == (3, 6)
    assert probe.cost.answering_packets == 1
    assert PROTOCOL.to_address(Stage.LIVING).stage is Stage.LIVING


def test_where_questions_and_announcements_have_groups_of_their_own_each_is_used_for_its_own() -> None:
    inquiry = MHED.new_question().inquiry
    assert (inquiry.groups, inquiry.listen_groups, len(inquiry.rounds)) == (("234.55.55.55",), ("234.55.55.56",), 2)
