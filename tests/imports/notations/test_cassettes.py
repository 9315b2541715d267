"""Answers that test tools recorded."""

from __future__ import annotations

import time

import pytest

from camscan.imports.notations.cassettes import recorded
from camscan.imports.notations.registry import unwrap

PYTHON = """\
interactions:
- request:
    body: null
    headers:
      Accept:
      - '*/*'
    method: GET
    uri: http://192.0.2.1/
  response:
    body:
      string: "<html>\\n<title>A \\"B\\"</title>"
    headers:
      Content-Type:
      - text/html
      WWW-Authenticate:
      - 'Digest realm="it''s", nonce="1"'
    status:
      code: 401
      message: Unauthorized
version: 1
"""
RUBY = """\
  response:
    status:
      code: 200
      message: OK
    headers:
      Server:
      - A/1
    body:
      encoding: UTF-8
      string: 'x=1'
    http_version:
"""


def test_the_answer_and_not_the_request() -> None:
    assert unwrap(PYTHON).splitlines() == [
        "HTTP/1.1 401 -",
        "Content-Type: text/html",
        'WWW-Authenticate: Digest realm="it\'s", nonce="1"',
        "",
        "<html>",
        '<title>A "B"</title>',
    ]


def test_an_answer_alone() -> None:
    assert unwrap(RUBY).splitlines() == ["HTTP/1.1 200 -", "Server: A/1", "", "x=1"]
    assert recorded('headers:\n  Server: ["A/1"]\n  Date: ["x"]\n').splitlines() == ["Server: A/1", "Date: x"]


@pytest.mark.parametrize(
    "text", ["headers:\n  Color:\n  - red\n", "response:\n  Server: A\n", "HTTP/1.1 200 OK\nServer: A\n", ""]
)
def test_any_other_text_is_left_as_it_is(text: str) -> None:
    assert recorded(text) == text


@pytest.mark.parametrize("part", ["headers:\n Server:\n - ", 'string: "\\', "   string: '''", " headers:\n  a\n"])
def test_hostile_text_takes_no_time(part: str) -> None:
    began = time.process_time()
    recorded(part * 8_000)
    assert time.process_time() - began < 1
