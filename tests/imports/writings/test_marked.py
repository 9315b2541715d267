from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.imports.writings.marked import unmarked

HEAD = "HTTP/1.1 200 OK\nServer: A/1\nContent-Type: text/html"


@pytest.mark.parametrize("mark", ["//", "#", "*", "--", ";", "<", ">", "   #"])
def test_remarks_of_programs_and_marks_of_a_direction(mark: str) -> None:
    assert unmarked("\n".join(f"{mark} {line}" for line in HEAD.splitlines())) == HEAD
    assert unmarked(f"{mark} Server: A/1") == "Server: A/1"
    assert unmarked("//Server: A/1\n//Date: b") == "Server: A/1\nDate: b"


def test_a_block_of_remarks() -> None:
    assert unmarked("/*\n * a: 1\n *\n *   b: 2\n */") == "a: 1\n\n  b: 2"
    assert unmarked("/***\nv=0\n***/") == "v=0"


@pytest.mark.parametrize(
    "text",
    [
        "# a\nb",
        "<html>\n<body>",
        "<a>\n<b>",
        "#!/bin/sh",
        "--boundary\n--",
        "*bold*",
        "",
        "\n",
        " ; AXIS A; Camera; 8.4; ",
    ],
)
def test_other_lines_stay(text: str) -> None:
    assert unmarked(text) == text


def test_a_caption_over_an_answer() -> None:
    assert unmarked("Answer of 192.0.2.1:\n\nServer: A/1") == "Server: A/1"
    assert unmarked("reply:\n<a/>") == "<a/>"
    for text in ("Server:\nDate: x", "Names:\nAnna", "a=b:\n<a/>"):
        assert unmarked(text) == text


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("HTTP/1.1 200 OK Server: A/1 Content-Type: text/html", "HTTP/1.1 200 OK|Server: A/1|Content-Type: text/html|"),
        ("HTTP/1.1 401 No Server: ETag: x  <html> <body>", "HTTP/1.1 401 No|Server:|ETag: x||<html> <body>"),
        ("HTTP/1.1 200 OK <A><B>1</B></A>", "HTTP/1.1 200 OK||<A><B>1</B></A>"),
        ("HTTP/1.1 200 OK Server: A one=1 two=2", "HTTP/1.1 200 OK|Server: A||one=1|two=2"),
        ("HTTP/1.1 200 OK Type: text/plain  type=1 name=2", "HTTP/1.1 200 OK|Type: text/plain||type=1|name=2"),
        ("RTSP/1.0 200 OK Date:  Mon v=0 o=- 1 1 s=A a=b:c", "RTSP/1.0 200 OK|Date:  Mon||v=0|o=- 1 1|s=A|a=b:c"),
        (
            'RTSP/1.0 401 No CSeq: 2 Auth: Digest realm="A", b="c"',
            'RTSP/1.0 401 No|CSeq: 2|Auth: Digest realm="A", b="c"|',
        ),
        ("HTTP/1.1 200 OK\rServer: A", "HTTP/1.1 200 OK|Server: A"),
        ("HTTP/1.1 200 OK", "HTTP/1.1 200 OK"),
    ],
)
def test_an_answer_whose_line_ends_became_spaces(line: str, lines: str) -> None:
    assert unmarked(line) == lines.replace("|", "\r\n")


def test_settings_on_one_line() -> None:
    assert unmarked("type=A name= table.B[0].C=d:e") == "type=A\nname=\ntable.B[0].C=d:e"
    for text in (
        "HTTP/1.1 401 UnauthorizedDate: x",
        "C=CN O=A CN=b",
        "type=A name=B",
        "type=A and name=B now=C",
        'type="a b" name=c other=d',
    ):
        assert unmarked(text) == text


@pytest.mark.parametrize(
    "part", ["// a\n", "HTTP/1.1 200 OK A: ", " a=b", "RTSP/1.0 200 OK  ", "a:\n", "< ", "/*\n", " v=0 o="]
)
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        unmarked("HTTP/1.1 200 OK A: b" + part * (200_000 // len(part)))
        unmarked(part * (200_000 // len(part)))


def test_words_in_bold_letters() -> None:
    text = '**RTSP/1.0 401 Unauthorized**\nServer: A\n**WWW-Authenticate: Digest** realm="b", **nonce**="c"'
    assert unmarked(text) == 'RTSP/1.0 401 Unauthorized\nServer: A\nWWW-Authenticate: Digest realm="b", nonce="c"'
    assert unmarked("a **bold** word and Server: A") == "a **bold** word and Server: A"
