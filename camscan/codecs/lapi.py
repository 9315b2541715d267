"""The JSON envelope of LAPI (below /LAPI), which is answered, or refused within the envelope, without a login."""

from __future__ import annotations

from camscan.codecs import jsontext, layout
from camscan.errors import DecodeError

REQUESTS = ("/LAPI/V1.0/System/DeviceInfo",)
"""The only path that may be asked for, by GET and without a login."""

_ENVELOPE = {
    "lapi.response_url": "ResponseURL",
    "lapi.response_code": "ResponseCode",
    "lapi.response_string": "ResponseString",
    "lapi.status_string": "StatusString",
}
_DATA = {
    "lapi.model": "DeviceModel",
    "lapi.serial": "SerialNumber",
    "lapi.firmware": "FirmwareVersion",
}

FIELDS = (*_ENVELOPE, *_DATA)


def decode(body: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of an envelope. Raises DecodeError where the body is no JSON, or JSON of another interface."""
    for answer in jsontext.objects(body):
        response = jsontext.inner(answer, "Response")
        if {"ResponseURL", "ResponseCode"} & response.keys():
            data = jsontext.inner(response, "Data")
            pairs = [(field, jsontext.text(response, key)) for field, key in _ENVELOPE.items()]
            return layout.fields([*pairs, *((field, jsontext.text(data, key)) for field, key in _DATA.items())])
    raise DecodeError("not a LAPI envelope: no JSON object whose Response has a ResponseURL or ResponseCode")
