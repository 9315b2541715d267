"""Headers that programs print in one line."""

from __future__ import annotations

import time

import pytest

from camscan.imports.notations.headers import below, in_turn, invoked, listed, paired, tabled

HEAD = ["Server: A/1", 'WWW-Authenticate: Digest realm="B C", nonce="1"', "Content-Length: 0"]
WHOLE = ["HTTP/1.1 401 Unauthorized", *HEAD]
MAP = 'Server=[A/1], WWW-Authenticate=[Digest realm="B C", nonce="1"], Content-Length=[0]'
QUOTED = r"Digest realm=\"B C\", nonce=\"1\""
TYPED = 'HeaderName("%s"): HeaderValue("%s"), ' * 3 % ("Server", "A/1", "WWW-Authenticate", QUOTED, "Content-Length", 0)
INDENTED = "\r\n".join(f"  {line}" for line in HEAD)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            f"{{null=[HTTP/1.1 401 Unauthorized], {MAP}}}",
            WHOLE,
        ),
        (
            f"HTTP/1.1 401 Unauthorized, {{{MAP}}}",
            WHOLE,
        ),
        ('[Server: A/1, WWW-Authenticate: Digest realm="B C", nonce="1", Content-Length: 0]', HEAD),
        ('{[Server, A/1], [WWW-Authenticate, Digest realm="B C", nonce="1"], [Content-Length, 0]}', HEAD),
        (f'#<Net::HTTPOK> {{"Server"=>["A/1"], "WWW-Authenticate"=>["{QUOTED}"], "Content-Length"=>["0"]}}', HEAD),
        (f'[{{"Server", "A/1"}}, {{"WWW-Authenticate", "{QUOTED}"}}, {{"Content-Length", "0"}}]', HEAD),
        (f'[{{"Server","A/1"}},\n {{"WWW-Authenticate",\n  "{QUOTED}"}}, {{"Content-Length","0"}}]', HEAD),
        (
            f'[{{<<"Server">>,<<"A/1">>}},{{<<"WWW-Authenticate">>,<<"{QUOTED}">>}},{{<<"Content-Length">>,<<"0">>}}]',
            HEAD,
        ),
        (f'QList(QPair("Server","A/1"), QPair("WWW-Authenticate","{QUOTED}"), QPair("Content-Length","0"))', HEAD),
        (f'{{:headers {{"Server" "A/1", "WWW-Authenticate" "{QUOTED}", "Content-Length" "0"}}}}', HEAD),
        (
            f'{{"Server":[]string{{"A/1"}}, "WWW-Authenticate":[]string{{"{QUOTED}"}}, "Content-Length":a.B{{"0"}}}}',
            HEAD,
        ),
        (f'A {{ headers: {{"Server": "A/1", "WWW-Authenticate": "{QUOTED}", "Content-Length": "0"}} }}', HEAD),
        (f"R {{ headers: Headers({{{TYPED}}}) }}", HEAD),
        ("Response code: 200, headers: {Server: A/1, Content-Length: 0}", ["Server: A/1", "Content-Length: 0"]),
        ('@{Server=A/1; WWW-Authenticate=Digest realm="B C", nonce="1"; Content-Length=0}', HEAD),
        (
            f"StatusCode: 401, ReasonPhrase: 'Unauthorized', Version: 1.1, Headers:\r\n{{\r\n{INDENTED}\r\n}}",
            WHOLE,
        ),
    ],
)
def test_each_header_has_its_line(text: str, lines: list[str]) -> None:
    assert listed(text).splitlines() == lines


@pytest.mark.parametrize(
    "text",
    [
        "{a=[1], b=[2]}",
        "[x, y], [z, w]",
        'HTTP/1.1 200 OK\n\n{"Server", "A"}, {"Date", "B"}',
        '{"a", "b"},\n{"c", "d"}',
        '{"Server", "A"}, {"Date", "B"}\n<b></b>',
        'Server = "A";\nDate = "B";',
        '"Server" "A"',
        'c.Header("Server", "A")',
        "[a: b]",
        "@{a=b}",
        "Server: A\r\nDate: [x, y]",
        "a [Server, b",
        "",
        '{"Server": "A"}',
        "{Server: A}",
    ],
)
def test_any_other_text_is_left_as_it_is(text: str) -> None:
    assert listed(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "@{" + "ab=x; " * 1_000 + "{",
        "headers: {" + "ab: x, " * 1_000 + "{",
        "[Server: a, " + "b: c, " * 10_000,
        '"ab" => "\\' * 8_000,
        '{"Server", "A"},\n' + 'body: "\\' * 8_000,
        '{"Server",\n' * 8_000,
        "{ Status Code: 200, Headers {\n" + '    "Server" = (\n' * 8_000,
        "{ab=[" * 10_000,
    ],
)
def test_a_list_without_its_end_takes_no_time(text: str) -> None:
    began = time.process_time()
    assert listed(text) == text
    assert time.process_time() - began < 1


