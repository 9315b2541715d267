from collections.abc import Callable, Mapping

import pytest

from camscan.identify.check import check, observed
from camscan.identify.library import Library
from camscan.identify.rules import Brand, BrandEdge, Contents, Example, Vocabulary
from camscan.records import Observation

Build = Callable[..., Library]

REMEDY = "narrow one of the two, or lower its level to hint"
EDGES = (BrandEdge("Dahua", True, "H"),)


def faults(library: Library) -> list[str]:
    """The faults without the file that they stand in."""
    return [fault.partition(".yaml:")[2] for fault in check(library)]


def test_own_rules_are_tried_on_the_examples_of_all_others_and_these_not_on_each_other(build: Build) -> None:
    library = build(
        {"field": "http.server", "pattern": "^xy", "examples": ["xy", "nothing alike"]},
        {"field": "http.server", "pattern": "^x", "maker": "Dahua", "examples": ["x", "xx", "y"]},
    )
    own = [library.rules[1]]
    assert [fault.partition(".yaml:")[2] for fault in check(library, own)] == [
        "4: rule-1: the example http.server='y' does not match: fix the pattern or the example",
        f"3: rule-0: the example http.server='xy' is also Dahua by rule-1 (likely): {REMEDY}",
    ]
    assert [fault.partition(".yaml:")[2] for fault in check(library, ())] == []


def test_a_library_in_order(build: Build) -> None:
    library = build(
        {
            "field": "http.server",
            "pattern": "^(?P<model>[A-Z]+)/(?P<brand>[a-z]*)$",
            "sets": {"kind": "camera"},
            "examples": ["CAM/", {"value": "CAM/annke", "gives": {"model": "CAM", "kind": "camera", "brand": "Annke"}}],
            "near_misses": ["CAM", {"fields": {"http.title": "CAM/"}}],
        }
    )
    assert faults(library) == []


def test_a_doubt_is_tried_on_its_own_examples(build: Build) -> None:
    doubt = {"doubt": "it imitates", "field": "http.title", "pattern": "^Simulator"}
    sound = build({**doubt, "examples": ["Simulator"], "near_misses": ["A Simulator"]})
    assert list(check(sound)) == []
    (rule,) = (wrong := build({**doubt, "examples": ["Emulator"], "near_misses": ["Simulators"]})).rules
    assert list(check(wrong)) == [
        f"{rule.where}: the example http.title='Emulator' does not match: fix the pattern or the example",
        f"{rule.where}: the near miss http.title='Simulators' matches: narrow the pattern",
    ]


def test_a_rule_cannot_have_been_confirmed_in_a_month_to_come(build: Build) -> None:
    library = build({"field": "http.server", "pattern": "^xy", "examples": ["xy"], "confirmed": "2026-11"})
    assert [fault.partition(".yaml:")[2] for fault in check(library, month="2026-10")] == [
        "3: rule-0: `confirmed` is 2026-11, yet to come: write when somebody last checked it"
    ]
    assert list(check(library, month="2026-11")) == faults(library) == []


def test_counts_that_cost_nothing(build: Build) -> None:
    patterns = ("xyzzy[^>]{0,200}end", "xyzzy[^>]{300,}end", "^xy[^>]{0,900}end", r"xyzzy-+\{0,900\}|xyzzy-+end")
    for pattern in patterns:
        library = build({"field": "http.server", "pattern": pattern, "examples": ["xyzzy" + "-" * 200 + "end"]})
        assert [fault for fault in faults(library) if "counts" in fault] == []


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ({"pattern": "^x*"}, "pattern '^x*' is found in an empty value: say what must be there"),
        ({"pattern": "x"}, "a short pattern without an anchor and without a near miss: write ^ or $, or a near miss"),
        (
            {"pattern": "x[^>]{0,201}example", "examples": ["x example"]},
            "pattern 'x[^>]{0,201}example' counts up to 201, which hostile text makes slow: write `*` or `+`",
        ),
        (
            {"pattern": "(?:example){300}", "examples": ["example" * 300]},
            "pattern '(?:example){300}' counts up to 300, which hostile text makes slow: write `*` or `+`",
        ),
        ({"pattern": "^x", "sets": {"brand": "Nobody"}}, "no brand file knows 'Nobody': add it below brands/"),
        ({"pattern": "^x(?P<model>y)?"}, "no example fills the group 'model': add one, or take the group out"),
        (
            {"pattern": "^y", "examples": ["x"]},
            "the example http.server='x' does not match: fix the pattern or the example",
        ),
        (
            {"pattern": "^(?P<model>.)", "examples": [{"value": "x", "gives": {"model": "y"}}]},
            "the example http.server='x' gives model 'x', not 'y': fix either",
        ),
        (
            {"pattern": "^x", "examples": [{"value": "x", "gives": {"brand": "Annke"}}]},
            "the example http.server='x' gives brand None, not 'Annke': fix either",
        ),
        ({"pattern": "^x", "near_misses": ["xy"]}, "the near miss http.server='xy' matches: narrow the pattern"),
    ],
)
def test_a_rule_is_tried_on_its_own_examples(build: Build, rule: Mapping[str, object], fault: str) -> None:
    assert faults(build({"field": "http.server", **rule})) == [f"3: rule-0: {fault}"]


