import pytest

from camscan.identify.rules import Absent, AnyOf, Brand, BrandEdge, Match, Rule
from camscan.records import Level
from camscan.text.folding import normalised

RULE = Rule(
    "a-rule",
    Level.LIKELY,
    (
        Match("http.server", "(?P<model>x)"),
        Absent("http.title"),
        AnyOf((Match("http.body", "(?P<serial>y)"), Match("http.body", "z"))),
    ),
    file="f.yaml",
    line=3,
)


def test_a_rule_lists_its_patterns_in_order() -> None:
    assert list(RULE.matches) == [
        Match("http.server", "(?P<model>x)"),
        Match("http.body", "(?P<serial>y)"),
        Match("http.body", "z"),
    ]


def test_a_rule_knows_its_groups_and_its_place() -> None:
    assert RULE.groups == {"model", "serial"}
    assert RULE.where == "f.yaml:3: a-rule"


@pytest.mark.parametrize(
    ("full", "sure", "level"),
    [
        (True, "H", Level.LIKELY),
        (True, "M", Level.LIKELY),
        (True, "L", Level.HINT),
        (True, "B", Level.HINT),
        (False, "H", Level.HINT),
    ],
)
def test_an_edge_carries_as_far_as_scope_and_sureness_allow(full: bool, sure: str, level: Level) -> None:
    edge = BrandEdge("Hikvision", full, sure)
    assert edge.level is level
    assert Brand("HiLook", (edge,)).level is level


def test_a_brand_of_several_makers_is_a_hint() -> None:
    edges = (BrandEdge("Hikvision", True, "H"), BrandEdge("Dahua", True, "H"))
    assert Brand("Annke", edges).level is Level.HINT
    assert Brand("None").level is Level.HINT


@pytest.mark.parametrize(
    ("name", "plain"), [("TP-Link", "tplink"), ("  IC Realtime ", "icrealtime"), ("Straße", "strasse"), ("--", "")]
)
def test_names_are_compared_without_case_spaces_and_punctuation(name: str, plain: str) -> None:
    assert normalised(name) == plain
