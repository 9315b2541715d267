from __future__ import annotations

from dataclasses import replace

import pytest
from support.sample import make_report

from camscan.records import Device, Judged, Outcome, Report, ScanStatus, Verdict
from camscan.reports.document import coverage, device_object, scan_object


def test_times_are_utc(report: Report) -> None:
    scan = scan_object(report)
    assert (scan["started_at"], scan["finished_at"]) == ("2026-11-24T01:00:00.250Z", "2026-11-24T01:04:30.000Z")


def test_a_scan_that_never_ended_was_interrupted(report: Report) -> None:
    scan = scan_object(make_report(scan=replace(report.scan, status=ScanStatus.RUNNING, finished_at=None)))
    assert (scan["status"], scan["finished_at"]) == ("interrupted", None)


def test_the_ledger_sums_up_to_all_targets_and_keeps_each_channel_as_it_is(report: Report) -> None:
    ledger = scan_object(report)["ledger"]
    assert ledger.pop("by_channel") == {
        "arp": {"not-sent": 254, "answered": 0},
        "http": {"answered": 10, "auth-required": 2, "refused": 3, "crashed": 1},
    }
    assert ledger == {
        "targets": 256,
        "answered": 12,
        "refused": 3,
        "silent": 230,
        "unreachable": 4,
        "excluded": 1,
        "not-sent": 6,
    }


@pytest.mark.parametrize(
    ("outcome", "folded"),
    [
        (Outcome.ANSWERED, Outcome.ANSWERED),
        (Outcome.AUTH_REQUIRED, Outcome.ANSWERED),
        (Outcome.TRUNCATED, Outcome.ANSWERED),
        (Outcome.GARBLED, Outcome.ANSWERED),
        (Outcome.RESET, Outcome.REFUSED),
        (Outcome.REFUSED, Outcome.REFUSED),
        (Outcome.UNREACHABLE, Outcome.UNREACHABLE),
        (Outcome.SILENT, Outcome.SILENT),
        (Outcome.EXCLUDED, Outcome.EXCLUDED),
        (Outcome.NOT_SENT, Outcome.NOT_SENT),
        (Outcome.CRASHED, Outcome.NOT_SENT),
    ],
)
def test_coverage_folds_every_outcome(outcome: Outcome, folded: Outcome) -> None:
    counts = coverage(make_report(ledger={"": {outcome.value: 7}}, targets=7))
    assert len(counts) == 6
    assert {kind: count for kind, count in counts.items() if count} == {folded: 7}


def test_more_answers_than_targets_are_counted_as_they_are() -> None:
    counts = coverage(make_report(ledger={"": {"answered": 3}}, targets=2))
    assert {kind: count for kind, count in counts.items() if count} == {Outcome.ANSWERED: 3}


def test_evidence_names_its_rule_and_is_cut(report: Report) -> None:
    (proof,) = device_object(report.devices[1])["evidence"]
    value = proof.pop("value")
    assert proof == {
        "rule": "axis-vapix",
        "channel": "http",
        "port": 443,
        "field": "http.body",
        "level": "certain",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }
    assert value.startswith("\x1b]0;owned\x07=1+1 <b>[red]")
    assert (len(value), value[-1]) == (500, "…")


@pytest.mark.parametrize(("length", "kept"), [(499, "x" * 499), (500, "x" * 500), (501, "x" * 499 + "…")])
def test_every_text_of_a_device_is_cut(length: int, kept: str) -> None:
    text = "x" * length
    device = Device(text, (text,), (), text, text, None, text, text, text, text, conflicts=(text,))
    written = device_object(Judged(device, Verdict.UNIDENTIFIED))
    assert {written[key] for key in ("id", "address", "mac", "hostname", "brand", "model", "firmware", "serial")} == {
        kept
    }
    assert written["addresses"] == written["conflicts"] == [kept]
