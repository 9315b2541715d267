"""Where two places say something else of one device."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.estate import Camera
from support.tracks import said

from camscan.register.disputes import Dispute, disputes, missing_from
from camscan.summaries import State

ONE = Camera("10.0.0.1", "SN000000001", "02:00:00:00:00:01")
TWO = Camera("10.0.0.2", "SN000000002", "02:00:00:00:00:02")


def test_the_last_of_each_side_counts() -> None:
    own = [said(ONE, State.CONFIRMED, 1, 1), said(ONE, State.TICKETED, 4, 2)]
    new = [said(ONE, State.FOUND, 2, 1), said(ONE, State.EXEMPT, 3, 2)]
    assert list(disputes(new, own)) == [Dispute(new[1], own[1])]
    assert list(disputes(own, new)) == [Dispute(new[1], own[1])]


@pytest.mark.parametrize("other", [replace(ONE, mac=None), replace(ONE, address="10.0.0.7")])
def test_a_device_is_one_by_any_of_its_names(other: Camera) -> None:
    own, new = said(ONE, State.CONFIRMED, 1, 1), said(other, State.EXEMPT, 2, 1)
    assert list(disputes([new], [own])) == [Dispute(own, new)]


def test_what_agrees_or_is_of_another_device_or_site_is_no_dispute() -> None:
    own = said(ONE, State.CONFIRMED, 1, 1)
    assert list(disputes([said(ONE, State.CONFIRMED, 2, 1), said(TWO, State.EXEMPT, 2, 2)], [own])) == []
    assert list(disputes([said(ONE, State.EXEMPT, 2, 1, site="branch")], [own])) == []


def test_numbers_are_of_a_store_and_tell_nothing_apart() -> None:
    own, new = said(ONE, State.CONFIRMED, 1, 1), said(ONE, State.EXEMPT, 2, 8)
    assert missing_from([replace(own, number=7), new], [own]) == [new]
