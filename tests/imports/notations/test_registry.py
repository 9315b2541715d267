"""Answers in the forms in which programs print them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.costs import costs_less_than

from camscan.imports.notations import registry
from camscan.imports.notations.registry import LINES, RECORDS, REST, TOOLS, unwrap

ANSWER = "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nServer: a"


@pytest.mark.parametrize(
    "text",
    [
        "\tRTSP/1.0 401 Unauthorized\n\tCSeq: 1\n\tServer: a",
        "// RTSP/1.0 401 Unauthorized\n// CSeq: 1\n// Server: a\n//",
        "2023-03-17 16:40:17.9 RTSP/1.0 401 Unauthorized\n2023-03-17 16:40:17 CSeq: 1\n2023-03-17 16:40:18 Server: a",
        "DEBUG (a) [b] RTSP/1.0 401 Unauthorized\nDEBUG (a) [b] CSeq: 1\nDEBUG (a) [b] Server: a",
        "06/22/15 zmc[9]: [header 'RTSP/1.0 401 Unauthorized\nCSeq: 1\nServer: a",
        "Jun 27 17:16:20 a b[1]: [2:c] RTSP/1.0 401 Unauthorized\\r\\nCSeq: 1\\r\\nServer: a",
        "RTSP/1.0 401 Unauthorized\\r\\n\nCSeq: 1\\r\\n\nServer: a\\r\\n",
        "    Response: RTSP/1.0 401 Unauthorized\\r\\n\n        Status: 401\n    CSeq: 1\\r\\n\n    Server: a\\r\\n",
        (
            "[rtsp @ 0x7f] ret=1 c=52 [R]\n[rtsp @ 0x7f] line='RTSP/1.0 401 Unauthorized'\n"
            "[rtsp @ 0x7f] line='CSeq: 1'\n[rtsp @ 0x7f] line='Server: a'\n"
        ),
        "[a b]:  RTSP/1.0 401 Unauthorized\n[a b]: CSeq: 1\n[a b]: Server: a",
        "3/13/2024, 11:24:18 PM | trace | client response:RTSP/1.0 401 UnauthorizedCSeq: 1Server: a",
        (
            "2025-03-19 14:47:10.728  RTSP/1.0 401 Unauthorized\n"
            "2025-03-19 14:47:55.6  2025-03-19 14:47:10.728  CSeq: 1\n2025-03-19 14:47:10.729  Server: a"
        ),
        (
            "Trying 192.0.2.4...\nConnected to 192.0.2.4.\nEscape character is '^]'.\n"
            "RTSP/1.0 401 Unauthorized\nCSeq: 1\nServer: a\nConnection closed by foreign host.\n"
        ),
        '{\n "port": 554,\n "data": "RTSP/1.0 401 Unauthorized\\r\\nCSeq: 1\\r\\nServer: a",\n "ip": "192.0.2.1"\n}',
    ],
)
def test_an_answer_in_a_log_or_as_a_client_prints_it(text: str) -> None:
    assert unwrap(text).replace("\r\n", "\n") == ANSWER.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "text",
    [
        "554/tcp open rtsp\n| fingerprint-strings:\n|   RTSPRequest:\n|     RTSP/1.0 400 Bad Request\n|     Server: a",
        "HTTP/1.1 200 OK\nServer: a\n\n<pre>\n  HTTP/1.1 404 Not Found\n  Server: b\n</pre>",
        "see HTTP/1.1 404\nand nothing more",
        "HTTP/1.1 200 OK\nX-Expire-Date: today\nServer: a",
        'The log said "HTTP/1.1 200 OK"',
        "at 2023-03-17 16:40:17 it answered\n2023-03-17 16:40:18 nothing",
    ],
)
def test_text_that_stays_as_it_is(text: str) -> None:
    assert unwrap(text) == text


def test_headers_alone_in_a_log() -> None:
    assert unwrap("x [b] CSeq: 1\nx [b] Session: 2\nx [b] Server: a") == "CSeq: 1\nSession: 2\nServer: a"
    assert unwrap("[a] b\n[c] d\n[e] f") == "[a] b\n[c] d\n[e] f"


def test_a_session_description_that_a_client_printed() -> None:
    text = 'Description { version: 0, origin: Origin { username: "VSTC", session_id: 1 }, session_name: "a \\"b\\"" }'
    assert unwrap(text) == 'v=0\r\ns=a "b"'
    text += 'attributes: [Attribute { key: "range", value: Some("npt=\\"1\\"") }, Attribute { key: "x", value: None }]'
    assert unwrap(text) == 'v=0\r\ns=a "b"\r\na=range:npt="1"\r\na=x'
    text = "Input #0, rtsp, from 'rtsp://192.0.2.1/':\n  Metadata:\n    title           : a b\n  Duration: N/A\n"
    assert unwrap(text) == "v=0\r\ns=a b"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"banner":"HTTP/1.1 200 OK\\r\\nServer: a","port":80}', "Server: a"),
    ],
)
def test_one_writing_within_another(text: str, line: str) -> None:
    assert line in unwrap(text).splitlines()


HOSTILE = [
    "RTSP/1.0 200 OK | A: ",
    "[Processing SDP 'v=0\n",
    "headers:SFRUUC8",
    "headers:SFRUUC8xLjEgMjAwIE9LDQpDb250ZW50, body:",
    "[Processing SDP line 'v=0']",
    '{"Server", "a"},\n',
    '{"Server",\n',
    "{ Status Code: 200, Headers {\n    a = (\n",
    "v=0 | ",
    "v=0..",
    "<pre>v=0",
    "<a>RTSP/1.0 200 ",
    "| v=0\n",
    "Server: '",
    "Server:[",
    "{}\n",
    '"UlRTUC8x',
    "0x41, ",
    " ",
    "1: a\n",
    "10:00:00: a\n",
    "10:00:00: ",
    "- a\n",
    " ...",
    "```\n",
    "application/x-rtp, a-a=(string)",
    'application/x-rtp, a-a=(string)"\\',
    "~~~\n",
    '{"a": ',
    "10:00:00 ",
    "[",
    "[]",
    "// ",
    "a\n\n",
    "T a -> b\n",
    "Server: ",
    "HTTP/1.1 200 ",
    ": ",
    ": {",
    "a\\r\\n\n",
    '"\\n"\n',
    "[a] ",
    "\\x0d",
    '{"headers":',
    "http://a [",
    "Title[a",
    "+ a realm '",
    "[+] a:1 b (",
    "Banner: HTTP/1.1 200 \\n",
]


@pytest.mark.parametrize("lead", ["", "v=0\n", "http://a [", "Banner on port 1/tcp on a: [http] "])
@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_text_takes_no_time(part: str, lead: str) -> None:
    with costs_less_than(0.5):
        unwrap(lead + part * (64 * 1024 // len(part)))


def test_a_page_behind_bars() -> None:
    assert unwrap('|     <meta a="b">\n|     <title>c</title>\n') == '<meta a="b">\n<title>c</title>'


def test_tools_may_stand_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(__file__).parent.parent.parent / "corpus"
    answers = [
        one["raw"] for name in ("http", "rtsp") for one in json.loads((folder / f"{name}.json").read_text("utf-8"))
    ]
    before = [*map(unwrap, answers)]
    monkeypatch.setattr(registry, "NOTATIONS", (*LINES, *RECORDS, *reversed(TOOLS), *REST))
    assert [raw for raw, as_before in zip(answers, before, strict=True) if unwrap(raw) != as_before] == []
