from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import lapi
from camscan.errors import DecodeError

# The envelope as open-source clients of this interface read it; identifying digits are made up.
DEVICE_INFO = b"""{
"Response": {
\t"ResponseURL": "/LAPI/V1.0/System/DeviceInfo",
\t"CreatedID": -1,
\t"ResponseCode": 0,
\t"SubResponseCode": 0,
\t"ResponseString": "Succeed",
\t"StatusCode": 0,
\t"StatusString": "Succeed",
\t"Data": {
\t\t"DeviceName": "HIC6622",
\t\t"DeviceModel": "IPC2122LB-SF28-A",
\t\t"SerialNumber": "210235C3XX0000000000",
\t\t"FirmwareVersion": "GIPC-B6202.6.8.201212"
\t}
}
}
"""
REFUSED = (
    b'\xef\xbb\xbf{"Response": {"ResponseURL": "/LAPI/V1.0/System/DeviceInfo", "ResponseCode": 4, "Data": "null",'
    b' "ResponseString": "Not Authorized", "StatusString": "Not Authorized"}}\0'
)


def test_device_info() -> None:
    assert lapi.decode(DEVICE_INFO) == {
        "lapi.response_url": ("/LAPI/V1.0/System/DeviceInfo",),
        "lapi.response_code": ("0",),
        "lapi.response_string": ("Succeed",),
        "lapi.status_string": ("Succeed",),
        "lapi.model": ("IPC2122LB-SF28-A",),
        "lapi.serial": ("210235C3XX0000000000",),
        "lapi.firmware": ("GIPC-B6202.6.8.201212",),
    }


def test_a_refusal_within_the_envelope() -> None:
    assert lapi.decode(REFUSED) == {
        "lapi.response_url": ("/LAPI/V1.0/System/DeviceInfo",),
        "lapi.response_code": ("4",),
        "lapi.response_string": ("Not Authorized",),
        "lapi.status_string": ("Not Authorized",),
    }


def test_a_lone_surrogate_becomes_text_that_can_be_stored() -> None:
    assert lapi.decode(b'{"Response":{"ResponseURL":"/\\ud800"}}') == {"lapi.response_url": ("/\ufffd",)}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b"[]",
        b'{"Response": null}',
        b'{"Response": "ResponseURL"}',
        b'{"Response": {"Data": {"DeviceModel": "x"}}}',
        b'{"response": {"ResponseURL": "/"}}',
        b'{"Response": {"ResponseURL": "/LAPI"',
        b'{"Response": {"ResponseCode": ' + b"[" * 200_000,
        b'{"Response": {"ResponseCode": ' + b"[" * 60_000 + b"]" * 5_000 + b"}}",
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    ],
)
def test_other_answers_are_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        lapi.decode(body)


def test_numbers_are_never_converted() -> None:
    body = b'{"Response":{"ResponseURL":"/","ResponseCode":' + b"9" * 50_000 + b',"StatusString":NaN}}'
    assert lapi.decode(body)["lapi.response_code"][0].strip("9") == ""


def test_the_allow_list_only_reads() -> None:
    assert lapi.REQUESTS == ("/LAPI/V1.0/System/DeviceInfo",)


@pytest.mark.parametrize("sample", [DEVICE_INFO, REFUSED])
def test_damaged_answers(sample: bytes) -> None:
    assert_survives(lapi.decode, sample)


@given(st.binary(max_size=200) | st.text('{}[]",: \\uResponsCdUL019nulltrue', max_size=80).map(str.encode))
def test_any_bytes(body: bytes) -> None:
    with contextlib.suppress(DecodeError):
        assert set(lapi.decode(body)) <= set(lapi.FIELDS)
