"""Lines that were joined, and texts that went on."""

from __future__ import annotations

import pytest

from camscan.imports.writings.registry import sent


@pytest.mark.parametrize("mark", [" ", "; ", " | ", "   "])
def test_ports_of_a_scan_in_one_line(mark: str) -> None:
    parts = [
        "Nmap scan report for 192.0.2.1",
        "80/tcp open http Acme httpd 1.0",
        "|_http-title: A b",
        "81/udp closed x",
    ]
    assert sent(mark.join(parts)).splitlines() == parts


@pytest.mark.parametrize("mark", [" ", "; ", " | "])
def test_variables_of_a_walk_in_one_line(mark: str) -> None:
    parts = [
        "SNMPv2-MIB::sysDescr.0 = STRING: A b",
        ".1.3.6.1.2.1.1.2.0 = OID: 1.3.6",
        "iso.3.6.1.2.1.1.5.0 = STRING: c",
    ]
    assert sent(mark.join(parts)).splitlines() == parts


def test_breaks_of_lines_in_plain_text() -> None:
    assert sent("a=1<br>b=2<br/>c=3") == "a=1\nb=2\nc=3"
    assert sent("HTTP/1.1 200 OK; <html>a</html>").splitlines() == ["HTTP/1.1 200 OK", "", "<html>a</html>"]


@pytest.mark.parametrize(
    "text",
    [
        "Server = A/1\nDate = x",
        '"Server": "A/1",\n"Date": "x",',
        "'Server' => 'A/1',\n'Date' => 'x'",
        "Server=A/1\nDate=x",
    ],
)
def test_headers_as_settings(text: str) -> None:
    assert sent(f"HTTP/1.1 200 OK\n{text}\n") == "HTTP/1.1 200 OK\nServer: A/1\nDate: x"


def test_quotes_that_a_letter_has_curled() -> None:
    assert sent("<a b=“c d”>“e”</a>") == '<a b="c d">"e"</a>'


def test_a_challenge_in_single_quotes() -> None:
    assert sent("WWW-Authenticate: Digest realm='A b', nonce='1'") == 'WWW-Authenticate: Digest realm="A b", nonce="1"'


@pytest.mark.parametrize("text", ["Maker M-1...", "Maker M-1 ...", "Maker M-1…"])
def test_the_mark_of_what_was_cut_off(text: str) -> None:
    assert sent(text) == "Maker M-1"


@pytest.mark.parametrize("text", ["...", "a....", "port 80/tcp is open", "a = b; c = d"])
def test_other_text_stays(text: str) -> None:
    assert sent(text) == text
