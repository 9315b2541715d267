"""Every value is found on its line."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.costs import costs_less_than

from camscan.sweeps.lines import Lines, Place

TEXT = '''# a comment with [brackets]
title = "x"

[sweep]
deadline = "5h" # [not a table]
text = """
[site]
name = "inside a text"
"""

[[site]]
name = "one"
networks = [
  "10.0.0.0/24", # "10.0.2.0/24"
  "10.0.1.0/24",

  "10.0.2.0/24" ]
"quoted key" = 1
[[ site ]]
name = "two"
[site.more.deep]
a.b = 1
[[site.part]]
n = 1
[[site.part]]
n = 2
[notify]
webhook = 'x' '''


PIECES = (
    "1 # a [comment",
    '"a \\" [ # text"',
    "'a \\'",
    '"""a \n\n ["" \\""" x"""""',
    "'''a [\n '' { \\''''",
    '[1, [\n2, # ]\n"]", 3\n], """\n]"""] # ]',
    '{a = [1], b = "}"}',
    '""',
    "[]\n# {",
)
"""Values as TOML writes them, with what may be taken for a bracket, a quote or a comment."""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), 1),
        (("title",), 2),
        (("sweep",), 4),
        (("sweep", "deadline"), 5),
        (("sweep", "text"), 6),
        (("sweep", "missing"), 4),
        (("site", 0), 11),
        (("site", 0, "networks"), 13),
        (("site", 0, "networks", 0), 14),
        (("site", 0, "networks", 1), 15),
        (("site", 0, "networks", 2), 17),
        (("site", 0, "quoted key"), 18),
        (("site", 0, "missing"), 11),
        (("site", 1, "name"), 20),
        (("site", 1, "more", "deep", "a", "b"), 22),
        (("site", 1, "part", 0, "n"), 24),
        (("site", 1, "part", 1, "n"), 26),
        (("notify", "webhook"), 28),
        (("nothing",), 1),
    ],
)
def test_lines(place: Place, line: int) -> None:
    assert Lines(TEXT).of(place) == line


def test_the_text_of_an_array_is_found_after_the_one_before() -> None:
    assert Lines('a = [\n"x",\n"x",\n"yx",\n]').of(("a", 1)) == 3


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_statements_end_where_the_parser_says(pieces: list[str]) -> None:
    text = "".join(f"key{number} = {piece}\n" for number, piece in enumerate(pieces))
    lines, number = Lines(text), 1
    assert list(tomllib.loads(text)) == [f"key{number}" for number in range(len(pieces))]
    for place, piece in enumerate(pieces):
        assert lines.of((f"key{place}",)) == number
        number += piece.count("\n") + 1


def test_a_long_list_takes_no_long_time() -> None:
    networks = "".join(f'  "10.{n >> 8}.{n & 255}.0/24", # [{n}]\n' for n in range(20_000))
    text = f'[[site]]\nname = "one"\nexclude = [\n{networks}]\nnetworks = ["10.0.0.0/8"]\n'
    with costs_less_than(5):
        lines = Lines(text)
        assert lines.of(("site", 0, "exclude", 19_999)) == 4 + 19_999
        assert lines.of(("site", 0, "networks")) == 4 + 20_000 + 1
