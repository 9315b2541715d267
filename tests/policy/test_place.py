"""Which sentences a listed device offends by where it is."""

from __future__ import annotations

from datetime import date

import pytest

from camscan.policy import Direction, Entity, Policy, placed
from camscan.records import Device, Judged, Verdict
from camscan.summaries import Listing, Tag


def policy(name: str) -> Policy:
    told = (
        Direction(Tag.CORE, "Not on core networks.", "page 2", "https://example.org/2", date(2023, 1, 1)),
        Direction(Tag.SENSITIVE, "Not onto sensitive sites.", "page 1", "https://example.org/1"),
    )
    return Policy(name, "t", "XX", "c", "https://example.org/", date(2022, 11, 24), (Entity("e", ("Acme",)),), told)


LISTED = Judged(Device("10.0.0.1", ("10.0.0.1",)), Verdict.LISTED, (Listing("a", "e", "2022-11-24"),))
POLICIES = (policy("a"), policy("b"))


def test_each_place_has_its_sentence_of_the_policies_that_list_the_device() -> None:
    found = placed(LISTED, POLICIES, {Tag.CORE, Tag.SENSITIVE}).offends
    assert [(one.policy, one.place, one.text, one.since) for one in found] == [
        ("a", Tag.SENSITIVE, "Not onto sensitive sites.", "2022-11-24"),
        ("a", Tag.CORE, "Not on core networks.", "2023-01-01"),
    ]
    assert [one.place for one in placed(LISTED, POLICIES, {Tag.CORE}).offends] == [Tag.CORE]


@pytest.mark.parametrize("verdict", [Verdict.SUSPECTED, Verdict.NOT_LISTED, Verdict.UNIDENTIFIED])
def test_who_is_not_listed_offends_nothing(verdict: Verdict) -> None:
    one = Judged(LISTED.device, verdict, LISTED.listed_by)
    assert placed(one, POLICIES, set(Tag)) == one


def test_an_ordinary_place_offends_nothing() -> None:
    assert placed(LISTED, POLICIES, ()) == LISTED
