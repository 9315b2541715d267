from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from support.costs import costs_less_than

from camscan.errors import UsageError
from camscan.inventory import jsontable
from camscan.inventory.jsontable import read_json
from camscan.inventory.tables import CUT, Line


def rows(path: Path) -> list[tuple[int, dict[str, str], str]]:
    found = []
    for line in (line for sheet in read_json(path) for line in sheet.lines):
        assert line.names is not None
        named = {name: cell for name, cell in zip(line.names, line.cells, strict=False) if cell}
        found.append((line.number, named, line.fault))
    return found


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "list.json"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_an_array_of_objects(tmp_path: Path, encoding: str) -> None:
    text = '[{"ip": "10.0.0.5", "n": 7, "on": true, "none": null},\n {"ip": "10.0.0.6", "tür": "Süd"}]'
    assert rows(write(tmp_path, text, encoding)) == [
        (1, {"ip": "10.0.0.5", "n": "7", "on": "true"}, ""),
        (2, {"ip": "10.0.0.6", "tür": "Süd"}, ""),
    ]


def test_one_object_a_line(tmp_path: Path) -> None:
    text = '{"ip": "10.0.0.5", "tags": [{"name": "a"}]}\n\n{"ip": "10.0.0.6"\n{"ip": "10.0.0.7"}\n'
    assert rows(write(tmp_path, text)) == [
        (1, {"ip": "10.0.0.5", "tags": "a"}, ""),
        (3, {}, "it is not a complete JSON object"),
        (4, {"ip": "10.0.0.7"}, ""),
    ]


def test_a_netbox_export(tmp_path: Path) -> None:
    device = {
        "id": 7,
        "display": "CAM-7",
        "name": "CAM-7",
        "device_type": {
            "id": 3,
            "display": "P3245-LVE",
            "model": "P3245-LVE",
            "manufacturer": {"id": 1, "display": "Axis", "name": "Axis", "slug": "axis"},
        },
        "serial": "ACCC8E012345",
        "site": {"id": 1, "display": "Harbour", "name": "Harbour"},
        "location": None,
        "primary_ip": {"id": 9, "display": "10.0.0.5/24", "address": "10.0.0.5/24", "family": {"value": 4}},
        "custom_fields": {"mac": "44:19:B6:00:0A:01", "owners": ["x", "y"]},
    }
    text = json.dumps({"count": 1, "next": None, "previous": None, "results": [device]})
    [(number, named, fault)] = rows(write(tmp_path, text))
    assert (number, fault) == (1, "")
    wanted = {
        "name": "CAM-7",
        "device_type": "P3245-LVE",
        "device_type.model": "P3245-LVE",
        "device_type.manufacturer": "Axis",
        "serial": "ACCC8E012345",
        "site": "Harbour",
        "primary_ip": "10.0.0.5/24",
        "custom_fields.mac": "44:19:B6:00:0A:01",
        "custom_fields.owners": "x, y",
    }
    assert wanted.items() <= named.items()


def test_broken_objects_cost_only_themselves(tmp_path: Path) -> None:
    text = '[{"ip": "10.0.0.5"},\n {"ip": 10.0.0.6, "tags": [{"name": "}"}]},\n {"ip": "10.0.0.7"}, 3]'
    path = write(tmp_path, text)
    assert rows(path) == [
        (1, {"ip": "10.0.0.5"}, ""),
        (2, {}, "it is not a complete JSON object"),
        (3, {"ip": "10.0.0.7"}, ""),
        (4, {}, "it is not a complete JSON object"),
    ]
    assert [sheet.notes for sheet in read_json(path)] == [["an object is broken in line 2, and left out"]]
    with costs_less_than(2), pytest.raises(UsageError, match="is broken JSON in 64 places or more"):
        rows(write(tmp_path, "[" + '{"ip": x},' * 5_000 + '{"ip": "10.0.0.5"}]'))


