"""Identifiers are normalised, placeholders are none, and claims are kept apart from where an answer came from."""

from __future__ import annotations

import re

import pytest
from support.merging import answer
from support.vocabulary import VOCABULARY

from camscan.devices.identity import (
    FIELDS_OF,
    LINK,
    MAX_VALUES,
    IdentifierKind,
    Identity,
    identity_of,
    joined,
    mac_in,
    source_mac,
    to_address,
    to_endpoint,
    to_mac,
    to_serial,
)

A, B = "58:50:ED:1F:E3:85", "08:ED:ED:1A:2B:3C"


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        (A, A),
        ("58-50-ed-1f-e3-85", A),
        ("5850.ed1f.e385", A),
        ("5850ed1fe385", A),
        ("00:00:00:00:00:00", None),
        ("ff:ff:ff:ff:ff:ff", None),
        ("01:00:5e:7f:ff:fa", None),
        ("58:50:ed:1f:e3", None),
        ("eth0 58:50:ed:1f:e3:85", None),
        ("", None),
    ],
)
def test_mac(text: str, mac: str | None) -> None:
    assert to_mac(text) == mac


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        (" 6C02B71PAG30C4E ", "6C02B71PAG30C4E"),
        ("", None),
        ("0", None),
        ("00000000", None),
        ("xxxx", None),
        ("N/A", None),
        ("unknown", None),
        ("**REDACTED**", None),
        ("4J0...", None),
        ("`M10420250308CCWRFX0000001WCVU`.", "M10420250308CCWRFX0000001WCVU"),
        ("1234567890", None),
        ("123456", None),
        ("1234", None),
        ("12346", "12346"),
        ("SerialNumber", None),
        ("serial no", None),
        ("Not Available", None),
        ("serial-1", "serial-1"),
        ("12345678X", "12345678X"),
    ],
)
def test_serial(text: str, serial: str | None) -> None:
    assert to_serial(text) == serial


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("urn:uuid:AA85C000-6324-11B3-819E-5850ED1FE385", "aa85c000-6324-11b3-819e-5850ed1fe385"),
        ("uuid:camera_1-0", "uuid:camera_1-0"),
        ("urn:uuid:00000000-0000-0000-0000-000000000000", None),
        (" ", None),
    ],
)
def test_endpoint(text: str, endpoint: str | None) -> None:
    assert to_endpoint(text) == endpoint


@pytest.mark.parametrize(
    ("endpoint", "mac"),
    [
        ("aa85c000-6324-11b3-819e-5850ed1fe385", A),
        ("aa85c000-6324-41b3-819e-5850ed1fe385", None),  # version 4: random
        ("aa85c000-6324-11b3-019e-5850ed1fe385", None),  # a variant older than versions
        ("aa85c000-6324-11b3-819e-000000000005", None),  # a number, and no MAC
        ("aa85c000-6324-11b3-819e-5950ed1fe385", None),  # multicast bit: a random node (RFC 9562, 6.10)
        ("uuid:camera_1-0", None),
    ],
)
def test_mac_in_endpoint(endpoint: str, mac: str | None) -> None:
    assert mac_in(endpoint) == mac


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:db8::1/64", "2001:db8::1"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("10.0.0", None),
        ("camera.local", None),
        ("", None),
    ],
)
def test_address(text: str, address: str | None) -> None:
    found = to_address(text)
    assert (str(found) if found else None) == address


def test_values_are_the_most_trusted_first() -> None:
    identity = identity_of(
        [
            answer("10.0.0.1", "onvif", onvif__scope__mac=B, onvif__serial="SER2"),
            answer("10.0.0.1", "sadp", sadp__mac=A.lower(), sadp__device_sn="SER1"),
            answer("10.0.0.1", "arp", mac__address="3C:EF:8C:00:00:01"),
            answer("10.0.0.1", "mdns", mdns__host="cam.local", dhcp__hostname="cam"),
        ]
    )
    assert identity.of(IdentifierKind.MAC) == ("3C:EF:8C:00:00:01", A, B)
    assert identity.link_macs == ("3C:EF:8C:00:00:01",)
    assert identity.of(IdentifierKind.SERIAL) == ("SER1", "SER2")
    assert identity.of(IdentifierKind.HOSTNAME) == ("cam", "cam.local")
    assert identity.of(IdentifierKind.ENDPOINT) == ()


def test_only_frames_are_the_layer_below() -> None:
    assert identity_of([answer("10.0.0.1", "dhcp", mac__address=A)]).values == {"mac.address": (A,)}
    assert identity_of([answer("10.0.0.1", "arp", mac__address=A)]).values == {LINK: (A,)}


