from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_lists_survive, assert_survives

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


def test_of_very_many_elements_the_first_are_read() -> None:
    root = b'<DeviceInfo xmlns="http://www.hikvision.com/ver20/XMLSchema">' + b"<x/>" * 1023
    first, second = b"<model>DS-1</model>", b"<serialNumber>1234</serialNumber>"
    fields = isapi.decode(root + first + second + b"</DeviceInfo>")
    assert fields["isapi.model"] == ("DS-1",)
    assert "isapi.serial" not in fields


def test_elements_of_a_description_alone() -> None:
    texts = {"model": "A-1", "firmwareVersion": "V1.2", "firmwareReleasedDate": "build 200101", "colour": "red"}
    assert isapi.describe(texts) == {
        "isapi.root": ("DeviceInfo",),
        "isapi.model": ("A-1",),
        "isapi.firmware": ("V1.2 build 200101",),
    }


def test_elements_that_another_maker_has_too() -> None:
    texts = {"statusValue": "200", "passwdLeftValue": "5"}
    assert isapi.describe(texts, root="userCheck") == {}
    named = isapi.describe(texts, "http://www.isapi.org/ver20/XMLSchema", "userCheck")
    assert named["isapi.root"] == ("userCheck",)


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


def test_an_event_names_the_device_in_its_extensions() -> None:
    fields = isapi.decode(
        b'<EventNotificationAlert version="1.0" xmlns="urn:psialliance-org"><channelID>34</channelID><Extensions>'
        b'<serialNumber xmlns="urn:selfextension:psiaext-ver10-xsd">DS-1\n </serialNumber></Extensions>'
        b"</EventNotificationAlert>"
    )
    assert fields["isapi.serial"] == ("DS-1",)


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
        b"<userCheck><statusValue>200</statusValue><passwdLeftValue>5</passwdLeftValue></userCheck>",
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


# The lists of channels as clients of this interface record them in their tests; names and digits are made up.
CHANNELS = """<?xml version="1.0" encoding="UTF-8"?>
<InputProxyChannelList version="1.0" size="0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<InputProxyChannel version="1.0">
<id>1</id>
<name>Gate &amp; 海</name>
<sourceInputPortDescriptor>
<proxyProtocol>HIKVISION</proxyProtocol>
<addressingFormatType>ipaddress</addressingFormatType>
<ipAddress>192.168.254.2</ipAddress>
<managePortNo>8000</managePortNo>
<srcInputPort>1</srcInputPort>
<userName>admin</userName>
<streamType>auto</streamType>
<model>DS-2CD2042WD-I</model>
<serialNumber>DS-2CD2042WD-I20160101AAWR000000001</serialNumber>
<firmwareVersion>V5.4.5 build 170124</firmwareVersion>
</sourceInputPortDescriptor>
<enableAnr>false</enableAnr>
</InputProxyChannel>
<InputProxyChannel version="1.0">
<id>7</id>
<name>Yard</name>
<sourceInputPortDescriptor><proxyProtocol>ONVIF</proxyProtocol><ipAddress>0.0.0.0</ipAddress></sourceInputPortDescriptor>
</InputProxyChannel>
<InputProxyChannel version="1.0"><name>no number</name></InputProxyChannel>
</InputProxyChannelList>""".encode()
STATUS = b"""<InputProxyChannelStatusList version="1.0">
<InputProxyChannelStatus><id>1</id><sourceInputPortDescriptor><proxyProtocol>HIKVISION</proxyProtocol>
</sourceInputPortDescriptor><online>true</online><chanDetectResult>connect</chanDetectResult></InputProxyChannelStatus>
<InputProxyChannelStatus><id>7</id><online>false</online></InputProxyChannelStatus>
</InputProxyChannelStatusList>"""
WEB_APIS = b"""<NetworkInterfaceList version="1.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<NetworkInterface><id>1</id><IPAddress><ipVersion>dual</ipVersion><ipAddress>10.0.4.9</ipAddress>
<DefaultGateway><ipAddress>10.0.4.1</ipAddress></DefaultGateway></IPAddress>
<Link><MACAddress>58:50:ed:1f:e3:85</MACAddress></Link></NetworkInterface>
<NetworkInterface><id>2</id><IPAddress><ipAddress>192.168.254.1</ipAddress></IPAddress>
<Link><MACAddress>58:50:ed:1f:e3:86</MACAddress></Link></NetworkInterface></NetworkInterfaceList>"""
CAPABILITIES = b"""<DeviceCap version="1.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><RacmCap>
<inputProxyNums>16</inputProxyNums></RacmCap></DeviceCap>"""


