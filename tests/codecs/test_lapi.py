from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_lists_survive, assert_survives

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


def test_basic_information_stands_beside_the_address() -> None:
    url = "/LAPI/V1.0/System/DeviceBasicInfo"
    told = {"ResponseURL": url, "ProductModel": "OET-213H", "SerialNo": "2102", "FirmwareVersion": "IPC_G6103-B0011"}
    assert lapi.decode(json.dumps({"Response": told}).encode()) == {
        "lapi.response_url": (url,),
        "lapi.model": ("OET-213H",),
        "lapi.serial": ("2102",),
        "lapi.firmware": ("IPC_G6103-B0011",),
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


# Lists as clients of this interface record them in their tests; names and digits are made up.
DETAILS = (
    b'{"Response": {"ResponseURL": "/LAPI/V1.0/Channels/System/ChannelDetailInfos", "ResponseCode": 0,'
    b'"Data": {"Nums": 4,'
    b'"DetailInfos": [{"ID": 1, "Name": "Kitchen", "Status": 1, "Manufacturer": "HIKVISION",'
    b'"DeviceModel": "DS-2CD1131-I",'
    b'"AddressInfo": {"Address": "172.16.0.11", "Port": 80, "MAC": "f8:4d:fc:58:ef:c2"}},'
    b'{"ID": 2, "Name": "IP Camera 2", "Status": 0, "Manufacturer": "", "AddressInfo": {"Address": "", "MAC": ""}},'
    b"null,"
    b'{"Name": "no number"}]}}}'
)
DEVICES = (
    b'{"Response": {"ResponseCode": 0, "Data": {"Nums": 2, "DeviceInfos": [{"ID": 1, "DeviceModel": "DS-2CD1131-I",'
    b'"SerialNumber": "DS-2CD1131-I20181219AAWR000000001", "FirmwareVersion": "V5.5.54 build 180821"}]}}}'
)
WEB_APIS = (
    b'{"Response": {"ResponseCode": 0, "Data": {"Num": 2, "NetworkInterfaceList": [{"ID": 1, "Name": "eth0",'
    b'"InnerNICIPAddress": "172.16.0.1", "IPAddress": "10.0.4.9", "MAC": "48:ea:63:00:00:01"}, 7]}}}'
)


def test_cameras_by_channel() -> None:
    first, second, nameless = lapi.slots(DETAILS)
    assert lapi.decode_slot(first) == {
        "behind.api": ("lapi",),
        "behind.slot": ("1",),
        "behind.manufacturer": ("HIKVISION",),
        "behind.model": ("DS-2CD1131-I",),
        "behind.name": ("Kitchen",),
        "behind.address": ("172.16.0.11",),
        "behind.mac": ("F8:4D:FC:58:EF:C2",),
        "behind.online": ("true",),
    }
    assert lapi.decode_slot(second) == {
        "behind.api": ("lapi",),
        "behind.slot": ("2",),
        "behind.name": ("IP Camera 2",),
        "behind.online": ("false",),
    }
    with pytest.raises(DecodeError, match="without a number"):
        lapi.decode_slot(nameless)


def test_serials_by_channel() -> None:
    (part,) = lapi.slots(DEVICES)
    fields = lapi.decode_slot(part)
    assert fields["behind.serial"] == ("DS-2CD1131-I20181219AAWR000000001",)
    assert fields["behind.firmware"] == ("V5.5.54 build 180821",)


def test_what_lists_say_of_the_recorder() -> None:
    assert lapi.decode(DETAILS)["recorder.channels"] == ("4",)
    assert "lapi.model" not in lapi.decode(DEVICES)
    fields = lapi.decode(WEB_APIS)
    assert fields["lapi.interface_mac"] == ("48:EA:63:00:00:01",)
    assert fields["lapi.ipv4_address"] == ("172.16.0.1", "10.0.4.9")


def test_sixty_four_channels_fit() -> None:
    channel = {
        "ID": 0,
        "Name": "x" * 40,
        "AddressInfo": {"Address": "172.16.0.1"},
        "StreamInfos": [{"ID": n} for n in range(80)],
    }
    data = {"Nums": 64, "DetailInfos": [{**channel, "ID": number + 1} for number in range(64)]}
    body = json.dumps({"Response": {"ResponseCode": 0, "Data": data}}).encode()
    assert [lapi.decode_slot(part)["behind.slot"] for part in lapi.slots(body)][-1] == ("64",)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(DecodeError):
        lapi.slots(b'{"Response":' + b'{"a":' * 5000 + b"1" + b"}" * 5001)


@pytest.mark.parametrize("sample", [DETAILS, DEVICES, WEB_APIS])
def test_damaged_lists_are_survived(sample: bytes) -> None:
    assert_lists_survive(lapi, sample)


def test_only_these_paths_are_on_the_list() -> None:
    """All of them are resources that a GET only reads; a further one is a decision, not an accident."""
    assert (*lapi.QUESTIONS, *lapi.CHANNEL_QUESTIONS) == (
        "/LAPI/V1.0/System/DeviceInfo",
        "/LAPI/V1.0/Network/Interfaces",
        "/LAPI/V1.0/Channels/System/ChannelDetailInfos",
        "/LAPI/V1.0/Channels/System/DeviceInfos",
    )
