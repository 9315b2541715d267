"""Answers of other protocols inside HTTP answers. Those of ONVIF and UPnP are tested with their codecs."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import suppress
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.codecs import cgi, http, isapi, over_http, xml
from camscan.errors import DecodeError
from camscan.records import Fields

LINES = b"t.RemoteDevice.uuid:x_0.Password=12345\r\ntype=NVR\r\n"


def answer(content: bytes, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + content


def test_fields_and_status_of_an_own_answer() -> None:
    fields = over_http.own_answer(answer(b"type=NVR\r\n"), cgi.decode)
    assert fields == {"http.status": ("200",), "cgi.device_type": ("NVR",)}


@pytest.mark.parametrize("read", [over_http.onvif_answer, over_http.description])
def test_a_document_is_parsed_once(read: Callable[[bytes, str], Fields], monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    parse = xml.parse

    def counted(data: bytes, *, partial: bool = False) -> Element:
        parsed.append(data)
        return parse(data, partial=partial)

    monkeypatch.setattr(xml, "parse", counted)
    with suppress(DecodeError):
        read(answer(b"<Envelope><Body/></Envelope>", "Content-Type: text/xml"), "GetScopes")
    assert parsed == [b"<Envelope><Body/></Envelope>"]


def test_a_refusal_has_its_status_alone() -> None:
    page = answer(b"<html>no</html>", status="404 Not Found")
    assert over_http.own_answer(page, isapi.decode) == {"http.status": ("404",)}


def test_a_success_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(DecodeError):
        over_http.own_answer(answer(b"<html>login</html>"), isapi.decode)


CHUNKED = b"28\r\n" + LINES[:40] + b"\r\n" + f"{len(LINES) - 40:x}".encode() + b"\r\n" + LINES[40:] + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    "packed",
    [
        answer(
            LINES, f"Content-Length: {len(LINES)}", "Content-Type: text/plain", 'Authentication-Info: rspauth="6629"'
        ),
        answer(CHUNKED, "Transfer-Encoding: chunked", "Content-Type: text/plain", "Set-Cookie: SessionID=1"),
        answer(gzip.compress(LINES), "Content-Encoding: gzip", "Content-Type: text/plain"),
    ],
    ids=["plain", "in chunks that cut a password", "compressed"],
)
def test_what_is_kept_holds_no_login(packed: bytes) -> None:
    kept = over_http.redacted(packed)
    assert kept == (
        b"HTTP/1.1 200\r\nContent-Type: text/plain\r\n\r\nt.RemoteDevice.uuid:x_0.Password=*****\r\ntype=NVR\r\n"
    )
    assert over_http.own_answer(kept, cgi.decode)["cgi.device_type"] == ("NVR",)


def test_bytes_that_are_no_http_are_struck_out_too() -> None:
    assert over_http.redacted(b"\x01x.Password=12345") == b"\x01x.Password=*****"


@given(st.binary(max_size=300))
def test_anything_is_survived(data: bytes) -> None:
    kept = over_http.redacted(data)
    if kept.startswith(b"HTTP/1.1 "):
        assert http.body(kept) is not None
