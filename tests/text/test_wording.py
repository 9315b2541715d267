"""Sentences count in English, and no text in them is longer than is allowed."""

from __future__ import annotations

import pytest

from camscan.text.wording import heading, joined, plural, shortened


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [(0, "scan", "0 scans"), (1, "address", "1 address"), (2, "address", "2 addresses"), (1200, "scan", "1,200 scans")],
)
def test_a_count_goes_with_its_noun(count: int, noun: str, text: str) -> None:
    assert plural(count, noun) == text


def test_only_the_first_names_are_given() -> None:
    assert [joined("abc", 2), joined("ab", 2), joined("", 2)] == ["a, b and 1 more", "a, b", ""]


@pytest.mark.parametrize(("text", "cut"), [("abc", "abc"), ("abcd", "ab…")])
def test_a_long_text_is_cut_with_a_sign(text: str, cut: str) -> None:
    assert shortened(text, 3) == cut


def test_a_name_heads_a_section_in_words() -> None:
    assert heading("not-supported") == "Not supported"
