from dataclasses import replace
from hashlib import sha256

import pytest
from support.answers import answer

from camscan.identify.evidence import MAX_TEXT, evidence_of
from camscan.records import READ_IN, Evidence


def test_evidence_points_at_the_answer() -> None:
    observation = answer({"http.server": "App-webs/"}, "http", 8080)
    assert evidence_of(observation, "http.server", "App-webs/") == Evidence(
        "http", 8080, "http.server", "App-webs/", sha256(b"raw").hexdigest(), "GET /"
    )


def test_evidence_of_an_import_names_the_file() -> None:
    observation = answer({"http.server": "App-webs/"})
    assert evidence_of(replace(observation, reason=f"{READ_IN}arp.txt"), "http.server", "App-webs/").file == "arp.txt"
    assert evidence_of(replace(observation, reason="cut at 64 kB"), "http.server", "App-webs/").file == ""


def test_a_long_value_is_clipped() -> None:
    assert evidence_of(answer({}), "http.body", "x" * 10_000).value == "x" * (MAX_TEXT - 1) + "…"


@pytest.mark.parametrize(
    ("value", "place", "begins", "ends"),
    [
        ("x" * 400 + "DS-1" + "y" * 90, 400, "x", "y"),
        ("x" * 60 + "DS-1" + "y" * 900, 60, "x" * 60 + "DS-1", "y…"),
        ("x" * 900 + "DS-1" + "y" * 900, 900, "…" + "x" * 40 + "DS-1yy", "y…"),
        ("x" * 900 + "DS-1", 900, "…xx", "xDS-1"),
        ("x" * 460 + "DS-1" + "y" * 40, 460, "x" * 460 + "DS-1", "y…"),
    ],
)
def test_of_a_long_value_the_part_is_shown_that_decided(value: str, place: int, begins: str, ends: str) -> None:
    shown = evidence_of(answer({}), "http.body", value, place).value
    assert (shown.startswith(begins), shown.endswith(ends), "DS-1" in shown) == (True, True, True)
    assert len(shown) == min(len(value), MAX_TEXT)
