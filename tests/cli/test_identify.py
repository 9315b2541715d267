"""`camscan identify FILE`: one answer, a file of another tool, a file of labelled answers."""

from __future__ import annotations

import json
import os
import re
import threading
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner
from support.listed import store_scan
from support.workbooks import read

from camscan.cli.identify import identify
from camscan.cli.reconcile import reconcile
from camscan.cli.terminal.exits import Exit
from camscan.errors import UsageError

SAMPLES = Path(__file__).parent.parent / "imports" / "samples"


def devices(*words: str, stdin: str | bytes = "") -> list[dict[str, object]]:
    result = CliRunner().invoke(identify, [*words, "--format", "json"], input=stdin)
    assert result.exit_code == 0, result.exception
    found: list[dict[str, object]] = json.loads(result.stdout)["devices"]
    return found


def test_one_answer_from_stdin() -> None:
    (one,) = devices("-", stdin="Server: App-webs/\n")
    assert (one["address"], one["maker"], one["level"], one["verdict"]) == ("stdin", "Hikvision", "likely", "listed")


def test_one_answer_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "answer.bin"
    path.write_bytes(
        b"\x20\0\0\0DHIP"
        + bytes(24)
        + b'{"method":"client.notifyDevInfo","params":{"deviceInfo":{"DeviceType":"IPC-HDW1"}}}'
    )
    (one,) = devices(str(path))
    assert (one["address"], one["maker"], one["model"], one["level"]) == (str(path), "Dahua", "IPC-HDW1", "certain")


def test_each_address_in_the_table_of_a_switch_is_judged_and_has_its_port() -> None:
    table = "  10    4419.b601.0203    DYNAMIC     Gi1/0/7\n  10    3cef.8c01.0203    DYNAMIC     Gi1/0/8\n"
    dahua, hikvision = devices("-", stdin=table)
    assert (dahua["address"], dahua["maker"], dahua["verdict"]) == ("3C:EF:8C:01:02:03", "Dahua", "suspected")
    assert (hikvision["mac"], hikvision["maker"], hikvision["level"]) == ("44:19:B6:01:02:03", "Hikvision", "hint")
    assert [cast("dict[str, str]", one["switch"])["port"] for one in (dahua, hikvision)] == ["Gi1/0/8", "Gi1/0/7"]


ROWS = """Site;Brand;Type;IP;Status
Hall;Annke;C800;10.0.0.4;ok
Door;;DS-7608NI-K2/8P;;ok
Roof;Axis;M1065-L;;ok
Yard;Dahua;IPC-HFW2449S-S-IL;;removed
Desk;Contoso;Frobnicator 3000;;ok
Gate;;;10.0.0.9;ok
"""


def test_each_row_of_a_list_is_judged_by_its_label(tmp_path: Path) -> None:
    path = tmp_path / "cameras.csv"
    path.write_text(ROWS)
    result = CliRunner().invoke(identify, [str(path), "--format", "json"])
    report = json.loads(result.stdout)
    found = {one["address"]: one for one in report["devices"]}
    told = {place: (one["verdict"], one["maker"], one["brand"], one["model"]) for place, one in found.items()}
    assert told == {
        "row 2 (10.0.0.4)": ("suspected", "Hikvision", "Annke", "C800"),
        "row 3": ("listed", "Hikvision", None, "DS-7608NI-K2/8P"),
        "row 4": ("not-listed", "Axis", "Axis", "M1065-L"),
    }
    evidence = found["row 3"]["evidence"][0]
    assert (evidence["channel"], evidence["field"], evidence["file"]) == ("inventory", "inventory.model", path.name)
    assert evidence["sha256"] == sha256(b"Door\t\tDS-7608NI-K2/8P\t\tok").hexdigest()
    assert report["scan"]["notes"] == [
        "left out: 1 row of which no rule knows that it is a surveillance device (see --all)",
        "left out: 1 row of devices that are no longer in use",
        "left out: 1 row without make, model or MAC",
    ]
    assert "7 lines: 6 of devices, 1 of column names." in result.stderr


