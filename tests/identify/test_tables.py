"""Tables of rules: what their rows become, how values are held against them, and what is said of broken ones."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from camscan.identify.check import check, observed
from camscan.identify.examples import examples_of, near_misses_of
from camscan.identify.load import load
from camscan.identify.rules import AnyOf, Example, Match, Rule
from camscan.records import Level

Write = Callable[..., Path]

HEAD: Mapping[str, str] = {
    "ids": "<maker>-server",
    "field": "http.server",
    "match": "whole",
    "level": "likely",
    "source": "x",
    "confirmed": "2026-10",
}


def table(*rows: str, **changes: str | None) -> str:
    """A table as the third to the ninth line of a file, and its rows from there on."""
    lines = [f"{key}: {value}" for key, value in {**HEAD, **changes}.items() if value is not None]
    return "tables:\n  - " + "\n    ".join(lines) + "\n    rows:" + "".join(f"\n      - {row}" for row in rows) + "\n"


@pytest.fixture
def read(write: Write) -> Callable[..., tuple[tuple[Rule, ...], list[str]]]:
    """The rules of a file, and the faults without the file's name."""

    def _read(text: str, **files: str) -> tuple[tuple[Rule, ...], list[str]]:
        library = load([write(text, **files)])
        return library.rules, [fault.partition(".yaml:")[2] for fault in library.warnings]

    return _read


Read = Callable[..., tuple[tuple[Rule, ...], list[str]]]


def test_rows_that_give_the_same_are_one_rule(read: Read) -> None:
    rows = ("nas: Dahua", "'tp: link': {maker: TP-Link, kind: recorder}", "Nas/2: Dahua")
    rules, faults = read("fields: [http.title]\n" + table(*rows, sets="{kind: camera}"))
    dahua, link = rules
    assert faults == []
    assert (dahua.id, dahua.maker, dahua.sets, dahua.line) == ("dahua-server", "Dahua", {"kind": "camera"}, 11)
    assert dahua.conditions == (AnyOf((Match("http.server", "nas", "whole"), Match("http.server", "Nas/2", "whole"))),)
    assert (dahua.level, dahua.source) == (Level.LIKELY, "x")
    assert (link.id, link.sets) == ("tp-link-server", {"kind": "recorder"})
    assert link.conditions == (Match("http.server", "tp: link", "whole"),)


def test_a_row_may_have_an_id_and_a_source_of_its_own_and_name_a_label_alone(read: Read) -> None:
    rules, faults = read(table("a: {maker: Dahua, id: a-b, source: y}", "b: {brand: 'Übel & Co'}", "c: Dahua"))
    assert faults == []
    assert [(rule.id, rule.maker, rule.source) for rule in rules] == [
        ("a-b", "Dahua", "y"),
        ("uebel-co-server", None, "x"),
        ("dahua-server", "Dahua", "x"),
    ]


def test_the_maker_and_fields_of_the_file_are_those_of_its_tables(read: Read) -> None:
    head = "maker: Dahua\nfields: [http.title, http.server]\n"
    rules, faults = read(head + table("a: {kind: camera}", "b: {kind: recorder, id: b}", field=None))
    assert faults == []
    assert [(rule.id, rule.maker, rule.sets["kind"]) for rule in rules] == [
        ("dahua-server", "Dahua", "camera"),
        ("b", "Dahua", "recorder"),
    ]
    assert [match.field for match in rules[0].matches] == ["http.title", "http.server"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("A: Hikvision", "row 'A': already written in line 9: keep one"),
        ("b: Hikvison", "row 'b': `maker` is 'Hikvison': write 'Hikvision'"),
        ("b: {kind: camera}", "row 'b': it names no maker: write `- value: maker`, or a `brand:`"),
        ("b:", "row 'b': it names no maker: write `- value: maker`, or a `brand:`"),
        ("b: {maker: Dahua, kind: cam}", "row 'b': the kind is 'cam': write 'camera'"),
        ("b: {maker: Dahua, colour: red}", "row 'b': a key of the row is 'colour': "),
        ("b: {maker: Dahua, id: B}", "row 'b': the id is not made of lower case words: "),
        (
            "b: {maker: Dahua, kind: camera}",
            "row 'b': it gives other than the row in line 9, which makes dahua-server, too: give it an `id:`",
        ),
        ("{b: Dahua, c: Dahua}", "row 'b': not one value and its maker: write `- value: maker`"),
        ("' ': Dahua", "row ' ': no value: write what a device sends before the colon"),
    ],
)
def test_a_broken_row_is_named_and_left_out(read: Read, row: str, fault: str) -> None:
    rules, faults = read(table("a: Dahua", row, "z: Dahua"))
    assert [match.pattern for rule in rules for match in rule.matches] == ["a", "z"]
    assert faults[0].startswith(f"10: table <maker>-server: {fault}")


