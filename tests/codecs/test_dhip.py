from __future__ import annotations

from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import dhip
from camscan.errors import DecodeError

SAMPLES = Path(__file__).parents[1] / "samples" / "dhip"
CAMERA = (SAMPLES / "ipc-hdw1431t1-s4.json").read_bytes()
RECORDER = (SAMPLES / "mhdx-1016.json").read_bytes()

CAMERA_FIELDS = {
    "dhip.method": ("client.notifyDevInfo",),
    "dhip.mac": ("08:ED:ED:00:00:01",),
    "dhip.device_class": ("IPC",),
    "dhip.device_type": ("IPC-HDW1431T1-S4",),
    "dhip.serial_no": ("6C01E93PAG00001",),
    "dhip.machine_name": ("6C01E93PAG00001",),
    "dhip.vendor": ("Private",),
    "dhip.manufacturer": ("Private",),
    "dhip.version": ("2.800.0000000.13.R",),
    "dhip.http_port": ("80",),
    "dhip.port": ("37777",),
    "dhip.init": ("2714",),
    "dhip.video_input_channels": ("1",),
    "dhip.remote_video_input_channels": ("0",),
    "dhip.ipv4_address": ("192.168.124.17",),
    "dhip.ipv4_subnet_mask": ("255.255.255.0",),
    "dhip.ipv4_gateway": ("192.168.124.1",),
    "dhip.ipv6_address": ("fe80::aed:edff:fe00:1",),
}


def _framed(body: bytes, length: int | None = None) -> bytes:
    stated = len(body) if length is None else length
    return pack("<I4s6I", 32, b"DHIP", 0, 0, stated, 0, stated, 0) + body


def test_camera() -> None:
    assert dhip.decode(_framed(CAMERA + b"\0")) == CAMERA_FIELDS


def test_recorder() -> None:
    assert dhip.decode(_framed(RECORDER + b"\0")) == {
        "dhip.method": ("client.notifyDevInfo",),
        "dhip.mac": ("58:10:8C:00:00:01",),
        "dhip.device_class": ("MHDX",),
        "dhip.device_type": ("MHDX 1016",),
        "dhip.serial_no": ("O9RF000000001",),
        "dhip.machine_name": ("KELVIN",),
        "dhip.vendor": ("Intelbras",),
        "dhip.manufacturer": ("Intelbras",),
        "dhip.version": ("3.210.IB01.3",),
        "dhip.http_port": ("1101",),
        "dhip.port": ("1102",),
        "dhip.video_input_channels": ("16",),
        "dhip.remote_video_input_channels": ("2",),
        "dhip.ipv4_address": ("192.168.15.110",),
        "dhip.ipv4_subnet_mask": ("255.255.255.0",),
        "dhip.ipv4_gateway": ("192.168.15.1",),
        "dhip.ipv6_address": ("2001:db8::5810:8cff:fe00:1", "fe80::5a10:8cff:fe00:1"),
    }


@pytest.mark.parametrize(
    "data",
    [
        CAMERA,
        _framed(CAMERA),
        _framed(CAMERA, length=0x7B7B7B7B),
        _framed(CAMERA, length=1),
        _framed(CAMERA + b"\0" * 64),
        _framed(bytes(8) + CAMERA),
        _framed(b'{"method":"client.notifyDevInfo","params":null}' + CAMERA),
        _framed(CAMERA + RECORDER),
        _framed(b"{" + CAMERA),
        dhip.SEARCH + CAMERA,
        b"\x20\0\0\0PIHD" + bytes(24) + CAMERA,
    ],
    ids=["bare", "no-tail", "braces-in-length", "short-length", "padding", "long-header", "empty-object-first",
         "two-devices", "stray-brace", "after-a-search", "reversed-magic"],
)  # fmt: skip
def test_frames_that_lie(data: bytes) -> None:
    assert dhip.decode(data) == CAMERA_FIELDS


def test_missing_and_odd_members_are_left_out() -> None:
    device = (
        b'{"DeviceType":null,"SerialNo":["x"],"Vendor":{"a":1},"Port":true,"HttpPort":1e3,"IPv4Address":"10.0.0.5"}'
    )
    answer = b'{"mac":"00:00:00:00:00:00","params":{"deviceInfo":%s}}' % device
    assert dhip.decode(answer) == {"dhip.port": ("true",), "dhip.http_port": ("1e3",)}


def test_names_in_gbk_survive_a_header_that_is_no_text() -> None:
    body = '{"params":{"deviceInfo":{"MachineName":"网络摄像机"}}}'.encode("gb18030")
    assert dhip.decode(_framed(body, length=0x2EF)) == {"dhip.machine_name": ("网络摄像机",)}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"not json at all",
        dhip.SEARCH,
        b'{"method":"client.notifyDevInfo"}',
        b'{"params":{}}',
        b'{"params":null}',
        b'{"params":{"deviceInfo":"a string"}}',
        b'{"mac":"08:ed:ed:00:00:01","method":"client.notifyDevInfo","params":{"deviceInfo":{"Find":"BC"}}}',
        _framed(CAMERA[:-3]),
        _framed(b'{"a":' * 100 + b"1" + b"}" * 100),
        CAMERA + b" " * dhip.MAX_ANSWER,
    ],
)
def test_no_answer(data: bytes) -> None:
    with pytest.raises(DecodeError):
        dhip.decode(data)


@pytest.mark.parametrize("sample", [_framed(CAMERA + b"\0"), RECORDER])
def test_damaged_answers(sample: bytes) -> None:
    assert_survives(dhip.decode, sample)


@given(st.binary(max_size=200), st.integers(0, len(CAMERA)), st.integers(0, 200))
def test_mutated_answers(junk: bytes, position: int, gap: int) -> None:
    for data in (junk, _framed(junk), CAMERA[:position] + junk + CAMERA[position + gap :]):
        try:
            found = dhip.decode(data)
        except DecodeError:
            continue
        assert set(found) <= set(dhip.FIELDS)
        assert all(value and value.encode() for values in found.values() for value in values)


def test_request_is_exact() -> None:
    body = b'{ "method" : "DHDiscover.search", "params" : { "mac" : "", "uni" : 1 } }\n'
    header = "2000000044484950 0000000000000000 4900000000000000 4900000000000000"
    assert len(body) == 0x49
    assert bytes.fromhex(header) + body == dhip.SEARCH


def test_nothing_but_the_search_can_be_made() -> None:
    assert list(dhip.REQUESTS) == [dhip.SEARCH]
    assert not [name for name in vars(dhip) if name.startswith("encode")]
