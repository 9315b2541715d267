"""Every value is found on its line."""

from __future__ import annotations

import pytest

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
