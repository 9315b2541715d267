from __future__ import annotations

import pytest
from support.entries import entry

from camscan.evaluation.figures import Figures, figures
from camscan.evaluation.score import Mark, score
from camscan.identify.library import Library
from camscan.policy import Policy
from camscan.records import Verdict


@pytest.fixture
def found(library: Library, policies: tuple[Policy, ...]) -> Figures:
    entries = [
        entry("http", "Server: App-webs/", vendor="Hikvision", is_target=True, device_class="camera"),
        entry("mac_oui", "44:19:b6:00:00:01", vendor="Hikvision", is_target=True),
        entry("http", "Server: nothing/1", vendor="Hikvision", is_target=True, device_class="nvr"),
        entry("html_title", "AXIS 2100 Network Camera", vendor="Axis", model="2100"),
        entry("http", "Server: DNVRS-Webs", vendor="Axis", ambiguous=True),
        entry("http", "Server: Boa/0.94.13", vendor=None),
        entry("http", "Server: DVRDVS-Webs", vendor=None),
        entry("http", "Server: GeoHttpServer", vendor=None),
    ]
    return figures(tuple(score(entries, library, policies)))


def test_overall(found: Figures) -> None:
    assert (found.answers, found.unknown, found.ambiguous, found.targets) == (8, 3, 1, frozenset({"Hikvision"}))
    tally = found.overall
    assert (tally.answers, tally.right, tally.right_likely, tally.claims, tally.claims_likely) == (5, 3, 2, 5, 4)
    assert (tally.recall, tally.recall_likely, tally.precision, tally.precision_likely) == (0.6, 0.4, 0.6, 0.5)


def test_answers_that_are_ambiguous_can_be_left_out(found: Figures) -> None:
    assert (found.clear.answers, found.clear.right, found.clear.claims_likely) == (4, 3, 3)
    assert found.least == pytest.approx(2 / 3)


def test_an_unknown_maker_is_a_negative_for_targets_alone(found: Figures) -> None:
    assert [one.entry.raw for one in found.false_claims] == ["Server: DNVRS-Webs", "Server: DVRDVS-Webs"]
    assert found.confused == {("Axis", "Hikvision"): 1, ("", "Hikvision"): 1}
    assert (found.target.answers, found.target.right, found.target.claims, found.target.claims_likely) == (3, 2, 4, 3)


def test_by_maker_and_by_channel(found: Figures) -> None:
    assert list(found.by_maker) == ["Hikvision", "Axis"]
    maker = found.by_maker["Hikvision"]
    assert (maker.answers, maker.right, maker.claims) == (3, 2, 4)
    assert (maker.recall, maker.precision) == (2 / 3, 0.5)
    assert {name: (tally.answers, tally.right) for name, tally in found.by_channel.items()} == {
        "html_title": (1, 1),
        "http": (3, 1),
        "mac_oui": (1, 1),
    }


def test_misses_attributes_and_verdicts(found: Figures) -> None:
    assert [one.entry.raw for one in found.misses] == ["Server: nothing/1", "Server: DNVRS-Webs"]
    assert found.marks == {"kind": {Mark.RIGHT: 1, Mark.MISSING: 1}, "model": {Mark.RIGHT: 1}}
    assert found.target_marks == {"kind": {Mark.RIGHT: 1, Mark.MISSING: 1}}
    assert found.verdicts == {
        (Verdict.LISTED, Verdict.LISTED): 1,
        (Verdict.LISTED, Verdict.SUSPECTED): 1,
        (Verdict.LISTED, Verdict.UNIDENTIFIED): 1,
        (Verdict.NOT_LISTED, Verdict.NOT_LISTED): 1,
        (Verdict.NOT_LISTED, Verdict.LISTED): 1,
    }
    assert found.unknown_verdicts == {Verdict.UNIDENTIFIED: 1, Verdict.LISTED: 1, Verdict.NOT_LISTED: 1}


def test_without_any_answer_nothing_is_claimed() -> None:
    found = figures(())
    assert (found.overall.recall, found.overall.precision, found.least) == (None, None, 1.0)
