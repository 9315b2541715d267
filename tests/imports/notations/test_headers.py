"""Headers in the notations of programs."""

from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.imports.notations.headers import printed
from camscan.imports.notations.registry import unwrap

HEAD = ["Server: A/1", 'WWW-Authenticate: Digest realm="B C", nonce="1"', "Content-Length: 0"]
SENT = ["HTTP/1.1 401 Unauthorized", *HEAD]
TOLD = ["HTTP/1.1 401 -", *HEAD]
MAP = 'Server=[A/1], WWW-Authenticate=[Digest realm="B C", nonce="1"], Content-Length=[0]'
QUOTED = r"Digest realm=\"B C\", nonce=\"1\""
TYPED = 'HeaderName("%s"): HeaderValue("%s"), ' * 3 % ("Server", "A/1", "WWW-Authenticate", QUOTED, "Content-Length", 0)
SINGLE = "'Server': 'A/1', 'WWW-Authenticate': 'Digest realm=\"B C\", nonce=\"1\"', 'Content-Length': '0'"
ASKED = "config: { headers: { Accept: '*/*', 'User-Agent': 'axios/1.2', Server: 'x' } },\n"
INDENTED = "\r\n".join(f"  {line}" for line in HEAD)
CASSETTE = """\
- request:
    body: null
    headers:
      Server:
      - no answer
  response:
    body:
      string: "<b>\\"x\\"</b>"
    headers:
      Server:
      - A/1
      WWW-Authenticate:
      - 'Digest realm="it''s", nonce="1"'
    status:
      code: 401
      message: Unauthorized
"""
RAW = (
    "StatusCode        : 401\nContent           : <b>x</b>\n"
    "RawContent        : HTTP/1.1 401 Unauthorized\n                    Server: A/1\n"
    "Headers           : {[Server, A/1]}"
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"{{null=[HTTP/1.1 401 Unauthorized], {MAP}}}", SENT),
        (f"HTTP/1.1 401 Unauthorized, {{{MAP}}}", SENT),
        ('[Server: A/1, WWW-Authenticate: Digest realm="B C", nonce="1", Content-Length: 0]', HEAD),
        ('{[Server, A/1], [WWW-Authenticate, Digest realm="B C", nonce="1"], [Content-Length, 0]}', HEAD),
        (f'#<Net::HTTPOK> {{"Server"=>["A/1"], "WWW-Authenticate"=>["{QUOTED}"], "Content-Length"=>["0"]}}', HEAD),
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
        (
            'map[Server:[A/1] Www-Authenticate:[Digest realm="B"]]',
            ["Server: A/1", 'Www-Authenticate: Digest realm="B"'],
        ),
        (f"R {{ status: 401, headers: Headers({{{TYPED}}}) }}", TOLD),
        (f'{{["statusCode"]=401, ["headers"]={{["WWW-Authenticate"]="{QUOTED}"}}}}', [TOLD[0], TOLD[2]]),
        ('@{Server=A/1; WWW-Authenticate=Digest realm="B C", nonce="1"; Content-Length=0}', HEAD),
        (f"StatusCode: 401, ReasonPhrase: 'Unauthorized', Version: 1.1, Headers:\r\n{{\r\n{INDENTED}\r\n}}", TOLD),
        (
            "Key              Value\n---              -----\nServer           {A/1}\nContent-Length   0",
            [HEAD[0], HEAD[2]],
        ),
        ('{ Status Code: 401, Headers {\n    Server =     (\n        "A/1"\n    );\n} }', TOLD[:2]),
        ("Array\n(\n    [Server] => A/1\n    [Content-Length] => 0\n)", [HEAD[0], HEAD[2]]),
        ("statusCode: 401, rawHeaders: [\n  'Server',\n  'A/1' ],", TOLD[:2]),
        (f"{{ {ASKED} response: {{ status: 401,\n  headers: AxiosHeaders {{ {SINGLE} }} }} }}", TOLD),
        (f"<ClientResponse(http://192.0.2.1/) [401 Unauthorized]>\n<CIMultiDictProxy({SINGLE})>\n", TOLD),
        ("bless( { 'Server' => 'A/1', 'Content-Length' => '0' }, 'HTTP::Headers' );", [HEAD[0], HEAD[2]]),
        (
            "{ statusCode: 200,\n  headers:\n   { CSeq: '2',\n     Server: 'A/1' } }",
            ["RTSP/1.0 200 -", "CSeq: 2", HEAD[0]],
        ),
        ("status: 401\nheaders:\n  Server: A/1\n  Content-Length: 0\n", [TOLD[0], HEAD[0], HEAD[2]]),
        ("* **`Server`**: A/1\n* **Content-Length:** `0`", [HEAD[0], HEAD[2]]),
        ("Server\tA/1\nContent-Length\t0", [HEAD[0], HEAD[2]]),
        ("Status Code:\n401\nResponse Headers\nserver:\nA/1\nRequest Headers\nserver: x", [TOLD[0], "server: A/1"]),
        (
            f"{{ status: 401, headers: {{ {SINGLE} }},\n data: '<a>\\n' +\n  '<b>it\\'s</b>' }}",
            [*TOLD, "", "<a>", "<b>it's</b>"],
        ),
        (CASSETTE, [*TOLD[:2], 'WWW-Authenticate: Digest realm="it\'s", nonce="1"', "", '<b>"x"</b>']),
        (RAW, ["HTTP/1.1 401 Unauthorized", HEAD[0], HEAD[0], "", "<b>x</b>"]),
    ],
)
def test_each_header_has_its_line(text: str, lines: list[str]) -> None:
    assert printed(text).splitlines() == lines


