"""What programs print of an object about a device."""

from __future__ import annotations

import json

import pytest
from support.costs import costs_less_than

from camscan.imports.writings.dumps import printed

HELD = {"Manufacturer": "Dahua", "Model": "IPC-HDW2431T"}
PRINTED = [
    "stdClass Object\n(\n    [Manufacturer] => Dahua\n    [Model] => IPC-HDW2431T\n)",
    'array(2) {\n  ["Manufacturer"]=>\n  string(5) "Dahua"\n  ["Model"]=>\n  string(12) "IPC-HDW2431T"\n}',
    '{:Manufacturer=>"Dahua", :Model=>"IPC-HDW2431T"}',
    '#<OpenStruct Manufacturer="Dahua", Model="IPC-HDW2431T">',
    '%Onvif.Device{Manufacturer: "Dahua", Model: "IPC-HDW2431T"}',
    '{:Manufacturer "Dahua" :Model "IPC-HDW2431T"}',
    "OrderedDict([('Manufacturer', 'Dahua'), ('Model', 'IPC-HDW2431T')])",
    'Info {\n    Manufacturer: Some(\n        "Dahua",\n    ),\n    Model: Some(\n        "IPC-HDW2431T",\n    ),\n}',
    "Info(Manufacturer=Dahua, Model=IPC-HDW2431T)",
    "&{Manufacturer:Dahua Model:IPC-HDW2431T}",
    "map[Manufacturer:Dahua Model:IPC-HDW2431T]",
    'assert info.Manufacturer == "Dahua"\nassert info.Model == "IPC-HDW2431T"',
    "expect(info.Manufacturer).toBe('Dahua');\nexpect(info.Model).toEqual('IPC-HDW2431T');",
    'assertEquals("Dahua", info.getManufacturer());\nassertEquals("IPC-HDW2431T", info.getModel());',
    'info.setManufacturer("Dahua");\ninfo.setModel("IPC-HDW2431T");',
    "info['Manufacturer'] = 'Dahua'\ninfo['Model'] = 'IPC-HDW2431T'",
    "Manufacturer -> Dahua\nModel -> IPC-HDW2431T",
    "Manufacturer      Dahua\nModel             IPC-HDW2431T",
    '"Manufacturer" "Dahua"\n"Model" "IPC-HDW2431T"',
]


@pytest.mark.parametrize("text", PRINTED)
def test_what_a_program_printed_is_json(text: str) -> None:
    assert json.loads(printed(text)) == HELD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[Model] => a",
        "[Model] => a\n[Model] => b\n[Vendor] => c",
        "[Name] => a\n[Type] => b",
        'if info.vendor == "Dahua" and info.model == "b":',
        "Manufacturer      : Dahua\nModel             : b",
        "Server: a\n[Model] => a\n[Vendor] => b",
        "Model and Vendor of it",
        "{Model:'a' Vendor:'b'}",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert printed(text) == text


@pytest.mark.parametrize("part", ["[a] => b\n", ':a "b" ', "a.b == 'c'\n", "aa  bb\n", "{aa:b ", "a(b=", "(", "['a'] "])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        printed(part * (60_000 // len(part)))
