from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

from support.sample import make_report

from camscan.records import Device, Judged, Report, Verdict
from camscan.reports import Page
from camscan.reports.json import dumps, render


def document(report: Report) -> Any:
    return json.loads("".join(render(report, Page())))


def test_the_document_holds_the_scan_and_every_device_in_order(report: Report) -> None:
    read = document(report)
    assert list(read) == ["schema", "scan", "left_out", "devices"]
    assert read["schema"] == "camscan/1"
    assert [device["address"] for device in read["devices"]] == [judged.device.address for judged in report.devices]


def test_text_is_raw_for_a_parser_and_harmless_on_a_terminal() -> None:
    text = '\x00\x1b\x7f\x9b\u202e\u2028\ud800\U0001f4f7"\\u001b</script>'
    written = dumps({"text": text})
    assert written == (r'{"text": "\u0000\u001b\u007f\u009b\u202e\u2028\ufffd\ud83d\udcf7\"\\u001b</script>"}')
    assert json.loads(written) == {"text": text.replace("\ud800", "\ufffd")}


def test_twenty_thousand_devices_take_less_than_three_seconds(report: Report) -> None:
    large = make_report(devices=report.devices * 4_000)
    began = time.process_time()
    assert sum(piece.count('"verdict"') for piece in render(large, Page())) == 20_000
    assert time.process_time() - began < 3


def test_devices_are_written_as_they_come() -> None:
    one = Judged(Device("10.0.0.5", ("10.0.0.5",)), Verdict.UNIDENTIFIED)
    report = make_report(devices=(one, replace(one, verdict=Verdict.NOT_LISTED)))
    pieces = list(render(report, Page()))
    assert [piece.count('"verdict"') for piece in pieces] == [0, 1, 1, 0]
