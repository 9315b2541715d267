from __future__ import annotations

import pytest

from camscan.imports.forms.base import MAX_PAIRS, named, pairs


@pytest.mark.parametrize(
    "text",
    [
        "Info(model='A 1', fw=\"2\")",
        '{"model": "A 1", "fw": 2}',
        "{'model': 'A 1', 'fw': '2'}",
        '{"model"=>"A 1", "fw"=>2}',
        "{'model': A 1, 'fw': 2}",
        "({ model: 'A 1', fw: \"2\" })",
        "model: A 1\nfw: 2",
        "| model: A 1\n|_fw: 2",
        "<x:model>A 1</x:model><fw>2</fw>",
        "model: A 1, fw: 2",
        "model: A 1; fw: 2",
        "model: A 1\tfw: 2",
        "- **model:** `A 1`\n- **fw:** 2",
        "**model**: A 1\n**fw: 2**",
    ],
)
def test_names_and_values_in_any_notation(text: str) -> None:
    assert pairs(text) == (("model", "A 1"), ("fw", "2"))


@pytest.mark.parametrize("version", ["V3.4.98build 180329", "V3.4.98 build 180329", "V3.4.98_build180329"])
def test_a_build_behind_a_blank_is_a_part_of_its_version(version: str) -> None:
    assert pairs(f"FW={version} Activated=true") == (("FW", version), ("Activated", "true"))


def test_names_are_compared_without_case_and_punctuation() -> None:
    assert named([("FW_Version", "1"), ("x", "2")], {"fwversion": "onvif.firmware"}) == [("onvif.firmware", "1")]


def test_addresses_and_queries_are_no_pairs() -> None:
    assert pairs("http://192.0.2.1/a?channel=1&subtype=0") == ()


def test_pairs_are_bounded() -> None:
    assert len(pairs("a='b' " * 10_000)) == MAX_PAIRS


def test_a_comma_inside_a_value_ends_it_only_before_a_name() -> None:
    assert pairs("Firmware: 2.8.R, Build Date 2022-06-17, Serial Number: 7, Note: a, b") == (
        ("Firmware", "2.8.R, Build Date 2022-06-17"),
        ("Serial Number", "7"),
        ("Note", "a, b"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "Manufacturer: Acme  Model: A1  Firmware: V1",
        "Manufacturer: Acme | Model: A1 | Firmware: V1",
        "[INFO] device 1 - Manufacturer: Acme - Model: A1 - Firmware: V1",
        "Manufacturer: Acme, Model: A1, Firmware: V1",
        "Manufacturer: Acme Model: A1 Firmware: V1",
        "Manufacturer\tAcme\nModel\tA1\nFirmware\tV1",
    ],
)
def test_several_pairs_of_one_line(line: str) -> None:
    assert pairs(line)[:3] == (("Manufacturer", "Acme"), ("Model", "A1"), ("Firmware", "V1"))


def test_a_name_before_a_value_with_a_colon_stays() -> None:
    assert pairs("Name: Gate: north") == (("Name", "Gate: north"),)


def test_a_name_with_a_hyphen_is_one() -> None:
    assert pairs('host-name="A 1" mac-address=1') == (("host-name", "A 1"), ("mac-address", "1"))


@pytest.mark.parametrize(
    "text",
    [
        '{"model":{"_text":"A 1"},"fw":{"_text":"2"}}',
        '{"model":["A 1"],"fw":["2"]}',
        '{"model": {"#text": "A 1"}, "fw": {"$": "2"}}',
        '{"model":{"value":"A 1"},"fw":{"value":2}}',
        "<model><![CDATA[A 1]]></model><x:fw>2</x:fw>",
        "Info(model=A 1, fw=2)",
        "x.model=A 1\nx.fw=2",
        '{:model=>"A 1", :fw=>"2"}',
        '{:model "A 1", :fw "2"}',
        "stdClass Object\n(\n    [model] => A 1\n    [fw] => 2\n)",
        "Array\r\n(\r\n    [model] => A 1\r\n    [fw] => 2\r\n)\r\n",
        'Info { model: Some("A 1"), fw: Some("2") }',
        'Info(model: Optional("A 1"), fw: Optional("2"))',
        "model = A 1\nfw = 2",
        "{\n  model: [ 'A 1' ],\n  fw: [ '2' ]\n}",
    ],
)
def test_pairs_as_programs_turn_them(text: str) -> None:
    assert pairs(text)[:2] == (("model", "A 1"), ("fw", "2"))


def test_a_bracket_in_a_bare_value_belongs_to_it() -> None:
    assert pairs("Info(model=A(C)1, fw=2)") == (("model", "A(C)1"), ("fw", "2"))


def test_bare_values_of_one_line_stay_apart() -> None:
    assert pairs("model=A fw=2 b=3") == (("model", "A"), ("fw", "2"), ("b", "3"))


def test_a_structure_as_go_prints_it() -> None:
    assert pairs("&{XMLName:{Space: Local:A} Model:A 1 Port:80}") == (("Local", "A"), ("Model", "A 1"), ("Port", "80"))
    assert pairs("{a:b c:d} Model:A") == ()
    assert dict(pairs("map[Firmware:1.0,Build Date:2021-01-25 Model:A]"))["Firmware"] == "1.0,Build Date:2021-01-25"


def test_lines_without_a_blank_behind_the_colon() -> None:
    assert pairs("Model:A 1\nVersion:2\nSerial:3") == (("Model", "A 1"), ("Version", "2"), ("Serial", "3"))
    assert pairs("Model:A 1\nVersion:2") == ()
    assert pairs("rtsp://a\nhttp://b\nhttps://c") == ()


def test_a_table_about_one_device() -> None:
    assert pairs("Model,Version,Serial\nA 1,2,3") == (("Model", "A 1"), ("Version", "2"), ("Serial", "3"))


def test_a_wide_colon() -> None:
    assert pairs("型号\uff1aA 1\n版本\uff1a2") == (("型号", "A 1"), ("版本", "2"))


def test_what_belongs_to_one_of_several_things_is_not_told_of_the_device() -> None:
    assert pairs("Channel.0.Model=A\ntable.Remote[1].Model=B\ndevice.Model=C") == (("Model", "C"),)


def test_names_and_values_that_are_bytes() -> None:
    assert pairs("{b'md': b'Cam 1', b'ci': b'17'}") == (("md", "Cam 1"), ("ci", "17"))
    assert pairs("{'model': bullet}") == (("model", "bullet"),)


def test_samples_of_a_monitoring_system_tell_nothing_of_a_device() -> None:
    sample = 'camera_info{manufacturer="Northlight",model="NL-310",firmware="V5.7.3"} 1'
    assert pairs(sample) == ()
    assert pairs(f"# TYPE camera_info gauge\n{sample}\n") == ()
    assert ("manufacturer", "Northlight") in pairs('Info{manufacturer="Northlight", model="NL-310"}')
