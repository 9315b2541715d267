from collections.abc import Mapping

import pytest

from camscan.identify.grammar import read_brands, read_rules, read_vocabulary
from camscan.identify.rules import Absent, AnyOf, Brand, BrandEdge, Example, Match, Rule, Vocabulary
from camscan.records import Level
from camscan.rulefiles.yamltree import read_yaml

WORDS = Vocabulary(
    fields=("http.server", "http.title", "sadp.mac", "sadp.device_sn", "isapi.root"),
    attributes=("model", "firmware", "serial", "mac", "kind"),
    kinds=("camera", "recorder"),
    makers=("Hikvision", "Dahua"),
)
NO_FIELDS = "an example without fields: write {value: ...} or {fields: {name: value}}"
NOT_RE2 = "RE2 knows no look-around and no back-reference; `$` ends the value"
HEAD = "maker: Hikvision\nrules:\n"
GOOD: Mapping[str, str] = {
    "id": "a-rule",
    "field": "http.server",
    "pattern": "'^x$'",
    "level": "likely",
    "examples": "[x]",
    "source": "capture or report, unnamed",
    "confirmed": "2026-10",
}


def rules_of(text: str) -> tuple[list[Rule], list[str]]:
    faults: list[str] = []
    return read_rules(read_yaml(text.encode(), "f.yaml"), "f.yaml", WORDS, faults), faults


def rule_text(**changes: str | None) -> str:
    lines = [f"{key}: {value}" for key, value in {**GOOD, **changes}.items() if value is not None]
    return HEAD + "  - " + "\n    ".join(lines)


def test_a_doubt_says_what_an_answer_is_and_nothing_else() -> None:
    rules, faults = rules_of(rule_text(level=None, doubt="a page of a shop"))
    assert faults == []
    assert [(rule.doubt, rule.maker, rule.level) for rule in rules] == [("a page of a shop", None, Level.HINT)]
    rules, faults = rules_of(rule_text(doubt="a page", pattern="'^(?P<model>x)$'", sets="{kind: camera}"))
    assert rules == []
    assert faults == [
        "f.yaml:6: a-rule: unknown key 'level': see the grammar in fingerprints/README.md",
        "f.yaml:11: a-rule: unknown key 'sets': see the grammar in fingerprints/README.md",
        "f.yaml:3: a-rule: a doubt that captures model: write (?:...): it says nothing else",
    ]


def test_a_fault_is_named_at_the_line_of_its_key_else_at_that_of_its_mapping() -> None:
    """What is missing has no line; and where examples are no list, that there are none is no second fault."""
    changed = rule_text(level="sure", source=None, maker="HIKVISION", sets="{kind: camra}", weight="x", examples="x")
    keys = [row.strip("- ").partition(":")[0] for row in changed.splitlines()]
    lines = [3, *(keys.index(key, 2) + 1 for key in ("level", "maker", "sets", "weight", "examples"))]
    _, faults = rules_of(changed)
    assert sorted(int(fault.split(":")[1]) for fault in faults) == sorted(lines)


def test_a_plain_rule() -> None:
    rules, faults = rules_of(
        rule_text(
            sets="{kind: camera}",
            extract="{serial: sadp.device_sn}",
            near_misses="[y, {value: z}]",
            examples="[x, {value: x, gives: {kind: camera}}, {fields: {http.server: [a, x], sadp.device_sn: s}}]",
        )
    )
    assert faults == []
    assert rules == [
        Rule(
            id="a-rule",
            level=Level.LIKELY,
            conditions=(Match("http.server", "^x$"),),
            maker="Hikvision",
            sets={"kind": "camera"},
            extract={"serial": "sadp.device_sn"},
            examples=(
                Example({"http.server": ("x",)}),
                Example({"http.server": ("x",)}, {"kind": "camera"}),
                Example({"http.server": ("a", "x"), "sadp.device_sn": ("s",)}),
            ),
            near_misses=(Example({"http.server": ("y",)}), Example({"http.server": ("z",)})),
            source="capture or report, unnamed",
            confirmed="2026-10",
            file="f.yaml",
            line=3,
        )
    ]


