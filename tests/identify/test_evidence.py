from collections.abc import Callable
from hashlib import sha256

from camscan.identify.evidence import MAX_TEXT, evidence_of
from camscan.records import Evidence, Observation


def test_evidence_points_at_the_answer(answer: Callable[..., Observation]) -> None:
    observation = answer({"http.server": "App-webs/"}, "http", 8080)
    assert evidence_of(observation, "http.server", "App-webs/") == Evidence(
        "http", 8080, "http.server", "App-webs/", sha256(b"raw").hexdigest(), "GET /"
    )


def test_a_long_value_is_clipped(answer: Callable[..., Observation]) -> None:
    assert evidence_of(answer({}), "http.body", "x" * 10_000).value == "x" * (MAX_TEXT - 1) + "…"