@pytest.mark.parametrize(
    ("make", "verdict", "maker"),
    [
        ("HIK", "listed", "Hikvision"),
        ("大华", "listed", "Dahua"),
        ("Hikvison", "suspected", "Hikvision"),
        ("Dauha", "suspected", "Dahua"),
        ("Hikvision (OEM)", "suspected", "Hikvision"),
        ("Dahua or similar", "suspected", "Dahua"),
        ("Axsi", None, None),
        ("Haikvision", "suspected", "Hankvision"),  # not taken for Haivision alone, which is no maker to look for
    ],
)
def test_a_make_is_judged_as_people_write_it(tmp_path: Path, make: str, verdict: str | None, maker: str | None) -> None:
    path = tmp_path / "cameras.csv"
    path.write_text(f"make,model,ip\n{make},,10.0.0.4\nAxis,M1065-L,10.0.0.5\n")
    found = {one["address"]: one for one in devices(str(path), "--quiet")}.get("row 2 (10.0.0.4)")
    assert (found and (found["verdict"], found["maker"])) == (verdict and (verdict, maker))


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_report_is_a_list_of_its_devices(tmp_path: Path, form: str, count: int) -> None:
    rows = [f"Hikvision,DS-2CD2385G1-I,10.0.0.{number}\n" for number in range(1, count + 1)]
    listed, report = tmp_path / "cameras.csv", tmp_path / f"found.{form}"
    listed.write_text("".join(("make,model,ip\n", *rows)))
    CliRunner().invoke(identify, [str(listed), "--output", str(report)])
    assert [one["verdict"] for one in devices(str(report), "--quiet")] == ["listed"] * count


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_a_comparison_is_judged_row_by_row(tmp_path: Path, form: str) -> None:
    """It is no inventory to compare again, and no answer of one device either."""
    store_scan(tmp_path / "c.db")
    listed, compared = tmp_path / "list.csv", tmp_path / f"audit.{form}"
    listed.write_text("IP,Make,Model\n10.99.0.7,Axis,M1065-L\n10.99.0.8,Axis,P1455-LE\n")
    words = [str(listed), "--db", str(tmp_path / "c.db"), "--quiet", "--output", str(compared)]
    assert CliRunner().invoke(reconcile, words).exit_code == Exit.DONE
    done = CliRunner().invoke(identify, [str(compared), "--format", "json", "--quiet"])
    assert done.exit_code == Exit.DONE, done.output
    assert len(json.loads(done.stdout)["devices"]) > 1


def test_several_devices_in_json_are_judged_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "cameras.json"
    named = [("10.0.0.1", "Hikvision", "DS-2CD2385G1-I"), ("10.0.0.2", "Axis", "P3245-LVE")]
    path.write_text(json.dumps([dict(zip(("ip", "make", "model"), one, strict=True)) for one in named]))
    assert [one["maker"] for one in devices(str(path), "--quiet")] == ["Hikvision", "Axis"]


def test_a_row_with_half_a_character_costs_no_other(tmp_path: Path) -> None:
    """As of a name that was cut within one: JSON can hold it, and no text file."""
    path = tmp_path / "cameras.json"
    path.write_text('[{"ip": "10.0.0.1", "make": "Axis", "name": "gate \\ud83d"}, {"ip": "10.0.0.2", "make": "Axis"}]')
    found = devices(str(path), "--map", "ip=ip", "--all")
    assert [one["maker"] for one in found] == ["Axis", "Axis"]


def test_rules_may_lie_in_a_folder_whose_name_is_no_unicode(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"rules \xff")
    (folder / "policies").mkdir(parents=True)
    (one,) = devices("-", "--fingerprints", str(folder), stdin="Server: App-webs/\n")
    assert one["maker"] == "Hikvision"


