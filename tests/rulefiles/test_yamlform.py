from collections.abc import Callable

import pytest

from camscan.rulefiles.yamlform import Form
from camscan.rulefiles.yamltree import LINE, Tree


def read(tree: Tree, take: Callable[[Form], object]) -> tuple[object, list[str]]:
    faults: list[str] = []
    form = Form(tree, "f.yaml", faults, name="rule")
    value = take(form)
    form.close()
    return value, faults


@pytest.mark.parametrize(
    ("tree", "take", "value"),
    [
        ({LINE: 3, "a": "x"}, lambda form: form.text("a"), "x"),
        ({LINE: 3}, lambda form: form.text("a", "other"), "other"),
        ({LINE: 3, "a": "two"}, lambda form: form.word("a", ("one", "two")), "two"),
        ({LINE: 3}, lambda form: form.word("a", ("one", "two"), ""), ""),
        ({LINE: 3, "a": "true"}, lambda form: form.flag("a"), True),
        ({LINE: 3, "a": "false"}, lambda form: form.flag("a"), False),
        ({LINE: 3}, lambda form: form.flag("a"), False),
        ({LINE: 3, "a": ["x", "y"]}, lambda form: form.texts("a"), ("x", "y")),
        ({LINE: 3}, lambda form: form.texts("a"), ()),
        ({LINE: 3, "a": {LINE: 3, "b": "c"}}, lambda form: form.pairs("a"), {"b": "c"}),
        ({LINE: 3}, lambda form: form.pairs("a"), {}),
        ({LINE: 3, "a": None}, lambda form: form.tree("a"), None),
    ],
)
def test_what_is_in_order_gives_no_fault(tree: Tree, take: Callable[[Form], object], value: object) -> None:
    assert read(tree, take) == (value, [])


@pytest.mark.parametrize(
    ("tree", "take", "value", "fault"),
    [
        ({LINE: 3}, lambda form: form.text("a"), "", "no text under `a`: write `a: ...`"),
        ({LINE: 3, "a": " "}, lambda form: form.text("a"), "", "no text under `a`: write `a: ...`"),
        ({LINE: 3, "a": []}, lambda form: form.text("a"), "", "no text under `a`: write `a: ...`"),
        ({LINE: 3, "a": "tow"}, lambda form: form.word("a", ("one", "two")), "tow", "`a` is 'tow': write 'two'"),
        ({LINE: 3, "a": "9"}, lambda form: form.word("a", ("one", "two")), "9", "`a` is '9': write one of one, two"),
        (
            {LINE: 3, "a": "9"},
            lambda form: form.word("a", [str(number) for number in range(100, 200)]),
            "9",
            "`a` is '9': take a word of vocabulary.yaml, or add it there",
        ),
        (
            {LINE: 3, "a": "Northlight"},
            lambda form: form.word("a", ["Nortel", *map(str, range(100, 200))]),
            "Northlight",
            "`a` is 'Northlight': take a word of vocabulary.yaml, or add it there",
        ),
        (
            {LINE: 3, "a": "Nortell"},
            lambda form: form.word("a", ["Nortel", *map(str, range(100, 200))]),
            "Nortell",
            "`a` is 'Nortell': write 'Nortel'",
        ),
        ({LINE: 3, "a": "yes"}, lambda form: form.flag("a"), False, "`a` is 'yes': write one of true, false"),
        ({LINE: 3, "a": "x"}, lambda form: form.texts("a"), (), "`a` is not a list: write `a: [...]`"),
        (
            {LINE: 3, "a": [None]},
            lambda form: form.texts("a"),
            ("",),
            "a value under `a` is not text: write one text, in single quotes where it holds punctuation",
        ),
        ({LINE: 3, "a": "x"}, lambda form: form.pairs("a"), {}, "`a` is not a mapping: write `a: {name: value}`"),
        (
            {LINE: 3, "a": {"b": []}},
            lambda form: form.pairs("a"),
            {"b": ""},
            "a value under `a.b` is not text: write one text, in single quotes where it holds punctuation",
        ),
        ({LINE: 3, "a": "x"}, lambda _: None, None, "unknown key 'a': see the grammar in fingerprints/README.md"),
    ],
)
def test_faults_name_file_line_rule_what_and_remedy(
    tree: Tree, take: Callable[[Form], object], value: object, fault: str
) -> None:
    assert read(tree, take) == (value, [f"f.yaml:3: rule: {fault}"])


def test_what_is_no_mapping_is_read_as_an_empty_one() -> None:
    assert read("text", lambda form: form.has("a")) == (
        False,
        ["f.yaml:1: rule: not a mapping: write `key: value` lines"],
    )
