from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.imports.pasted import read
from camscan.imports.writings.literals import asserted, longest

LINES = "deviceType=A-1\r\nserialNumber=B\r\n"
XML = "<DeviceInfo><model>A-1</model></DeviceInfo>"


@pytest.mark.parametrize(
    "code",
    [
        'A = (\n    "deviceType=A-1\\r\\n"\n    "serialNumber=B\\r\\n"\n)',
        'String a = "deviceType=A-1\\r\\n" +\n    "serialNumber=B\\r\\n";',
        'printf("deviceType=A-1\\r\\n");\nprintf("serialNumber=B\\r\\n");',
        'out.append("deviceType=A-1\\r\\n");\n  out.append("serialNumber=B\\r\\n");',
        'std::cout << "deviceType=A-1\\r\\n"\n  << "serialNumber=B\\r\\n";',
        'let raw = "deviceType=A-1\\r\\n\\\n      serialNumber=B\\r\\n";\nlet n = "x";',
        "assert parse('deviceType=A-1\\r\\nserialNumber=B\\r\\n') == {'a': 1}",
        'const std::string &a = "deviceType=A-1\\r\\n";\n const std::string &b = "serialNumber=B\\r\\n";',
    ],
)
def test_lines_that_a_program_holds(code: str) -> None:
    assert longest(code) == LINES


def test_a_text_behind_its_kind() -> None:
    code = "'/a': (200, 'application/xml',\n    b'<?xml version=\"1.0\"?><a>'\n    b'<b>1</b>'\n    b'</a>'),"
    assert longest(code).split() == ["<?xml", 'version="1.0"?><a>', "<b>1</b>", "</a>"]
    assert longest('title:"- b" "Server: c"') == 'title:"- b" "Server: c"'


def test_a_value_that_a_program_puts_in() -> None:
    code = 'var a = \'Digest username="b", realm="c d", nonce="\' + data + \'", qop=auth\';'
    assert longest(code) == 'Digest username="b", realm="c d", nonce="x", qop=auth'


def test_the_raw_texts_of_swift() -> None:
    code = 'let a = [\n "RTSP/1.0 401 x",\n "CSeq: 1",\n #"WWW-Authenticate: Digest realm="b", nonce="c""#,\n ""]'
    assert longest(code).split("\r\n")[2] == 'WWW-Authenticate: Digest realm="b", nonce="c"'


def test_lines_that_a_program_holds_in_several_texts() -> None:
    code = 'A = (\n    "deviceType=A-1\\r\\n"\n    "serialNumber=B\\r\\n"\n)\nB = "version=1.2"\nC = "no"\n'
    assert longest(code).split() == ["deviceType=A-1", "serialNumber=B", "version=1.2"]


@pytest.mark.parametrize(
    "code",
    [
        f'assert model("{XML}") == "A-1"',
        "import x\nA = " + f'"""{XML}"""' + "\nassert x.y(A)",
        f'const std::string a = R"({XML})";\nint b = 1;',
        f'let a = r#"{XML}"#;',
        f"func x() {{\n\traw := `{XML}`\n}}",
        f"recv: '{XML}'",
    ],
)
def test_a_document_that_a_program_holds(code: str) -> None:
    assert longest(code) == XML


def test_a_header_in_a_call() -> None:
    assert longest('check("Server: A-Webs", "A")') == "Server: A-Webs"
    for call in ("param(", "[DataRow("):
        assert longest(call + '"Basic realm=\\"A\\"")]') == 'Basic realm="A"'
    one = read('param("Digest realm=\\"IP Camera(C1234)\\", nonce=\\"a\\"", id="x")', "rtsp")
    assert one[0].fields["rtsp.realm"] == ("IP Camera(C1234)",)


@pytest.mark.parametrize(
    "text",
    [
        'WWW-Authenticate: Digest realm="A", nonce="B"',
        'say "hello"',
        "name='_a._tcp', properties={'a': 'b', 'c': 'd'}",
        'Scope: "onvif://www.onvif.org/name/A"\nXAddr: "http://192.0.2.5/onvif"',
        'GET / HTTP/1.1\nUser: "<a>"\n\nHTTP/1.1 200 OK\nETag: "Server: a"',
        "Model: 'A'\nVersion: 'B'",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert longest(text) == text


@pytest.mark.parametrize("part", ['"', "'", '"a=b\\n"', 'R"(', 'r#"', '"""', "`", "'a' ", 'a("', "<a", '"\\\n'])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        longest("x = " + part * (60_000 // len(part)))


def test_elements_that_a_test_looks_for() -> None:
    code = 'VERIFY(a.contains("<b version=\\"2\\">"));\nVERIFY(a.contains("<c>D</c>"));\nassert "x" in a'
    assert asserted(code) == '<b version="2">\n<c>D</c>'
    assert asserted('a.contains("<b>");') == 'a.contains("<b>");'
    assert asserted('send("<b>");\nsend("<c>");') == 'send("<b>");\nsend("<c>");'
