"""Which rows and patterns a value may match by what it begins with."""

from __future__ import annotations

import tracemalloc

from camscan.identify.prefixindex import PrefixIndex
from camscan.identify.rules import Match


def test_what_begins_alike_is_found_together() -> None:
    one, two, three = Match("x", "^(?:ab|cd)[0-9]"), Match("x", "(?i)^AB."), Match("x", "cd", "begins")
    index = PrefixIndex([one, two, three])
    assert list(index.search(b"ab1")) == [one, two]
    assert list(index.search(b"cd-1")) == [one, three]
    assert list(index.search(b"ef")) == []


def test_a_text_of_one_match_takes_no_more_than_its_place_in_the_index() -> None:
    """There are three for each match: MAC prefixes, spellings of a model."""
    count, each = 500, 20
    names = ("|".join(f"{number:04}{spelling:02}" for spelling in range(each)) for number in range(count))
    matches = [Match("x", f"^(?:{name})[a-z]") for name in names]
    PrefixIndex(matches)  # what patterns begin with is kept for all
    tracemalloc.start()
    index = PrefixIndex(matches)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [*index.search(b"041907x")] == [matches[419]]
    assert taken / (count * each) < 50
