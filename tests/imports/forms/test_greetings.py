"""Tests for greetings of several lines that end in a prompt."""

from __future__ import annotations

import pytest

from camscan.imports.forms.greetings import MAX_GREETING, introduced

GREETINGS = {
    "NetComm ADSL2+ Wireless Router\r\nLogin: ": ["NetComm ADSL2+ Wireless Router"],
    "\r\n*** ADTRAN TSU ESP ***\r\n\r\n   ENTER PASSWORD -> ": ["ADTRAN TSU ESP"],
    "===Actiontec xDSL Router===\r\nLogin: ": ["Actiontec xDSL Router"],
    "Welcome to Vyatta\r\n\rvyatta login: ": ["Vyatta"],
    "DSL-500B\nCopyright (c) 2001-2003 by D-Link, Inc.\n\r\n\rlogin: ": ["DSL-500B", "D-Link, Inc."],
    "*\nCopyright 2006 Siemens AG\r\nrg login: ": ["Copyright 2006 Siemens AG", "Siemens AG"],
}


@pytest.mark.parametrize(("text", "names"), GREETINGS.items())
def test_who_introduces_itself(text: str, names: list[str]) -> None:
    assert list(introduced(text)) == names


@pytest.mark.parametrize(
    "text",
    [
        "",
        "login: ",
        "dahua login: ",
        "\r\nhikvision login: ",
        "Dahua yard cameras - switch 3\r\nUsername: ",
        "Welcome to Hikvision storage\r\nlogin: ",
        "Vyatta\r\nready\r\n",
        "Vyatta\r\n" + "-" * MAX_GREETING + "\r\nlogin: ",
    ],
)
def test_a_host_its_owner_and_other_text_introduce_nothing(text: str) -> None:
    assert list(introduced(text)) == []
