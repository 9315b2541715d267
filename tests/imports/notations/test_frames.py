"""What stands around lines, and texts that only look so."""

import pytest
from support.costs import costs_less_than

from camscan.imports.notations.frames import commented, keyed, numbered, prompted, unescaped
from camscan.imports.notations.line_ends import plain
from camscan.imports.notations.registry import unwrap

SAID = "deviceType=IPC-1\nversion=2.800"
HEAD = "HTTP/1.1 200 OK\nServer: App-webs/"


@pytest.mark.parametrize(
    "shown",
    [
        "/*\n * deviceType=IPC-1\n * version=2.800\n */",
        "   1  deviceType=IPC-1\n   2  version=2.800",
        "41: deviceType=IPC-1\n42: version=2.800",
        "$ curl -s http://192.0.2.7/cgi-bin/magicBox.cgi\ndeviceType=IPC-1\nversion=2.800\nuser@host:~$ ",
        "root@host:~# wget -qO- http://192.0.2.7/\ndeviceType=IPC-1\nversion=2.800",
        "response: |\n  deviceType=IPC-1\n  version=2.800",
    ],
)
def test_lines_without_what_is_around_them(shown: str) -> None:
    assert unwrap(shown) == SAID


def test_a_header_that_a_command_printed() -> None:
    assert unwrap("$ curl -sI http://192.0.2.7/ | grep Server\nServer: App-webs/\nuser@host:~$ ") == "Server: App-webs/"


def test_escapes_of_markdown() -> None:
    assert unescaped(r"\<Model>DS-2CD1\</Model> \_x\_") == "<Model>DS-2CD1</Model> _x_"
    assert unescaped(r"IPC\-HDW\_1") == "IPC-HDW_1"


def test_typographic_single_quotes() -> None:
    assert plain("{\u2018model\u2019: \u2018DS-1\u2019}") == "{'model': 'DS-1'}"
    assert plain("it's \u2018so\u2019") == "it's \u2018so\u2019"


@pytest.mark.parametrize(
    ("undo", "text"),
    [
        (commented, "/* a */ b /*\n c */"),
        (commented, "/* one line */"),
        (numbered, "1  a\n3  b"),
        (numbered, "1  a"),
        (numbered, "1.3.6.1 a\n2.3.6.1 b"),
        (prompted, f"$ curl -i http://192.0.2.7/\n{HEAD}"),
        (prompted, "price: $ curl\n"),
        (keyed, "response: |\n  a\nb: c"),
        (keyed, "response: a"),
        (unescaped, r"^\<\d+\>$"),
        (unescaped, r"C:\-\n"),
    ],
)
def test_what_only_looks_so(undo: object, text: str) -> None:
    assert callable(undo)
    assert undo(text) == text


@pytest.mark.parametrize(
    "part", ["/*\n", " * a\n", "1  a\n", "$ curl x\n", "a@b:$ ", "raw: |\n ", "\\<a", "\\-a", "\u2018"]
)
def test_hostile_text_takes_no_time(part: str) -> None:
    with costs_less_than(1.0):
        unwrap(part * (60_000 // len(part)))
