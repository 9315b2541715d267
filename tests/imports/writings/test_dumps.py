"""What programs print of an object about a device."""

from __future__ import annotations

import json

import pytest
from support.costs import costs_less_than

from camscan.imports.writings.dumps import headers, printed

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
    assert json.loads(printed(text.replace("\n", "\r\n"))) == HELD


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


CHALLENGE = 'Digest realm="a b", nonce="c", stale="FALSE"'
SHOWN = [
    "Array\n(\n    [Server] => a/1\n    [WWW-Authenticate] => {}\n)",
    "{{Server=a/1, WWW-Authenticate={}}}",
    "{{ Server = a/1, WWW-Authenticate = {} }}",
    "Headers(Server=a/1, WWW-Authenticate={})",
    "Server=a/1\nWWW-Authenticate={}",
    "map[Server:a/1 WWW-Authenticate:{}]",
    "- **Server**: a/1\n- **WWW-Authenticate**: {}",
    "* Server: `a/1`\n* WWW-Authenticate: `{}`",
    "- Server: a/1\n  WWW-Authenticate: {}",
    "<tr><td>Server</td><td>a/1</td></tr>\n<tr><td>WWW-Authenticate</td><td>{}</td></tr>",
    "Server              a/1\nWWW-Authenticate    {}",
    "Server -> a/1\nWWW-Authenticate -> {}",
]


@pytest.mark.parametrize("text", SHOWN)
def test_the_headers_that_a_program_shows(text: str) -> None:
    assert headers(text.format(CHALLENGE)).splitlines() == ["Server: a/1", f"WWW-Authenticate: {CHALLENGE}"]


@pytest.mark.parametrize(
    "text",
    [
        '{"Server" "a \\"b\\"", "Date" "c"}',
        'assertEquals(r.headers["Server"], "a \\"b\\"")\nassert r.headers["Date"] == "c"',
        "expect(r.headers['Server']).toBe('a \"b\"');\nexpect(r.headers['Date']).toBe('c');",
    ],
)
def test_the_headers_that_a_program_holds_or_expects(text: str) -> None:
    assert headers(text).splitlines() == ['Server: a "b"', "Date: c"]


@pytest.mark.parametrize(
    "text",
    ["", "Server: a\n[Date] => b\n[Server] => c", "Date=a, Connection=b", "Server=a\nand more", "{Server:a}", "Server"],
)
def test_other_pairs_are_no_headers(text: str) -> None:
    assert headers(text) == text


@pytest.mark.parametrize(
    "part",
    [
        "Server=",
        "Server=a ",
        "Date:a ",
        '"Server" "',
        "- Date: ",
        "<td>Server</td><td>",
        "[a] => b\n",
        ':a "b" ',
        "a.b == 'c'\n",
        "aa  bb\n",
        "{aa:b ",
        "a(b=",
        "(",
        "['a'] ",
    ],
)
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        printed(part * (60_000 // len(part)))
        headers(part * (60_000 // len(part)))
