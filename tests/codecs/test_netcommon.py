from __future__ import annotations

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.decoders import assert_survives

from camscan.codecs import netcommon
from camscan.errors import DecodeError

# A report, unnamed; serial and MAC digits changed.
BODY = b"""{
  "NetWork.NetCommon" : {
    "BuildDate" : "2019-02-28 17:30:58",
    "ChannelNum" : 1,
    "DeviceType" : 1,
    "GateWay" : "0x010BA8C0",
    "HostIP" : "0x6D0BA8C0",
    "HostName" : "LocalHost",
    "HttpPort" : 80,
    "MAC" : "00:12:31:00:00:01",
    "MaxBps" : 0,
    "MonMode" : "TCP",
    "NetConnectState" : 0,
    "OtherFunction" : "D=2019-02-28 17:30:58 V=92a9902100ec7c4",
    "SN" : "41e6850000000001",
    "SSLPort" : 8443,
    "Submask" : "0x00FFFFFF",
    "TCPMaxConn" : 10,
    "TCPPort" : 34567,
    "TransferPlan" : "Quality",
    "UDPPort" : 34568,
    "UseHSDownLoad" : false,
    "Version" : "V4.02.R11"
    },
  "Ret" : 100,
  "SessionID" : "0x00000000"
}
"""
ANSWER = b"\xff\x01" + bytes(12) + b"\xfb\x05" + pack("<I", len(BODY) + 1) + BODY + b"\0"

FIELDS = {
    "netcommon.mac": ("00:12:31:00:00:01",),
    "netcommon.ipv4_address": ("192.168.11.109",),
    "netcommon.serial": ("41e6850000000001",),
    "netcommon.host_name": ("LocalHost",),
    "netcommon.device_type": ("1",),
    "netcommon.build_date": ("2019-02-28 17:30:58",),
    "netcommon.version": ("V4.02.R11",),
    "netcommon.channel_num": ("1",),
    "netcommon.http_port": ("80",),
    "netcommon.tcp_port": ("34567",),
}


@pytest.mark.parametrize("data", [ANSWER, BODY, ANSWER + bytes(100), netcommon.SEARCH + BODY])
def test_answer(data: bytes) -> None:
    assert netcommon.decode(data) == FIELDS


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("0x0A01A8C0", ("192.168.1.10",)),
        ("0x0a01a8c0", ("192.168.1.10",)),
        ("192.168.1.10", ("192.168.1.10",)),
        ("0x00000000", None),
        ("0x0A01A8", None),
        ("0x0A01A8C0C0", None),
        ("0A01A8C0", None),
    ],
)
def test_address(host: str, expected: tuple[str, ...] | None) -> None:
    body = b'{"NetWork.NetCommon":{"SN":"1","HostIP":"%s"}}' % host.encode()
    assert netcommon.decode(body).get("netcommon.ipv4_address") == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        netcommon.SEARCH,
        ANSWER[:20],
        ANSWER[:-20],
        b'{"Name":"OPMonitor","Ret":100}',
        b'{"NetWork.NetCommon":null}',
        b'{"NetWork.NetCommon":{}}',
        b'{"NetWork.NetCommon":{"MAC":"00:00:00:00:00:00","HttpPort":null}}',
        ANSWER + bytes(netcommon.MAX_ANSWER),
    ],
)
def test_no_answer(data: bytes) -> None:
    with pytest.raises(DecodeError):
        netcommon.decode(data)


def test_damaged_answers() -> None:
    assert_survives(netcommon.decode, ANSWER)


@given(st.binary(max_size=200), st.integers(0, len(ANSWER)), st.integers(0, 200))
def test_mutated_answers(junk: bytes, position: int, gap: int) -> None:
    for data in (junk, ANSWER[:position] + junk + ANSWER[position + gap :]):
        try:
            found = netcommon.decode(data)
        except DecodeError:
            continue
        assert set(found) <= set(netcommon.FIELDS)


def test_request_is_exact_and_the_only_one() -> None:
    assert netcommon.SEARCH.hex() == "ff00000000000000000000000000fa0500000000"
    assert list(netcommon.REQUESTS) == [netcommon.SEARCH]
    assert not [name for name in vars(netcommon) if name.startswith("encode")]
