from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import isapi
from camscan.errors import DecodeError

# Shapes as open-source clients of this interface record them in their tests; identifying digits are made up.
DEVICE_INFO = b"""<?xml version="1.0" encoding="UTF-8"?>
<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<deviceName>yard</deviceName>
<deviceID>6aff4000-1f90-00b0-0000-000c00000000</deviceID>
<deviceDescription>IPCamera</deviceDescription>
<deviceLocation>hangzhou</deviceLocation>
<model>DS-2CD2386G2-IU</model>
<serialNumber>DS-2CD2386G2-IU00000000AAWRJ00000000</serialNumber>
<macAddress>a6-63-9e-f8-01-09</macAddress>
<firmwareVersion>V5.7.18</firmwareVersion>
<firmwareReleasedDate>build 240826</firmwareReleasedDate>
<encoderVersion>V7.3</encoderVersion>
<deviceType>IPCamera</deviceType>
<manufacturer>hikvision</manufacturer>
<OEMCode>1</OEMCode>
</DeviceInfo>
"""

ACTIVATE_STATUS = b"""<?xml version="1.0" encoding="UTF-8"?>
<ActivateStatus version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
<Activated>true</Activated>
</ActivateStatus>"""

USER_CHECK = b"""<?xml version="1.0" encoding="UTF-8" ?>
<userCheck>
<statusValue>401</statusValue>
<statusString>Unauthorized</statusString>
</userCheck>
"""

RESPONSE_STATUS = b"""<?xml version="1.0" encoding="UTF-8" ?>
<ResponseStatus version="1.0" xmlns="urn:psialliance-org">
  <requestURL>/ISAPI/Streaming/channels</requestURL>
  <statusCode>4</statusCode>
  <statusString>Invalid Operation</statusString>
  <subStatusCode>notSupport</subStatusCode>
</ResponseStatus>"""


def test_device_info() -> None:
    assert isapi.decode(DEVICE_INFO) == {
        "isapi.root": ("DeviceInfo",),
        "isapi.namespace": ("http://www.hikvision.com/ver20/XMLSchema",),
        "isapi.device_name": ("yard",),
        "isapi.device_type": ("IPCamera",),
        "isapi.device_description": ("IPCamera",),
        "isapi.model": ("DS-2CD2386G2-IU",),
        "isapi.serial": ("DS-2CD2386G2-IU00000000AAWRJ00000000",),
        "isapi.firmware": ("V5.7.18 build 240826",),
        "isapi.mac": ("A6:63:9E:F8:01:09",),
        "isapi.manufacturer": ("hikvision",),
        "isapi.oem_code": ("1",),
    }


def test_activate_status() -> None:
    assert isapi.decode(ACTIVATE_STATUS) == {
        "isapi.root": ("ActivateStatus",),
        "isapi.namespace": ("http://www.isapi.org/ver20/XMLSchema",),
        "isapi.activated": ("true",),
    }


def test_user_check_without_a_namespace() -> None:
    assert isapi.decode(USER_CHECK) == {
        "isapi.root": ("userCheck",),
        "isapi.status_code": ("401",),
        "isapi.status_string": ("Unauthorized",),
    }


def test_response_status() -> None:
    assert isapi.decode(RESPONSE_STATUS) == {
        "isapi.root": ("ResponseStatus",),
        "isapi.namespace": ("urn:psialliance-org",),
        "isapi.request_url": ("/ISAPI/Streaming/channels",),
        "isapi.status_code": ("4",),
        "isapi.status_string": ("Invalid Operation",),
        "isapi.sub_status_code": ("notSupport",),
    }


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.hikvision.com/ver10/XMLSchema",
        "http://www.hikvision.com/ver20/XMLSchema",
        "http://www.isapi.org/ver20/XMLSchema",
        "http://www.isapi.com/ver20/XMLSchema",
        "http://www.std-cgi.com/ver20/XMLSchema",
        "http://www.std-cgi.org/ver20/XMLSchema",
        "urn:psialliance-org",
        "urn:selfextension:psiaext-ver10-xsd",
        "http://www.psialliance.org/ver20/XMLSchema",
    ],
)
def test_any_root_in_a_known_namespace_is_an_envelope(namespace: str) -> None:
    body = f'<SessionLoginCap xmlns="{namespace}"><sessionID>1</sessionID></SessionLoginCap>'.encode()
    assert isapi.decode(body) == {"isapi.root": ("SessionLoginCap",), "isapi.namespace": (namespace,)}


@pytest.mark.parametrize(
    "body",
    [
        b"<DeviceInfo><model>other</model></DeviceInfo>",
        b"<ResponseStatus><statusCode>4</statusCode></ResponseStatus>",
        b'<DeviceInfo xmlns="http://www.example.com/ver20/XMLSchema"/>',
        b'<DeviceInfo xmlns="http://www.hikvision.com.example.org/ver20"/>',
        b'<userCheck xmlns="urn:other"><statusValue>401</statusValue></userCheck>',
        b"<html><body><userCheck/></body></html>",
        b'{"statusCode": 4}',
        b"",
    ],
)
def test_other_answers_are_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        isapi.decode(body)


def test_an_answer_that_breaks_off_gives_its_whole_elements() -> None:
    cut = DEVICE_INFO[: DEVICE_INFO.index(b"IU00000000")]
    assert isapi.decode(cut) == {
        "isapi.root": ("DeviceInfo",),
        "isapi.namespace": ("http://www.hikvision.com/ver20/XMLSchema",),
        "isapi.device_name": ("yard",),
        "isapi.device_description": ("IPCamera",),
        "isapi.model": ("DS-2CD2386G2-IU",),
    }


def test_names_in_chinese_charsets() -> None:
    body = '<?xml version="1.0" encoding="GB2312"?><userCheck><statusString>录像机</statusString></userCheck>'
    assert isapi.decode(body.encode("gb2312"))["isapi.status_string"] == ("录像机",)


def test_a_mac_address_that_is_none_and_a_date_without_version_are_left_out() -> None:
    body = (
        b'<DeviceInfo xmlns="http://www.isapi.org/ver20/XMLSchema"><macAddress>00:00:00:00:00:00</macAddress>'
        b"<firmwareReleasedDate>build 1</firmwareReleasedDate></DeviceInfo>"
    )
    assert isapi.decode(body).keys() == {"isapi.root", "isapi.namespace"}


def test_the_allow_list_only_reads() -> None:
    assert isapi.REQUESTS == ("/SDK/activateStatus", "/ISAPI/System/deviceInfo")


@pytest.mark.parametrize("sample", [DEVICE_INFO, ACTIVATE_STATUS, USER_CHECK, RESPONSE_STATUS])
def test_damaged_answers(sample: bytes) -> None:
    assert_survives(isapi.decode, sample)


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    with contextlib.suppress(DecodeError):
        assert set(isapi.decode(body)) <= set(isapi.FIELDS)