def test_several_conditions_over_several_answers() -> None:
    rules, faults = rules_of(
        rule_text(
            field=None,
            pattern=None,
            all="[{field: http.server, pattern: x}, {absent: http.title}, "
            "{any: [{field: sadp.mac, pattern: '^44'}, {field: isapi.root, pattern: y}]}]",
            across="device",
            examples="[{fields: {http.server: x, sadp.mac: '44'}}]",
        )
    )
    assert faults == []
    assert rules[0].across_device
    assert rules[0].conditions == (
        Match("http.server", "x"),
        Absent("http.title"),
        AnyOf((Match("sadp.mac", "^44"), Match("isapi.root", "y"))),
    )


EITHER = AnyOf((Match("http.server", "^x$"), Match("http.title", "^x$")))


def test_one_pattern_on_several_fields() -> None:
    examples = "[{fields: {http.title: x}}]"
    (rule,), faults = rules_of(rule_text(field=None, fields="[http.server, http.title]", examples=examples))
    assert (faults, rule.conditions) == ([], (EITHER,))
    either = "[{any: [{fields: [http.server, http.title], pattern: '^x$'}, {field: isapi.root, pattern: a}]}, "
    both = either + "{fields: [http.server, http.title], pattern: '^x$'}]"
    (rule,), faults = rules_of(rule_text(field=None, pattern=None, all=both, examples=examples))
    assert faults == []
    assert rule.conditions == (AnyOf((*EITHER.matches, Match("isapi.root", "a"))), EITHER)


def test_a_file_may_name_the_fields_of_its_rules() -> None:
    head = "fields: [http.server, http.title]\n"
    examples = "[{fields: {http.title: x}}]"
    (rule,), faults = rules_of(head + rule_text(field=None, examples=examples))
    assert (faults, rule.conditions) == ([], (EITHER,))
    (rule,), faults = rules_of(head + rule_text(field="isapi.root"))
    assert (faults, rule.conditions) == ([], (Match("isapi.root", "^x$"),))
    (rule,), faults = rules_of(head + rule_text(field=None, fields="[http.title]", examples="[x]"))
    assert (faults, rule.conditions) == ([], (Match("http.title", "^x$"),))


@pytest.mark.parametrize("fields", ["[]", "[http.server, http.titel]"])
def test_fields_that_are_none(fields: str) -> None:
    rules, (fault, *_) = rules_of(rule_text(field=None, fields=fields, examples="[{fields: {http.title: x}}]"))
    assert rules == []
    assert "fields" in fault


@pytest.mark.parametrize(("own", "maker"), [("Dahua", "Dahua"), ("null", None), (None, "Hikvision")])
def test_a_rule_may_name_its_own_maker(own: str | None, maker: str | None) -> None:
    rules, faults = rules_of(rule_text(maker=own, sets="{brand: HiLook}"))
    assert (faults, rules[0].maker) == ([], maker)


