"""What devices in other networks announce, and a router passes on, is nothing that the router says of itself."""

from __future__ import annotations

import pytest
from support.merging import answer

from camscan.devices import merge
from camscan.devices.hosts import hosts_at
from camscan.devices.relayed import RELAYED, told_apart
from camscan.identify.library import Library
from camscan.identify.load import load
from camscan.identify.resolve import resolve
from camscan.records import Level, Observation
from camscan.rulefiles.folder import fingerprints_folder

ROUTER, ONE, TWO = "10.0.0.1", "10.0.9.8", "10.0.9.9"
MACS = {ONE: "AC:CC:8E:00:00:01", TWO: "AC:CC:8E:00:00:02"}


@pytest.fixture(scope="module")
def library() -> Library:
    return load([fingerprints_folder()])


def announcement(source: str, camera: str) -> Observation:
    digits = MACS[camera].replace(":", "")
    return answer(
        source,
        "mdns",
        5353,
        mdns__service="_axis-video._tcp",
        mdns__instance=f"AXIS M1065-L - {digits}",
        mdns__host=f"axis-{digits.lower()}.local",
        mdns__txt=f"macaddress={digits}",
        mdns__address=[camera, "169.254.7.7", "fe80::aecc:8eff:fe00:1"],
        mac__address=digits,
    )


def test_cameras_whose_announcements_a_router_passes_on_stay_apart(library: Library) -> None:
    passed_on = [announcement(ROUTER, camera) for camera in (ONE, TWO)]
    seen = [*passed_on, announcement(ONE, ONE), announcement(TWO, TWO)]
    router, one, two = merge(seen, library.identify, resolve)
    assert [device.addresses for device in (router, one, two)] == [(ROUTER,), (ONE,), (TWO,)]
    assert (router.mac, router.serial, router.hostname, router.model, router.kind) == (None,) * 5
    assert router.level is Level.HINT
    assert router.conflicts == (f"passes on what {ONE}, {TWO} announced: taken for hints",)
    assert [(device.mac, device.model, device.level) for device in (one, two)] == [
        (mac, "M1065-L", Level.CERTAIN) for mac in MACS.values()
    ]
    assert one.conflicts == two.conflicts == ()


def test_a_router_keeps_its_own_name(library: Library) -> None:
    page = answer(ROUTER, "http", 80, http__title="UniFi OS")
    (router,) = merge([announcement(ROUTER, ONE), page], library.identify, resolve)
    (alone,) = merge([page], library.identify, resolve)
    assert (router.maker, router.brand, router.model, router.kind) == (
        alone.maker,
        alone.brand,
        alone.model,
        alone.kind,
    )
    assert router.level is alone.level is Level.LIKELY


def test_the_answers_keep_what_they_name() -> None:
    told = told_apart(announcement(ROUTER, ONE))
    assert told.fields == {
        "mdns.service": ("_axis-video._tcp",),
        "mdns.instance": ("AXIS M1065-L - ACCC8E000001",),
        RELAYED: (ONE,),
    }
    assert told_apart(told) is told


@pytest.mark.parametrize(
    ("source", "addresses"),
    [
        ("10.0.0.1", ["10.0.0.1"]),
        ("10.0.0.1", ["10.0.9.8", "10.0.0.1"]),
        ("10.0.0.1", ["169.254.7.7", "fe80::1", "2001:db8::1"]),
        ("10.0.0.1", ["127.0.0.1"]),
        ("10.0.0.77", ["192.168.1.77"]),
        ("2001:db8::1", ["2001:db8::aecc:8eff:fe00:2"]),
        ("10.0.0.1", ["no address"]),
        ("fe80::1%eth0", ["2001:db8::1", "10.0.9.8", "fe80::1"]),
        ("fe80::1%eth0", ["2001:db8::1"]),
        ("pasted", ["10.0.9.8"]),
    ],
)
def test_what_a_device_says_of_itself_is_left_alone(source: str, addresses: list[str]) -> None:
    said = answer(source, "mdns", 5353, mdns__instance="x", mdns__address=addresses)
    assert told_apart(said) is said


@pytest.mark.parametrize(
    ("source", "addresses", "owners"),
    [
        ("10.0.0.1", ["10.0.9.8", "169.254.7.7", "10.0.9.8"], ("10.0.9.8",)),
        ("169.254.1.1", ["10.0.9.8", "169.254.7.7"], ("169.254.7.7",)),
        ("fe80::1%eth0", ["fe80::2", "2001:db8::1"], ("fe80::2",)),
        ("2001:db8::1", ["fe80::2", "2001:db8:0:9::2"], ("2001:db8:0:9::2",)),
    ],
)
def test_addresses_of_the_same_kind_decide(source: str, addresses: list[str], owners: tuple[str, ...]) -> None:
    assert told_apart(answer(source, "mdns", mdns__address=addresses)).fields == {RELAYED: owners}


def test_a_recorder_that_passes_on_announcements_keeps_its_channels() -> None:
    seen = [announcement(ROUTER, ONE), answer(ROUTER, "isapi", behind__slot="1", behind__model="M")]
    (host,) = hosts_at(ROUTER, seen, lambda _: ())
    assert host.channels is not None
    assert host.conflicts == (f"passes on what {ONE} announced: taken for hints",)
