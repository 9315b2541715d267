"""Answers of other protocols that come inside an HTTP answer."""

from __future__ import annotations

from camscan.codecs import http, onvif, ssdp
from camscan.records import Fields


def onvif_answer(data: bytes, action: str) -> Fields:
    """The fields of an HTTP answer to an ONVIF request, its challenge included.

    Raises:
        DecodeError: it is no HTTP, or neither a challenge nor SOAP.
    """
    fields = http.decode(data, onvif.PATH)
    kept = {name: values for name, values in fields.items() if not name.startswith(("http.body", "isapi."))}
    if "http.www_authenticate" in fields:
        return kept
    return {**kept, **onvif.decode(http.body(data), action)}


def description(data: bytes, path: str) -> Fields:
    """The fields of an HTTP answer that carries a UPnP device description.

    Raises:
        DecodeError: it is no HTTP, or no description.
    """
    fields = http.decode(data, path)
    kept = {name: values for name, values in fields.items() if name in ("http.server", "http.status")}
    return {**kept, **ssdp.decode_description(http.body(data))}