@pytest.mark.parametrize(("row", "shown"), [("b", "b"), ("[b, c]", "['b', 'c']"), ("{}", "{'__line__': 10}")])
def test_a_row_that_is_no_mapping(read: Read, row: str, shown: str) -> None:
    _, (fault,) = read(table("a: Dahua", row))
    assert fault.endswith(f": table <maker>-server: row {shown!r}: not one value and its maker: write `- value: maker`")


def test_rows_in_one_line_are_told_apart(read: Read) -> None:
    _, faults = read(table().rstrip() + " [{a: Dahua}, {a: Dahua}]\n")
    assert faults == ["8: table <maker>-server: row 'a': already written in line 8: keep one"]


@pytest.mark.parametrize("value", [".1.3", "1.3.", "9", "1.x", "1..3"])
def test_a_number_is_written_with_dots_between(read: Read, value: str) -> None:
    _, (fault,) = read(table(f"'{value}': Dahua", match="number"))
    assert fault.startswith(f"9: table <maker>-server: row {value!r}: it is not a dotted number: ")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"ids": "server"}, "table server: `ids` has not one <maker> among lower case words: "),
        ({"match": "part"}, "table <maker>-server: `match` is 'part': write one of whole, begins, number, name"),
        ({"field": "http.servr"}, "table <maker>-server: `field` is 'http.servr': write 'http.server'"),
        ({"level": None}, "table <maker>-server: no text under `level`: "),
        ({"source": None}, "table <maker>-server: no text under `source`: "),
        ({"confirmed": "2026-13"}, "table <maker>-server: `confirmed` is '2026-13': "),
        ({"pattern": "x"}, "table <maker>-server: unknown key 'pattern': "),
        ({"near_misses": "[{value: x, gives: {kind: camera}}]"}, "table <maker>-server: a near miss with `gives`: "),
    ],
)
def test_a_table_whose_head_is_broken_is_left_out(read: Read, changes: Mapping[str, str | None], fault: str) -> None:
    rules, faults = read(table("a: Dahua", **changes))
    assert rules == ()
    assert [line.partition(": ")[2].startswith(fault) for line in faults] == [True]


def test_a_table_without_rows(read: Read) -> None:
    _, faults = read(table())
    assert faults == ["8: table <maker>-server: no row: write `rows:`, and below it lines like `- value: maker`"]


def test_a_rule_of_a_table_is_overridden_by_its_id(write: Write) -> None:
    own = "rules:\n  - {id: dahua-server, maker: TP-Link, field: http.server, pattern: ^x, level: hint, examples: [x], "
    folders = [write(table("a: Dahua")), write(own + "source: x, confirmed: 2026-10}\n", vocabulary="", name="own")]
    (rule,) = load(folders, strict=True).rules
    assert (rule.maker, rule.level) == ("TP-Link", Level.HINT)


@pytest.mark.parametrize(
    ("way", "row", "met", "not_met"),
    [
        ("whole", "App-webs/", ["App-webs/", "APP-WEBS/"], ["App-webs/2", "x App-webs/", "App-webs", ""]),
        ("whole", "Übel", ["Übel", "ÜBEL"], ["übel", "Ubel"]),
        ("begins", "HP", ["HP", "hp LaserJet", "HP-1", "HP/é", "hpé"], ["HPE", "HP1", "HP_x", "my HP", "h", ""]),
        ("begins", "Roku, Inc.", ["Roku, Inc.", "roku, inc.x"], ["Roku, Inc"]),
        ("number", "1.3.6", ["1.3.6", ".1.3.6", "1.3.6.1", ".1.3.6.0.5"], ["1.3.60", "1.3", "1.1.3.6", "..1.3.6", "."]),
    ],
)
def test_how_values_are_held_against_a_row(
    write: Write, way: str, row: str, met: list[str], not_met: list[str]
) -> None:
    library = load([write(table(f"'{row}': Dahua", "other.text.4: Hikvision", match=way).replace(".text", ".6"))])

    def makers(value: str) -> list[str | None]:
        return [found.maker for found in library.identify([observed(Example({"http.server": (value,)}))])]

    assert {value: makers(value) for value in met} == {value: ["Dahua"] for value in met}
    assert {value: makers(value) for value in not_met} == {value: [] for value in not_met}
    assert makers("x" * 70_000) == makers(row + "x" * 70_000 if way != "begins" else "-") == []


def test_rows_of_several_lengths_and_tables_speak_together(write: Write) -> None:
    first = table("Cam: Dahua", "Cam Two: Hikvision", match="begins")
    second = table("cam two: TP-Link", ids="whole-<maker>", level="hint").removeprefix("tables:\n")
    library = load([write(first + second)], strict=True)
    found = library.identify([observed(Example({"http.server": ("Cam Two",)}))])
    assert [one.rule for one in found] == ["dahua-server", "hikvision-server", "whole-tp-link"]