def test_cameras_by_channel() -> None:
    first, second, _ = parts = isapi.slots(CHANNELS)
    assert isapi.decode_slot(first) == {
        "behind.api": ("isapi",),
        "behind.slot": ("1",),
        "behind.protocol": ("HIKVISION",),
        "behind.address": ("192.168.254.2",),
        "behind.model": ("DS-2CD2042WD-I",),
        "behind.serial": ("DS-2CD2042WD-I20160101AAWR000000001",),
        "behind.firmware": ("V5.4.5 build 170124",),
        "behind.name": ("Gate & 海",),
    }
    assert isapi.decode_slot(second) == {
        "behind.api": ("isapi",),
        "behind.slot": ("7",),
        "behind.protocol": ("ONVIF",),
        "behind.name": ("Yard",),
    }
    with pytest.raises(DecodeError, match="without a number"):
        isapi.decode_slot(parts[2])


def test_state_by_channel_without_a_namespace() -> None:
    found = [isapi.decode_slot(part) for part in isapi.slots(STATUS)]
    assert [(f["behind.slot"], f["behind.online"]) for f in found] == [(("1",), ("true",)), (("7",), ("false",))]


# Forms that firmware of other years gives the same lists, as clients of this interface record them; made up like above.
_SOURCE = "<sourceInputPortDescriptor>{}</sourceInputPortDescriptor>"
FORMS = {
    "prefixed names": (
        (
            '<hik:InputProxyChannelList xmlns:hik="http://www.hikvision.com/ver20/XMLSchema"><hik:InputProxyChannel>'
            "<hik:id>1</hik:id><hik:sourceInputPortDescriptor><hik:ipAddress>10.0.0.5</hik:ipAddress>"
            "</hik:sourceInputPortDescriptor></hik:InputProxyChannel></hik:InputProxyChannelList>"
        ),
        {"behind.slot": ("1",), "behind.address": ("10.0.0.5",)},
    ),
    "a later namespace, and empty elements": (
        '<InputProxyChannelList version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"><InputProxyChannel><id>1</id>'
        "<name>Kraal </name>" + _SOURCE.format("<ipAddress>10.0.0.6</ipAddress><deviceID></deviceID>") + "<devIndex>"
        "0000000000000000</devIndex></InputProxyChannel></InputProxyChannelList>",
        {"behind.slot": ("1",), "behind.name": ("Kraal",), "behind.address": ("10.0.0.6",)},
    ),
    "no namespace, and nothing but a title": (
        "<InputProxyChannelList><InputProxyChannel><id>12</id><name>Camera 12</name>"
        + _SOURCE.format("<managePortNo>0</managePortNo>")
        + "</InputProxyChannel></InputProxyChannelList>",
        {"behind.slot": ("12",), "behind.name": ("Camera 12",)},
    ),
    "a camera that is reached by name": (
        '<InputProxyChannelList xmlns="http://www.hikvision.com/ver20/XMLSchema"><InputProxyChannel><id>2</id>'
        + _SOURCE.format(
            "<proxyProtocol>ONVIF</proxyProtocol><addressingFormatType>hostname</addressingFormatType>"
            "<hostName>gate.site.example</hostName>"
        )
        + "</InputProxyChannel></InputProxyChannelList>",
        {"behind.slot": ("2",), "behind.protocol": ("ONVIF",), "behind.host": ("gate.site.example",)},
    ),
    "IPv6": (
        '<InputProxyChannelList xmlns="http://www.hikvision.com/ver20/XMLSchema"><InputProxyChannel><id>3</id>'
        + _SOURCE.format("<ipAddress>0.0.0.0</ipAddress><ipv6Address>fd00::7</ipv6Address>")
        + "</InputProxyChannel></InputProxyChannelList>",
        {"behind.slot": ("3",), "behind.address": ("fd00::7",)},
    ),
    "a state with the streams of the channel": (
        (
            '<InputProxyChannelStatusList version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">'
            '<InputProxyChannelStatus version="2.0"><id>7</id><online>false</online><streamingProxyChannelIdList>'
            "<streamingProxyChannelId>701</streamingProxyChannelId></streamingProxyChannelIdList><chanDetectResult>"
            "userOrPasswordError</chanDetectResult></InputProxyChannelStatus></InputProxyChannelStatusList>"
        ),
        {"behind.slot": ("7",), "behind.online": ("false",)},
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_lists_of_other_firmware(form: str) -> None:
    body, fields = FORMS[form]
    (part,) = isapi.slots(body.encode())
    assert isapi.decode_slot(part) == {"behind.api": ("isapi",), **fields}


def test_a_list_of_channels_says_nothing_of_the_recorder() -> None:
    assert isapi.decode(CHANNELS) == {
        "isapi.root": ("InputProxyChannelList",),
        "isapi.namespace": ("http://www.hikvision.com/ver20/XMLSchema",),
    }


def test_network_cards_without_their_gateways() -> None:
    fields = isapi.decode(WEB_APIS)
    assert fields["isapi.ipv4_address"] == ("10.0.4.9", "192.168.254.1")
    assert fields["isapi.interface_mac"] == ("58:50:ED:1F:E3:85", "58:50:ED:1F:E3:86")
    assert "isapi.mac" not in fields


def test_how_many_cameras_a_recorder_takes() -> None:
    assert isapi.decode(CAPABILITIES)["recorder.channels"] == ("16",)


def test_whatever_the_length_a_cut_description_names_no_other_device() -> None:
    whole = isapi.decode(DEVICE_INFO)
    for length in range(len(DEVICE_INFO)):
        with contextlib.suppress(DecodeError):
            for name, (value,) in isapi.decode(DEVICE_INFO[:length]).items():
                is_unique = name in ("isapi.serial", "isapi.mac")
                assert value == whole[name][0] or (not is_unique and whole[name][0].startswith(value)), name


def test_the_model_counts_as_far_as_it_came() -> None:
    cut = DEVICE_INFO[: DEVICE_INFO.index(b"G2-IU</model>")]
    assert isapi.decode(cut)["isapi.model"] == ("DS-2CD2386",)
    assert "isapi.firmware" not in isapi.decode(DEVICE_INFO[: DEVICE_INFO.index(b".18</firmwareVersion>")])


def test_a_cut_list_gives_the_channels_before_the_cut() -> None:
    parts = isapi.slots(CHANNELS[: CHANNELS.index(b"<name>Yard")])
    assert [isapi.decode_slot(part)["behind.slot"] for part in parts] == [("1",), ("7",)]


@pytest.mark.parametrize("sample", [CHANNELS, STATUS, WEB_APIS, CAPABILITIES])
def test_damaged_lists_are_survived(sample: bytes) -> None:
    assert_lists_survive(isapi, sample)


def test_only_these_paths_are_on_the_list() -> None:
    """All of them are resources that a GET only reads; a further one is a decision, not an accident."""
    assert (*isapi.REQUESTS, *isapi.QUESTIONS, *isapi.CHANNEL_QUESTIONS) == (
        "/SDK/activateStatus",
        "/ISAPI/System/deviceInfo",
        "/ISAPI/System/deviceInfo",
        "/ISAPI/System/Network/interfaces",
        "/ISAPI/ContentMgmt/InputProxy/channels",
        "/ISAPI/ContentMgmt/InputProxy/channels/status",
        "/ISAPI/System/capabilities",
    )
