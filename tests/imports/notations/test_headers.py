"""Headers that programs print in one line."""

from __future__ import annotations

import time

import pytest

from camscan.imports.notations.headers import invoked, listed

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
        "{ab=[" * 10_000,
    ],
)
def test_a_list_without_its_end_takes_no_time(text: str) -> None:
    began = time.process_time()
    assert listed(text) == text
    assert time.process_time() - began < 1


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
