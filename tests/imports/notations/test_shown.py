"""Tests for answers in objects that programs show."""

from __future__ import annotations

import time

import pytest

from camscan.imports.notations.registry import unwrap
from camscan.imports.notations.shown import inspected, marked

HEAD = ["HTTP/1.1 401 -", "server: A/1", 'www-authenticate: Digest realm="B C", nonce="1"']
PAIRS = "'server': 'A/1', 'www-authenticate': 'Digest realm=\"B C\", nonce=\"1\"'"
ASKED = "config: {\n    headers: { Accept: '*/*', 'User-Agent': 'axios/1.2' },\n    method: 'get'\n  },\n"
GIVEN = "headers: {\n      server: 'A/1',\n      'www-authenticate': 'Digest realm=\"B C\", nonce=\"1\"'\n    },\n"


@pytest.mark.parametrize(
    "text",
    [
        f"Error: failed\n    at a (a.js:16:15) {{\n  {ASKED}  response: {{\n    status: 401,\n    {GIVEN}  }}\n}}",
        f"<ClientResponse(http://192.0.2.1/) [401 Unauthorized]>\n<CIMultiDictProxy({PAIRS})>\n",
        f"{{ statusCode: 401, {GIVEN.replace('headers: {', 'headers: AxiosHeaders {')} }}",
    ],
)
def test_the_answer_in_an_object(text: str) -> None:
    assert unwrap(text).splitlines() == HEAD


def test_the_answer_over_rtsp_in_an_object() -> None:
    text = "{ statusCode: 200,\n  headers:\n   { CSeq: '2',\n     Server: 'A/1' } }"
    assert unwrap(text).splitlines() == ["RTSP/1.0 200 -", "CSeq: 2", "Server: A/1"]


def test_the_headers_that_perl_dumped() -> None:
    dumped = "$VAR1 = bless( {\n  'server' => 'A/1',\n  '::std_case' => {},\n  'date' => 'b'\n}, 'HTTP::Headers' );"
    assert inspected(dumped) == dumped
    assert inspected(dumped.replace("  '::std_case' => {},\n", "")).splitlines() == ["server: A/1", "date: b"]


def test_the_body_in_an_object() -> None:
    text = f"{{ status: 401, {GIVEN} data: '<a>\\n' +\n      '<b>it\\'s</b></a>\\n' }}"
    assert unwrap(text).splitlines() == [*HEAD, "", "<a>", "<b>it's</b></a>"]


def test_headers_of_a_question_alone_are_no_answer() -> None:
    asked = f"{{ {ASKED} }}"
    assert inspected(asked) == asked
    whole = f"HTTP/1.1 200 OK\r\nServer: C\r\n\r\n{{ {GIVEN} }}"
    assert inspected(whole) == whole


def test_an_answer_of_okhttp_with_its_headers() -> None:
    text = "Response{protocol=http/1.1, code=401, message=Unauthorized, url=http://192.0.2.1/}\n"
    assert unwrap(f"{text}Server: A/1\nDate: b").splitlines() == ["HTTP/1.1 401 Unauthorized", "Server: A/1", "Date: b"]
    assert inspected(f"{text}it failed") == f"{text}it failed"


@pytest.mark.parametrize(
    "text",
    [
        "# Head\n\n- **Server:** `A/1`\n- **Content-Type:** `text/html`\n",
        "| Header | Value |\n|---|---|\n| Server | `A/1` |\n| Content-Type | text/html |\n".replace("\n", "\r\n"),
        "* **`Server`**: A/1\n* **`Content-Type`**: text/html",
    ],
)
def test_headers_in_markdown(text: str) -> None:
    assert unwrap(text).splitlines()[-2:] == ["Server: A/1", "Content-Type: text/html"]


def test_other_lists_and_tables_stay() -> None:
    for text in (
        "- **Server:** A\n- **Camera:** B",
        "| Server | A/1 | Acme |\n| Server | B/2 | Bcme |",
        "- **Date:** today",
    ):
        assert marked(text) == text


@pytest.mark.parametrize("piece", ["headers: {", "headers: { a: '", "data: '", "data: '' + ", "**a", "\n| a | b"])
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    inspected(text)
    marked(text)
    assert time.process_time() - began < 2