def test_a_list_may_say_no_more_than_makes_and_models(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("What was bought,Qty\nHikvision DS-2CD2143G2-I,4\nHikvision DS-2CD2143G2-I,2\n")
    with pytest.raises(UsageError, match="no such column"):
        CliRunner().invoke(identify, [str(path), "--map", "ip=Nowhere"], catch_exceptions=False)
    first, second = devices(str(path), "--map", "make-model=A")
    assert (first["address"], first["verdict"], second["address"]) == ("row 2", "listed", "row 3")


_AS_ONE_CELL = """Make / Model,IP,MAC
Hikvison DS-2CD2142FWD-I,10.0.0.4,44:19:b6:aa:00:04
Lorex or Swann? W461ASC,,
speed dome 3,10.0.0.9,
Axis M1065-L,10.0.0.5,00:40:8c:12:34:56
"""


def test_a_make_that_is_misspelt_before_its_model_is_judged_and_each_row_has_its_model(tmp_path: Path) -> None:
    path = tmp_path / "cameras.csv"
    path.write_text(_AS_ONE_CELL)
    found = {one["address"]: (one["verdict"], one["model"]) for one in devices(str(path), "--all")}
    assert found == {
        "row 2 (10.0.0.4)": ("listed", "DS-2CD2142FWD-I"),
        "row 3": ("suspected", "or Swann? W461ASC"),
        "row 4 (10.0.0.9)": ("unidentified", "speed dome 3"),
        "row 5 (10.0.0.5)": ("not-listed", "M1065-L"),
    }


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_table_is_a_list_also_in_a_text_and_on_stdin(tmp_path: Path, delimiter: str) -> None:
    """Though it has addresses and MACs, as tables of switches have, it was judged by these alone."""
    path = tmp_path / "cameras.txt"
    path.write_text(_AS_ONE_CELL.replace(",", delimiter))
    told = devices(str(path))
    assert [one["verdict"] for one in told] == ["listed", "suspected", "unidentified", "not-listed"]
    piped = devices("-", stdin=path.read_text())
    assert [(one["address"], one["model"]) for one in piped] == [(one["address"], one["model"]) for one in told]


def test_names_with_their_values_are_one_answer_though_they_stand_as_a_table() -> None:
    text = "Brand\tHikvision\nModel\tDS-2CD2142FWD-I\nFirmware\tV5.4.5\nSerial\t123456789\n"
    (one,) = devices("-", stdin=text)
    assert (one["address"], one["model"]) == ("stdin", "DS-2CD2142FWD-I")


def test_how_to_read_a_list_is_said_of_a_list_only() -> None:
    with pytest.raises(UsageError, match="says how to read a list: give that, or - for stdin"):
        CliRunner().invoke(identify, ["--encoding", "cp1252"], catch_exceptions=False)


def test_how_to_read_a_list_may_be_said_of_stdin() -> None:
    text = "Fabricat;Tip\nHikvision;DS-2CD2142FWD-I\nAxis;M1065-L\n"
    told = devices("-", "--map", "make=Fabricat", "--map", "model=Tip", stdin=text)
    assert [(one["verdict"], one["model"]) for one in told] == [
        ("listed", "DS-2CD2142FWD-I"),
        ("not-listed", "M1065-L"),
    ]


def test_errors_of_a_list_on_stdin_do_not_name_its_copy() -> None:
    with pytest.raises(UsageError, match=r"^(?!.*/).*stdin"):
        CliRunner().invoke(identify, ["-", "--encoding", "utf-8"], input="a;b\n1;2\n", catch_exceptions=False)


@pytest.mark.parametrize("name", ["cameras.txt", "cameras.csv", "cameras"])
def test_a_list_that_comes_out_of_a_pipe_is_a_list(tmp_path: Path, name: str) -> None:
    """As the shell gives one with <(...)."""
    path = tmp_path / name
    os.mkfifo(path)
    writing = threading.Thread(target=path.write_text, args=(_AS_ONE_CELL,), daemon=True)
    writing.start()
    told = devices(str(path))
    writing.join()
    assert [one["verdict"] for one in told] == ["listed", "suspected", "unidentified", "not-listed"]


def test_a_name_that_no_file_can_have_is_no_fault_of_camscan() -> None:
    with pytest.raises(UsageError, match="cannot be read: File name too long"):
        CliRunner().invoke(identify, ["Server:" * 99], catch_exceptions=False)


def test_an_answer_in_a_file_called_like_a_table_is_read_as_before(tmp_path: Path) -> None:
    path = tmp_path / "answer.csv"
    path.write_text("Server: App-webs/\n")
    (one,) = devices(str(path))
    assert (one["address"], one["maker"]) == (str(path), "Hikvision")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Quantity;Item;Description\n4;DS-2CD2143G2-I;Hikvision dome\n2;P1455-LE;AXIS camera\n", "B"),
        ("Item,Serial no\nHikvision DS-2CD2143G2-I,123\n", "A"),
        ("Hikvision,DS-2CD2143G2-I,Lobby\nDahua,IPC-HDW2100,Roof\n", "B"),
    ],
)
def test_a_table_that_names_no_makes_is_not_taken_for_the_answer_of_one_device(
    tmp_path: Path, text: str, column: str
) -> None:
    """A list of devices was said to be one that is suspected, or one of which nothing is known."""
    path = tmp_path / "orders.csv"
    path.write_text(text)
    refused = CliRunner().invoke(identify, [str(path)]).exception
    assert isinstance(refused, UsageError)
    assert re.search(rf"no column of {path} says make or model.* --map make-model=COLUMN", str(refused))
    assert devices(str(path), "--map", f"make-model={column}")[0]["verdict"] == "listed"


