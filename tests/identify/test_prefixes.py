"""What values must begin with to have a pattern in them."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from camscan.app.judging.criteria import whole_library
from camscan.identify.prefixes import required_prefixes


def compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return re2.compile(pattern.encode(), options)


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("^App-webs/?$", {"app-webs"}),
        (r"(?i)^Boa/0\.9\d", {"boa/0.9"}),
        (r"^C:\\dvr", {"c:\\dvr"}),
        (r"\Aab|^cd", {"ab", "cd"}),
        ("(?i)^(?:Merit )?LILIN\\b", {"merit lilin", "lilin"}),
        ("^(?P<model>DS-[0-9A-Z]+|iDS[ _-].*)", {"ds-", "ids ", "ids_", "ids-"}),
        ("^ab{2}c", {"ab"}),
        ("^abc{0,3}d", {"ab"}),
        ("^abc*d", {"ab"}),
        ("^abc+d", {"ab"}),
        ("^abc?d", {"ab"}),
        ("^(?:ab|cd)e?f+", {"abef", "abf", "cdef", "cdf"}),
        ("^ab(?:c(?:d|ef)|g.)h|^ij$", {"abcdh", "abcefh", "abg", "ij"}),
        ("^a(?i:B)c", {"abc"}),
        ("^ab[^c]", {"ab"}),
        ("^ab[a-d]", {"ab"}),
        ("^ab{,2}", {"ab{,2}"}),
        ("^" + "x" * 50, {"x" * 32}),
        ("^ab(?:" + "|".join("cdefghijklmnopqrstuvwxyz0123") + ")d", {"ab"}),
    ],
)
def test_what_a_pattern_begins_with(pattern: str, texts: set[str]) -> None:
    assert {text.decode() for text in required_prefixes(pattern)} == texts


UNTOLD = ["abc", "^a", "^abc|def", "^.bc", "^(?:abc|d)", "^(?:abc)?", "(?:^abc)", "(?m)^abc", "^äbc", "^[ab]", "", "^"]
UNTOLD += [
    "^?abc",
    r"^\x{FEFF}abc",
    r"^\Qab|c\E",
    r"^\pLabc",
    "^(?:ab|.)c",
    "(?im)^abc",
    "^(?i-m:a)",
    r"^\dab",
    "^(?:abc){0}",
]


@pytest.mark.parametrize("pattern", UNTOLD)
def test_where_nothing_is_told(pattern: str) -> None:
    assert required_prefixes(pattern) == ()


PIECES = ["a", "B", "c", "ab", "^", "$", "|", "(?:", "(?P<m>", ")", "?", "*", "+", "{2}", "{0,1}", "{0}", "{", "}"]
PIECES += [
    r"\.",
    r"\d",
    r"\b",
    r"\\",
    "[a-c]",
    "[aB]",
    "[^a]",
    "[-b]",
    "[]a]",
    "[[:alpha:]]",
    ".",
    "-",
    " ",
    "(?i)",
    "]",
]


@given(
    st.sampled_from(["^", "(?i)^", "", "^(?:", r"\A", "^ab"]),
    st.lists(st.sampled_from(PIECES), max_size=9),
    st.lists(st.sampled_from(["a", "b", "c", "A", "B", "ab", ".", "-", "\\", "1", "]", "{", "^", "|"]), max_size=7),
)
def test_nothing_that_re2_finds_begins_otherwise(start: str, pieces: list[str], value: list[str]) -> None:
    pattern, text = start + "".join(pieces) + (")" if start.endswith(":") else ""), "".join(value).encode()
    try:
        found = compiled(pattern).search(text) is not None
    except re2.error:
        return
    if found and (texts := required_prefixes(pattern)):
        assert text.lower().startswith(texts)


def test_every_example_of_the_library_begins_as_its_patterns_say() -> None:
    told = 0
    for rule in whole_library().rules:
        values = [value for one in rule.examples for held in one.fields.values() for value in held]
        for match in rule.matches:
            if match.comparison or not (texts := required_prefixes(match.pattern)):
                continue
            told += 1
            for value in values:
                text = value.encode()
                assert text.lower().startswith(texts) or compiled(match.pattern).search(text) is None, match
    assert told > 4_000
