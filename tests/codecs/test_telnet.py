"""Tests for what services say first, with the options of telnet in between."""

from __future__ import annotations

import pytest

from camscan.codecs.telnet import greeting, without_negotiation
from camscan.codecs.text import to_text
from camscan.imports.pasted import read

OPTIONS = b"\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03"


@pytest.mark.parametrize(
    "text",
    [
        to_text(OPTIONS + b"\r\ndvrdvs login: "),
        (OPTIONS + b"dvrdvs login: ").decode("utf-8", "replace"),
        b"\xff\xfd\x18\xff\xfd \xff\xfd#\xff\xfd'dvrdvs login: ".decode("utf-8", "replace"),
        repr(OPTIONS)[2:-1] + r"\r\ndvrdvs login: ",
        "\xff\xfa\x18\x01\xff\xf0\xff\xf9dvrdvs login: ",
        to_text(b"\xff\xfd\0\xff\xfb\x01dvrdvs login: "),
        "\x1b[2J\x1b[1;1Hdvrdvs login: ",
    ],
    ids=["Latin-1", "no UTF-8", "options of Linux", "spelled out", "suboptions", "without NUL", "screen"],
)
def test_the_text_without_options(text: str) -> None:
    assert without_negotiation(text) == "dvrdvs login: "
    assert greeting(text) == {"banner.text": ("dvrdvs login:",)}
    assert ("dvrdvs login:",) in [one.fields.get("banner.text") for one in read(text, "banner")]


def test_options_after_the_text() -> None:
    assert without_negotiation("Password: \xff\xfb\x01") == "Password: "


@pytest.mark.parametrize(
    "text", ["", "login: ", "\r\nlogin: ", "Ma\xffe login", "\xff\xd8\xff\xe0", "caf\ufffd login", "\ufffd\ufffd cam"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert without_negotiation(text) == text
