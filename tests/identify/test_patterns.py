import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from camscan.identify.patterns import group_names, groups, matches_empty
from camscan.identify.rules import Match


def test_group_names() -> None:
    assert group_names("(?P<model>x)(?:y)(?P<serial>z)") == ("model", "serial")
    assert group_names("x") == group_names(r"(?i)\(x\)") == group_names("[(]") == ()
    assert group_names("(x)") is None
    assert group_names("(?P<model>x)|(y)") is None


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        (r"\Q(x\E(?<model>y)", ("model",)),
        (r"(?i:a)(?-i:b)(?P<model>[]()]+)[^](](?s:.)", ("model",)),
        (r"[[:alpha:](](?P<model>x)[\](]", ("model",)),
        (r"\\(?P<model>x)\[(?P<mac>y)]", ("model", "mac")),
        (r"[^\]x](?P<model>x)[]]", ("model",)),
        (r"(?P<model>x{200})", ("model",)),
        (r"\Q(\\E(?<model>y)[(]", ("model",)),
    ],
)
def test_brackets_that_are_no_groups(pattern: str, names: tuple[str, ...]) -> None:
    assert group_names(pattern) == names


@given(
    st.lists(
        st.sampled_from(
            ["[:alpha:]", "(", ")", "[", "]", "^", "\\", "?", "P", "<a>", ":", "i", "Q", "E", "x", "|", "{100}"]
        )
    )
)
def test_group_names_are_those_that_re2_sees(pieces: list[str]) -> None:
    pattern = "".join(pieces)
    try:
        compiled = re2.compile(pattern.encode())
    except re2.error:
        with pytest.raises(ValueError):
            group_names(pattern)
        return
    names = tuple(name.decode() for name in compiled.groupindex)
    assert group_names(pattern) == (names if len(names) == compiled.groups else None)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(x", "missing ): (x"),
        ("(?=x)", "invalid perl operator: (?="),
        (r"x\Z", r"invalid escape sequence: \Z"),
        ("x{1001}", "invalid repetition size: {1001}"),
        (r"\pL{1000}", "pattern too large - compile failed"),
    ],
)
def test_what_is_not_re2(pattern: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        group_names(pattern)
    assert str(caught.value) == reason


def test_groups_are_trimmed_and_empty_ones_left_out() -> None:
    match = Match("http.server", "^(?P<model>[^/]*)/(?P<firmware>[0-9.]*)(?P<serial>-.*)?")
    assert groups(match, "cam é /") == {"model": "cam é"}
    assert groups(match, "cam/1.2-x") == {"model": "cam", "firmware": "1.2", "serial": "-x"}
    assert groups(match, "other") == {}
    assert groups(Match("http.server", "x"), "x") == {}


def test_matches_empty() -> None:
    assert matches_empty("x*")
    assert matches_empty("^")
    assert not matches_empty("x")