FAULTS = [
    '{"ip": "10.0.0.6", "name": "5" dome"}',  # a quote too many
    '{"ip": 10.0.0.6", "name": "dome"}',  # one that lacks
    '{"ip": "10.0.0.6", "name": "a{b", "on": yes}',
    '{"ip": "10.0.0.6", "site": {"id": 1}, "role": {"id": 2}, "on": yes}',
    '{"ip": "10.0.0.6", "name": "hall\n2"}',
    '{"ip": "10.0.0.6"',
    '{"ip": x}',
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("after", ['{"ip": "10.0.0.7"}', '{"ip": "10.0.0.7"}, {"ip": y}, {"ip": "10.0.0.8"}'])
def test_a_broken_object_costs_no_other_one(tmp_path: Path, fault: str, after: str) -> None:
    path = write(tmp_path, f'{{"devices": [{{"ip": "10.0.0.5"}}, {fault}, {after}]}}')
    found = rows(path)
    assert [named.get("ip") for _, named, _ in found if named] == [
        "10.0.0.5",
        *(f"10.0.0.{n}" for n in (7, 8) if f"0.{n}" in after),
    ]
    broken = [note for sheet in read_json(path) for note in sheet.notes]
    assert broken == ["an object is broken in line 1, and left out"] * (len(found) - sum(bool(row[1]) for row in found))


def test_the_last_object_may_be_the_broken_one(tmp_path: Path) -> None:
    found = rows(write(tmp_path, '[{"ip": "10.0.0.5"}, {"ip": x}]'))
    assert found == [(1, {"ip": "10.0.0.5"}, ""), (2, {}, "it is not a complete JSON object")]


@pytest.mark.parametrize(
    "text",
    [
        '[{"ip": "10.0.0.5"},\n{"ip": "10.0.0.6"},\n]',
        '{"devices": [{"ip": "10.0.0.5",}, {"ip": "10.0.0.6",},]}',
        '[{"ip": "10.0.0.5"},, {"ip": "10.0.0.6"}]',
        '[{"ip": "10.0.0.5"}\n{"ip": "10.0.0.6"}]',
        '{\n "ip": "10.0.0.5"\n}\n{\n "ip": "10.0.0.6"\n}\n',
        '{\n "ip": "10.0.0.5"\n},\n{\n "ip": "10.0.0.6"\n},\n',
        '[[{"ip": "10.0.0.5"}], [{"ip": "10.0.0.6"}]]',
    ],
)
def test_commas_and_brackets_between_objects_cost_none(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    assert rows(path) == [(1, {"ip": "10.0.0.5"}, ""), (2, {"ip": "10.0.0.6"}, "")]
    assert [sheet.notes for sheet in read_json(path)] == [[]]


def test_commas_in_texts_stay(tmp_path: Path) -> None:
    found = rows(write(tmp_path, '[{"ip": "10.0.0.5", "note": "a,, b,} {c} {"},]'))
    assert found == [(1, {"ip": "10.0.0.5", "note": "a,, b,} {c} {"}, "")]


@pytest.mark.parametrize("unit", ["{", "[", '"', "{,", "{},", "}{", "}\n", ",\n", '" ', '"\\', " "])
def test_whatever_is_no_json_takes_no_time(tmp_path: Path, unit: str) -> None:
    path = write(tmp_path, "[" + unit * ((1 << 17) // len(unit)))
    with costs_less_than(4), contextlib.suppress(UsageError):
        rows(path)


def test_rows_with_the_same_keys_share_their_names(tmp_path: Path) -> None:
    sheets = read_json(write(tmp_path, '[{"a": "1"}, {"a": "2"}, {"b": "3"}]'))
    lines = list(next(sheets).lines)
    assert lines[0].names is lines[1].names
    assert lines[2].names == ("a", "b")
    assert lines[2].cells == ("", "3")


def test_keys_and_depth_are_bounded(tmp_path: Path) -> None:
    many = {f"k{number}": "x" for number in range(jsontable.MAX_KEYS + 1)}
    sheets = read_json(write(tmp_path, json.dumps([many])))
    [line] = next(sheets).lines
    assert len(line.cells) == jsontable.MAX_KEYS
    assert line.fault == f"keys after the first {jsontable.MAX_KEYS} are not read"
    deep = '[{"ip": "10.0.0.5", "x": ' + '{"x": ' * 500 + '"y"' + "}" * 500 + "}]"
    assert rows(write(tmp_path, deep))[0][1] == {"ip": "10.0.0.5"}
    deeper = '[{"x": ' + "[" * 100_000 + "]" * 100_000 + '},\n{"ip": "10.0.0.5"}]'
    with pytest.raises(UsageError, match="is nested too deeply"):
        rows(write(tmp_path, deeper))


def test_what_holds_no_objects_is_refused(tmp_path: Path) -> None:
    for text in ("[1, 2]", '"x"'):
        with pytest.raises(UsageError, match="contains no array of JSON objects"):
            rows(write(tmp_path, text))


def test_of_what_is_no_json_the_line_is_told(tmp_path: Path) -> None:
    for text, line in (("{", 1), ("[1,\n2 3]", 2)):
        with pytest.raises(UsageError, match=rf"is no valid JSON in line {line} \(.+\): mend that, or export"):
            rows(write(tmp_path, text))


def test_a_file_is_not_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsontable, "MAX_FILE", 1 << 20)
    with pytest.raises(UsageError, match="has more than 1 million characters: write one object a line, or CSV"):
        rows(write(tmp_path, "[" + '{"ip": "10.0.0.5"},\n' * 60_000))


def test_a_single_object_is_a_list_of_one(tmp_path: Path) -> None:
    assert rows(write(tmp_path, '{"ip": "10.0.0.5"}')) == [(1, {"ip": "10.0.0.5"}, "")]
    assert rows(write(tmp_path, "[]")) == []


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
@pytest.mark.parametrize("start", ["", "\n", "\ufeff"])
def test_one_object_on_one_line_is_a_device_whatever_lists_it_holds(tmp_path: Path, start: str, end: str) -> None:
    device = {"address": "10.0.0.5", "evidence": [{"rule": "a", "value": "b"}], "listed_by": [{"policy": "p"}]}
    [(number, named, fault)] = rows(write(tmp_path, start + json.dumps(device) + end))
    assert (number, named["address"], fault) == (1, "10.0.0.5", "")


def test_a_recorder_alone_is_a_device_beside_its_cameras(tmp_path: Path) -> None:
    text = '{"ip": "10.0.0.1", "tags": [{"name": "a"}], "cameras": [{"ip": "10.0.0.2"}, {"ip": "10.0.0.3"}]}'
    assert [named["ip"] for _, named, _ in rows(write(tmp_path, text))] == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


@pytest.mark.parametrize("key", ["recorder", "NVR"])
def test_a_recorder_beside_the_list_of_its_cameras_is_a_device_too(tmp_path: Path, key: str) -> None:
    document = {key: {"ip": "10.0.0.1", "serial": "X1234567"}, "cameras": [{"ip": "10.0.0.2"}], "owner": {"name": "x"}}
    path = write(tmp_path, json.dumps(document))
    read = {sheet.name: [line.cells[0] for line in sheet.lines] for sheet in read_json(path)}
    assert read == {"cameras": ["10.0.0.2"], key: ["10.0.0.1"]}


def test_the_host_that_wrote_a_list_is_none_of_its_devices(tmp_path: Path) -> None:
    text = '{"ip": "10.0.0.1", "run": {"hosts": [{"ip": "10.0.0.2"}]}}'
    assert [named["ip"] for _, named, _ in rows(write(tmp_path, text))] == ["10.0.0.2"]


def test_a_report_without_devices_names_none(tmp_path: Path) -> None:
    scan = {"host": "scanner", "vantage": {"sources": [{"interface": "eth0", "address": "10.0.0.1"}]}}
    assert rows(write(tmp_path, json.dumps({"scan": scan, "devices": []}, indent=1))) == []


def test_bytes_that_are_not_unicode_cost_their_row_a_letter(tmp_path: Path) -> None:
    assert rows(write(tmp_path, '[{"ip": "10.0.0.5", "x": "ü"}, {"ip": "10.0.0.6"}]', "cp1252")) == [
        (1, {"ip": "10.0.0.5", "x": "\ufffd"}, "it holds bytes that are not Unicode, read as \ufffd"),
        (2, {"ip": "10.0.0.6"}, ""),
    ]


def test_an_empty_list_before_the_objects_is_passed_over(tmp_path: Path) -> None:
    assert rows(write(tmp_path, '{"tags": [], "results": [{"ip": "10.0.0.5"}]}')) == [(1, {"ip": "10.0.0.5"}, "")]
    assert rows(write(tmp_path, " [ ]\n")) == []


def test_what_a_broken_object_holds_is_no_row(tmp_path: Path) -> None:
    items = [{"ip": f"10.0.0.{n}", "tags": [{"name": "x"}], "site": {"name": "y"}} for n in (5, 6)]
    text = json.dumps(items, indent=2).replace('"10.0.0.5"', "10.0.0.5")
    assert [(number, named.get("ip"), bool(fault)) for number, named, fault in rows(write(tmp_path, text))] == [
        (1, None, True),
        (2, "10.0.0.6", False),
    ]


@pytest.mark.parametrize("head", [1, 5_000])
def test_the_list_of_the_whole_is_read_and_none_that_lies_deeper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: int
) -> None:
    monkeypatch.setattr(jsontable, "MAX_OBJECT", 1_000)
    scan = {"note": 'a "[{" in a text', "networks": [{"network": f"10.0.{n}.0/24"} for n in range(head)]}
    document = {"schema": "camscan/1", "scan": scan, "devices": [{"address": "10.0.0.5"}, {"address": "10.0.0.6"}]}
    for spaces in (None, 1):
        path = write(tmp_path, json.dumps(document, indent=spaces))
        assert [found for _, found, _ in rows(path)] == [{"address": "10.0.0.5"}, {"address": "10.0.0.6"}]


def test_a_list_that_only_lies_deeper_is_read_too(tmp_path: Path) -> None:
    path = write(tmp_path, json.dumps({"data": {"items": [{"ip": "10.0.0.5"}]}, "ok": [1, 2]}))
    assert rows(path) == [(1, {"ip": "10.0.0.5"}, "")]


def test_lists_that_stand_one_after_the_other_are_all_read(tmp_path: Path) -> None:
    text = '[{"ip": "10.0.0.5"}]\n[ {"ip": "10.0.0.6"}, {"ip": "10.0.0.7"}]\n'
    assert [named["ip"] for _, named, _ in rows(write(tmp_path, text))] == ["10.0.0.5", "10.0.0.6", "10.0.0.7"]


def test_addresses_and_macs_may_be_the_keys(tmp_path: Path) -> None:
    text = '{"10.0.0.5": {"model": "C-1"}, "10.0.0.6": {"model": "C-2", "ip": "10.0.0.7"}}'
    assert rows(write(tmp_path, text)) == [
        (1, {"ipaddress": "10.0.0.5", "model": "C-1"}, ""),
        (2, {"ipaddress": "10.0.0.6", "ip": "10.0.0.7", "model": "C-2"}, ""),
    ]
    text = '{"44:19:b6:00:00:05": {"model": "C-1"}}'
    assert rows(write(tmp_path, text)) == [(1, {"macaddress": "44:19:b6:00:00:05", "model": "C-1"}, "")]
    text = '{"10.0.0.5": {"model": "C-1"}, "site": {"name": "North"}}'
    assert [number for number, _, _ in rows(write(tmp_path, text))] == [1]


def test_each_list_of_the_whole_is_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsontable, "MAX_OBJECT", 64)
    document = {
        "count": 2,
        "cameras": [{"ip": "10.0.0.5", "tags": [{"name": "x"}]}, {"ip": "10.0.0.6"}],
        "note": "z [{" * 9,
        "r\u00e9corders": [{"ip": f"10.0.1.{n}"} for n in range(100)],
    }
    path = write(tmp_path, json.dumps(document))
    read = {sheet.name: [line.cells[0] for line in sheet.lines] for sheet in read_json(path)}
    assert read == {"cameras": ["10.0.0.5", "10.0.0.6"], "récorders": [f"10.0.1.{n}" for n in range(100)]}


def test_every_list_that_lies_deeper_is_read_where_none_lies_higher(tmp_path: Path) -> None:
    document = {name: {"cards": [{"ip": f"10.0.0.{n}"}]} for n, name in enumerate(("east", "west"))}
    path = write(tmp_path, json.dumps(document))
    read = [(sheet.name, line.number, line.cells) for sheet in read_json(path) for line in sheet.lines]
    assert read == [("east", 1, ("10.0.0.0",)), ("west", 1, ("10.0.0.1",))]


_NORTH_SOUTH = [("North", "10.0.0.5"), ("North", "10.0.0.6"), ("South", "10.0.0.5")]


@pytest.mark.parametrize(
    "document",
    [
        {"sites": [{"name": "North", "cameras": [{"ip": "10.0.0.5"}, {"ip": "10.0.0.6"}]},
                   {"name": "South", "cameras": [{"ip": "10.0.0.5"}]}]},
        {"owner": "X", "sites": {"North": {"cameras": [{"ip": "10.0.0.5"}, {"ip": "10.0.0.6"}]},
                                 "South": {"cameras": [{"ip": "10.0.0.5"}]}}},
        {"owner": {"name": "X"}, "data": {"sites": [
            {"sites": "North", "floors": [{"floor": 1, "cameras": [{"ip": "10.0.0.5"}]},
                                          {"floor": 2, "recorders": [{"ip": "10.0.0.6"}]}]},
            {"sites": "South", "floors": [{"floor": 1, "cameras": [{"ip": "10.0.0.5"}]}]}]}},
    ],
)  # fmt: skip
def test_devices_that_lie_in_sites_are_rows_that_name_their_site(tmp_path: Path, document: object) -> None:
    found = rows(write(tmp_path, json.dumps(document)))
    assert [number for number, _, _ in found] == [1, 2, 3]
    assert [(named["sites"], named["ip"]) for _, named, _ in found] == _NORTH_SOUTH


def test_objects_around_devices_may_stand_one_a_line(tmp_path: Path) -> None:
    text = '{"site": "North", "cameras": [{"ip": "10.0.0.5"}, {"ip": "10.0.0.6"}]}\n'
    found = rows(write(tmp_path, text + '{"site": "South", "cameras": [{"ip": "10.0.0.5"}]}\n'))
    assert [(named["site"], named["ip"]) for _, named, _ in found] == _NORTH_SOUTH
    assert [number for number, _, _ in found] == [1, 1, 2]


def test_the_name_of_what_lies_around_a_device_is_none_of_its_own(tmp_path: Path) -> None:
    site = {
        "address": "1 High St",
        "name": "North",
        "id": 7,
        "cameras": [{"serial": "ABCD1234"}, {"name": "Gate", "serial": "ABCD1235"}],
    }
    [first, second] = [named for _, named, _ in rows(write(tmp_path, json.dumps([site])))]
    assert first == {"address": "1 High St", "id": "7", "serial": "ABCD1234"}
    assert second["name"] == "Gate"


def test_the_cards_of_a_device_tell_what_it_does_not_tell_itself(tmp_path: Path) -> None:
    """As in exports of Zabbix, where the inventory holds the serial and an interface the address."""
    host = {"name": "gate", "inventory": {"serialno_a": "A1234", "macaddress_a": "44:19:B6:00:0A:01"}}
    cards = [{"type": "1", "ip": "10.0.0.5", "mac": "44:19:B6:00:0A:02"}, {"type": "2", "ip": "10.0.0.6"}]
    [(_, told, _)] = rows(write(tmp_path, json.dumps([{**host, "interfaces": cards}])))
    assert (told["ip"], told["inventory.macaddress_a"]) == ("10.0.0.5, 10.0.0.6", "44:19:B6:00:0A:01")
    assert {"type", "mac"}.isdisjoint(told)


def test_what_hangs_on_a_device_is_no_row(tmp_path: Path) -> None:
    device = {"ip": "10.0.0.5", "interfaces": [{"name": "eth0", "mac": "44:19:B6:00:0A:01"}]}
    told = {"ip": "10.0.0.5", "interfaces": "eth0", "mac": "44:19:B6:00:0A:01"}
    assert rows(write(tmp_path, json.dumps([device]))) == [(1, told, "")]


def test_the_cameras_of_a_recorder_are_rows_beside_it(tmp_path: Path) -> None:
    cameras = [{"name": "Gate", "ip": "10.0.0.6"}, {"name": "Channel 2"}]
    read = rows(
        write(tmp_path, json.dumps({"recorders": [{"ip": "10.0.0.5", "cameras": cameras}, {"ip": "10.0.0.7"}]}))
    )
    assert [(number, named["ip"]) for number, named, _ in read] == [(1, "10.0.0.5"), (2, "10.0.0.6"), (3, "10.0.0.7")]


@pytest.mark.parametrize("around", [None, "cameras"])
def test_devices_may_lie_under_their_names(tmp_path: Path, around: str | None) -> None:
    cameras = {"Gate": {"ip": "10.0.0.5", "maker": {"name": "Acme"}}, "Yard": {"ip": "10.0.0.6"}}
    document = {around: cameras, "version": 2} if around else cameras
    read = rows(write(tmp_path, json.dumps(document)))
    assert [(named["name"], named["ip"]) for _, named, _ in read] == [("Gate", "10.0.0.5"), ("Yard", "10.0.0.6")]


@pytest.mark.parametrize("around", ["sites", "campus"])
def test_devices_by_name_in_sites_by_name_are_rows_each(tmp_path: Path, around: str) -> None:
    """All cameras of a site were one device."""
    site = {name: {"ip": f"10.0.0.{last}", "serial": f"A{last}B45678"} for last, name in enumerate(("gate", "yard"), 5)}
    other = {"gate": {"ip": "10.1.0.5"}, "hall": {"ip": "10.1.0.6"}}
    document = {around: {"Depot": site, "Mill": other}, "version": 2}
    assert [named for _, named, _ in rows(write(tmp_path, json.dumps(document)))] == [
        {"ip": "10.0.0.5", "serial": "A5B45678", "name": "gate", around: "Depot", "version": "2"},
        {"ip": "10.0.0.6", "serial": "A6B45678", "name": "yard", around: "Depot", "version": "2"},
        {"ip": "10.1.0.5", "name": "gate", around: "Mill", "version": "2"},
        {"ip": "10.1.0.6", "name": "hall", around: "Mill", "version": "2"},
    ]


def test_devices_by_name_may_lie_deeper(tmp_path: Path) -> None:
    def level(net: str) -> dict[str, object]:
        return {"gate": {"ip": f"10.0.{net}.5"}, "yard": {"ip": f"10.0.{net}.6"}}

    document = {"estate": {"Depot": {"level 1": level("1"), "level 2": level("2")}, "Mill": {"level 1": level("3")}}}
    found = [(named["ip"], named["name"]) for _, named, _ in rows(write(tmp_path, json.dumps(document)))]
    assert found == [(f"10.0.{net}.{last}", name) for net in (1, 2, 3) for last, name in ((5, "gate"), (6, "yard"))]


@pytest.mark.parametrize("names", [("eth0", "wlan0"), ("ipv4", "ipv6"), ("LAN 1", "Wi-Fi"), ("primary", "secondary")])
def test_interfaces_by_name_are_of_one_device(tmp_path: Path, names: tuple[str, str]) -> None:
    cards = {name: {"ip": f"10.0.0.{last}"} for last, name in enumerate(names, 5)}
    document = [{"name": "gate", "network": cards}, {"name": "yard", "network": cards}]
    assert [named["name"] for _, named, _ in rows(write(tmp_path, json.dumps(document)))] == ["gate", "yard"]
    by_name = {"hosts": {"gate": cards, "yard": cards}}
    assert [named["name"] for _, named, _ in rows(write(tmp_path, json.dumps(by_name)))] == ["gate", "yard"]


def test_a_device_is_named_once_whose_network_cards_alone_tell_its_addresses(tmp_path: Path) -> None:
    """Each card was a device, called "eth0"."""
    cards = [{"name": "eth0", "ip": "10.0.0.5", "mac": "44:19:B6:00:0A:01"}, {"name": "wlan0", "ip": "10.0.0.6"}]
    devices = [{"name": "gate", "interfaces": cards}, {"name": "yard", "interfaces": [{"ip": "10.0.0.7"}]}]
    for document in (devices, {"sites": [{"name": "Depot", "cameras": devices}]}):
        found = [named for _, named, _ in rows(write(tmp_path, json.dumps(document)))]
        assert [(one["name"], one["ip"], one.get("mac")) for one in found] == [
            ("gate", "10.0.0.5, 10.0.0.6", "44:19:B6:00:0A:01"),
            ("yard", "10.0.0.7", None),
        ]


def test_what_is_told_of_a_device_in_parts_is_of_one(tmp_path: Path) -> None:
    """Each part was a device, called "network"."""
    parts = [{"device": {"serial": f"A{n}B45678"}, "network": {"ip": f"10.0.0.{n}"}} for n in (5, 6)]
    documents = (parts, {"cameras": parts}, [{"camera": one} for one in parts])
    for document in documents:
        found = [sorted(named.values()) for _, named, _ in rows(write(tmp_path, json.dumps(document)))]
        assert found == [["10.0.0.5", "A5B45678"], ["10.0.0.6", "A6B45678"]]
    among_others = {"general": {"ip": "10.0.0.5"}, "gate": {"ip": "10.0.0.6"}}
    for text in map(json.dumps, (among_others, {"sites": {"Depot": among_others}})):
        assert [named["name"] for _, named, _ in rows(write(tmp_path, text))] == ["general", "gate"]


def test_lists_by_the_names_of_sites_name_their_site(tmp_path: Path) -> None:
    document = {"sites": {"North": [{"ip": "10.0.0.5"}, {"ip": "10.0.0.6"}], "South": [{"ip": "10.0.0.5"}]}}
    found = rows(write(tmp_path, json.dumps(document)))
    assert [(named["sites"], named["ip"]) for _, named, _ in found] == _NORTH_SOUTH
    kinds = {"site": {"cameras": [{"ip": "10.0.0.5"}], "recorders": [{"ip": "10.0.0.6"}]}}
    assert [named for _, named, _ in rows(write(tmp_path, json.dumps(kinds)))] == [
        {"ip": "10.0.0.5"},
        {"ip": "10.0.0.6"},
    ]


def test_names_with_an_address_each_are_devices(tmp_path: Path) -> None:
    found = rows(write(tmp_path, '{"gate": "10.0.0.5", "yard": "10.0.0.6"}'))
    assert found == [(1, {"name": "gate", "ip": "10.0.0.5"}, ""), (2, {"name": "yard", "ip": "10.0.0.6"}, "")]
    assert rows(write(tmp_path, '{"gate": "10.0.0.5", "yard": "10.0.0.6", "gateway": "10.0.0.1"}')) == found
    assert len(rows(write(tmp_path, '{"recorder": "10.0.0.5", "gateway": "10.0.0.1"}'))) == 1
    single = '{"ip": "10.0.0.5", "ipv6": "fd00::5"}'
    assert rows(write(tmp_path, single)) == [(1, {"ip": "10.0.0.5", "ipv6": "fd00::5"}, "")]


def test_objects_that_lie_very_deep_are_no_error(tmp_path: Path) -> None:
    document: object = {"ip": "10.0.0.5"}
    for _ in range(300):
        document = {"x": document, "y": {"ip": "10.0.0.6"}}
    with costs_less_than(1):
        assert rows(write(tmp_path, json.dumps(document)))


def test_a_value_stands_by_what_is_shown_of_it(tmp_path: Path) -> None:
    device = {
        "ip_address": "10.0.0.5",
        "manufacturer": {
            "display_value": "Acme",
            "value": "5f2c0a11",
            "link": "https://cmdb.example/core_company/5f2c",
        },
        "model_id": {"value": "77aa01ff", "link": "https://cmdb.example/cmdb_model/77aa"},
        "custom_fields": {
            "IP": {"field": "_ip_2", "value": "10.0.0.6", "field_format": "IP"},
            "MAC": {"field": "_mac_1", "value": "", "field_format": "MAC"},
        },
    }
    wanted = {"ip_address": "10.0.0.5", "manufacturer": "Acme", "custom_fields.IP": "10.0.0.6"}
    assert rows(write(tmp_path, json.dumps([device]))) == [(1, wanted, "")]


def test_addresses_are_the_keys_also_where_lists_lie_below_them(tmp_path: Path) -> None:
    text = '{"10.0.0.5": {"services": [{"name": "http"}]}, "10.0.0.6": {"services": [{"name": "rtsp"}]}}'
    assert [named["ipaddress"] for _, named, _ in rows(write(tmp_path, text))] == ["10.0.0.5", "10.0.0.6"]


@pytest.mark.parametrize("end", ['"', '\\\\"', '\\\\\\""'])
def test_a_text_that_is_longer_than_what_is_read_at_once_hides_no_list(tmp_path: Path, end: str) -> None:
    long = '\\"[{' * (jsontable.MAX_OBJECT // 2)
    for shift in ("", "x"):
        text = f'{{"page": "{shift}{long}{end}, "devices": [{{"ip": "10.0.0.5"}}]}}'
        with costs_less_than(2):
            assert [named for _, named, _ in rows(write(tmp_path, text))] == [{"ip": "10.0.0.5"}]


def test_a_long_text_without_an_end_takes_no_time(tmp_path: Path) -> None:
    with costs_less_than(2), pytest.raises(UsageError):
        rows(write(tmp_path, '{"page": "' + '\\"' * 2 * jsontable.MAX_OBJECT + "\\"))


def as_named(line: Line) -> dict[str, str]:
    return dict(zip(line.names or (), line.cells, strict=False))


CUT_LISTS = {
    "[{D1}, {D2}, {D3": [1, 2],
    "[{D1},": [1],
    "{D1}\n{D2}\n{D3": [1, 2],
    '{"count": 3, "results": [{D1}, {D2}, {D3': [1, 2],
    '{"hq": [{D1}, {D2}], "branch": [{D3}, {D4': [1, 2, 3],
    '{"hq": [{D1}, {D2}], "branch": [': [1, 2],
    '{"hq": [{D1}, {D2}]': [1, 2],
    '{"sites": [{"name": "hq", "devices": [{D1}]}, {"name": "branch", "devices": [{D2}, {D3': [1, 2],
    '{"a": {"b": {"sites": [{"name": "hq", "devices": [{D1}]}, {"name": "branch", "devices": [{D2}, {D3': [1, 2],
    '{"gate": {D1}, "door": {D2}, "yard": {D3': [1, 2],
    '{D1, "cameras": [{D2}, {D3': [1, 2],
    '[{D1}, {D2, "port": {"name": "x"}, "on": tru': [1, 2],
}


@pytest.mark.parametrize(("text", "kept"), CUT_LISTS.items())
def test_of_a_list_that_was_cut_off_all_is_read_that_is_whole(tmp_path: Path, text: str, kept: list[int]) -> None:
    for number in range(1, 5):
        text = text.replace(f"{{D{number}", f'{{"ip": "10.0.0.{number}", "model": "C-{number}"')
    sheets = [(sheet, list(map(as_named, sheet.lines))) for sheet in read_json(write(tmp_path, text))]
    listed = [row.get("ip") for _, rows in sheets for row in rows]
    assert [ip for ip in listed if ip] == [f"10.0.0.{number}" for number in kept]
    assert [CUT in sheet.notes for sheet, _ in sheets][-1]
    assert all(sheet.notes in ([], [CUT]) for sheet, _ in sheets)


WHOLE_LISTS = [
    '[{"ip": "10.0.0.1"}]',
    '{"ip": "10.0.0.1"}\n{"ip"\n',
    '{"a": [{"ip": "10.0.0.1"}]}',
]


@pytest.mark.parametrize("text", WHOLE_LISTS)
def test_what_has_its_end_is_not_called_cut_off(tmp_path: Path, text: str) -> None:
    sheets = [(sheet, list(sheet.lines)) for sheet in read_json(write(tmp_path, text))]
    assert [sheet.notes for sheet, _ in sheets] == [[]]