def test_a_list_is_summed_up_by_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "cameras.csv"
    path.write_text(ROWS)
    result = CliRunner().invoke(identify, [str(path)])
    assert "\n4 rows read. A list may be wrong, and what is not on it is unknown (camscan scan" in result.stdout


def test_rows_of_one_device_are_told_apart_from_devices(tmp_path: Path) -> None:
    """Exports of recording programs have a row for each channel; new cameras share an address, and have their MACs."""
    path = tmp_path / "cameras.csv"
    new = "x,DS-2CD2143G2-I,192.168.1.64,44:19:b6:00:00:0{}\n"
    path.write_text(
        "Name,Model,Address,MAC\nch 1,DS-6716HQHI,http://10.0.0.5/,4419B6010203\nch 2,DS-6716HQHI,http://10.0.0.5/,\n"
        f"ch 3,DS-6716HQHI,http://10.0.0.5/,4419B6010203\n{new.format(1)}{new.format(2)}"
    )
    told = CliRunner().invoke(identify, [str(path)]).stdout
    assert "2 rows are of a device that an earlier row names too: rows are counted, not devices" in told


def test_where_a_file_holds_what_was_found_it_is_said_on_stderr_what_it_came_to(tmp_path: Path) -> None:
    listed, labels = tmp_path / "cameras.csv", tmp_path / "labels.xlsx"
    listed.write_text("make,model,ip\nHikvision,DS-2CD2385G1-I,10.0.0.1\n,,10.0.0.2\n")
    told = CliRunner().invoke(identify, [str(listed), "-o", str(labels)]).stderr.splitlines()
    assert any(line.startswith("1 device is listed (") for line in told)
    assert told[-2:] == ["Note: left out: 1 row without make, model or MAC.", f"{labels} is written."]
    assert [*read(labels.read_bytes())] == ["Summary", "Devices", "Evidence"], "and none without a row"
    assert CliRunner().invoke(identify, [str(listed), "-o", str(labels), "--quiet"]).stderr == ""


