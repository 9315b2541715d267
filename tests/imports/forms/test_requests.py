"""Requests that were answered by "not found" are left out of what a copied text says."""

from __future__ import annotations

import pytest
from support.costs import costs_less_than
from support.imported import fields

from camscan.imports.forms.requests import without_failed

ASKED = "GET /ISAPI/System/deviceInfo HTTP/1.1"


@pytest.mark.parametrize(
    "line",
    [
        f'203.0.113.9 - - [12/Feb/2024:03:11:10 +0000] "{ASKED}" 404 274 "-" "-"',
        "GET /ISAPI/System/deviceInfo 404 1.203 ms - 164",
        '[GIN] 2024/02/12 - 03:11:10 | 404 | 1.2ms | 203.0.113.9 | GET      "/ISAPI/System/deviceInfo"',
        '{"http":{"url":"/ISAPI/System/deviceInfo","http_method":"GET","status":404}}',
        f"> {ASKED}\n> Host: 192.0.2.5\n>\n< HTTP/1.1 404 Not Found",
    ],
)
def test_what_was_asked_in_vain(line: str) -> None:
    assert "/ISAPI/" not in without_failed(f"before\n{line}\nafter\n")
    assert without_failed(f"before\n{line}\nafter\n").startswith("before\n")


@pytest.mark.parametrize(
    "text",
    [
        f'203.0.113.9 - - [12/Feb/2024:03:11:10 +0000] "{ASKED}" 401 274 "-" "-"',
        f"> {ASKED}\n< HTTP/1.1 401 Unauthorized\n> GET / HTTP/1.1\n",
        f"{ASKED}\nContent-Length: 404\n",
        "POST /ISAPI/Security took 1.404 s",
        "camera 404 was seen",
        "",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert without_failed(text) == text


def test_only_the_request_that_failed_goes() -> None:
    talk = f"> {ASKED}\n< HTTP/1.1 401 Unauthorized\n> GET /x/y HTTP/1.1\n< HTTP/1.1 404 Not Found\n"
    assert without_failed(talk) == f"> {ASKED}\n< HTTP/1.1 401 Unauthorized\n< HTTP/1.1 404 Not Found\n"


def test_long_texts_cost_little() -> None:
    with costs_less_than(1):
        without_failed("GET /a " * 100_000 + " 404")
        without_failed("GET /a\n" * 100_000 + "HTTP/1.1 404")


def test_a_log_hints_at_no_path() -> None:
    assert "banner.text" not in fields(f'203.0.113.9 - - [12/Feb/2024:03:11:10 +0000] "{ASKED}" 404 274 "-" "-"')
