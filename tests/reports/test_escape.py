from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from camscan.reports.escape import MAX_MARKS, MAX_SHOWN, cell, terminal

LIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ud800-\udfff]"
)
"""What a terminal may obey, or a reader not see."""
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("IPC-B140H", "IPC-B140H"),
        ("海康威视 Größe", "海康威视 Größe"),
        ("[red]{x} <b> & \\d", "[red]{x} <b> & \\d"),
        ("\x1b]52;c;x\x07", "\\x1b]52;c;x\\x07"),
        ("a\r\nb\tc\x00", "a\\x0d\\x0ab\\x09c\\x00"),
        ("\x7f\x9b31m", "\\x7f\\x9b31m"),
        ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2066x\u2069\u061c", "\\u2066x\\u2069\\u061c"),
        ("a\u200bb\u200dc\ufeff\xad", "a\\u200bb\\u200dc\\ufeff\\xad"),
        ("\ud800 \udfff", "\\ud800 \\udfff"),
        ("\U000e0041", "\\U000e0041"),
        ("\u3164\u2800", "\\u3164\\u2800"),
        ("e\u0301", "e\u0301"),
        ("\u0301e", "\\u0301e"),
        ("z" + "\u0301" * 50 + "y", "z" + "\u0301" * MAX_MARKS + "y"),
    ],
)
def test_terminal(text: str, shown: str) -> None:
    assert terminal(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abc\x1bdef", 6, "abc…"),
        ("abcd\x1b", 6, "abcd…"),
        ("ab\x1b", 6, "ab\\x1b"),
        ("\x1b", 1, "…"),
        ("z" + "\u0301" * 5, 5, "z" + "\u0301" * 4),
        ("z" + "\u0301" * 6, 5, "z" + "\u0301" * 3 + "…"),
    ],
)
def test_a_cut_never_leaves_half_an_escape(text: str, limit: int, shown: str) -> None:
    assert terminal(text, limit) == shown


@given(ANYTHING, st.integers(1, 40))
@example("\x1b" * 1_000_000, MAX_SHOWN)
@example("a" + "\u0301" * 1_000_000, MAX_SHOWN)
def test_nothing_live_comes_out_and_nothing_long(text: str, limit: int) -> None:
    for shown in (terminal(text, limit), cell(text, limit).removeprefix("'")):
        assert not LIVE.search(shown)
        assert shown.isprintable()
        assert len(shown) <= limit


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n1", "\tx", "\rx"),
        *("  =1", "\xa0=1", "\u3000@x", "\u200b=1", "\ufeff+1", "\x00=1", "\u2800=1"),
        *("\uff1d1", "\uff0b1", "\uff0d1", "\uff201", " \uff1d1", "\ufe661", "\ufe621", "\u22121", "\u207a1"),
    ],
)
def test_a_cell_is_no_formula(text: str) -> None:
    assert cell(text) == f"'{terminal(text)}"


@pytest.mark.parametrize("text", ["", " ", "a=b", "10.0.0.5", "'=1", "DS-2CD", "1-2", "#x", "\x1b"])
def test_other_cells_stay(text: str) -> None:
    assert cell(text) == terminal(text)