def test_a_page_of_what_is_not_stored_cites_the_policies_and_names_no_scan(tmp_path: Path) -> None:
    listed, page = tmp_path / "list.csv", tmp_path / "labels.html"
    listed.write_text("make,model\nHikvision,DS-2CD2142FWD-I\n")
    assert CliRunner().invoke(identify, [str(listed), "-o", str(page)]).exit_code == 0
    text = page.read_text()
    assert "HCWS386" in text
    assert "without a citation" not in text
    assert "The answers are not stored." in text
    assert "scan pasted" not in text.lower()


def test_an_answer_that_says_nothing_is_shown_all_the_same() -> None:
    (one,) = devices("-", stdin="Server: Boa/0.94.13\n")
    assert (one["maker"], one["verdict"]) == (None, "unidentified")


def test_a_file_of_another_tool() -> None:
    (one,) = devices(str(SAMPLES / "nmap.xml"))
    assert one["address"] == "127.0.0.9"
    assert one["ports"] == [10554, 12121, 18080, 18443]
    assert one["conflicts"]


def test_a_file_of_another_tool_of_which_nothing_can_be_read_is_not_said_to_show_no_device(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    path.write_text('[\n{ "ip": "192.0.2.1", "ports": [1 },\n')
    result = CliRunner().invoke(identify, [str(path)])
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == (
        f"{path} (masscan-json): 0 records read, 1 broken; the list has no end: its writer was stopped, or the file "
        "was cut off: there is nothing to identify"
    )


def test_a_file_of_another_tool_that_was_cut_off_is_incomplete(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    service = {"name": "http.server", "banner": "App-webs/"}
    ports = [{"port": 80, "proto": "tcp", "service": service}]
    path.write_text(f"[\n{json.dumps({'ip': '192.0.2.1', 'timestamp': '1', 'ports': ports})},\n")
    result = CliRunner().invoke(identify, [str(path), "--format", "json"])
    found = json.loads(result.stdout)
    assert (result.exit_code, found["scan"]["status"], len(found["devices"])) == (4, "partial", 1)


def test_labelled_answers_are_one_device_each(tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    entry = {"channel": "http", "raw": "Server: DNVRS-Webs", "truth": {"vendor": "x"}}
    path.write_text(json.dumps([{**entry, "id": "one"}, {**entry, "id": "two"}, {**entry, "id": ""}]))
    assert [(one["address"], one["maker"]) for one in devices(str(path))] == [
        ("one", "Hikvision"),
        ("two", "Hikvision"),
        ("entry 3", "Hikvision"),
    ]


def test_a_file_that_is_not_there() -> None:
    result = CliRunner().invoke(identify, ["/no/such/file"])
    assert isinstance(result.exception, UsageError)


def test_noise_is_no_device_and_no_error() -> None:
    assert [one["maker"] for one in devices("-", stdin=b"\x00\x01\x02\xff" * 50)] in ([], [None])


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"PK\x03\x04\x14\0", "a ZIP archive or a workbook, which is no answer of a device"),
        (b"\x1f\x8b\x08\0", "packed with gzip, which is no answer of a device"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture, and no rule knows it as the icon of a device"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a picture, and no rule knows it as the icon of a device"),
    ],
)
def test_a_file_that_is_no_answer_is_not_said_to_be_of_an_unidentified_device(
    tmp_path: Path, start: bytes, what: str
) -> None:
    path = tmp_path / "answer.txt"
    path.write_bytes(start + bytes(range(256)) * 9 + b"Server: App-webs/")
    result = CliRunner().invoke(identify, [str(path)])
    assert isinstance(result.exception, UsageError)
    assert str(result.exception) == f"{path} is {what}: give one answer, as it was copied"


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"PK\x03\x04" + bytes(26) + b"README.txt", "a bundle of evidence, .*: `camscan evidence verify` checks it"),
        (b"SQLite format 3\0", "a database, .*: a store of camscan's is read by --db"),
    ],
)
def test_of_what_camscan_wrote_itself_it_is_said_what_reads_it(tmp_path: Path, start: bytes, told: str) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(start + bytes(100))
    with pytest.raises(UsageError, match=told):
        CliRunner().invoke(identify, [str(path)], catch_exceptions=False)


