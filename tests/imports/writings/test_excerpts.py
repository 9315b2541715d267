from __future__ import annotations

import json

import pytest
from support.costs import costs_less_than

from camscan.imports.pasted import read
from camscan.imports.writings.excerpts import taken


def test_members_without_their_object() -> None:
    assert json.loads(taken('"banner": "Server: A/1",')) == {"banner": "Server: A/1"}
    assert json.loads(taken('"DeviceType":"B","IP":{"a":1},"c":null}}}')) == {
        "DeviceType": "B",
        "IP": {"a": 1},
        "c": None,
    }
    assert json.loads(taken('"a": [{"b": 1}], "c": "d"')) == {"a": [{"b": 1}], "c": "d"}
    for text in (
        '"quoted": words',
        '"Server": "A/1",',
        '"a": "b" and more',
        '"a": "b"' + "}" * 40,
        '{"a": "b"}',
        '"a"',
    ):
        assert taken(text) == text


def test_a_text_of_several_lines_beside_other_things() -> None:
    code = 'date = "today"\nhead = """Server: A\nContent-type: text/html\n"""\nrest = 1'
    assert taken(code) == "Server: A\nContent-type: text/html\n"
    assert taken("X = '''\n<?xml version='1.0'?><a/>'''\ny = 2") == "<?xml version='1.0'?><a/>"
    assert taken('help = """Server words"""') == 'help = """Server words"""'


def test_a_line_of_what_a_scanner_prints() -> None:
    assert taken("[+] found\n  Banner: RTSP/1.0 200 OK\\r\\nServer: A\n  done") == "RTSP/1.0 200 OK\r\nServer: A"
    for text in ("Response: RTSP/1.0 200 OK\\r\\n\nCSeq: 1\\r\\n", "a: HTTP/1.1 200 OK", "[+] b: HTTP/1.1 200 OK\nc"):
        assert taken(text) == text


def test_code_in_notes() -> None:
    assert taken("`200`, `Info` with `model=A-1`, `version=2 b`, `type=C`") == "model=A-1\nversion=2 b\ntype=C"
    for text in ("set `a.b=1` in the file", "`ab=1`, `c`, `d`, `e`, `fg=2`"):
        assert taken(text) == text


def test_a_table_of_notes() -> None:
    table = "| HTTP server | `A-Webs` |\n| Realm | B |\n| Title | c |\n| Port | 80 |"
    assert taken(table) == 'Server: A-Webs\r\nWWW-Authenticate: Basic realm="B"\r\n\r\n<title>c</title>'
    assert taken("| Server | a |\n| Port | b |") == "| Server | a |\n| Port | b |"


def test_a_remark_of_one_line() -> None:
    assert taken("/** onvif://www.onvif.org/hardware/A-1 */") == "onvif://www.onvif.org/hardware/A-1"


def test_an_element_that_holds_an_answer() -> None:
    assert taken("<banner><![CDATA[Server: <A>]]></banner>") == "Server: <A>"
    assert taken('<data encoding="a">realm=&quot;B&quot;</data>') == 'realm="B"'
    for text in ("<name>Server: A</name>", "<data><a>b</a></data>"):
        assert taken(text) == text


def test_a_table_with_one_row() -> None:
    assert taken('ip,port,banner\n192.0.2.5,80,"Server: A\nRealm: ""B"""') == 'Server: A\nRealm: "B"'
    for text in ('ip,port,name\n192.0.2.5,80,"A"', 'a,banner\nb,"c"\nd,"e"'):
        assert taken(text) == text


def test_what_is_read_of_them() -> None:
    wsd = read("/** The model, e.g. onvif://www.onvif.org/hardware/A-1. */", "ws_discovery")
    assert wsd[0].fields["onvif.scope.hardware"] == ("A-1",)
    code = 'A = (\n    "deviceType=B-1\\r\\n"\n    "serialNumber=C\\r\\n"\n)\nD = "version=2.8\\r\\n"'
    assert any(one.fields.get("onvif.model") == ("B-1",) or "B-1" in str(one.fields) for one in read(code, "http"))
    assert "\\\\r" not in str([one.fields for one in read(code, "http")])
    sadp = read('S { model: "A-1", serial: "A-1B", software_version: "V5build 1" }', "sadp")
    assert sadp[0].fields["sadp.device_description"] == ("A-1",)
    assert sadp[0].fields["sadp.device_sn"] == ("A-1B",)


@pytest.mark.parametrize(
    "part",
    [
        '"a":"b"',
        "}",
        'a = """Server: x\n',
        "a: HTTP/1.1 200 OK\\r\\n",
        "`ab=1` ",
        "| server | a |\n",
        "/*",
        "[",
        " ",
        "<data>",
        '""',
    ],
)
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        taken(part * (60_000 // len(part)))
        taken('a,banner\n,"' + part * (60_000 // len(part)))
        taken('"a": "b"' + part * (60_000 // len(part)))
