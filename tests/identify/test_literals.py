"""What values must have in them to match a pattern, wherever it is."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from camscan.app.judging.criteria import whole_library
from camscan.identify.literals import required_literals


def compiled(pattern: str, *, wide: bool = False) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    if not wide:
        options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern.encode(), options)


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("(?i)App-Webs", {"app-webs"}),
        (r"/doc/script\.js\?v=(?P<firmware>[\d.]+)", {"/doc/script.js?v="}),
        (r"<title>[^<]*Northlight[^<]*</title>", {"northlight"}),
        (r"\b(?:iconDH-logo|login-logo)\b", {"icondh-logo", "login-logo"}),
        (r"^\s*(?i:x)?[ab]shared", {"ashared", "bshared", "xashared", "xbshared"}),
        ("abcde?fgh", {"abcdefgh", "abcdfgh"}),
        ("abcdef?", {"abcde"}),
        ("abcdefg*", {"abcdef"}),
        ("(?:abcdef)+", {"abcdef"}),
        ("(?:abcdef){2,3}x", {"abcdef"}),
        (r"[\x22\x27]params[\x22\x27]", {'"params"', "\"params'", "'params\"", "'params'"}),
        ("x(?:abcdef|g[0-9]hijklmn)+", {"abcdef", "hijklmn"}),
        ("a" * 50, {"a" * 40}),
        ("{w}abcdef", {"{w}abcdef"}),
        ("abcdef{1}g", {"abcde"}),
    ],
)
def test_what_a_value_must_have(pattern: str, texts: set[str]) -> None:
    assert required_literals(pattern, wide=False) == texts


NOTHING = ["", "abcd", "(?:abcdef)?", "(?:abcdef){0,2}", "abcdef|x", "(?:abcdef|[a-z]+)", r"\Qabcdef\E", r"\pLabcdef"]


@pytest.mark.parametrize(
    "pattern", [*NOTHING, "abc[^d]efg", ".*abcd", "(?:" + "|".join(map(str, range(10_000, 10_065))) + ")"]
)
def test_what_has_no_literal(pattern: str) -> None:
    assert required_literals(pattern, wide=False) == frozenset()


def test_by_characters_letters_with_other_forms_do_not_count() -> None:
    assert required_literals("(?i)©tokens", wide=True) == frozenset()
    assert compiled("(?i)tokens", wide=True).search("to\u212aen\u017f".encode())
    assert required_literals("(?i)©device", wide=True) == {"©device"}
    assert required_literals("海康威视", wide=True) == {"海康威视"}
    assert required_literals("Ёжиккккк", wide=True) == frozenset()


@given(
    st.lists(
        st.sampled_from(
            ["abcdef", "Gh", "[ij]", "(?:", "(?i:", ")", "|", "?", "*", "+", "{2}", "^", r"\b", ".", r"\x41"]
        ),
        max_size=12,
    ),
    st.lists(st.sampled_from(["abcdef", "ABCDEF", "gh", "Gh", "i", "J", "A", " ", "abcdefabcdef"]), max_size=8),
)
def test_no_value_that_matches_lacks_them(pieces: list[str], words: list[str]) -> None:
    pattern, value = "".join(pieces), "".join(words)
    try:
        found = compiled(pattern).search(value.encode())
    except re2.error:
        return
    literals = required_literals(pattern, wide=False)
    assert found is None or not literals or any(text in value.lower() for text in literals)


def test_no_example_lacks_those_of_the_patterns_it_matches() -> None:
    checked = 0
    for rule in whole_library().rules:
        for match in rule.matches:
            for value in {value for example in rule.examples for value in example.fields.get(match.field, ())}:
                literals = required_literals(match.pattern, wide=not match.pattern.isascii())
                if not match.comparison and literals and compiled(match.pattern, wide=True).search(value.encode()):
                    assert any(text in value.encode().lower().decode() for text in literals), match
                    checked += 1
    assert checked > 1_000