def test_what_swift_shows_of_an_answer() -> None:
    shown = (
        "<NSHTTPURLResponse: 0x6> { URL: http://192.0.2.1/ } { Status Code: 401, Headers {\n"
        '    Server = "A/1";\n'
        f'    "WWW-Authenticate" =     (\n        "{QUOTED}"\n    );\n'
        '    "Content-Length" =     (\n        0\n    );\n} }'
    )
    assert listed(shown).splitlines() == HEAD


def test_the_body_follows_the_headers() -> None:
    shown = '%R{\n  body: "<b>\\"x\\"</b>\\n",\n  headers: [\n    {"Server", "A/1"},\n    {"Date", "B"}\n  ]\n}'
    assert listed(shown) == 'Server: A/1\r\nDate: B\r\n\r\n<b>"x"</b>\n'


def test_what_powershell_shows_of_an_answer() -> None:
    shown = (
        "StatusCode        : 200\nStatusDescription : OK\nContent           : <title>B</title>\n"
        "RawContent        : HTTP/1.1 200 OK\n                    Server: A\n                    ETag: c\n"
        "Headers           : {[Server, A], [ETag, c]}"
    )
    assert invoked(shown).split() == ["HTTP/1.1", "200", "OK", "Server:", "A", "ETag:", "c", "<title>B</title>"]
    whole = shown.replace("ETag: c\nHeaders", "ETag: c\n\n                    <p>whole</p>\nHeaders")
    assert invoked(whole).endswith("ETag: c\n\n<p>whole</p>")
    assert invoked("RawContent : x") == "RawContent : x"


def test_names_and_values_in_turn() -> None:
    shown = "statusCode: 401, rawHeaders: [\n  'Server',\n  'A/1',\n  'WWW-Authenticate', 'Basic realm=\"B\"',\n ],"
    assert in_turn(shown).splitlines() == ["HTTP/1.1 401 -", "Server: A/1", 'WWW-Authenticate: Basic realm="B"']
    assert in_turn('{"rawHeaders":["Server","A/1"]}') == "Server: A/1"


@pytest.mark.parametrize(
    "text", ["rawHeaders: ['a', 'b']", "rawHeaders: [Array]", "rawHeaders: ['Server'", "['Server', 'a']"]
)
def test_other_lists_are_left_as_they_are(text: str) -> None:
    assert in_turn(text) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("headers:\n  Server: A/1\n  Date: b\n", ["Server: A/1", "Date: b"]),
        ("Response headers:\r\n  Server: 'A/1'\r\n", ["Server: A/1"]),
        ('status: 401\nheaders:\n  Server: "A \\"1\\""\n', ["HTTP/1.1 401 -", 'Server: A "1"']),
        ("status: 200\nheaders:\n  CSeq: 2\n  Server: A\n", ["RTSP/1.0 200 -", "CSeq: 2", "Server: A"]),
        ("Headers {\n  'server': 'A/1',\n  date: 'b'\n}", ["server: A/1", "date: b"]),
        ("  headers: Object [AxiosHeaders] {\n    server: 'A/1',\n  },", ["server: A/1"]),
        ("headers:\n  Server: A\nbody: |\n  <b>\n  </b>", ["Server: A", "", "<b>", "</b>"]),
    ],
)
def test_headers_below_a_key(text: str, lines: list[str]) -> None:
    assert below(text).splitlines() == lines


def test_headers_in_a_table_and_in_pairs() -> None:
    rows = "Key              Value\n---              -----\nServer           {A/1}\nContent-Length   0\n"
    assert tabled(rows).splitlines() == ["Server: A/1", "Content-Length: 0"]
    assert paired('[["Server", "A/1"], ["x", ""]]').splitlines() == ["Server: A/1", "x: "]
    assert paired('[{"name": "Server", "value": "A/1"}]') == "Server: A/1"
    assert paired('{"a": 1, "headers": ["Server: \\"A\\"", "x:"]}') == 'Server: "A"\r\nx: '


@pytest.mark.parametrize(
    "text",
    [
        "headers:\n  a: b\n",
        "headers:\nServer: A",
        "HTTP/1.1 200 OK\nheaders:\n  Server: A",
        "Key  Value\n---  -----\na    b\n",
        '[["a", "b"]]',
        '[["Server", 1]]',
        '[["Server", "A", "b"]]',
        '[{"name": "Server"}]',
        '["Server", "A"]',
        '{"headers": ["a: b"]}',
        '{"headers": ["Server: A", 1]}',
        '{"headers": [' + '"Server: a",' * 20_000,
        '{"headers": ["a: ' + "\\\\" * 50_000,
        "[" * 100_000,
        "headers:\n" + "  ab: c\n" * 20_000,
        "headers:\n" * 20_000,
        "headers:\n  ab: '" + "b" * 200_000,
        "headers:\n  ab: b" + " " * 100_000 + "c",
        "Key  Value\n---  -----\na " + " " * 100_000 + "b" + " " * 100_000 + "c",
    ],
)
def test_what_is_no_table_of_headers_stays(text: str) -> None:
    began = time.process_time()
    assert below(tabled(paired(text))) == text
    assert time.process_time() - began < 1
