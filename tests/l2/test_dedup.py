from __future__ import annotations

import pytest

from camscan.l2 import dedup
from camscan.l2.dedup import Deduplicator, channel_of
from camscan.l2.frames import Segment


def segment(source_port: int, target_port: int, payload: bytes = b"x", *, is_tcp: bool = False) -> Segment:
    return Segment("10.0.0.5", source_port, "10.0.0.9", target_port, payload, whole=True, is_tcp=is_tcp)


@pytest.mark.parametrize(
    ("found", "channel"),
    [
        (segment(3702, 50000), "wsd"),
        (segment(50000, 3702), "wsd"),
        (segment(68, 67), "dhcp"),
        (segment(37020, 37810), "sadp"),  # of two, the port that it comes from
        (segment(50000, 34569), "netcommon"),
        (segment(5355, 5355), None),  # LLMNR
        (segment(10001, 50000), "udp"),
        (segment(50000, 1758), "udp"),
        (segment(7701, 50000), "udp"),
        (segment(7711, 7701), None),  # a question
        (segment(2380, 2380), "udp"),
        (segment(3702, 3702, b""), None),
        (segment(3702, 3702, is_tcp=True), None),
    ],
)
def test_a_datagram_belongs_to_the_channel_of_its_port(found: Segment, channel: str | None) -> None:
    assert channel_of(found) == channel


def test_a_thing_is_said_once_of_each_source() -> None:
    own = Deduplicator()
    said = [own.is_new("wsd", source, data) for source in ("10.0.0.5", "10.0.0.6") for data in (b"a", b"b", b"a")]
    assert said == [True, True, False] * 2
    assert (own.reported, own.repeated, own.over) == (4, 2, 0)


def test_a_source_that_never_ends_is_cut_off_and_others_are_not() -> None:
    own = Deduplicator()
    said = sum(own.is_new("wsd", "10.0.0.5", b"%d" % number) for number in range(1000))
    assert (said, own.over) == (64, 936)
    assert own.is_new("sadp", "10.0.0.5", b"0")
    assert own.is_new("wsd", "10.0.0.6", b"0")


def test_forged_sources_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedup, "MAX_SOURCES", 50)
    own = Deduplicator()
    honest = own.is_new("wsd", "10.0.0.5", b"first")
    said = sum(own.is_new("wsd", f"10.1.{number // 256}.{number % 256}", b"x") for number in range(1000))
    assert (honest, said, own.over) == (True, 49, 951)
    assert own.is_new("wsd", "10.0.0.5", b"second"), "who has spoken before may go on"


def test_there_is_an_end_to_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dedup, "MAX_REPORTED", 10)
    own = Deduplicator()
    assert sum(own.is_new("wsd", f"10.0.0.{number}", b"x") for number in range(100)) == 10
    assert own.over == 90