@pytest.mark.parametrize(
    ("head", "line"), [("maker: Dahau", 1), ("maker: Dahua\nfields: [http.titel]", 2), ("makers: Dahua", 1)]
)
def test_a_fault_in_the_head_of_a_file_leaves_all_its_rules_out(head: str, line: int) -> None:
    """Else they would name a maker that nobody knows, or none."""
    rules, faults = rules_of(rule_text().replace("maker: Hikvision", head))
    assert rules == []
    assert any(fault.startswith(f"f.yaml:{line}: ") for fault in faults)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"id": None}, "no text under `id`: write `id: ...`"),
        ({"id": "A_rule"}, "the id is not made of lower case words: write it like maker-protocol-field"),
        ({"field": "http.servre"}, "`field` is 'http.servre': write 'http.server'"),
        ({"pattern": None}, "no text under `pattern`: write `pattern: ...`"),
        (
            {"pattern": "'x(?=y)'"},
            f"the pattern is not RE2: invalid perl operator: (?=: {NOT_RE2}",
        ),
        ({"pattern": "'(x)'"}, "an unnamed group: write (?:...), or name it (?P<model>...)"),
        ({"pattern": "'(?P<modle>x)'"}, "a group is 'modle': write 'model'"),
        ({"pattern": "'(?P<kind>x)'"}, "a group named kind: kinds are a closed list: write `sets: {kind: ...}`"),
        ({"level": "sure"}, "`level` is 'sure': write one of hint, likely, certain"),
        ({"level": None}, "no text under `level`: write `level: ...`"),
        ({"source": None}, "no text under `source`: write `source: ...`"),
        ({"confirmed": None}, "no text under `confirmed`: write `confirmed: ...`"),
        ({"confirmed": "2026-13"}, "`confirmed` is '2026-13': write year and month, as 2026-10"),
        ({"confirmed": "2026"}, "`confirmed` is '2026': write year and month, as 2026-10"),
        ({"examples": None}, "no example: write `examples: [...]` with a value that a device really sent"),
        (
            {"near_misses": "[{value: x, gives: {model: y}}]"},
            "a near miss with `gives`: a near miss gives nothing: take `gives` out",
        ),
        ({"sets": "{kind: camra}"}, "the kind is 'camra': write 'camera'"),
        ({"sets": "{modle: x}"}, "a key of `sets` is 'modle': write 'model'"),
        ({"extract": "{kind: http.title}"}, "a key of `extract` is 'kind': write one of model, firmware, serial, mac"),
        ({"extract": "{mac: sadp.macs}"}, "the field of `extract.mac` is 'sadp.macs': write 'sadp.mac'"),
        (
            {"sets": "{model: x}", "extract": "{model: http.title}"},
            "model comes from two places: take it out of `sets`, or do not capture it",
        ),
        ({"maker": "HIKVISION"}, "`maker` is 'HIKVISION': write one of Hikvision, Dahua"),
        ({"maker": "null"}, "it says nothing: name a maker, or set or capture something"),
        ({"across": "site"}, "`across` is 'site': write one of device"),
        ({"patern": "x"}, "unknown key 'patern': write 'pattern'"),
        ({"weight": "x"}, "unknown key 'weight': see the grammar in fingerprints/README.md"),
        ({"all": "[]"}, "unknown key 'all': see the grammar in fingerprints/README.md"),
        (
            {"field": None, "pattern": None, "all": "[{absent: sadp.mac}]", "examples": "[{fields: {sadp.mac: x}}]"},
            "no pattern: write `field:` and `pattern:`, or `all:` with at least one pattern",
        ),
        (
            {"field": None, "pattern": None, "all": "[{field: http.title, pattern: x}, {absent: http.server}]"},
            "an example of a rule over several fields is plain text: write {fields: {name: value}}",
        ),
    ],
)  # fmt: skip
def test_a_broken_rule_is_left_out_and_named(changes: dict[str, str | None], fault: str) -> None:
    rules, faults = rules_of(rule_text(**changes) + "\n" + rule_text(id="other").removeprefix(HEAD))
    name = changes.get("id", "a-rule")
    told = [one.partition(": ")[2] for one in faults]
    assert told == [f"{name}: {fault}" if name else fault]
    assert [rule.id for rule in rules] == ["other"]


@pytest.mark.parametrize(
    ("changes", "line", "fault"),
    [
        ({"examples": "[{fields: {}}]"}, 7, NO_FIELDS),
        ({"examples": "[{value: x, gives: {modle: y}}]"}, 7, "a key of `gives` is 'modle': write 'model'"),
        ({"examples": "[{fields: {http.sever: x}}]"}, 7, "a field of an example is 'http.sever': write 'http.server'"),
        (
            {"field": None, "pattern": None, "all": "[{any: [{absent: sadp.mac}]}, {field: http.title, pattern: x}]"}
            | {"examples": "[{fields: {http.title: x}}]", "near_misses": "[]"},
            8,
            "`absent` under `any`: write a rule for each case: `any` holds only `{field, pattern}`",
        ),
        ({"near_misses": "[{value: x, a: b}]"}, 10, "unknown key 'a': see the grammar in fingerprints/README.md"),
        ({"sets": None, "near_misses": "[{}]"}, 10, NO_FIELDS),
    ],
)  # fmt: skip
def test_a_fault_in_a_part_names_its_own_line(changes: dict[str, str | None], line: int, fault: str) -> None:
    assert rules_of(rule_text(**changes)) == ([], [f"f.yaml:{line}: a-rule: {fault}"])


