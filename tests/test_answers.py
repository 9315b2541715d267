from datetime import UTC, datetime

import pytest

from camscan.answers import answer_in, answer_of
from camscan.identify.evidence import evidence_of
from camscan.records import Observation, Outcome

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def seen(channel: str, port: int | None, raw: bytes = b"") -> Observation:
    return Observation("10.0.0.1", channel, Outcome.ANSWERED, NOON, port, raw=raw)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (seen("http", 80, b"a"), seen("banner", 80, b"a"), True),
        (seen("http", 80, b"a"), seen("http", 80, b"b"), False),
        (seen("http", 80, b"a"), seen("http", 81, b"a"), False),
        (seen("http", 80), seen("onvif", 80), True),
        (seen("http", 80), seen("http", 81), False),
        (seen("snmp", None), seen("onvif", None), False),
        (seen("snmp", None, b"a"), seen("onvif", None, b"a"), True),
    ],
)
def test_two_observations_are_one_answer(one: Observation, other: Observation, same: bool) -> None:
    assert (answer_in(one) == answer_in(other)) is same


def test_evidence_is_from_the_answer_that_it_was_read_in() -> None:
    for one in (seen("http", 80, b"a"), seen("http", 80), seen("snmp", None)):
        assert answer_of(evidence_of(one, "field", "value")) == answer_in(one)
