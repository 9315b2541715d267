from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.imports.pasted import read
from camscan.imports.writings.literals import strings
from camscan.imports.writings.registry import unwrap

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
    ],
)
def test_lines_that_a_program_holds(code: str) -> None:
    assert strings(code) == LINES


def test_a_text_behind_its_kind() -> None:
    code = "'/a': (200, 'application/xml',\n    b'<?xml version=\"1.0\"?><a>'\n    b'<b>1</b>'\n    b'</a>'),"
    assert strings(code).split() == ["<?xml", 'version="1.0"?><a>', "<b>1</b>", "</a>"]
    assert strings('title:"- b" "Server: c"') == 'title:"- b" "Server: c"'


def test_the_raw_texts_of_swift() -> None:
    code = 'let a = [\n "RTSP/1.0 401 x",\n "CSeq: 1",\n #"WWW-Authenticate: Digest realm="b", nonce="c""#,\n ""]'
    assert strings(code).split("\r\n")[2] == 'WWW-Authenticate: Digest realm="b", nonce="c"'


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
    assert strings(code) == XML


def test_a_header_in_a_call() -> None:
    assert strings('check("Server: A-Webs", "A")') == "Server: A-Webs"
    for call in ("param(", "[DataRow("):
        assert strings(call + '"Basic realm=\\"A\\"")]') == 'Basic realm="A"'
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
    assert strings(text) == text


@pytest.mark.parametrize("part", ['"', "'", '"a=b\\n"', 'R"(', 'r#"', '"""', "`", "'a' ", 'a("', "<a", '"\\\n'])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        strings("x = " + part * (60_000 // len(part)))


def test_a_text_of_several_lines_beside_other_things() -> None:
    code = 'date = "today"\nhead = """Server: A\nContent-type: text/html\n"""\nrest = 1'
    assert strings(code) == "Server: A\nContent-type: text/html\n"
    assert strings("X = '''\n<?xml version='1.0'?><a>1</a>'''\ny = 2") == "<?xml version='1.0'?><a>1</a>"
    assert strings('help = """Server words"""') == 'help = """Server words"""'


@pytest.mark.parametrize(
    "text", ['TEXT = """a=1\nb=2\n"""', 'x = b"""\\\na=1\nb=2"""', "raw := []byte(`a=1\nb=2`)", "const x = `a=1\nb=2`;"]
)
def test_quotes_of_several_lines(text: str) -> None:
    assert unwrap(text) == "a=1\nb=2"


def test_quotes_within_a_text_stay() -> None:
    assert unwrap("`a` and `b`") == "`a` and `b`"


def test_what_is_read_of_them() -> None:
    code = 'A = (\n    "deviceType=B-1\\r\\n"\n    "serialNumber=C\\r\\n"\n)\nD = "version=2.8\\r\\n"'
    assert any(one.fields.get("onvif.model") == ("B-1",) or "B-1" in str(one.fields) for one in read(code, "http"))
    assert "\\\\r" not in str([one.fields for one in read(code, "http")])
    sadp = read('S { model: "A-1", serial: "A-1B", software_version: "V5build 1" }', "sadp")
    assert sadp[0].fields["sadp.device_description"] == ("A-1",)
    assert sadp[0].fields["sadp.device_sn"] == ("A-1B",)


@pytest.mark.parametrize(
    "text",
    [
        'let raw = r#"Maker M-1 (a)"#;',
        'const SAMPLE_TEXT: &str = "Maker M-1 (a)";',
        "answer = 'Maker M-1 (a)'",
        "const a = 'Maker M-1 (a)';",
    ],
)
def test_a_value_by_itself(text: str) -> None:
    assert unwrap(text) == "Maker M-1 (a)"


@pytest.mark.parametrize("text", ['realm="Maker M-1"', "Model: Maker M-1 (a)", 'body = "a" + "b"'])
def test_what_says_more_stays(text: str) -> None:
    assert unwrap(text) == text


def test_strings_each_behind_the_mark_of_a_remark() -> None:
    code = (
        '\t//\t"<Maker>A</Maker>\\r\\n"\n\t//\t"<Model>B-1</Model>\\r\\n"\n\t//\t"<Longer>of them all</Longer>\\r\\n"'
    )
    assert strings(code).split() == ["<Maker>A</Maker>", "<Model>B-1</Model>", "<Longer>of", "them", "all</Longer>"]


@pytest.mark.parametrize("call", ['println!("{}");', 's += "{}\\r\\n";', 'echo "{}"', 'self.head += "{}\\r\\n"'])
def test_a_head_of_one_string_a_line(call: str) -> None:
    code = "\n".join(call.replace("{}", line) for line in ("HTTP/1.1 200 OK", "Server: A/", "Connection: close"))
    assert strings(code).splitlines() == ["HTTP/1.1 200 OK", "Server: A/", "Connection: close"]
