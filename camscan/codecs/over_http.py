"""Answers of other protocols that come inside an HTTP answer."""

from __future__ import annotations

from collections.abc import Callable

from camscan.codecs import behind, framing, http, onvif, ssdp
from camscan.errors import DecodeError
from camscan.records import Fields


def onvif_answer(data: bytes, action: str) -> Fields:
    """The fields of an HTTP answer to an ONVIF request, its challenge included.

    Raises DecodeError if it is no HTTP, or neither a challenge nor SOAP.
    """
    fields = http.decode(data, onvif.PATH, envelope=False)
    kept = {name: values for name, values in fields.items() if not name.startswith("http.body")}
    if "http.www_authenticate" in fields:
        return kept
    return {**kept, **onvif.decode(http.body(data), action)}


def description(data: bytes, path: str) -> Fields:
    """The fields of an HTTP answer with a UPnP device description. Raises DecodeError if it is no HTTP, or has none."""
    fields = http.decode(data, path, envelope=False)
    kept = {name: values for name, values in fields.items() if name in ("http.server", "http.status")}
    return {**kept, **ssdp.decode_description(http.body(data))}


def own_answer(data: bytes, decode: Callable[[bytes], Fields]) -> Fields:
    """The fields of an HTTP answer whose content `decode` reads, and its status.

    Raises DecodeError if it is no HTTP, or a success whose content cannot be read.
    """
    answer = framing.read_own(data)
    fields = {"http.status": (answer.status,)} if answer.status else {}
    try:
        return {**fields, **decode(answer.content)}
    except DecodeError:
        if answer.status.startswith("2") or not answer.status:
            raise
        return fields


def without_headers(data: bytes) -> bytes:
    """The part of an answer to a login that may be kept: status, content type and the decompressed content.

    Other headers may hold what a password can be guessed from (RFC 7616, section 3.5: `rspauth`). Bytes that are no
    HTTP stay as they are.
    """
    try:
        answer = framing.read_own(data)
    except DecodeError:
        return data
    kind = answer.last("content-type")
    head = f"HTTP/1.1 {answer.status}\r\n" + (f"Content-Type: {kind}\r\n" if kind else "") + "\r\n"
    return head.encode("latin-1", "replace") + answer.content


def redacted(data: bytes) -> bytes:
    """As `without_headers`, with the logins of cameras masked.

    It is decompressed first, so that no login is overlooked.
    """
    return behind.redacted(without_headers(data))
