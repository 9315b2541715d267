from __future__ import annotations

import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.costs import costs_less_than
from support.imported import cuts

from camscan.imports.files.base import Summary
from camscan.imports.files.jsonitems import MAX_OBJECT, items

RECORDS = [{"ip": f"192.0.2.{number}", "ports": [{"port": number, "note": "[ ] \n"}]} for number in range(9)]
LINES = "\n".join(map(json.dumps, RECORDS))
LAYOUTS = {
    "one line": json.dumps(RECORDS),
    "indented": json.dumps(RECORDS, indent=4),
    "a record a line": "[\n" + LINES.replace("\n", "\n,\n") + "\n]\n",
    "lines": LINES,
    "old masscan": LINES.replace("\n", ",\n") + ",\n{finished: 1}\n",
}


def read(text: str | bytes) -> tuple[list[object], Summary]:
    summary = Summary()
    data = text if isinstance(text, bytes) else text.encode()
    return list(items(BytesIO(data), summary)), summary


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout(text: str) -> None:
    assert read(text) == (RECORDS, Summary())
    assert read("\ufeff" + text) == (RECORDS, Summary())


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_cut_off_anywhere_it_gives_what_was_whole(text: str) -> None:
    for piece in cuts(text.encode()):
        found, summary = read(piece)
        assert found == RECORDS[: len(found)]
        assert summary.broken <= 1
        assert summary.cut or summary.broken or text == LINES or text.encode().strip() == piece.strip()


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("number", [0, 4, 8])
def test_a_broken_record_costs_no_other(text: str, number: int) -> None:
    found, summary = read(text.replace(f'"192.0.2.{number}"', f'"192.0.2.{number}'))
    assert found == [*RECORDS[:number], *RECORDS[number + 1 :]]
    assert (summary.broken >= 1, summary.cut) == (True, "")


@pytest.mark.parametrize("end", ["]\n", ",\n{finished: 1}\n]\n"])
def test_lists_of_several_runs_in_one_file_are_all_read(end: str) -> None:
    records = [json.dumps(record) for record in RECORDS]
    runs = [f"[\n{records[0]}{end}", f"[{records[1]},{records[2]}{end}", f" [ {records[3]}]\n"]
    assert read("".join(runs)) == (RECORDS[:4], Summary())
    old = f"{records[0]},\n{records[1]},\n{{finished: 1}}\n"
    assert read(old + f"{records[2]},\n{{finished: 1}}\n") == (RECORDS[:3], Summary())


def test_large_files_and_too_large_records() -> None:
    many = RECORDS * 2000
    assert read(json.dumps(many)) == (many, Summary())
    found, summary = read(json.dumps([RECORDS[0], {"x": "y" * 9 * MAX_OBJECT}, RECORDS[1]]))
    assert (found, summary.broken) == ([RECORDS[0], RECORDS[1]], 1)


@pytest.mark.parametrize("gap", ["\n", " ,", "\t\n"])
def test_long_gaps_behind_a_broken_record_take_no_time(gap: str) -> None:
    with costs_less_than(2):
        found, summary = read("[{x" + "\n" + gap * MAX_OBJECT + json.dumps(RECORDS[0]) + "]")
        assert (found, summary.broken) == ([RECORDS[0]], 1)


def test_broken_records_take_no_more_time_the_more_lines_are_before_them() -> None:
    with costs_less_than(4):
        found, summary = read("[" + "{,\n" * 80_000 + json.dumps(RECORDS[0]) + "]")
    assert (found, summary.broken) == ([RECORDS[0]], 80_000)


def test_what_is_nested_too_deeply_is_not_begun_anew_at_each_level() -> None:
    with costs_less_than(4):
        found, _ = read("[" + '{"a":[{},' * 100_000 + "}\n" + json.dumps(RECORDS[0]) + "]")
    assert found == [RECORDS[0]]


@given(st.binary(max_size=200))
def test_nothing_breaks_it(data: bytes) -> None:
    read(data)
    read(b"[" + data)