@pytest.mark.parametrize(
    "text",
    [
        "{a=[1], b=[2]}",
        'HTTP/1.1 200 OK\n\n{"Server", "A"}, {"Date", "B"}',
        '"Server" "A"',
        'c.Header("Server", "A")',
        "Server: A\r\nDate: [x, y]",
        'Server:\nWWW-Authenticate: Basic realm="a"\nDate: b',
        "a [Server, b",
        '{"Server": "A", "Date": "b"}',
        "rawHeaders: ['a', 'b']",
        "headers:\n  a: b\n",
        "- **Server:** A\n- **Camera:** B",
        "| Server | A/1 | Acme |\n| Server | B/2 | Bcme |",
        "response:\n  Server: A\n",
        "Subject: commonName=Web Server/organizationName=A\nIssuer: commonName=Web Server",
        f"{{ {ASKED} }}",
        "",
    ],
)
def test_any_other_text_is_left_as_it_is(text: str) -> None:
    assert printed(text) == text


@pytest.mark.parametrize(
    "part",
    [
        "@{Server=x; ",
        "headers: {Server: x, ",
        "[Server: a, ",
        '"Server" => "\\',
        '{"Server",\n',
        '    "Server" = (\n',
        "{Server=[",
        "headers: {\n Server: '",
        "data: '' + ",
        "Server" + " " * 100,
        "request ",
        "headers\nServer:\n - ",
    ],
)
def test_a_list_without_its_end_takes_no_time(part: str) -> None:
    with costs_less_than(0.5):
        unwrap(part * (60_000 // len(part)))
        unwrap(f"headers {{ Server: 'a' {part * (60_000 // len(part))}")


PHP = """Array
(
    [0] => HTTP/1.1 401 Unauthorized
    [%sServer%s A/1
    [%sWWW-Authenticate%s Digest realm="B C", nonce="1"
    [%sContent-Length%s 0
)
"""


@pytest.mark.parametrize(
    "text",
    [
        PHP % (("", "] =>") * 3),
        PHP % ("1] => ", ":", "2] => ", ":", "3] => ", ":"),
    ],
)
def test_arrays_of_php_with_the_status_line(text: str) -> None:
    assert unwrap(text) == "\r\n".join(SENT)


def test_quotes_in_a_text_that_php_dumps() -> None:
    dumped = 'string(3) "A/1"\n  ["WWW-Authenticate"]=>\n  string(31) "Digest realm="B C", nonce="1""'
    text = f'array(3) {{\n  ["Server"]=>\n  {dumped}\n  ["Content-Length"]=>\n  string(1) "0"\n}}'
    assert unwrap(text) == "\r\n".join(HEAD)


@pytest.mark.parametrize(
    "text",
    [
        "const sent = { 'Server': 'A/1', 'Content-Type': 'text/html' };\napp.use(sent);",
        'w.Header().Set("Server", "A/1")\nw.Header().Set("WWW-Authenticate", `Digest realm="B C"`)',
        "self.send_header('Server', 'A/1')\nself.send_header('WWW-Authenticate', 'Basic realm=\"B\"')",
        'server {\n  add_header X-Frame-Options "DENY";\n  add_header ETag "1";\n}',
        'cameras:\n  front:\n    server: "A/1"\n    location: "hall"\n    date: "today"\n',
    ],
)
def test_code_and_settings_are_no_answers(text: str) -> None:
    assert printed(text) == text
