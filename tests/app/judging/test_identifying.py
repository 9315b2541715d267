"""What the address of a device tells of its maker."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from camscan.app.judging.criteria import Criteria
from camscan.app.judging.unstored import judged
from camscan.identify.library import Library
from camscan.records import Level, Observation, Outcome

FORMED = "2001:db8::4619:b6ff:fe00:1"  # of 44:19:B6:00:00:01
ADDRESS = f"http://[{FORMED}]/onvif/device_service"


@pytest.mark.parametrize(
    ("target", "address"), [("192.0.2.1", ADDRESS), (FORMED, "")], ids=["named in an answer", "asked itself"]
)
def test_a_mac_in_an_address_names_the_holder_of_its_block(rules: Library, target: str, address: str) -> None:
    fields = {"wsd.types": ("tds:Device",)} | ({"wsd.xaddr": (address,)} if address else {})
    seen = Observation(target, "wsd", Outcome.ANSWERED, datetime(2026, 11, 24, tzinfo=UTC), fields=fields)
    (one,) = judged([seen], Criteria(rules))
    assert [(found.rule, found.level) for found in one.device.identifications if found.maker == "Hikvision"] == [
        ("hikvision-mac", Level.HINT)
    ]


@pytest.mark.parametrize(
    ("channel", "fields"),
    [
        ("ssdp", {"ssdp.usn": ("uuid:00010010-0001-1020-8000-4419b6000001::upnp:rootdevice",)}),
        ("ssdp", {"upnp.udn": ("uuid:Upnp-BasicDevice-1_0-4419B6000001",)}),
        ("http", {"http.realm": ("IP Camera_4419B6000001",)}),
        ("rtsp", {"rtsp.realm": ("Streaming Server_4419B6000001",)}),
        ("wsd", {"wsd.endpoint": ("urn:uuid:00010010-0001-1020-8000-4419b6000001",)}),
    ],
    ids=["USN", "UDN", "realm of HTTP", "realm of RTSP", "endpoint"],
)
def test_a_mac_in_a_name_names_the_holder_of_its_block(
    rules: Library, channel: str, fields: dict[str, tuple[str, ...]]
) -> None:
    seen = Observation("192.0.2.1", channel, Outcome.ANSWERED, datetime(2026, 11, 24, tzinfo=UTC), fields=fields)
    (one,) = judged([seen], Criteria(rules))
    assert "hikvision-mac" in [found.rule for found in one.device.identifications]


def test_an_address_that_was_only_asked_is_nobodys(rules: Library) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    seen = (Observation(FORMED, "http", outcome, at, port=80) for outcome in (Outcome.REFUSED, Outcome.SILENT))
    assert not any(one.device.identifications for one in judged(seen, Criteria(rules)))
