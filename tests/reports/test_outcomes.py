"""What became of each target, held in little memory."""

from __future__ import annotations

import tracemalloc
from ipaddress import IPv4Network

import pytest

from camscan.records import Outcome
from camscan.reports.outcomes import Outcomes

SAID = {
    "10.0.0.0": Outcome.ANSWERED,
    "10.0.0.255": Outcome.CRASHED,
    "10.0.1.7": Outcome.SILENT,
    "fe80::1%eth0": Outcome.REFUSED,
    "fe80::1%eth0.12": Outcome.REFUSED,
    "::ffff:10.0.0.1": Outcome.RESET,
    "camera.example": Outcome.NOT_SENT,
    "camera.12": Outcome.GARBLED,
    "7": Outcome.EXCLUDED,
    ".7": Outcome.UNREACHABLE,
}


def made() -> Outcomes:
    outcomes = Outcomes()
    for target, outcome in SAID.items():
        outcomes.add(target, outcome)
    return outcomes


def test_it_holds_what_a_dictionary_would() -> None:
    outcomes = made()
    assert dict(outcomes.items()) == SAID
    assert len(outcomes) == len(SAID)
    assert all(outcomes[target] is outcome for target, outcome in SAID.items())


@pytest.mark.parametrize("target", ["10.0.0.1", "10.0.0.00", "10.0.0.256", "10.0.0.", "10.0.2.7", "", ".", "::1"])
def test_what_was_no_target_has_no_outcome(target: str) -> None:
    outcomes = made()
    assert target not in outcomes
    assert outcomes.get(target) is None
    assert dict(outcomes.items()) == SAID  # nothing was added by asking


def test_the_last_word_counts() -> None:
    outcomes = made()
    outcomes.add("10.0.0.0", Outcome.SILENT)
    assert (outcomes["10.0.0.0"], len(outcomes)) == (Outcome.SILENT, len(SAID))


def test_a_large_network_takes_little_memory() -> None:
    outcomes = Outcomes()
    tracemalloc.start()
    try:
        for address in IPv4Network("10.0.0.0/16"):
            outcomes.add(str(address), Outcome.SILENT)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(outcomes) == 65_536
    assert taken < 256 * 1024  # as a dictionary of texts: 7 MiB
