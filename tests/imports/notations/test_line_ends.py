"""Answers as terminals, web pages and programs write them down."""

from __future__ import annotations

import base64
import json

import pytest

from camscan.imports.notations.line_ends import flattened
from camscan.imports.notations.registry import unwrap

HEAD = 'RTSP/1.0 401 Unauthorized\nCSeq: 2\nWWW-Authenticate: Digest realm="A b", nonce="1"\n'
SENT = HEAD.replace("\n", "\r\n")
DESCRIBED = "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=Media Server\na=control:*\n"


def lines(text: str) -> list[str]:
    return [line for line in unwrap(text).splitlines() if line.strip()]


@pytest.mark.parametrize("answer", [HEAD, DESCRIBED])
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.replace("\n", "\r\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace(" ", "\xa0"),
        lambda text: "\n".join(f"\x1b[32m{line}\x1b[0m" for line in text.splitlines()),
        lambda text: "\n".join(f"| {line}" for line in text.splitlines()),
        lambda text: text.replace('"', '\\"').replace("\n", "\\r\\n\\\n"),  # a string of C
        lambda text: text.replace("\n", "\\x0d\\x0a"),
        lambda text: text.replace("\n", "\\u000d\\u000a"),
        lambda text: json.dumps({"ip": "192.0.2.1", "data": base64.b64encode(text.encode()).decode()}),
        lambda text: json.dumps({"data": text.encode().hex()}),
    ],
)
def test_lines_of_an_answer(written: object, answer: str) -> None:
    assert callable(written)
    assert lines(written(answer)) == answer.splitlines()


NOTED = "Manufacturer: A\nModel: B-1\nFirmwareVersion: 1.2"


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"2026-01-01 10:00:0{place},123 DEBUG a.b: {line}" for place, line in enumerate(NOTED.splitlines())),
        "\n".join(f"0:00:01.2 12 0x5a DEBUG a b.c:{place}:d: {line}" for place, line in enumerate(NOTED.splitlines())),
        NOTED.replace(" ", "\xa0"),
        repr({"port": 80, "banner": NOTED}),
        json.dumps({"port": 80, "data": NOTED}),
        json.dumps({"port": 80, "banner": base64.b64encode(NOTED.encode()).decode()}),
        json.dumps({"port": 80, "banner": NOTED.encode().hex()}),
    ],
)
def test_lines_that_somebody_noted(text: str) -> None:
    assert unwrap(text).strip() == NOTED


@pytest.mark.parametrize("said", ["Server: A/1", "<A>1</A>", "onvif://www.onvif.org/name/A", "vendor=A", "a: 1\nb: 2"])
def test_a_line_of_an_answer_that_json_holds(said: str) -> None:
    assert unwrap(json.dumps({"ip": "192.0.2.1", "data": said})) == said
    assert unwrap(json.dumps({"data": "a sentence, no answer"})) == '{"data": "a sentence, no answer"}'


def test_octets_that_json_holds() -> None:
    assert unwrap(json.dumps({"banner": HEAD.replace("\n", "\\x0d\\x0a")})) == SENT.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "¶ a paragraph",
        '{"server": "a", "date": "b"}',
        "| http-headers:\n|   Server: a",
        "<p>HTTP/1.1 in a sentence</p>",
        "x=3D",
        "a | b; c, d",
        '{"a": 1}\n{"b": 2}',
        "+   eth0 IPv4 a _http._tcp local\n+   eth0 IPv4 b _http._tcp local\n+   eth0 IPv4 c _http._tcp local",
        "Server: a\nServer: b\nServer: c",
        "3. a\n2. b\n1. c",
        "10.0.0.1: a\n10.0.0.2: b\n10.0.0.3: c",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert unwrap(text) == text


def test_carriage_returns_that_an_editor_shows() -> None:
    shown = 'HTTP/1.1 401 Unauthorized^M\nServer: A/1^M\nWWW-Authenticate: Basic realm="B"^M'
    assert unwrap(shown) == shown.replace("^M", "")
    assert unwrap("a^Mb\nc^Md").count("^M") == 2


def test_quotes_that_a_letter_has_curled() -> None:
    assert unwrap("<a b=“c d”>“e”</a>") == '<a b="c d">"e"</a>'


def test_lines_in_one_with_escapes_for_their_ends() -> None:
    assert unwrap("Server: a\\r\\nx: 1\\n") == "Server: a\r\nx: 1"
    for text in ("a\\nb", '{"a": "b\\nc\\n"}', "a\\nb\\n\nc"):
        assert unwrap(text) == text


def test_empty_lines_between_headers() -> None:
    assert unwrap("HTTP/1.1 200 OK\n\nServer: a\r\n\r\nContent-Type: b\n\n<html>") == (
        "HTTP/1.1 200 OK\nServer: a\nContent-Type: b\n\n<html>"
    )