@pytest.mark.parametrize("stdin", ["", " \r\n"])
def test_where_nothing_is_given_nobody_is_told_that_nothing_was_found(stdin: str) -> None:
    result = CliRunner().invoke(identify, ["-"], input=stdin)
    assert isinstance(result.exception, UsageError)
    assert "stdin is empty: put one answer in it" in str(result.exception)
    assert result.stdout == ""


def test_a_file_and_a_scan_are_not_judged_at_once() -> None:
    result = CliRunner().invoke(identify, ["-", "--scan", "4f2a"], input="Server: App-webs/")
    assert isinstance(result.exception, UsageError)


@pytest.mark.parametrize("text", ["Server: nginx/1.18", "hello", "root:x:0:0:root:/root:/bin/bash"])
def test_text_that_might_be_of_anything_is_no_sign_of_a_camera(text: str) -> None:
    result = CliRunner().invoke(identify, ["-"], input=text)
    assert result.exit_code == 0
    assert "like a camera" not in result.stdout


def test_what_might_be_of_rtsp_is_matched_by_its_rules_all_the_same() -> None:
    (one,) = devices("-", stdin="Server: Hipcam RealServer/V1.0")
    assert "rtsp.server" in {item["field"] for item in one["evidence"]}  # type: ignore[attr-defined]


def test_answers_of_several_addresses_are_not_taken_for_one_device() -> None:
    result = CliRunner().invoke(identify, ["-"], input="192.0.2.5 DNVRS-Webs\n192.0.2.6 Boa\n")
    assert isinstance(result.exception, UsageError)
    assert "stdin tells of several addresses: import answers with" in str(result.exception)
    assert "a list of devices is for `camscan reconcile`" in str(result.exception)


def test_what_was_read_is_counted_by_address_and_not_by_what_is_shown() -> None:
    text = "192.0.2.5:80 Server: App-webs/\n192.0.2.6:80 Server: nginx/1.18\n"
    result = CliRunner().invoke(identify, ["-"], input=text)
    assert "2 addresses read" in result.output
    assert "192.0.2.6" not in result.stdout


ROW = '{"ip": "10.0.0.%d", "make": "Hikvision", "model": "DS-2CD2385G1-I"}'
ONE, TWO = ROW % 1, ROW % 2


@pytest.mark.parametrize("form", ["%s\n%s", '{"count": 2, "results": [%s, %s]}', '{"hq": [%s], "branch": [%s]}'])
def test_several_devices_are_judged_one_by_one_wherever_they_lie_in_json(tmp_path: Path, form: str) -> None:
    path = tmp_path / "cameras.json"
    path.write_text(form % (ONE, TWO))
    assert [one["model"] for one in devices(str(path), "--quiet")] == ["DS-2CD2385G1-I"] * 2


@pytest.mark.parametrize(
    "text", [f"[{ONE}, {TWO[:9]}", f"[{ONE},", f"{ONE}\n{TWO[:9]}", f'{{"results": [{ONE}, {TWO[:9]}']
)
def test_of_a_list_that_was_cut_off_the_rest_is_judged_and_the_loss_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cameras.json"
    path.write_text(text)
    result = CliRunner().invoke(identify, [str(path), "--format", "json"])
    found = json.loads(result.stdout)
    assert [one["address"][-10:] for one in found["devices"]] == ["(10.0.0.1)"]
    assert any(note.startswith("cameras.json seems to be cut off: ") for note in found["scan"]["notes"])
    assert (found["scan"]["status"], result.exit_code) == ("partial", Exit.INCOMPLETE)
    assert "if the file was cut off" in result.stderr


@pytest.mark.parametrize("text", [ONE, ONE[:-2], f'{{"device": {ONE}, "time": "2'])
def test_one_answer_is_no_list_even_if_it_was_cut_off(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answer.json"
    path.write_text(text)
    (one,) = devices(str(path), "--quiet")
    assert one["address"] == str(path)