def test_a_row_is_its_own_example_and_near_misses_follow_from_it() -> None:
    match = [Match("http.server", text, "begins") for text in ("HP", "xHP", "Roku, Inc.")]
    rule = Rule("a", Level.LIKELY, (AnyOf(tuple(match)),), "HP", near_misses=(Example({"http.server": ("Hpp",)}),))
    assert [example.fields["http.server"] for example in examples_of(rule)] == [("HP",), ("xHP",), ("Roku, Inc.",)]
    texts = [text for example in near_misses_of(rule) for text in example.fields["http.server"]]
    assert texts == ["Hpp", "HPx", "xxHP", "xHPx", "xRoku, Inc."]  # not xHP, which is a row, too
    number = Rule("b", Level.LIKELY, (Match("http.server", "1.3.6", "number"),), "HP")
    assert [example.fields["http.server"] for example in near_misses_of(number)] == [("1.3.60",), ("1.1.3.6",)]


def test_rows_are_tried_as_rules_are(write: Write) -> None:
    rules = (
        "rules:\n  - {id: a, maker: Hikvision, field: http.server, pattern: '^nas', level: likely, examples: [nass], "
        "source: x, confirmed: 2026-10}\n"
    )
    library = load([write(table("nas: Dahua", "cam: {brand: Nobody}", near_misses="[other, NAS]") + rules)])
    assert [fault.partition(".yaml:")[2].partition(": narrow")[0] for fault in check(library)] == [
        "10: dahua-server: the example http.server='nas' is also Hikvision by a (likely)",
        "10: dahua-server: the near miss http.server='NAS' matches",
        "11: nobody-server: no brand file knows 'Nobody': add it below brands/",
        "11: nobody-server: the example http.server='cam' does not match: fix the pattern or the example",
    ]


NAMES = {"match": "name", "field": "http.body"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<a1/><b2/>", True),
        ('{"c3": 1, "b2": 2}', True),
        ("a1[0].x=1\nb2=2", False),
        ("<a1/><a1/>", False),
        ("<A1/><B2/>", False),
        ("a1 b2 c3", False),
    ],
)
def test_as_many_names_as_a_table_says_have_to_be_in_a_text(write: Write, text: str, found: bool) -> None:
    library = load([write(table("a1 b2: Dahua", "c3: Dahua", **NAMES, at_least="2"))])
    assert library.warnings == ()
    assert bool(library.identify([observed(Example({"http.body": (text,)}))])) is found


def test_a_name_in_two_fields_counts_once(write: Write) -> None:
    changes = {**NAMES, "field": None, "fields": "[http.body, http.title]", "at_least": "2"}
    library = load([write(table("a1 b2: Dahua", **changes))])
    assert library.warnings == ()
    for second, found in (("<a1/>", False), ("<b2/>", True)):
        example = Example({"http.body": ("<a1/>",), "http.title": (second,)})
        assert bool(library.identify([observed(example)])) is found


def test_names_are_their_own_examples_with_as_many_others_as_are_needed(write: Write) -> None:
    (rule,) = load([write(table("a1 b2: Dahua", "c3: Dahua", **NAMES, at_least="2"))]).rules
    assert [example.fields["http.body"] for example in examples_of(rule)] == [
        ('"a1": "b2":',),
        ('"b2": "c3":',),
        ('"c3": "a1":',),
    ]
    assert ('"xa1": "a1x":',) in [example.fields["http.body"] for example in near_misses_of(rule)]


@pytest.mark.parametrize(
    ("least", "fault"),
    [
        ("0", "table <maker>-server: `at_least` is '0': write how many rows have to be met, from 1 to 9"),
        ("two", "table <maker>-server: `at_least` is 'two': write how many rows have to be met, from 1 to 9"),
        (
            "3",
            (
                "table <maker>-server: 2 rows for dahua-server, of which 3 have to be met: "
                "write more rows, or a smaller `at_least`"
            ),
        ),
    ],
)
def test_how_many_rows_have_to_be_met_is_a_number_that_can_be(read: Read, least: str, fault: str) -> None:
    rules, faults = read(table("a1 b2: Dahua", **NAMES, at_least=least))
    assert rules == ()
    assert [one.partition(": ")[2] for one in faults] == [fault]


def test_a_name_occurs_once_among_all_rows_and_in_another_case_is_another(read: Read) -> None:
    _, faults = read(table("a1 b2: Dahua", "B2: Dahua", "a1: Dahua", **NAMES))
    assert [fault.partition(": ")[2] for fault in faults] == [
        "table <maker>-server: row 'a1': already written in line 9: keep one"
    ]