@pytest.mark.parametrize(
    ("pattern", "loose"),
    [
        ("webs", True),
        ("webs1", False),
        ("^w", False),
        ("w$", False),
        (r"\Aw", False),
        (r"w\z", False),
        (r"we\.bs", False),
        (r"we.bs", True),
        (r"\d\d\d\d\d\d", True),
        ("(?i)webs", True),
        ("[^$]webs", True),
        ("(?:camera|nvr)", True),
        ("(?:camera|recorder)", False),
        ("(?P<model>webs)", True),
        ("camer{2}", False),
        ("camer?", True),
        ("camer{0,1}", True),
        ("camer.*", False),
        ("came(?:ra)?", False),
    ],
)
def test_a_pattern_is_loose_where_it_is_short_and_may_stand_anywhere(build: Build, pattern: str, loose: bool) -> None:
    examples = ["webs1w", "we.bs", "we-bs", "-webs", "123456", "camerecordernvr", "camerr", "came"]
    library = build({"field": "http.server", "pattern": pattern, "examples": examples})
    assert any("a short pattern" in fault for fault in faults(library)) is loose


def test_no_example_of_one_maker_is_matched_by_another_makers_rule(build: Build) -> None:
    rules = [
        {"field": "http.server", "pattern": "^x"},
        {"field": "http.server", "pattern": "^xy?$", "maker": "Dahua", "examples": ["xy"]},
        {"field": "http.server", "pattern": "^xy", "maker": "TP-Link", "level": "hint", "examples": ["xyz"]},
        {"field": "http.server", "pattern": "^x", "maker": None, "sets": {"model": "m"}},
    ]
    assert faults(build(*rules)) == [
        f"3: rule-0: the example http.server='x' is also Dahua by rule-1 (likely): {REMEDY}",
        f"4: rule-1: the example http.server='xy' is also Hikvision by rule-0 (likely): {REMEDY}",
        f"5: rule-2: the example http.server='xyz' is also Hikvision by rule-0 (likely): {REMEDY}",
    ]


def test_an_example_may_not_show_another_makers_label(build: Build) -> None:
    rule = {"field": "http.title", "pattern": "^HiLook$", "maker": "Dahua", "level": "hint", "examples": ["HiLook"]}
    assert faults(build(rule)) == [
        f"3: rule-0: the example http.title='HiLook' is also Hikvision by brand:HiLook (likely): {REMEDY}"
    ]


def test_brands_do_not_share_a_name(build: Build) -> None:
    brands = (
        Brand("Annke", EDGES, ("AN-NKE", "Other"), file="b.yaml", line=1),
        Brand("other", EDGES, file="b.yaml", line=5),
    )
    built = build()
    library = Library(lambda: Contents(built.vocabulary, built.rules, brands))
    assert list(check(library)) == [
        "b.yaml:1: Annke: an alias differs only in case, spaces or punctuation: take it out",
        "b.yaml:5: other: 'other' is also 'Annke' (b.yaml:1): keep one",
    ]


def test_words_of_a_list_differ_in_more_than_spelling() -> None:
    vocabulary = Vocabulary(
        fields=("upnp.model_name", "upnp.modelname", "http.path", "httppath"),
        kinds=("camera", "Camera"),
        brand_fields=("http.titel",),
        makers=("TP-Link", "TP Link", "Axis", "Axis"),
    )
    assert list(check(Library(lambda: Contents(vocabulary)))) == [
        "vocabulary.yaml: fields: 'upnp.modelname' is 'upnp.model_name' spelled otherwise: keep one",
        "vocabulary.yaml: kinds: 'Camera' is 'camera' spelled otherwise: keep one",
        "vocabulary.yaml: makers: 'TP Link' is 'TP-Link' spelled otherwise: keep one",
        "vocabulary.yaml: makers: 'Axis' is 'Axis' spelled otherwise: keep one",
        "vocabulary.yaml: brand_fields: 'http.titel' is not a field: add it to `fields`, or remove it",
    ]


def test_a_host_is_a_maker_and_in_no_brand_file() -> None:
    vocabulary = Vocabulary(makers=("TP-Link",), hosts=("TP-Link", "Nobody"))
    brand = Brand("TP Link", (BrandEdge("TP-Link", True, "L"),), file="b.yaml", line=1)
    assert list(check(Library(lambda: Contents(vocabulary, brands=(brand,))))) == [
        "b.yaml:1: TP Link: 'TP-Link' is also one of the `hosts` in vocabulary.yaml: keep one",
        "vocabulary.yaml: hosts: 'Nobody' is not a maker: add it to `makers`, or remove it",
    ]


def test_what_was_left_out_while_loading_is_a_fault(build: Build) -> None:
    built, fault = build(), "f.yaml:1: broken: mend it"
    assert list(check(Library(lambda: Contents(built.vocabulary, built.rules, faults=(fault,))))) == [fault]


def test_an_example_is_an_observation() -> None:
    observation = observed(Example({"http.server": ("x",)}))
    assert isinstance(observation, Observation)
    assert observation.fields == {"http.server": ("x",)}
