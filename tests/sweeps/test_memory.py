"""The memory of a site survives being stored."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from support.estate import BEGIN, Camera, cameras, sweep

from camscan.sweeps.compare import advance
from camscan.sweeps.coverage import Terms
from camscan.sweeps.memory import VERSION, Memory, Track, dump, dump_track, load, load_status, status_of

TERMS = Terms(3, 3, ("10.0.0.9",), 20)


def test_a_memory_comes_back_whole() -> None:
    memory = Memory()
    for night in range(5):
        memory, _ = advance(memory, sweep(night, cameras(9)[night:]), TERMS)
    assert memory.losses
    assert load(dump(memory)) == memory


@settings(deadline=None)
@given(st.text(), st.text(), st.text(alphabet=st.characters(codec=None)))
def test_whatever_a_peer_says_can_be_remembered(serial: str, model: str, name: str) -> None:
    camera = Camera("10.0.0.1", serial or None, model=model, firmware=name, name=name)
    memory, _ = advance(Memory(), sweep(0, [camera]), TERMS)
    assert load(dump(memory)) == memory
    assert [TypeAdapter(Track).validate_json(dump_track(track)) for track in memory.tracks] == [*memory.tracks]


def test_of_the_last_sweep_its_counts_are_kept() -> None:
    last = replace(sweep(1, cameras(3), targets=["10.0.0.9"]), seconds=7.5)
    memory, changes = advance(advance(Memory(), sweep(0, cameras(2)), TERMS)[0], last, TERMS)
    assert (memory.scan, memory.at, memory.verdicts) == (last.scan, last.at, changes.verdicts)
    assert (memory.coverage, memory.by_channel, memory.seconds) == (last.coverage, last.by_channel, 7.5)
    assert memory.coverage == {"answered": 3, "silent": 1}


def test_no_memory_is_empty() -> None:
    assert load(None) == Memory()


def test_what_another_version_wrote_is_not_guessed_at() -> None:
    memory, _ = advance(Memory(), sweep(0, cameras(2)), TERMS)
    assert load(dump(replace(memory, version=VERSION + 1))) == Memory()
    assert load('{"tracks": 5}') == Memory()
    with pytest.raises(ValueError, match="Expecting value"):
        load("no JSON")


def test_a_time_without_a_zone_is_none_of_ours() -> None:
    memory, _ = advance(Memory(), sweep(0, cameras(2)), TERMS)
    for text, read in ((dump(memory), load), (dump(status_of(memory)), load_status)):
        assert '+00:00"' in text or 'Z"' in text
        assert read(text.replace('Z"', '"').replace('+00:00"', '"')) in (None, Memory())


def test_the_status_shows_what_the_whole_holds() -> None:
    memory = Memory()
    for night in range(5):
        memory, _ = advance(memory, sweep(night, cameras(9)[night > 0 :], targets=["10.0.0.1"]), TERMS)
    found = load_status(dump(status_of(memory)))
    assert found == status_of(memory)
    for name in ("scan", "at", "good", "losses", "verdicts", "coverage", "seconds"):
        assert getattr(found, name) == getattr(memory, name)
    assert found.missing == 1
    assert [(one.address, one.last_seen) for one in found.absent] == [("10.0.0.1", BEGIN)]
    assert load_status(dump(replace(found, version=VERSION + 1))) is None
    assert load_status("no JSON") is None