def test_an_empty_line_behind_every_line() -> None:
    text = "HTTP/1.1 200 OK\n\nA: 1\n\nB: 2\n\n\n\n<html>\n\n<body>"
    assert unwrap(text) == "HTTP/1.1 200 OK\nA: 1\nB: 2\n\n<html>\n<body>"
    assert unwrap(f"{text}\n<p>") == f"{text}\n<p>"
    assert unwrap("a\n\nb\n\nc") == "a\n\nb\n\nc"


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("HTTP/1.1 200 OK Server: A/1 Content-Type: text/html", "HTTP/1.1 200 OK|Server: A/1|Content-Type: text/html"),
        ("HTTP/1.1 200 OK\rServer: A", "HTTP/1.1 200 OK|Server: A"),
        ("HTTP/1.1 200 OK", "HTTP/1.1 200 OK"),
    ],
)
def test_an_answer_whose_line_ends_became_spaces(line: str, lines: str) -> None:
    assert unwrap(line) == lines.replace("|", "\r\n")


@pytest.mark.parametrize(
    "end",
    [
        r"\r\n",
        r"\\r\\n",
        r"\n",
        r"\x0d\x0a",
        r"\u000d\u000a",
    ],
)
def test_ends_of_lines_in_an_answer_of_one_line(end: str) -> None:
    lines = ("HTTP/1.1 404 Not Found", "Server: NL-Embedded", 'WWW-Authenticate: Basic realm="a; b | c"')
    assert unwrap(end.join(lines)).splitlines() == list(lines)


def test_quotes_that_are_escaped_beside_line_ends() -> None:
    text = r"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"a b\"\r\n"
    assert unwrap(text) == 'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="a b"'


def test_an_answer_of_several_lines_keeps_its_marks() -> None:
    text = "HTTP/1.1 200 OK\nSet-Cookie: a=1; Path: /\n\n<br>; Title: x"
    assert unwrap(text) == text


def test_settings_whose_lines_were_joined_to_one() -> None:
    assert unwrap(r"vendor=Amcrest\r\n") == "vendor=Amcrest"
    assert (
        unwrap(r"root.Brand.Brand=AXIS\nroot.Brand.ProdNbr=T8516") == "root.Brand.Brand=AXIS\nroot.Brand.ProdNbr=T8516"
    )


@pytest.mark.parametrize("text", ["a<br>b<br><b>c</b>", "one<br>break", r"C:\new=1", r"path=C:\new folder"])
def test_a_line_that_was_one_stays_one(text: str) -> None:
    assert unwrap(text) == text


SDP = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.30\r\ns=Session with A\r\ni=b-server\r\nc=IN IP4 233.252.0.1/5\r\nt=0 0"
    "\r\na=tool:A\r\na=control:*"
)


@pytest.mark.parametrize("end", ["", " "])
def test_a_session_description_in_one_line(end: str) -> None:
    assert unwrap(SDP.replace("\r\n", end)) == SDP
    assert unwrap("CSeq: 2" + end + SDP.replace("\r\n", end)) == "CSeq: 2\r\n" + SDP


@pytest.mark.parametrize(
    "text", ["v=0", "v=0o=1", "iv=0 o=- 1 1 IN IP4 192.0.2.1 and s=a", "v=0\r\no=- 1 1 IN IP4 a\r\ns=b i=c"]
)
def test_what_is_no_description_in_one_line(text: str) -> None:
    assert unwrap(text) == text


def test_a_head_in_one_line_ends_each_of_its_lines() -> None:
    head = 'HTTP/1.1 200 OK\r\nServer: A/\r\nETag: "0-5"\r\nConnection: close'
    assert unwrap(head.replace("\r\n", "")) == head


def test_attributes_of_a_session_in_one_line() -> None:
    said = "v=0 o=- 1 1 IN IP4 192.0.2.1 s=a t=0 0 a=control:* a=transform:1 m=video 0 RTP/AVP 96 a=etag:1"
    assert flattened(said).split() == said.split()
    assert flattened(said).strip().splitlines()[-4:] == [
        "a=control:*",
        "a=transform:1",
        "m=video 0 RTP/AVP 96",
        "a=etag:1",
    ]


@pytest.mark.parametrize("status", [["HTTP/1.1 401 Unauthorized"], ["RTSP/1.0 200 OK"], ["NOTIFY * HTTP/1.1"]])
@pytest.mark.parametrize("mark", ["; ", ", ", " | "])
def test_headers_that_were_joined_by_marks(mark: str, status: list[str]) -> None:
    head = ["Server: A/1", 'WWW-Authenticate: Digest realm="B; C", nonce="1"', "Content-Type: text/html; charset=x"]
    assert flattened(mark.join([*status, *head])).splitlines() == [*status, *head]


@pytest.mark.parametrize("mark", [" ", " | "])
@pytest.mark.parametrize("first", ["HTTP/1.1 200 OK", "NOTIFY * HTTP/1.1"])
def test_an_announcement_in_one_line(first: str, mark: str) -> None:
    head = [
        first,
        "EXT:",
        "USN: uuid:1::upnp:rootdevice",
        "Server: A UPnP/1.0 B",
        "ST: upnp:rootdevice",
        "NTS: ssdp:alive",
    ]
    assert flattened(mark.join(head)).splitlines() == head
