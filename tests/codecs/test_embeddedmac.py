"""MAC addresses in the names that devices give themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camscan.codecs import embeddedmac


@pytest.mark.parametrize(
    ("field", "value", "macs"),
    [
        ("wsd.endpoint", "urn:uuid:00010010-0001-1020-8000-4419b6000001", ["44:19:B6:00:00:01"]),
        ("wsd.endpoint", "urn:uuid:a91b83ca-3388-7688-99aa-e0:50:8b:00:00:01", ["E0:50:8B:00:00:01"]),
        ("wsd.endpoint", "urn:uuid:a91b83ca-3388-4688-99aa-4419b6000001", []),  # version 4: random
        ("ssdp.usn", "uuid:28802880-2880-1880-a880-000000000001::upnp:rootdevice", []),  # no prefix of its own
        ("ssdp.usn", "uuid:00010010-0001-1020-8000-4519b6000001", []),  # a group's: random (RFC 9562, 5.1)
        ("ssdp.usn", "uuid:Upnp-BasicDevice-1_0-ACCC8E000001::upnp:rootdevice", ["AC:CC:8E:00:00:01"]),
        ("upnp.udn", "uuid:Upnp-BasicDevice-1_0-ACCC8E000001", ["AC:CC:8E:00:00:01"]),
        ("upnp.udn", "uuid:Upnp-BasicDevice-1_0-ACCC8E00000", []),
        ("http.realm", "AXIS_ACCC8E000001", ["AC:CC:8E:00:00:01"]),
        ("rtsp.realm", "IP Camera_4419B6000001", ["44:19:B6:00:00:01"]),
        ("rtsp.realm", "IP Camera_4419b6", []),
        ("http.realm", "4419B6000001", []),
        ("http.title", "AXIS_ACCC8E000001", []),
        ("onvif.serial", "00:26:e6:00:00:01", ["00:26:E6:00:00:01"]),
        ("onvif.serial", "1CC316000001", ["1C:C3:16:00:00:01"]),
        ("onvif.serial", "001122334455", []),
        ("onvif.serial", "1CC3160000012", []),
        ("wsd.xaddr", "http://[2001:db8::4619:b6ff:fe00:1]/onvif/device_service", ["44:19:B6:00:00:01"]),
        ("ssdp.location", "http://192.168.1.64/description.xml", []),
    ],
)
def test_macs(field: str, value: str, macs: list[str]) -> None:
    assert list(embeddedmac.macs({field: (value,)})) == macs


def test_every_name_is_looked_at_up_to_a_bound() -> None:
    names = tuple(f"uuid:Upnp-Basic-4419B6{number:06X}" for number in range(1, 100))
    assert len(list(embeddedmac.macs({"upnp.udn": names}))) == 16


@given(st.text(max_size=80), st.integers(0, 8))
def test_no_text_breaks_it(text: str, place: int) -> None:
    fields = ("wsd.endpoint", "wsd.xaddr", "ssdp.usn", "upnp.udn", "http.realm", "rtsp.realm", "mdns.address")
    prefix = ("uuid:", "uuid:Upnp-a-", "AXIS_", "http://[", "00010010-0001-1020-8000-")[place % 5]
    assert all(len(mac) == 17 for mac in embeddedmac.macs(dict.fromkeys(fields, (prefix + text,))))
