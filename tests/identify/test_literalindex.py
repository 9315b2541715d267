"""Which patterns' literals are in a value."""

import random

import pytest

from camscan.identify.literalindex import LiteralIndex
from camscan.identify.rules import Match

ALL = 1_000


def index(*literals: str) -> LiteralIndex:
    return LiteralIndex({Match("http.body", literal): (literal.encode(),) for literal in literals})


def found(among: LiteralIndex, value: str, most: int = ALL) -> set[str]:
    return {match.pattern for match in among.search(value.encode(), most)}


@pytest.mark.parametrize("before", range(9))
@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_literal_is_found_wherever_it_stands(before: int, after: int) -> None:
    among = index("abcde", "bcdef", "xyzxyzxyz", "äöü")
    assert found(among, "-" * before + "abcde" + "-" * after) == {"abcde"}
    assert found(among, "-" * before + "xyzxyzxyz" + "-" * after) == {"xyzxyzxyz"}
    assert found(among, "-" * before + "abcdef" + "-" * after) == {"abcde", "bcdef"}
    assert found(among, "-" * before + "äöü" + "-" * after) == {"äöü"}


@pytest.mark.parametrize("value", ["", "a", "abcd", "abcd-e", "abc", "abcdabcd"])
def test_a_part_of_one_is_not(value: str) -> None:
    assert found(index("abcde"), value) == set()


def test_a_literal_behind_thousands_of_its_beginnings() -> None:
    assert found(index("abcde", "cdefg"), "abcd" * 5_000 + "-abcdefg") == {"abcde", "cdefg"}


def test_it_finds_what_searching_for_each_finds() -> None:
    chance = random.Random(1)

    def text(size: int) -> str:
        return "".join(chance.choice("abc") for _ in range(size))

    literals = [text(chance.randrange(5, 12)) for _ in range(200)]
    among = index(*literals)
    for _ in range(200):
        value = text(chance.randrange(200))
        assert found(among, value) == {literal for literal in literals if literal in value}


def test_of_very_many_it_tells_that_they_are_many() -> None:
    literals = [f"word{number}" for number in range(100, 999)]
    assert 10 < len(found(index(*literals), " ".join(literals), 10)) <= len(literals)
