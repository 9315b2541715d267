"""Recorders and the cameras behind them, in every format."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support import workbooks
from support.sample import make_report

from camscan.records import Device, Judged, Level, Outcome, Report, Verdict
from camscan.reports import FORMATS, Page
from camscan.summaries import Listing, Slot, Slots, State

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schema/camscan-1.json").read_text("utf-8"))
RECORDER = "DS-7616NI-K2-1"
BY = (Listing("uk-nil", "An entity", "2022-11-24"),)


def camera(number: int, address: str, *, maker: str | None, online: bool | None = True, name: str = "") -> Judged:
    slot = Slot(RECORDER, "10.0.4.9", number, name, online)
    level = Level.LIKELY if maker else None
    device = Device(address, (), maker=maker, kind="camera", level=level, camera_like=True, behind=slot)
    return Judged(device, Verdict.LISTED, BY) if maker == "Listed" else Judged(device, Verdict.UNIDENTIFIED)


@pytest.fixture
def found() -> Report:
    recorder = Device(
        "10.0.4.9",
        ("10.0.4.9",),
        serial=RECORDER,
        kind="recorder",
        maker="Other",
        hidden_channels=16,
        slots=Slots(16, 2, (), 9, 5),
    )
    front = Device("10.0.4.20", ("10.0.4.20",), maker="Somebody", camera_like=True)
    return make_report(
        devices=(
            Judged(recorder, Verdict.NOT_LISTED),
            camera(1, "10.0.4.20", maker="Listed", name="Gate\x1b[31m"),
            camera(12, "10.0.4.9 #12", maker=None, online=False),
            Judged(front, Verdict.NOT_LISTED),
        ),
        outcomes={"10.0.4.9": Outcome.ANSWERED, "10.0.4.20": Outcome.ANSWERED},
    )


def text(report: Report, name: str, page: Page | None = None) -> str:
    render = FORMATS[name].render
    return "".join(str(piece) for piece in render(report, page or Page(200)))


SENTENCE = "16 channels, 9 cameras named, 5 of them listed, 5 not named, 2 channels empty"


@pytest.mark.parametrize("name", ["table", "html", "markdown"])
def test_pages_count_the_channels_and_name_the_place(found: Report, name: str) -> None:
    page = text(found, name)
    assert SENTENCE in page
    assert "10.0.4.9 #1" in page
    assert "10.0.4.9 #12" in page
    assert "\x1b" not in page


def test_the_table_says_it_in_a_sentence_and_asks_nothing_twice(found: Report) -> None:
    page = text(found, "table")
    assert f"Recorder 10.0.4.9: {SENTENCE}." in page
    assert "only to an enrolled login" not in page


@pytest.mark.parametrize("number", [1, 12])
def test_a_list_that_was_cut_off_is_said_to_be(number: int) -> None:
    cut = [Judged(Device(f"10.0.4.{n}", (), slots=Slots(1, 0, cut=n == number)), Verdict.NOT_LISTED) for n in range(14)]
    report = make_report(devices=tuple(cut))
    assert text(report, "table").count("empty, in a list that was cut off.") == 1
    assert [device["slots"]["cut"] for device in json.loads(text(report, "json"))["devices"]].count(True) == 1
    rows = csv.DictReader(io.StringIO(text(report, "csv"), newline=""))
    assert [row["slots_cut"] for row in rows].index("true") == number


@pytest.mark.parametrize("name", ["table", "html"])
def test_a_camera_that_is_back_behind_a_recorder_is_named_by_its_channel(found: Report, name: str) -> None:
    _, one, *_ = found.devices
    page = text(replace(found, devices=(replace(one, state=State.RETURNED),)), name)
    assert "1 device recorded as removed is back: 10.0.4.9 #1" in page


def test_json_holds_recorder_and_channel(found: Report) -> None:
    document = json.loads(text(found, "json"))
    Draft202012Validator(SCHEMA).validate(document)
    recorder, one, twelve, front = document["devices"]
    assert recorder["slots"] == {"total": 16, "named": 9, "listed": 5, "empty": 2, "elsewhere": [], "cut": False}
    assert (one["behind"], one["address"], one["addresses"], one["verdict"]) == (RECORDER, "10.0.4.20", [], "listed")
    assert one["slot"] == {"number": 1, "name": "Gate\x1b[31m", "online": True, "recorder_address": "10.0.4.9"}
    assert (twelve["id"], twelve["slot"]["name"]) == ("10.0.4.9 #12", None)
    assert (front["slots"], front["behind"], front["slot"]) == (None, None, None)


def test_csv_holds_them_in_columns(found: Report) -> None:
    recorder, one, twelve, _ = csv.DictReader(io.StringIO(text(found, "csv"), newline=""))
    assert [recorder[f"slots_{name}"] for name in ("total", "named", "listed", "empty")] == ["16", "9", "5", "2"]
    assert (one["behind"], one["slot_number"], one["slot_online"]) == (RECORDER, "1", "true")
    assert (twelve["slot_name"], twelve["slot_online"]) == ("", "false")


def test_the_page_says_why_it_shows_more_listed_devices_than_its_map(found: Report) -> None:
    told = "whatever the label says. 1 of them is a camera behind a recorder, at no address that was asked."
    assert told in text(found, "html")
    front = [judged for judged in found.devices if judged.device.behind is None]
    plain = replace(found, devices=(*front, Judged(Device("10.0.4.7", ("10.0.4.7",)), Verdict.LISTED, BY)))
    assert "at no address that was asked" not in text(plain, "html")


def test_a_private_address_colours_no_cell_of_the_map(found: Report) -> None:
    page = text(found, "html")
    assert page.count("10.0.4.20: ") == 1
    assert "10.0.4.20: not listed, Somebody" in page


def test_the_workbook_keeps_the_address_in_front_apart(found: Report) -> None:
    render = FORMATS["xlsx"].render
    book = workbooks.read(b"".join(piece for piece in render(found, Page()) if isinstance(piece, bytes)))
    heads, *rows = book["Devices"]
    devices = [{str(head): row.get(letter, "") for letter, head in heads.items()} for row in rows]
    by_place = {device["Address"]: device for device in devices}
    assert by_place["10.0.4.9"]["Channels"] == SENTENCE
    assert by_place["10.0.4.9 #1"]["Other addresses"] == "10.0.4.20"
    assert by_place["10.0.4.9 #12"]["Online"] == "no"
    verdicts = {row["A"]: row["D"] for row in book["Addresses"][1:]}
    assert verdicts == {"10.0.4.9": "not-listed", "10.0.4.20": "not-listed"}


def test_many_recorders_share_a_sentence() -> None:
    def recorder(number: int) -> Judged:
        device = Device(f"10.0.4.{number}", (), kind="recorder", slots=Slots(4, 1, (), 2, 1))
        return Judged(device, Verdict.UNIDENTIFIED)

    page = text(make_report(devices=tuple(map(recorder, range(1, 13)))), "table")
    assert "4 more recorders: 16 channels, 8 cameras named, 4 of them listed, 4 not named, 4 channels empty." in page
