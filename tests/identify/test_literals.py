"""What values must begin with, or have in them, to match a pattern."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from camscan.app.judging.criteria import whole_library
from camscan.identify.literals import required_texts


def compiled(pattern: str, *, wide: bool = False) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    if not wide:
        options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern.encode(), options)


def required(pattern: str, *, wide: bool = False) -> tuple[set[str], set[str]]:
    prefixes, found = required_texts(pattern, wide=wide)
    return {*prefixes}, {*found}


def literals(pattern: str, *, wide: bool = False) -> set[str]:
    prefixes, found = required(pattern, wide=wide)
    assert not prefixes
    return found


def begins_or_has(pattern: str, value: str, *, wide: bool = False) -> bool:
    prefixes, found = required_texts(pattern, wide=wide)
    return value.startswith(tuple(prefixes)) if prefixes else not found or any(text in value for text in found)


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("^App-webs/?$", {"app-webs", "app-webs/"}),
        (r"(?i)^Boa/0\.9\d", {"boa/0.9"}),
        (r"^C:\\dvr", {"c:\\dvr"}),
        (r"\Aab|^cd", {"ab", "cd"}),
        ("(?i)^(?:Merit )?LILIN\\b", {"merit lilin", "lilin"}),
        ("^(?P<model>DS-[0-9A-Z]+|iDS[ _-].*)", {"ds-", "ids ", "ids_", "ids-"}),
        ("^(?:north[ _-]+)?(?P<model>NL-[0-9]+)", {"north ", "north_", "north-", "nl-"}),
        ("^ab{2}c", {"ab"}),
        ("^abc{0,3}d", {"ab"}),
        ("^abc*d", {"ab"}),
        ("^abc+d", {"abc"}),
        ("^abc?d", {"abd", "abcd"}),
        ("^(?:ab|cd)e?f+", {"abef", "abf", "cdef", "cdf"}),
        ("^ab(?:c(?:d|ef)|g.)h|^ij$", {"abcdh", "abcefh", "abg", "ij"}),
        ("^a(?i:B)c", {"abc"}),
        ("^ab[^c]", {"ab"}),
        ("^ab[a-d]", {"ab"}),
        ("^ab{,2}", {"ab{,2}"}),
        ("(?:^abc)", {"abc"}),
        ("^?^abc", {"abc"}),
        ("^" + "x" * 50, {"x" * 40}),
        ("^ab(?:" + "|".join("cdefghijklmnopqrstuvwxyz0123") + ")d", {"ab"}),
    ],
)
def test_what_a_value_must_begin_with(pattern: str, texts: set[str]) -> None:
    assert required(pattern) == (texts, set())


@pytest.mark.parametrize(
    "pattern",
    [
        "^a", "^abc|def", "^.bc", "^(?:abc|d)", "^(?:abc)?", "(?m)^abc", "(?im)^abc", "^[ab]", "^", "^?abc",
        r"^\Qab|c\E", r"^\pLabc", "^(?:ab|.)c", "^(?i-m:a)", r"^\dab", "^(?:abc){0}", r"\^abc", "x^abc",
    ],
)  # fmt: skip
def test_where_nothing_is_known(pattern: str) -> None:
    assert required(pattern) == (set(), set())


def test_by_characters_a_value_must_begin_alike() -> None:
    assert required("(?i)^海康(?:威视)?", wide=True) == ({"海康", "海康威视"}, set())
    assert required("(?i)^äbc", wide=True) == (set(), set())


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
        ("(?:^|[/;])js/abc", {"js/abc", "/js/abc", ";js/abc"}),
        ("(?m)^abcdef", {"abcdef"}),
        ("abc(?:d|e)?fg?h", {"abcfh", "abcfgh", "abcdfh", "abcdfgh", "abcefh", "abcefgh"}),
        ("abcdef{1}g", {"abcdef"}),
    ],
)
def test_what_a_value_must_have(pattern: str, texts: set[str]) -> None:
    assert literals(pattern) == texts


NOTHING = ["", "abcd", "(?:abcdef)?", "(?:abcdef){0,2}", "abcdef|x", "(?:abcdef|[a-z]+)", r"\Qabcdef\E", r"\pLabcdef"]


@pytest.mark.parametrize(
    "pattern", [*NOTHING, "abc[^d]efg", ".*abcd", "(?:" + "|".join(map(str, range(10_000, 10_065))) + ")"]
)
def test_what_has_no_literal(pattern: str) -> None:
    assert literals(pattern) == set()


def test_by_characters_letters_with_other_forms_do_not_count() -> None:
    assert literals("(?i)©tokens", wide=True) == set()
    assert compiled("(?i)tokens", wide=True).search("to\u212aen\u017f".encode())
    assert literals("(?i)©device", wide=True) == {"©device"}
    assert literals("海康威视", wide=True) == {"海康威视"}
    assert literals("Ёжиккккк", wide=True) == set()


PIECES = [
    "abcdef",
    "Gh",
    "a",
    "B",
    "c",
    "ab",
    "^",
    "$",
    "|",
    "(?:",
    "(?P<m>",
    "(?i:",
    ")",
    "?",
    "*",
    "+",
    "{2}",
    "{0,1}",
]
PIECES += [
    "{0}",
    "{",
    "}",
    r"\.",
    r"\d",
    r"\b",
    r"\\",
    r"\x41",
    "[a-c]",
    "[aB]",
    "[ij]",
    "[^a]",
    "[-b]",
    "[]a]",
    "[[:alpha:]]",
]
PIECES += [".", "-", " ", "(?i)", "(?m)", "]", "\n", "é"]
WORDS = [
    "abcdef",
    "ABCDEF",
    "gh",
    "Gh",
    "i",
    "J",
    "A",
    " ",
    "a",
    "b",
    "c",
    "ab",
    ".",
    "-",
    "\\",
    "1",
    "]",
    "{",
    "^",
    "|",
]


@given(
    st.sampled_from(["^", "(?i)^", "", "^(?:", r"\A", "^ab", "(?:^|c)"]),
    st.lists(st.sampled_from(PIECES), max_size=12),
    st.lists(st.sampled_from([*WORDS, "\n", "é"]), max_size=8),
)
def test_no_value_that_matches_lacks_them(start: str, pieces: list[str], words: list[str]) -> None:
    pattern, value = start + "".join(pieces) + (")" if start.endswith(":") else ""), "".join(words)
    wide = "é" in pattern
    try:
        found = compiled(pattern, wide=wide).search(value.encode())
    except re2.error:
        return
    assert found is None or begins_or_has(pattern, value.lower(), wide=wide)


def test_no_example_lacks_those_of_the_patterns_it_matches() -> None:
    checked = 0
    for rule in whole_library().rules:
        for match in rule.matches:
            for value in {value for example in rule.examples for value in example.fields.get(match.field, ())}:
                wide = not match.pattern.isascii()
                if not match.comparison and compiled(match.pattern, wide=True).search(value.encode()):
                    assert begins_or_has(match.pattern, value.encode().lower().decode(), wide=wide), match
                    checked += any(required_texts(match.pattern, wide=wide))
    assert checked > 5_000