def test_one_reading_finds_every_fault() -> None:
    _, faults = rules_of(rule_text(level="sure", confirmed="now", extra="x"))
    assert len(faults) == 3


def test_what_is_no_rule_file() -> None:
    assert rules_of("just text") == ([], ["f.yaml:1: not a mapping: write `key: value` lines"])
    assert rules_of("rules: [text]")[1][0] == "f.yaml:1: not a mapping: write `key: value` lines"
    assert rules_of("rulez: []")[1] == ["f.yaml:1: unknown key 'rulez': write 'rules'"]
    assert rules_of("maker: Dahua")[1] == ["f.yaml:1: no rules: write `rules:` or `tables:`, and below it a list"]


def brands_of(text: str) -> tuple[list[Brand], list[str]]:
    faults: list[str] = []
    return read_brands(read_yaml(f"brands:\n  - {text}".encode(), "b.yaml"), "b.yaml", WORDS, faults), faults


def test_a_brand() -> None:
    brands, faults = brands_of(
        "{name: Annke, aliases: [Annke Innovation], generic: true, "
        "edges: [{maker: Hikvision, scope: partial, sure: H, source: x, note: since 2017}, "
        "{maker: Dahua, scope: full, sure: B, source: y}]}"
    )
    assert faults == []
    edges = (BrandEdge("Hikvision", False, "H", "x", "since 2017"), BrandEdge("Dahua", True, "B", "y"))
    assert brands == [Brand("Annke", edges, ("Annke Innovation",), True, "b.yaml", 2)]


EDGE = ", {maker: Dahua, scope: full, sure: H, source: x}"


def brand_text(more: str = "", *, name: str = "A1", generic: str = "false", **edge: str) -> str:
    keys = {"maker": "Dahua", "scope": "full", "sure": "H", "source": "x", **edge}
    edges = ", ".join(f"{key}: {value}" for key, value in keys.items())
    return f"{{name: {name}, generic: {generic}, edges: [{{{edges}}}{more}]}}"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{name: A1}", "A1: a brand without an edge: write `edges:` with at least one maker"),
        (brand_text(name="'--'"), "--: '--' has no letter or digit: a label is compared by its letters and digits"),
        (brand_text(EDGE), "A1: two edges to one maker: keep one, and say in its note what differs"),
        (brand_text(maker="X"), "A1: `maker` is 'X': write one of Hikvision, Dahua"),
        (brand_text(scope="all"), "A1: `scope` is 'all': write one of full, partial"),
        (brand_text(sure="X"), "A1: `sure` is 'X': write one of H, M, L, B"),
        (brand_text(source="''"), "A1: no text under `source`: write `source: ...`"),
        (brand_text(name="''"), "no text under `name`: write `name: ...`"),
        (brand_text(generic="maybe"), "A1: `generic` is 'maybe': write one of true, false"),
    ],
)
def test_a_broken_brand_is_left_out_and_named(text: str, fault: str) -> None:
    assert brands_of(text) == ([], [f"b.yaml:2: {fault}"])


def test_a_vocabulary_may_have_some_lists_only() -> None:
    faults: list[str] = []
    vocabulary = read_vocabulary(read_yaml(b"makers: [Axis]\nwords: []\n", "v.yaml"), "v.yaml", faults)
    assert vocabulary == Vocabulary(makers=("Axis",))
    assert faults == ["v.yaml:2: unknown key 'words': see the grammar in fingerprints/README.md"]
