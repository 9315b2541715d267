"""What stands around a whole text: a fence of code, a citation."""

from __future__ import annotations

import json

import pytest

from camscan.imports import pasted
from camscan.imports.notations.enclosures import enclosed
from camscan.imports.notations.registry import unwrap


@pytest.mark.parametrize(
    "text",
    [
        "```\nServer: a\nx: 1\n```",
        "```json\nServer: a\nx: 1\n```\n",
        "~~~\nServer: a\nx: 1\n~~~",
        "> Server: a\n> x: 1",
        "> Server: a\n>\n> x: 1",
        "> ```\n> Server: a\n> x: 1\n> ```",
        "`Server: a\nx: 1`\n",
        "- `Server: a\nx: 1`",
    ],
)
def test_what_stands_around_the_whole_is_taken_off(text: str) -> None:
    assert enclosed(text).replace("\n\n", "\n") == "Server: a\nx: 1"


@pytest.mark.parametrize(
    "text",
    [
        "Server: a",
        "> Server: a",
        "> GET / HTTP/1.1\n< HTTP/1.1 200 OK",
        "```\na\n```\nb\n```\nc\n```",
        "`a` and `b`",
        "```",
        "",
    ],
)
def test_what_stands_around_a_part_stays(text: str) -> None:
    assert enclosed(text) == text


def test_forms_beside_an_answer_see_it_without_its_fence() -> None:
    found = pasted.read('```\n{"services": [{"http": {"favicons": [{"hashes": ["mmh3:-1240222446"]}]}}]}\n```')
    assert any(one.fields.get("http.favicon.mmh3") == ("-1240222446",) for one in found)


@pytest.mark.parametrize("text", ['Server: a\r\nx: "1"\n', "智能物联 'x'", '{"a": "b"}'])
def test_a_string_of_a_program_that_is_all_there_is(text: str) -> None:
    for written in (json.dumps(text), repr(text), repr(text.encode()), f"  {json.dumps(text)}\n"):
        assert enclosed(written) == text


@pytest.mark.parametrize("text", ['"a", "b"', "'a' + 'b'", r"b'\x00\x01'", '"a\nb"', r'"a\"', "'it's'", '"', "f'a'"])
def test_other_quotes_stay(text: str) -> None:
    assert enclosed(text) == text


def test_text_that_an_answer_to_it_cites() -> None:
    assert enclosed('> {\n>   "a": 1\n>\n> }') == '{\n  "a": 1\n\n}'
    assert enclosed("> a\nb") == "> a\nb"
    assert enclosed("> a") == "> a"


def test_markup_out_of_the_source_of_a_page() -> None:
    assert unwrap("&lt;a b=&quot;1&quot;&gt;c&amp;amp;&lt;/a&gt;") == '<a b="1">c&amp;</a>'
    assert unwrap("X: realm=&quot;a&quot;") == 'X: realm="a"'
    assert unwrap("<a>&lt;b&gt;</a>") == "<a>&lt;b&gt;</a>"
    assert unwrap("AT&amp;T") == "AT&amp;T"
