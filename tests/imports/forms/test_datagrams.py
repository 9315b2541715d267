from __future__ import annotations

import json
from pathlib import Path

import pytest

from camscan.codecs import dhip, mhed, netcommon, sadp
from camscan.imports.forms.datagrams import datagram, dhip_text, netcommon_text, sadp_text

ANSWER = {
    "mac": "3c:ef:8c:01:02:03",
    "method": "client.notifyDevInfo",
    "params": {"deviceInfo": {"DeviceType": "IPC-1", "SerialNo": "1A"}},
}
DEVICE = json.dumps(ANSWER)
FRAMED = b"\x20\0\0\0DHIP" + bytes(24) + DEVICE.encode() + b"\n\0"
MHED = b"MHED\x08\x00\x01\x00\x02\x00\0\0NVR" + bytes(17) + b"\x00\x18\xae\x01\x02\x03" + bytes(202)
PROBE_MATCH = b"<ProbeMatch><DeviceSN>A1</DeviceSN></ProbeMatch>"
COMMON = b"\xff" + bytes(19) + b'{"NetWork.NetCommon":{"SN":"abc1"}}'


@pytest.mark.parametrize(
    ("data", "channel", "field"),
    [
        (FRAMED, "dhip", "dhip.device_type"),
        (PROBE_MATCH, "sadp", "sadp.device_sn"),
        (COMMON, "netcommon", "netcommon.serial"),
        (MHED, "mhed", "mhed.mac"),
        (b"\xb0\x01" + bytes(30) + b"Realm:Login to 1A\r\n", "dvrip", "dvrip.realm"),
        (b"\x00\x00\x01\x00icon", "http", "http.favicon.md5"),
        (
            b"\0\0\x84\0\0\0\0\1\0\0\0\0\5_http\4_tcp\5local\0\0\x0c\0\1\0\0\0\x0a\0\4\1x\xc0\x0c",
            "mdns",
            "mdns.instance",
        ),
    ],
)
def test_each_protocol_is_told_by_its_bytes(data: bytes, channel: str, field: str) -> None:
    (one,) = datagram(data)
    assert (one.channel, one.raw) == (channel, data)
    assert field in one.fields


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 40, bytes(range(256)), sadp.REQUESTS[0], dhip.REQUESTS[0], mhed.REQUESTS[0], netcommon.REQUESTS[0]],
)
def test_questions_and_noise_are_no_answers(data: bytes) -> None:
    assert list(datagram(data)) == []


@pytest.mark.parametrize("text", [DEVICE, str(ANSWER), "DeviceType: IPC-1\nSerialNo: 1A\nmac: 3c:ef:8c:01:02:03"])
def test_dhip_as_json_as_python_and_as_a_listing(text: str) -> None:
    (one,) = dhip_text(text, 1)
    assert (one.fields["dhip.device_type"], one.fields["dhip.mac"]) == (("IPC-1",), ("3C:EF:8C:01:02:03",))


@pytest.mark.parametrize("text", [PROBE_MATCH.decode(), "DeviceSN: A1", "{'DeviceSN': 'A1'}"])
def test_sadp_as_xml_and_as_a_listing(text: str) -> None:
    (one,) = sadp_text(text, 1)
    assert one.fields == {"sadp.root": ("ProbeMatch",), "sadp.device_sn": ("A1",)}


def test_sadp_in_the_columns_of_the_makers_program() -> None:
    told = "Device Type: A-1\nSecurity: Active\nSoftware Version: V1.2build 210715\nDevice Serial No.: A-10120210801"
    (found,) = sadp_text(told, 1)
    assert found.fields["sadp.device_description"] == ("A-1",)
    assert found.fields["sadp.device_sn"] == ("A-10120210801",)
    (found,) = sadp_text(told.replace("A-1\n", "141945\n", 1), 1)
    assert "sadp.device_description" not in found.fields


def test_other_text_is_none_of_them() -> None:
    assert list(sadp_text("Server: a", 1)) == list(dhip_text("Vendor: a", 1)) == list(netcommon_text("{}")) == []


INVERTER = """{"Head": {"RequestArguments": {"DeviceClass": "Inverter", "Scope": "System"}, "Status": {"Code": 0}}}"""


def test_without_a_hint_one_member_says_nothing() -> None:
    """The application interface of an inverter has a DeviceClass, and much has a description."""
    assert list(dhip_text(INVERTER)) == []


