import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from support.answers import answer

from camscan.identify.library import Library
from camscan.identify.rules import Contents
from camscan.records import Observation, Outcome

LONGEST = 0.010
"""Seconds of CPU time for one value, whatever a device says."""


def test_rules_come_before_labels(build: Callable[..., Library]) -> None:
    library = build({"field": "http.server", "pattern": "^x$"})
    found = library.identify([answer({"http.title": "HiLook", "http.server": "x"})])
    assert [item.rule for item in found] == ["rule-0", "brand:HiLook"]


def test_what_it_is_read_from_is_let_go_once_it_is_read(build: Callable[..., Library]) -> None:
    contents = Contents(build().vocabulary)

    class Files:
        def __call__(self) -> Contents:
            return contents

    files = Files()
    library, held = Library(files, read_labels=files), weakref.ref(files)
    del files
    assert library.labels.find("nobody") is None
    assert held() is not None
    assert library.rules == ()
    assert held() is None
    assert library.labels.find("nobody") is None


def test_labels_are_found_by_name(build: Callable[..., Library]) -> None:
    labels = build().labels
    assert [brand.name for brand in map(labels.find, ("hilook", "annke innovation", "tp link")) if brand] == [
        "HiLook",
        "Annke",
        "TP-Link",
    ]
    assert labels.find("") is None


def afresh(library: Library) -> Library:
    """The same rules in automata that have met nothing yet but one letter."""
    contents = Contents(library.vocabulary, library.rules, library.brands)
    fresh = Library(lambda: contents)
    fields = {match.field: ("-",) for rule in fresh.rules for match in rule.matches}
    fresh.identify([Observation("10.0.0.1", "http", Outcome.ANSWERED, datetime.now(UTC), fields=fields)])
    return fresh


@pytest.fixture(scope="module")
def fresh(rules: Library) -> Library:
    return afresh(rules)


def first_sight(library: Library, observation: Observation) -> float:
    """CPU seconds for an answer that the automata have not met before; they remember those that they have."""
    fresh = afresh(library)
    start = time.process_time()
    fresh.identify([observation])
    return time.process_time() - start


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 65536, "a" * 28 + "!", "<title>" * 10000, "\U0010ffff" * 65536, " login to " * 7000),
        *("\x00\udc80" * 30000, '="' * 32768, "1" * 65536, "DS-2CD2" * 9000, "//" * 32768, "a\n" * 32768),
        "DS-2CD2143G2-I (IPC-HFW 192.168.1.1) V5.5.0 build 1 " * 1300,
    ],
    ids=lambda text: ascii(text)[:12],
)
def test_hostile_text_takes_no_time_in_any_field(rules: Library, fresh: Library, text: str) -> None:
    fields = sorted({match.field for rule in fresh.rules for match in rule.matches})
    assert len(fields) > 100
    for field in fields:
        hostile = answer({field: text})
        start = time.process_time()
        fresh.identify([hostile])
        if time.process_time() - start > LONGEST:  # the machine may have been busy
            assert any(first_sight(rules, hostile) <= LONGEST for _ in range(3)), field
    everywhere = answer(dict.fromkeys(fields, text))
    assert any(first_sight(rules, everywhere) < 30 * LONGEST for _ in range(3))


@pytest.mark.parametrize("pattern", ["^(?:(?:a+)+)+$", "^(?:a|aa)+$", "(?:.*a){25}$", "^(?:[a-z]+)*[0-9]$"])
def test_a_pattern_that_would_take_for_ever_takes_no_time(build: Callable[..., Library], pattern: str) -> None:
    """By Python's own `re`, the first of them takes seconds for these 29 characters, and twice that for each more."""
    library = build({"field": "http.server", "pattern": pattern})
    assert not library.warnings
    for banner in ("a" * 28 + "!", "a" * 4_000 + "!"):
        assert min(first_sight(library, answer({"http.server": banner})) for _ in range(3)) < LONGEST
