from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_lists_survive

from camscan.codecs import cgi
from camscan.errors import DecodeError

# Keys as clients of this interface read them in their tests; addresses, serials and names are made up.
REMOTE_DEVICE = (
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Address=10.1.1.65\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.DeviceType=IPC-HDBW3241F-AS-M\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Enable=true\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.HttpPort=80\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Mac=ff:ff:ff:ff:ff:ff\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Password=******\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.ProtocolType=Dahua2\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.SerialNo=7H00000RAZ00001\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Vendor=Private\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Version=2.800.0000000.3.R,2021-10-26\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.VideoInputs[0].Name=\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.Address=10.1.1.67\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.DeviceType=DS-2CD1143G0-I\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.Mac=b4:0b:44:12:ab:cd\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_2.ProtocolType=Onvif\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_3.Address=10.1.1.68\r\n"
    b"table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_3.Enable=false\r\n"
    b"table.RemoteDevice[11].DeviceType=SD22204\r\n"
)
TITLES = (
    "table.ChannelTitle[0].Name=Gate\ntable.ChannelTitle[1].Name=Ramp \u6d77\ntable.ChannelTitle[2].Name=\n".encode(
        "gb18030"
    )
)
STATES = (
    b"states[0].channel=0\r\nstates[0].connectionState=Connected\r\nstates[1].Channel=2\r\n"
    b"states[1].ConnectionState=Unconnect\r\nstates[2].channel=5\r\nstates[2].connectionState=Empty\r\n"
)
NETWORK = (
    b"table.Network.DefaultInterface=eth0\r\ntable.Network.Hostname=NVR\r\n"
    b"table.Network.eth0.IPAddress=10.0.4.9\r\ntable.Network.eth0.PhysicalAddress=90:02:a9:11:22:33\r\n"
    b"table.Network.eth2.IPAddress=10.1.1.1\r\ntable.Network.eth2.PhysicalAddress=00:00:00:00:00:00\r\n"
)
SAMPLES = (REMOTE_DEVICE, TITLES, STATES, NETWORK, b"type=DHI-NVR4216-16P\r\n")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"type=DHI-NVR4216-16P\r\n", {"cgi.device_type": ("DHI-NVR4216-16P",)}),
        (
            b"deviceType=31\r\nprocessor=ST7108\r\nserialNumber=4C00000PAG00001\r\nupdateSerial=DHI-NVR4108\r\n",
            {"cgi.device_type": ("DHI-NVR4108",), "cgi.serial": ("4C00000PAG00001",)},
        ),
        (b"deviceType=AD410\nupdateSerial=DB6I\n", {"cgi.device_type": ("AD410",)}),
        (b"class=NVR\r\n", {"cgi.device_class": ("NVR",)}),
        (b"sn=4C00000PAG00001\n", {"cgi.serial": ("4C00000PAG00001",)}),
        (b"version=4.001.0000000.1,build:2021-05-18", {"cgi.firmware": ("4.001.0000000.1,build:2021-05-18",)}),
        (b"vendor=General\r\n", {"cgi.vendor": ("General",)}),
        (b"table.MaxRemoteInputChannels=16\r\n", {"recorder.channels": ("16",)}),
        (NETWORK, {"cgi.ipv4_address": ("10.0.4.9", "10.1.1.1"), "cgi.interface_mac": ("90:02:A9:11:22:33",)}),
        (TITLES, {}),
    ],
)
def test_what_the_device_says_of_itself(body: bytes, fields: dict[str, tuple[str, ...]]) -> None:
    assert cgi.decode(body) == fields


def test_cameras_by_channel() -> None:
    first, third, switched_off, twelfth = map(cgi.decode_slot, cgi.slots(REMOTE_DEVICE))
    assert first == {
        "behind.api": ("cgi",),
        "behind.slot": ("1",),
        "behind.protocol": ("Dahua2",),
        "behind.manufacturer": ("Private",),
        "behind.model": ("IPC-HDBW3241F-AS-M",),
        "behind.firmware": ("2.800.0000000.3.R,2021-10-26",),
        "behind.serial": ("7H00000RAZ00001",),
        "behind.address": ("10.1.1.65",),
    }
    assert (third["behind.slot"], third["behind.mac"]) == (("3",), ("B4:0B:44:12:AB:CD",))
    assert switched_off == {"behind.api": ("cgi",), "behind.slot": ("4",)}
    assert (twelfth["behind.slot"], twelfth["behind.model"]) == (("12",), ("SD22204",))


def test_titles_and_states_by_channel() -> None:
    titles = list(map(cgi.decode_slot, cgi.slots(TITLES)))
    assert [(t["behind.slot"], t.get("behind.name")) for t in titles] == [
        (("1",), ("Gate",)),
        (("2",), ("Ramp \u6d77",)),
        (("3",), None),
    ]
    states = list(map(cgi.decode_slot, cgi.slots(STATES)))
    assert [(s["behind.slot"], s.get("behind.online")) for s in states] == [
        (("1",), ("true",)),
        (("3",), ("false",)),
        (("6",), None),
    ]


def test_an_answer_about_the_device_has_no_channels() -> None:
    assert cgi.slots(NETWORK) == ()


@pytest.mark.parametrize("body", [b"", b"Error\r\nBad Request!\r\n", b"<html></html>", b"{}", b"\0" * 64])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError, match="key=value"):
        cgi.decode(body)


def test_more_than_any_answer_has_is_refused() -> None:
    with pytest.raises(DecodeError, match="bytes of lines"):
        cgi.decode(b"a=b\n" * 300_000)


def test_a_part_without_a_number_is_refused() -> None:
    with pytest.raises(DecodeError, match="without a number"):
        cgi.decode_slot(b"states[0].connectionState=Connected")


@pytest.mark.parametrize("sample", SAMPLES)
def test_damage_is_survived(sample: bytes) -> None:
    assert_lists_survive(cgi, sample)


@given(st.binary(max_size=200), st.sampled_from(SAMPLES))
def test_anything_behind_a_sample_is_survived(junk: bytes, sample: bytes) -> None:
    for part in cgi.slots(sample + junk):
        with contextlib.suppress(DecodeError):
            cgi.decode_slot(part)


def test_only_reading_actions_are_on_the_list() -> None:
    """The CGI reboots, formats and sets by GET too: nothing but getters may ever be asked for."""
    for path in (*cgi.REQUESTS, *cgi.QUESTIONS, *cgi.CHANNEL_QUESTIONS):
        program, _, query = path.partition("?")
        assert program.removeprefix("/cgi-bin/") in {"magicBox.cgi", "configManager.cgi", "LogicDeviceManager.cgi"}
        assert query.startswith("action=get")
        assert query.count("action=") == 1
