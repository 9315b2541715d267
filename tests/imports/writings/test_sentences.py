"""A sentence that quotes a value of an answer becomes the lines that it quotes."""

from __future__ import annotations

import pytest
from support.costs import costs_less_than

from camscan.imports.writings.registry import unwrap
from camscan.imports.writings.sentences import said

CHALLENGE = 'WWW-Authenticate: Digest realm="b c"'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('[12:00:01] 192.0.2.4 replied 401 with realm "b c", giving up', CHALLENGE),
        ("it asks for the realm 'b c' and hangs up", CHALLENGE),
        ("On port 554 the realm is `b c`, as always", CHALLENGE),
        ('Found a device with server header "a/1" on port 80', "Server: a/1"),
        ("The device answers with `Server: a/1` on port 80", "Server: a/1"),
        ('10:11:12 INFO it answered with Server: a/1 and realm "b c" today', f"Server: a/1\r\n{CHALLENGE}"),
        ('It is one by a reply of `HTTP/1.1 200 OK` (or\n  `401 No` with `realm="b c"`).', CHALLENGE),
        ("- live and verified: YES (`HTTP/1.1 200 OK`, `Server: a/1`, `Set-Cookie: c`)", "Server: a/1"),
        ('The page has the title "A & B" on that device', "<title>A &amp; B</title>"),
    ],
)
def test_what_a_sentence_quotes(text: str, lines: str) -> None:
    assert unwrap(text) == lines


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Server: a/1 and more on port 80",
        'realm "b"',
        'HTTP/1.1 401 x\r\nServer: a\r\n\r\nwith the realm "b c" of it',
        '{"note": "with the realm \'b c\' of it"}',
        "it says Server: a/1, b and nothing else",
        'the header was Digest realm="b c", nonce="d" all the time',
        "set(realm='b c') is what it wants from us",
        'the realm "b c" of it' + " " * 2048,
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert said(text) == text


@pytest.mark.parametrize("part", ['the realm "', "server is ", "a b c ", "`Server: ", "title '"])
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(0.05):
        said((part * 2048)[:2048])