def test_another_interface_that_tells_type_and_serial_is_no_dhip() -> None:
    assert list(dhip_text('"DeviceType": "IPC",\n"ProductModel": "OET-213H",\n"SerialNo": "210235B8GR",')) == []
    assert list(sadp_text("DeviceDescription: laser printer\nColour: red")) == []


def test_without_a_hint_two_members_do() -> None:
    (one,) = dhip_text("DeviceClass: IPC\nDeviceType: A-1\nSerialNo: 1")
    assert one.fields["dhip.device_type"] == ("A-1",)
    (other,) = sadp_text("DeviceDescription: A-1\nDeviceSN: A-1000")
    assert other.fields["sadp.device_description"] == ("A-1",)


def test_a_torn_answer_is_told_by_three_members() -> None:
    torn = '"SerialNo": "1", "Vendor": "General", "MachineName": "B",'
    (one,) = dhip_text(torn, 1)
    assert (one.fields["dhip.serial_no"], one.fields["dhip.machine_name"]) == (("1",), ("B",))
    assert list(dhip_text('"SerialNo": "1", "Vendor": "General"', 1)) == []


def test_feeds_have_names_of_their_own() -> None:
    feed = "{'extra.device_type': 'A-1', 'extra.mac_address': '02:00:00:00:00:01', 'extra.device_vendor': 'V'}"
    (one,) = dhip_text(feed)
    assert one.fields["dhip.device_type"] == ("A-1",)
    assert (one.fields["dhip.mac"], one.fields["dhip.vendor"]) == (("02:00:00:00:00:01",), ("V",))
    (other,) = dhip_text(
        "'extra.method': 'client.notifyDevInfo', 'extra.machine_name': 'B', 'extra.manufacturer': 'M', "
        "'extra.video_input_channels': 8, 'extra.remote_video_input_channels': 2"
    )
    assert (other.fields["dhip.machine_name"], other.fields["dhip.manufacturer"]) == (("B",), ("M",))
    assert other.fields["dhip.video_input_channels"] == ("8",)
    assert other.fields["dhip.remote_video_input_channels"] == ("2",)


def test_a_feed_that_names_the_model_calls_the_class_a_type() -> None:
    (one,) = dhip_text("{'extra.device_model': 'BCS-1', 'extra.device_type': 'IPC', 'extra.device_vendor': 'V'}")
    assert (one.fields["dhip.device_type"], one.fields["dhip.device_class"]) == (("BCS-1",), ("IPC",))


def test_a_record_of_a_feed_has_the_same_names_without_what_a_program_adds() -> None:
    (one,) = dhip_text(
        '{"method": "client.notifyDevInfo", "device_vendor": "V", "device_type": "IPC", "device_model": "BCS-1", '
        '"device_version": "2.8.R", "device_serial": "6J", "machine_name": "M", "mac_address": "02:00:00:00:00:01"}'
    )
    assert (one.fields["dhip.device_type"], one.fields["dhip.device_class"]) == (("BCS-1",), ("IPC",))
    assert (one.fields["dhip.version"], one.fields["dhip.serial_no"]) == (("2.8.R",), ("6J",))
    assert one.fields["dhip.mac"] == ("02:00:00:00:00:01",)


def test_a_class_alone_is_no_device_of_this_protocol() -> None:
    assert list(dhip_text('"DeviceName": "a",\n"DeviceType": "IPC",\n"ChannelNum": 1', 1)) == []
    (one,) = dhip_text('"DeviceType": "A-100"', 1)
    assert one.fields["dhip.device_type"] == ("A-100",)


def test_answers_of_ws_discovery_are_told_by_their_words() -> None:
    samples = Path(__file__).parents[2] / "samples" / "wsdiscovery"
    data = (samples / "probe-match.xml").read_bytes()
    (one,) = datagram(data)
    assert (one.channel, one.raw) == ("wsd", data)
    assert "wsd.types" in one.fields
    assert list(datagram(b"<onvif>no answer</onvif>")) == []


def test_a_number_is_no_type_of_device_unless_a_class_stands_beside_it() -> None:
    told = {"DeviceType": "31", "SerialNo": "X1"}
    assert list(dhip_text(json.dumps(told))) == []
    assert list(dhip_text(json.dumps({**told, "DeviceClass": "IPC"})))
