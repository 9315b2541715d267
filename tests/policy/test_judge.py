"""Verdicts: the table of the design, and what conflicting evidence does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from camscan.policy import Direction, Entity, Policy, judge_all, judge_each, load, with_offences
from camscan.records import Device, Identification, Judged, Level, Verdict
from camscan.summaries import Listing, Slot, Slots, Tag

CERTAIN, LIKELY, HINT = Level.CERTAIN, Level.LIKELY, Level.HINT
Named = tuple[str | None, Level]

UK_HIK = Listing("uk-nil", "Hikvision Co", "2022-11-24")
UK_DAHUA = Listing("uk-nil", "Dahua Co", "2022-12-01")
US_HIK = Listing("us-ndaa-889", "Hikvision Digital", "2018-08-13")


def judge(found: Device, policies: Sequence[Policy]) -> Judged:
    return judge_all((found,), policies)[0]


def device(maker: str | None, level: Level | None, *named: Named) -> Device:
    found = tuple(Identification(f"rule-{maker}", level, maker, None, {}, ()) for maker, level in named)
    return Device("10.0.0.1", ("10.0.0.1",), maker=maker, level=level, identifications=found)


@pytest.mark.parametrize(
    ("maker", "level", "named", "verdict"),
    [
        ("Hikvision", CERTAIN, [("Hikvision", CERTAIN)], Verdict.LISTED),
        ("Hikvision", LIKELY, [("Hikvision", LIKELY), ("Hikvision", HINT)], Verdict.LISTED),
        ("Hikvision", HINT, [("Hikvision", HINT)], Verdict.SUSPECTED),
        ("Axis", CERTAIN, [("Axis", CERTAIN)], Verdict.NOT_LISTED),
        ("Axis", HINT, [("Axis", HINT)], Verdict.NOT_LISTED),
        (None, None, [], Verdict.UNIDENTIFIED),
        (None, None, [(None, LIKELY)], Verdict.UNIDENTIFIED),
        # As much speaks for another maker.
        ("Hikvision", LIKELY, [("Hikvision", LIKELY), ("Axis", LIKELY)], Verdict.SUSPECTED),
        ("Axis", LIKELY, [("Hikvision", LIKELY), ("Axis", LIKELY)], Verdict.SUSPECTED),
        ("Axis", HINT, [("Hikvision", HINT), ("Axis", HINT)], Verdict.SUSPECTED),
        (None, None, [("Hikvision", LIKELY), ("Axis", LIKELY)], Verdict.SUSPECTED),
        ("Hikvision", LIKELY, [("Hikvision", LIKELY), ("Axis", LIKELY), (None, CERTAIN)], Verdict.SUSPECTED),
        ("Axis", LIKELY, [("Axis", LIKELY), ("Hanwha Vision", LIKELY)], Verdict.NOT_LISTED),
        (None, None, [("Axis", LIKELY), ("Hanwha Vision", LIKELY)], Verdict.UNIDENTIFIED),
        # Outweighed evidence: it cannot clear a listed maker, it can throw doubt on another one.
        ("Hikvision", CERTAIN, [("Hikvision", CERTAIN), ("Axis", LIKELY)], Verdict.LISTED),
        ("Hikvision", LIKELY, [("Hikvision", LIKELY), ("Axis", HINT)], Verdict.LISTED),
        ("Axis", CERTAIN, [("Axis", CERTAIN), ("Hikvision", LIKELY)], Verdict.SUSPECTED),
        ("Axis", CERTAIN, [("Axis", CERTAIN), ("Hikvision", HINT)], Verdict.NOT_LISTED),
        # A device without its identifications, as from a report.
        ("Hikvision", CERTAIN, [], Verdict.LISTED),
    ],
)
def test_verdict(library: Path, maker: str | None, level: Level | None, named: list[Named], verdict: Verdict) -> None:
    assert judge(device(maker, level, *named), load([library])).verdict is verdict


def test_every_entry_that_names_the_maker(library: Path) -> None:
    found = device("Hikvision", CERTAIN, ("Hikvision", CERTAIN))
    judged = judge(found, load([library]))
    assert judged.device is found
    assert judged.listed_by == (UK_HIK, US_HIK)
    assert judge(found, load([library], ["us-ndaa-889"])).listed_by == (US_HIK,)


@pytest.mark.parametrize(
    ("kind", "level", "verdict", "listed_by"),
    [
        ("camera", CERTAIN, Verdict.LISTED, ["cameras", "everything"]),
        ("other", CERTAIN, Verdict.LISTED, ["everything"]),
        (None, CERTAIN, Verdict.LISTED, ["everything"]),
        ("camera", HINT, Verdict.SUSPECTED, ["cameras", "everything"]),
        ("other", HINT, Verdict.SUSPECTED, ["everything"]),
    ],
)
def test_a_policy_may_mean_kinds_of_devices_alone(
    library: Path, kind: str | None, level: Level, verdict: Verdict, listed_by: list[str]
) -> None:
    [policy] = load([library], ["uk-nil"])
    some = replace(policy, id="cameras", entities=(Entity("Huawei Co", ("Huawei",), kinds=("camera", "recorder")),))
    every = replace(policy, id="everything", entities=(Entity("Huawei Co", ("Huawei",)),))
    found = replace(device("Huawei", level, ("Huawei", level)), kind=kind)
    judged = judge(found, [some, every])
    assert (judged.verdict, [by.policy for by in judged.listed_by]) == (verdict, listed_by)
    alone = judge(found, [some])
    expected = {"camera": judged.verdict, "other": Verdict.NOT_LISTED, None: Verdict.SUSPECTED}
    assert alone.verdict is expected[kind]
    assert [by.policy for by in alone.listed_by] == ([] if kind == "other" else ["cameras"])


def test_suspicion_names_the_entries_too(library: Path) -> None:
    both = device("Axis", LIKELY, ("Axis", LIKELY), ("Dahua", LIKELY), ("Hikvision", LIKELY))
    assert judge(both, load([library])).listed_by == (UK_HIK, UK_DAHUA, US_HIK)
    assert judge(device("Axis", CERTAIN, ("Axis", CERTAIN), ("Dahua", HINT)), load([library])).listed_by == ()


def test_label_of_the_maker_is_no_rival(library: Path) -> None:
    named = (
        Identification("banner", LIKELY, "Hanwha Vision", None, {}, ()),
        Identification("brand", LIKELY, "Dahua", "HANWHA-Vision", {}, ()),
    )
    labelled = Device("10.0.0.1", ("10.0.0.1",), maker="Dahua", level=LIKELY, identifications=named)
    assert judge(labelled, load([library])).verdict is Verdict.LISTED


def test_another_maker_under_its_own_label_is_a_rival(library: Path) -> None:
    named = (
        Identification("label", LIKELY, "Dahua", "Amcrest", {}, ()),
        Identification("banner", LIKELY, "Axis", "Axis", {}, ()),
    )
    doubtful = Device("10.0.0.1", ("10.0.0.1",), maker="Dahua", level=LIKELY, identifications=named)
    assert judge(doubtful, load([library])).verdict is Verdict.SUSPECTED


def test_no_policy_lists_nothing(library: Path) -> None:
    assert judge(device("Hikvision", CERTAIN, ("Hikvision", CERTAIN)), ()).verdict is Verdict.NOT_LISTED
    assert judge(device(None, None), ()).verdict is Verdict.UNIDENTIFIED
    assert judge(device("Dahua", CERTAIN, ("Dahua", CERTAIN)), load([library], ["us-ndaa-889"])).listed_by == ()


def test_a_recorder_counts_its_cameras_wherever_they_are_told(library: Path) -> None:
    slots = Slots(8, 4, elsewhere=("S", "gone"))
    recorder = Device("10.0.0.9", ("10.0.0.9",), serial="R", slots=slots)
    behind, twin = (
        Device("192.168.254.3", (), maker="Hikvision", level=LIKELY, behind=Slot("R", "10.0.0.9", number))
        for number in (1, 3)
    )
    nameless = Device("192.168.254.4", (), behind=Slot("R", "10.0.0.9", 2))
    other = Device("10.0.0.8", ("10.0.0.8",), slots=Slots(4, 3))
    of_another = Device("192.168.254.3", (), maker="Hikvision", level=LIKELY, behind=Slot("R", "10.0.0.8", 1))
    front = Device("10.0.0.2", ("10.0.0.2",), serial="S", maker="Axis", level=CERTAIN)
    empty = Device("10.0.0.7", ("10.0.0.7",), slots=Slots(4, 4))
    devices = [front, empty, other, of_another, recorder, behind, nameless, twin]
    judged = judge_all(devices, load([library]))
    assert [one.device.slots for one in judged] == [
        *(None, Slots(4, 4, named=0, listed=0), Slots(4, 3, named=1, listed=1), None),
        *(replace(slots, named=3, listed=2), None, None, None),
    ]
    assert tuple(judge_each(devices, load([library]), {"S": front}.get)) == judged


def with_directions(name: str) -> Policy:
    told = (
        Direction(Tag.CORE, "Not on core networks.", "page 2", "https://example.org/2", date(2023, 1, 1)),
        Direction(Tag.SENSITIVE, "Not onto sensitive sites.", "page 1", "https://example.org/1"),
    )
    return Policy(name, "t", "XX", "c", "https://example.org/", date(2022, 11, 24), (Entity("e", ("Acme",)),), told)


LISTED = Judged(Device("10.0.0.1", ("10.0.0.1",)), Verdict.LISTED, (Listing("a", "e", "2022-11-24"),))
POLICIES = (with_directions("a"), with_directions("b"))


def test_each_place_has_its_sentence_of_the_policies_that_list_the_device() -> None:
    found = with_offences(LISTED, POLICIES, {Tag.CORE, Tag.SENSITIVE}).offends
    assert [(one.policy, one.place, one.text, one.since) for one in found] == [
        ("a", Tag.SENSITIVE, "Not onto sensitive sites.", "2022-11-24"),
        ("a", Tag.CORE, "Not on core networks.", "2023-01-01"),
    ]
    assert [one.place for one in with_offences(LISTED, POLICIES, {Tag.CORE}).offends] == [Tag.CORE]


@pytest.mark.parametrize("verdict", [Verdict.SUSPECTED, Verdict.NOT_LISTED, Verdict.UNIDENTIFIED])
def test_who_is_not_listed_offends_nothing(verdict: Verdict) -> None:
    one = Judged(LISTED.device, verdict, LISTED.listed_by)
    assert with_offences(one, POLICIES, set(Tag)) == one


def test_an_ordinary_place_offends_nothing() -> None:
    assert with_offences(LISTED, POLICIES, ()) == LISTED
