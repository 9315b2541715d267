"""A window shows a long text piece by piece, and never less of it than was asked for."""

from __future__ import annotations

import json
import re
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st
from support.costs import costs_less_than

from camscan.text.jsonwindow import Window, closed, parsed

GAP = re.compile(r"[\s,]*")


@given(st.lists(st.text("ab ,", min_size=1, max_size=7), max_size=20), st.integers(1, 9))
def test_each_word_is_whole_in_the_window(pieces: list[str], size: int) -> None:
    text, source, seen = "".join(pieces), iter(pieces), []
    window = Window(lambda: next(source, ""), size)
    window.skip(GAP)
    while window.at < len(window.text):
        left = window.text[window.at :]
        assert len(left) >= size or left == text[len(text) - len(left) :]
        seen.append(window.text[window.at])
        window.at += 1
        window.skip(GAP)
    assert "".join(seen) == text.replace(" ", "").replace(",", "")


def test_what_is_searched_in_vain_is_not_kept() -> None:
    source = iter(["x" * 1_000] * 1_000)
    window = Window(lambda: next(source, ""), 10)
    window.skip(re.compile("y"))
    assert (window.at, len(window.text)) == (len(window.text), 1_000)
    assert list(islice(source, 1)) == []


def test_what_is_behind_is_dropped_where_it_is_much() -> None:
    window = Window(iter(["x" * 10_000, ""]).__next__, 10)
    window.at = 4_000
    window.forget()
    assert (window.at, len(window.text)) == (4_000, 10_000)
    window.at = 5_000
    window.forget()
    assert (window.at, len(window.text)) == (0, 5_000)


VALUES = st.recursive(
    st.integers() | st.text('"\\\\[]{}a', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("}]k", max_size=2), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES, st.data())
def test_what_was_cut_off_is_closed_behind_what_is_whole(value: object, data: st.DataObject) -> None:
    text = json.dumps(value)
    assert closed(text) == ""
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    found = closed(cut)
    assert not found or json.dumps(json.loads(found)) == found
    kept = found.rstrip("]}")
    assert cut.startswith(kept)
    behind = re.sub(r'"(?:[^"\\]|\\.)*"?', "", cut[len(kept) :] if found else cut)
    assert found or not re.search(r"[\]}]", behind)


def test_of_what_was_cut_off_each_object_is_kept_that_is_whole() -> None:
    text = '{"a": [{"b": "}]"}, {"c": ["d"]}, {"e": {"f": 1}, "g": "[{'
    assert closed(text) == '{"a": [{"b": "}]"}, {"c": ["d"]}, {"e": {"f": 1}}]}'
    assert [closed(other) for other in ("", "{", '"[]', "[1, 2", "[1]]", "[{]", "[1] [2, {}", "1")] == [""] * 8


def test_very_many_brackets_take_no_time() -> None:
    with costs_less_than(2):
        assert closed("[" * 500_000 + "]" * 499_999) == "[" * 500_000 + "]" * 500_000
        assert closed('["\\' * 500_000) == ""


def test_what_has_no_value_is_none() -> None:
    assert parsed('{"a": [1]}') == {"a": [1]}
    assert parsed('"a\nb"') is None
    assert parsed('"a\nb"', strict=False) == "a\nb"
    for text in ("", "{", "[" * 200_000):
        assert parsed(text) is None
