import time
from collections.abc import Callable

import pytest

from camscan.data import fingerprints_folder
from camscan.identify.library import Library
from camscan.identify.load import load
from camscan.records import Observation


def test_rules_come_before_labels(build: Callable[..., Library], answer: Callable[..., Observation]) -> None:
    library = build({"field": "http.server", "pattern": "^x$"})
    found = library.identify([answer({"http.title": "HiLook", "http.server": "x"})])
    assert [item.rule for item in found] == ["rule-0", "brand:HiLook"]


def test_labels_are_found_by_name(build: Callable[..., Library]) -> None:
    labels = build().labels
    assert [brand.name for brand in map(labels.find, ("hilook", "annke innovation", "tp link")) if brand] == [
        "HiLook",
        "Annke",
        "TP-Link",
    ]
    assert labels.find("") is None


@pytest.fixture(scope="module")
def built_in() -> Library:
    library = load([fingerprints_folder()])
    library.identify([])
    return library


@pytest.mark.parametrize(
    "text",
    ["a" * 65536, "<title>" * 10000, "\U0010ffff" * 65536, " login to " * 7000, "\x00\udc80" * 30000, '="' * 32768],
    ids=["letters", "tags", "planes", "words", "binary", "attributes"],
)
def test_hostile_text_in_every_field_takes_no_time(
    built_in: Library, answer: Callable[..., Observation], text: str
) -> None:
    hostile = answer(dict.fromkeys(built_in.vocabulary.fields, text))
    start = time.perf_counter()
    built_in.identify([hostile])
    assert time.perf_counter() - start < 3