def test_claims() -> None:
    identity = identity_of(
        [
            answer("10.0.0.1", "sadp", sadp__ipv4_address="192.168.1.64", sadp__ipv6_address="2001:db8::5"),
            answer(
                "10.0.0.1",
                "wsd",
                wsd__xaddr=[
                    "http://10.0.0.1/onvif/device_service",
                    "http://172.16.0.1:8000/onvif/device_service",
                    "http://[fe80::1%25eth0]/onvif/device_service",
                    "http://camera.local/",
                    "http://[broken/",
                ],
            ),
            answer("10.0.0.1", "ssdp", ssdp__location="http://169.254.7.7:49152/desc.xml"),
            answer("10.0.0.1", "mdns", mdns__address=["127.0.0.1", "0.0.0.0", "224.0.0.1"]),  # noqa: S104 - a claim
        ]
    )
    assert identity.claims == {"192.168.1.64", "2001:db8::5", "10.0.0.1", "172.16.0.1", "fe80::1", "169.254.7.7"}
    assert identity.away == {"192.168.1.64"}


def test_what_stands_at_no_address_has_none_away_from_it() -> None:
    identity = identity_of([answer(A, "sadp", sadp__ipv4_address="192.168.1.64")])
    assert identity.claims == {"192.168.1.64"}
    assert not identity.away


@pytest.mark.parametrize(
    ("pattern", "kind", "value"),
    [
        (r"(?!tls\.).*\.(device_sn|serial(_no|_number)?)", IdentifierKind.SERIAL, "6C02B71PAG30C4E"),
        (r".*\.(\w+_)?mac|mac\.address", IdentifierKind.MAC, A),
        (r"wsd\.endpoint|upnp\.udn", IdentifierKind.ENDPOINT, "uuid:camera_1-0"),
        (r"(?!behind\.).*\.host_?name|host\.name|mdns\.host|snmp\.sys_name", IdentifierKind.HOSTNAME, "cam"),
    ],
)
def test_each_field_that_holds_an_identifier_is_read(pattern: str, kind: IdentifierKind, value: str) -> None:
    named = [name for name in VOCABULARY["fields"] if re.fullmatch(pattern, name)]
    assert sorted(named) == sorted(set(FIELDS_OF[kind]) - {LINK})
    for name in named:
        assert identity_of([answer("10.0.0.1", "http", **{name.replace(".", "__"): value})]).of(kind) == (value,)


@pytest.mark.parametrize(
    ("pattern", "value", "claim"),
    [
        (r".*\.ipv4_address|mdns\.address", "10.0.0.2", "10.0.0.2"),
        (r".*\.ipv6_address", "2001:DB8:0::2", "2001:db8::2"),
        (r"(wsd|onvif)\.xaddr|ssdp\.location|upnp\.presentation_url", "http://10.0.0.2:8000/x", "10.0.0.2"),
    ],
)
def test_each_field_that_holds_an_address_of_its_own_is_read(pattern: str, value: str, claim: str) -> None:
    named = [name for name in VOCABULARY["fields"] if re.fullmatch(pattern, name)]
    assert named
    for name in named:
        assert identity_of([answer("10.0.0.1", "http", **{name.replace(".", "__"): value})]).claims == {claim}


def test_hostile_amounts_are_cut() -> None:
    serials = [f"SERIAL{number}" for number in range(1000)]
    urls = [f"http://10.1.{number // 250}.{number % 250}/" for number in range(1000)]
    identity = identity_of([answer("10.0.0.1", "wsd", onvif__serial=serials, wsd__xaddr=urls)])
    assert identity.of(IdentifierKind.SERIAL) == tuple(serials[:MAX_VALUES])
    assert len(identity.claims) == len(identity.away) == MAX_VALUES


def test_of_more_claims_than_are_kept_the_first_stay() -> None:
    told = [[f"172.16.{number}.{place}" for place in range(1, 11)] for number in range(3)]
    identity = identity_of([answer("10.0.0.1", "mdns", mdns__address=addresses) for addresses in told])
    assert identity.claims == identity.away == {*told[0], *told[1][: MAX_VALUES - 10]}


def test_the_order_of_fields_does_not_decide_whose_mac_it_is() -> None:
    fields = {"onvif__scope__mac": B, "mac__address": B, "sadp__mac": A}
    backwards = dict(reversed(fields.items()))
    assert source_mac(answer("10.0.0.1", "x", **fields)) == source_mac(answer("10.0.0.1", "x", **backwards)) == A


def test_joined() -> None:
    one = Identity({LINK: (A,), "onvif.serial": ("S1",)}, frozenset({"10.0.0.1"}), frozenset())
    other = Identity({LINK: (B, A)}, frozenset({"10.0.0.2"}), frozenset({"10.0.0.9"}))
    assert joined([one, other]) == Identity(
        {LINK: (A, B), "onvif.serial": ("S1",)}, frozenset({"10.0.0.1", "10.0.0.2"}), frozenset({"10.0.0.9"})
    )


def test_source_mac() -> None:
    assert source_mac(answer("10.0.0.1", "dhip", dhip__serial_no="6C02B71", dhip__mac=B)) == B
    assert source_mac(answer("10.0.0.1", "http", http__server="x")) is None
