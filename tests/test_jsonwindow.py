"""A window shows a long text piece by piece, and never less of it than was asked for."""

from __future__ import annotations

import re
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from camscan.jsonwindow import Window

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
